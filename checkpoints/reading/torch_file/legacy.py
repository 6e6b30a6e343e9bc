"""The form that torch.save wrote before 1.6: five pickles in a row, then the storages one behind the other.

A magic number, a version, what machine it was, the value, the storages' keys; each storage is its number of elements in
8 bytes, then its bytes. All pickles are read as data; every size is held against the file's. No torch here.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from checkpoints.reading.torch_file.archive import MOST_MEMBERS, MOST_PICKLE
from checkpoints.reading.torch_file.inert_pickle import Name, Pairs, Persistent, read_pickle_at
from losses.errors import LabError

MAGIC = 0x1950A86A20F9469CFC6C
_VERSION = 1001
# Bytes of an element, of every kind that torch 1.5 could save, also of those that are not read here.
_SIZES = {
    "DoubleStorage": 8, "FloatStorage": 4, "HalfStorage": 2, "BFloat16Storage": 2, "LongStorage": 8, "IntStorage": 4,
    "ShortStorage": 2, "CharStorage": 1, "ByteStorage": 1, "BoolStorage": 1, "ComplexFloatStorage": 8,
    "ComplexDoubleStorage": 16, "QInt8Storage": 1, "QUInt8Storage": 1, "QInt32Storage": 4, "UntypedStorage": 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class LegacyArchive:
    """A checked file in the older form; `parts` says where each storage's bytes begin and end."""

    name: str
    file: IO[bytes]
    top: Any
    length: int
    mentions: frozenset[Name]
    parts: dict[str, tuple[int, int]]

    @classmethod
    def of(cls, file: IO[bytes], *, name: str, size: int, operations: Iterator[int] | None = None) -> "LegacyArchive":
        """LabError, one sentence, for a file that torch.save would not have written. `operations`: see
        `read_pickle_at`."""
        file.seek(0)
        data, outside, mentions = file.read(MOST_PICKLE), list[Persistent](), set[Name]()
        place, values = 0, []
        for _ in range(5):
            value, place = read_pickle_at(
                data, place, name=name, globals_named=mentions, outside=outside, operations=operations
            )
            values.append(value)
        magic, version, machine, top, keys = values
        _check_form(magic, version, machine, name)
        parts = _parts(file, place, _widths(outside, name), keys, name=name, size=size)
        return cls(name, file, top, place, frozenset(mentions), parts)

    def value(self, mentions: set[Name]) -> tuple[Any, int]:
        """What was saved, and how long its pickles are."""
        mentions |= self.mentions
        return self.top, self.length

    def size_of(self, key: str) -> int | None:
        """Bytes of the storage `key`, None where there is none."""
        start, stop = self.parts.get(key, (0, -1))
        return None if stop < 0 else stop - start

    def storage(self, key: str, start: int, stop: int) -> bytes:
        """Bytes `start` to `stop` of the storage `key`."""
        self.file.seek(self.parts[key][0] + start)
        part = self.file.read(stop - start)
        if len(part) != stop - start:
            raise LabError(self.name, "must not change while it is read", remedy="Open it again.")
        return part

    def part(self, key: str, start: int, stop: int) -> bytes:
        """The same, or what there is of them."""
        self.file.seek(self.parts[key][0] + start)
        return self.file.read(stop - start)


def is_legacy(head: bytes) -> bool:
    """Whether a file that begins so is in the older form."""
    return MAGIC.to_bytes(10, "little") in head[:24]


def _check_form(magic: Any, version: Any, machine: Any, name: str) -> None:
    if magic != MAGIC or version != _VERSION or not isinstance(machine, Pairs):
        raise LabError(name, "must be as torch.save wrote it before torch 1.6", but="begins otherwise")
    if ("little_endian", True) not in [pair for pair in machine.items if isinstance(pair[0], str)]:
        raise LabError(name, "must be from a machine of little-endian numbers", but="is from another")


def _widths(outside: list[Persistent], name: str) -> dict[str, tuple[int, int]]:
    """(bytes of an element, elements) of each storage that the value refers to."""
    found: dict[str, tuple[int, int]] = {}
    for each in outside:
        key = each.key
        whole = isinstance(key, tuple) and len(key) >= 5 and isinstance(key[1], Name) and isinstance(key[2], str)
        if not whole or type(key[4]) is not int or key[1].attribute not in _SIZES:
            raise LabError(name, "must refer to storages of torch's kinds alone", but="refers to something else")
        found[key[2]] = _SIZES[key[1].attribute], key[4]
    return found


def _parts(
    file: IO[bytes], place: int, widths: dict[str, tuple[int, int]], keys: Any, *, name: str, size: int
) -> dict[str, tuple[int, int]]:
    """Start and stop of each storage, in the order in which they are listed."""
    texts = isinstance(keys, list) and all(isinstance(key, str) for key in keys)
    if not texts or len(keys) > MOST_MEMBERS or len(set(keys)) != len(keys) or not set(keys) <= widths.keys():
        raise LabError(name, "must list the storages that it refers to, each once", but="lists others")
    parts: dict[str, tuple[int, int]] = {}
    for key in keys:
        width, elements = widths[key]
        file.seek(place, os.SEEK_SET)
        if int.from_bytes(file.read(8), "little") != elements or elements < 0:
            raise LabError(name, "must have storages of the sizes that it says", but="has one of another size")
        start, place = place + 8, place + 8 + elements * width
        if place > size:
            raise LabError(
                name, "must be whole", f"cut off after {size:,} of at least {place:,} bytes", "Get it again."
            )
        parts[key] = start, place
    return parts
