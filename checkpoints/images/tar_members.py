"""Tar archives from strangers: one header after the other, nothing unpacked, no link and no device believed.

Python's tarfile reads names of any length into memory, follows sparse maps and keeps an object of each member; what is
needed here is where the bytes of regular files stand (POSIX ustar and pax, and GNU's long names).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from checkpoints.reading.quoting import shown
from losses.errors import LabError

MOST_MEMBERS = 10_000_000
_BLOCK, _LONGEST = 512, 1 << 16
_FILES, _FOLDER = (b"0", b"\0"), b"5"
_LONG, _PAX, _OF_NO_FILE = b"L", b"x", (b"K", b"g")  # the last: where a link leads, and what holds for all


@dataclass(frozen=True, slots=True)
class Member:
    """A regular file in a tar: its name, and where its bytes begin and how many they are. Of a link or a device, which
    is never read, `size` is -1."""

    name: str
    start: int
    size: int


def members(file: IO[bytes], size: int, *, name: str) -> Iterator[Member]:
    """What is in the tar `file` of `size` bytes, without folders. LabError where it is broken or climbs."""
    place, told, count = 0, dict[str, str](), 0
    while place + _BLOCK <= size:
        header = _header(file, place, name)
        if header is None:
            return
        kind, length = header[156:157], _size(told.get("size"), header, name)
        begin, place = place + _BLOCK, place + _BLOCK + -(-length // _BLOCK) * _BLOCK
        count += 1
        if begin + length > size:
            raise LabError(name, "must be a whole tar archive", "cut off", "Get it again.")
        if count > MOST_MEMBERS:
            raise LabError(name, f"must have at most {MOST_MEMBERS:,} members")
        if kind in (_LONG, _PAX, *_OF_NO_FILE):
            told |= _told(file, begin, length, kind, name)
            continue
        path = told.get("path") or _name(header)
        told = {}
        if kind != _FOLDER:
            yield Member(_checked(path, name), begin, length if kind in _FILES else -1)


def read_at(file: IO[bytes], member: Member) -> bytes:
    """A member's bytes; fewer where the file was cut off since."""
    file.seek(member.start)
    return file.read(member.size)


def _header(file: IO[bytes], place: int, name: str) -> bytes | None:
    """The next header, None for the zeros at the end."""
    file.seek(place)
    header = file.read(_BLOCK)
    if not header.strip(b"\0"):
        return None
    declared = _number(header[148:156])
    if len(header) < _BLOCK or declared != sum(header[:148]) + 8 * 32 + sum(header[156:]):
        raise LabError(name, "must be a whole tar archive", "a broken one", "Get it again.")
    return header


def _size(told: str | None, header: bytes, name: str) -> int:
    number = _number(header[124:136]) if told is None else int(told)
    if number is None or not 0 <= number < 1 << 60:
        raise LabError(name, "must be a whole tar archive", "a broken one", "Get it again.")
    return number


def _number(field: bytes) -> int | None:
    """Octal digits, or as GNU writes large numbers: a bit, then bytes; None for neither."""
    if field[:1] == b"\x80":
        return int.from_bytes(field[1:], "big")
    digits = field.strip(b" \0")
    return int(digits or b"0", 8) if re.fullmatch(rb"[0-7]*", digits) else None


def _told(file: IO[bytes], begin: int, length: int, kind: bytes, name: str) -> dict[str, str]:
    """What a header says of the next member: its path, its size."""
    if length > _LONGEST:
        raise LabError(name, f"must have headers of at most {_LONGEST:,} bytes")
    if kind in _OF_NO_FILE:
        return {}
    file.seek(begin)
    data = file.read(length)
    if kind == _LONG:
        return {"path": data.rstrip(b"\0").decode("utf-8", "backslashreplace")}
    found = {key.decode(): value for key, value in re.findall(rb"\d+ (path|size)=([^\n]*)\n", data)}
    if not re.fullmatch(rb"\d{1,18}", found.get("size", b"0")):
        raise LabError(name, "must be a whole tar archive", "a broken one", "Get it again.")
    return {key: value.decode("utf-8", "backslashreplace") for key, value in found.items()}


def _name(header: bytes) -> str:
    prefix, own = header[345:500].split(b"\0")[0], header[:100].split(b"\0")[0]
    plain = header[257:263] == b"ustar\0"  # GNU keeps other things where POSIX has the prefix
    whole = prefix + b"/" + own if prefix and plain else own
    return whole.decode("utf-8", "backslashreplace")


def _checked(path: str, name: str) -> str:
    parts = PurePosixPath(path).parts
    if ".." in parts or path.startswith("/") or not parts:
        raise LabError(name, "must have members inside of it", but=f"has one named {shown(path)}")
    return "/".join(parts)
