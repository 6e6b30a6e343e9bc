"""The only way a user's file is opened for reading: a regular file, of bounded size, hashed as it is read."""

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from checkpoints.reading.quoting import file_name, shown
from losses.errors import LabError

# A symbolic link could lead anywhere, and opening a FIFO would block for ever. Absent flags (Windows) count as 0.
_FLAGS = os.O_RDONLY
for _name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
    _FLAGS |= getattr(os, _name, 0)

_CHUNK = 1 << 20

_REASONS = {
    errno.ENOENT: "must be an existing file",
    errno.ENOTDIR: "must be an existing file",
    errno.EACCES: "must be readable by you",
    errno.ELOOP: "must be the file itself, not a symbolic link",
}


@dataclass(frozen=True, slots=True)
class FileContent:
    """A whole file in memory: its name without folders, its bytes, and their sha256 in hexadecimal."""

    name: str
    data: bytes
    digest: str


def read_whole(path: str | Path, *, limit: int) -> FileContent:
    """Read a regular file of at most `limit` bytes, hashing the very bytes that are returned."""
    with _regular(path) as (descriptor, size):
        if size > limit:
            raise LabError(file_name(path), f"must have at most {limit:,} bytes", f"{size:,} bytes long")
        chunks, hasher = [], hashlib.sha256()
        for chunk in _chunks(descriptor, size):
            hasher.update(chunk)
            chunks.append(chunk)
    data = b"".join(chunks)
    if len(data) != size:
        raise LabError(file_name(path), "must not change while it is read", remedy="Open it again.")
    return FileContent(file_name(path), data, hasher.hexdigest())


def read_head(path: str | Path, size: int = 4096) -> bytes:
    """The first bytes of a regular file: enough to tell what it is."""
    with _regular(path) as (descriptor, _):
        return os.read(descriptor, size)


@contextmanager
def open_regular(path: str | Path) -> Iterator[tuple[IO[bytes], int]]:
    """A regular file for reading in parts, and its size in bytes."""
    with _regular(path) as (descriptor, size), os.fdopen(os.dup(descriptor), "rb") as file:
        yield file, size


@contextmanager
def _regular(path: str | Path) -> Iterator[tuple[int, int]]:
    descriptor = _open(path)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            kind = "a folder" if stat.S_ISDIR(status.st_mode) else "a pipe or device"
            raise LabError(shown(str(path)), "must be a regular file", kind)
        yield descriptor, status.st_size
    finally:
        os.close(descriptor)


def _open(path: str | Path) -> int:
    if "\0" in str(path):
        raise LabError(shown(str(path)), "must be a path without a NUL character")
    try:
        return os.open(path, _FLAGS)
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, f"cannot be opened ({error.strerror})")
        remedy = "Give the file that it leads to." if error.errno == errno.ELOOP else ""
        raise LabError(shown(str(path), 200), reason, remedy=remedy) from error


def _chunks(descriptor: int, size: int) -> Iterator[bytes]:
    """At most size + 1 bytes: one more than promised is enough to know that the file grew."""
    left = size + 1
    while left and (chunk := os.read(descriptor, min(_CHUNK, left))):
        left -= len(chunk)
        yield chunk
