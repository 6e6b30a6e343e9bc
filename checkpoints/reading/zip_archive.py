"""Zip archives from strangers: the directory is measured before it is parsed, and every way to break is one sentence.

Python's zipfile makes an object of 700 bytes for each 46 bytes of directory, whatever the file says it holds, and
leaves half a dozen kinds of exceptions to its caller.
"""

import struct
import zipfile
import zlib
from typing import IO

from checkpoints.reading.quoting import shown
from losses.errors import LabError

_END, _END64, _LOCATOR = struct.Struct("<4s4H2LH"), struct.Struct("<4sQ2H2L4Q"), struct.Struct("<4sLQL")
_LOCAL = struct.Struct("<26s2H")
_LARGEST_DIRECTORY = 64 << 20
_BROKEN = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error, EOFError, NotImplementedError, OSError,
    RuntimeError, ValueError,
)  # fmt: skip


def open_zip(file: IO[bytes], *, name: str, what: str, members: int) -> zipfile.ZipFile:
    """The archive in `file`, its directory parsed; at most `members` entries, each named once, none encrypted.

    `what` is its kind, for the LabError about one that is broken.
    """
    try:
        directory = _directory(file)
        if directory.count(b"PK\x01\x02") > members or len(directory) > _LARGEST_DIRECTORY:
            raise LabError(name, f"must have 1 to {members:,} members", but="declares more")
        archive = zipfile.ZipFile(file)
    except LabError:
        raise
    except _BROKEN as error:
        raise LabError(name, f"must be a whole {what}", "a broken zip archive", "Get it again.") from error
    _check_entries(archive.infolist(), name, members)
    return archive


def read_member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *, name: str, unchecked: bool = False) -> bytes:
    """A member's bytes, as many as declared, held against their checksum unless `unchecked`."""
    try:
        with archive.open(entry) as opened:
            if unchecked:
                opened._expected_crc = None  # type: ignore[attr-defined]
            data = opened.read()
    except _BROKEN as error:
        raise LabError(name, "must be whole", f"damaged in {shown(entry.filename)}", "Get it again.") from error
    if len(data) != entry.file_size:
        raise LabError(name, "must be whole", f"cut off in {shown(entry.filename)}", "Get it again.")
    return data


def read_start(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, size: int, *, name: str) -> bytes:
    """The first `size` bytes of a member, or all that it has; no more of it is unpacked, and no checksum is held."""
    try:
        with archive.open(entry) as opened:
            return opened.read(size)
    except _BROKEN as error:
        raise LabError(name, "must be whole", f"damaged in {shown(entry.filename)}", "Get it again.") from error


def read_part(file: IO[bytes], entry: zipfile.ZipInfo, start: int, stop: int) -> bytes:
    """Bytes `start` to `stop` of a member that is stored as it is, without looking at the others."""
    file.seek(entry.header_offset)
    header = file.read(_LOCAL.size)
    if len(header) < _LOCAL.size:  # cut off since it was opened
        return b""
    *_, name, extra = _LOCAL.unpack(header)
    file.seek(entry.header_offset + _LOCAL.size + name + extra + start)
    return file.read(stop - start)


def _directory(file: IO[bytes]) -> bytes:
    """The bytes that zipfile will parse. ValueError unless they end where the archive's end begins, and no comment."""
    end = file.seek(-_END.size, 2)
    mark, *_, size, offset, comment = _END.unpack(file.read(_END.size))
    if mark != b"PK\x05\x06" or comment:
        raise ValueError("no end of an archive")
    if end >= _LOCATOR.size + _END64.size:
        file.seek(end - _LOCATOR.size - _END64.size)
        wide, locator = _END64.unpack(file.read(_END64.size)), _LOCATOR.unpack(file.read(_LOCATOR.size))
        if locator[0] == b"PK\x06\x07" and wide[0] == b"PK\x06\x06":
            end, size, offset = locator[2], wide[8], wide[9]
    if size + offset != end:
        raise ValueError("something stands before or within the archive")
    file.seek(offset)
    return file.read(min(size, _LARGEST_DIRECTORY + 1))


def _check_entries(entries: list[zipfile.ZipInfo], name: str, members: int) -> None:
    if not 0 < len(entries) <= members:
        raise LabError(name, f"must have 1 to {members:,} members", len(entries))
    seen: set[str] = set()
    for entry in entries:
        if not entry.filename:
            raise LabError(name, "must name its members", but="has one without a name")
        if entry.flag_bits & 1:
            raise LabError(name, "must not be encrypted", but=f"{shown(entry.filename)} in it is")
        if entry.filename in seen:
            raise LabError(name, "must name each member once", but=f"names {shown(entry.filename)} twice")
        seen.add(entry.filename)
