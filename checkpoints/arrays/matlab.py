"""MATLAB files of version 5 (.mat): numbers, texts and cells of texts, element by element; other objects are named.

Layout: 128 bytes of header, then elements of a type, a length and their bytes, each perhaps within a zlib stream
(MathWorks, MAT-File Format, chapter 1). A listing inflates no more than the start of each.
"""

import hashlib
import math
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from checkpoints.arrays.listed import HEAD, SAMPLE, ListedArray, LoadedArrays
from checkpoints.reading.quoting import file_name, shown
from checkpoints.reading.safe_files import open_regular
from losses.errors import LabError

MOST_BYTES, MOST_ARRAYS = 2 << 30, 1_000
_START, _PIECE, _MOST_CELLS, _UNPACKED, _FREE = 128, 1 << 20, 100_000, 64, 64 << 20
_COMPRESSED, _MATRIX = 15, 14
_CODES = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
_TEXTS = {16: "utf-8", 17: "utf-16", 18: "utf-32", 4: "utf-16", 2: "latin-1", 1: "latin-1"}
_CELL, _CHAR = 1, 4
_CLASSES = {6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4", 14: "i8", 15: "u8"}
_OTHERS = {2: "a struct", 3: "an object", 5: "a sparse matrix", 16: "a function", 17: "an object of MATLAB's own"}
_DAMAGED = "must be whole"


@dataclass(frozen=True, slots=True, eq=False)
class _Header:
    """Of an array: MATLAB's class, whether of bools, of complex numbers, its shape and name, where its values begin."""

    kind: int
    logical: bool
    complex: bool
    shape: tuple[int, ...]
    name: str
    values: int

    @property
    def count(self) -> int:
        return math.prod(self.shape)


class _Broken(ValueError):
    """Lengths or numbers that no MATLAB writes."""


def list_matlab(path: Path) -> tuple[ListedArray, ...]:
    """By the start of each element."""
    name = file_name(path)
    with open_regular(path) as (file, size), _whole(name):
        return tuple(_listed(data, order) for data, order in _elements(file, size, name, HEAD))


def load_matlab(path: Path, wanted: Collection[str]) -> LoadedArrays:
    """Those that are wanted; vectors (1, N) and (N, 1) as (N,)."""
    name = file_name(path)
    with open_regular(path) as (file, size):
        digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        found = {}
        for data, order in _elements(file, size, name, MOST_BYTES, wanted):
            header = _header(data, order)
            with _whole(name):
                found[header.name] = _flat(_array(header, data, order, name))
    return LoadedArrays(found, digest, size)


def _elements(
    file: IO[bytes], size: int, name: str, most: int, wanted: Collection[str] | None = None
) -> Iterator[tuple[bytes, str]]:
    """The body of each array, or at most its first `most` bytes, with the byte order; of those that are wanted."""
    order = _order(file, size, name)
    place, count, budget = _START, 0, min(MOST_BYTES, _FREE + _UNPACKED * size)
    with _whole(name):
        while place + 8 <= size:
            kind, length = _pair(_part(file, place, 8), order)
            count += 1
            if place + 8 + length > size or kind not in (_COMPRESSED, _MATRIX) or count > MOST_ARRAYS:
                raise _Broken
            packed = kind == _COMPRESSED
            start = _inflated(file, place + 8, length, HEAD) if packed else _part(file, place + 8, min(length, HEAD))
            declared = _pair(start, order)[1] if packed else length
            budget -= declared
            if budget < 0:
                raise LabError(name, f"must unpack to at most {min(MOST_BYTES, _FREE + _UNPACKED * size):,} bytes")
            if wanted is None or _header(start[8:] if packed else start, order).name in wanted:
                whole = min(declared, most)
                yield (
                    (_inflated(file, place + 8, length, whole + 8)[8:] if packed else _part(file, place + 8, whole)),
                    order,
                )
            place += 8 + length


@contextmanager
def _whole(name: str) -> Iterator[None]:
    try:
        yield
    except (_Broken, zlib.error) as error:
        raise LabError(name, _DAMAGED, "a broken MATLAB file", "Get it again.") from error


def _order(file: IO[bytes], size: int, name: str) -> str:
    mark = _part(file, 124, 4)
    if size < _START or mark[2:] not in (b"IM", b"MI"):
        raise LabError(name, _DAMAGED, "a broken MATLAB file", "Get it again.")
    return "<" if mark[2:] == b"IM" else ">"


def _part(file: IO[bytes], start: int, count: int) -> bytes:
    file.seek(start)
    return file.read(count)


def _inflated(file: IO[bytes], start: int, length: int, most: int) -> bytes:
    """At most `most` bytes of a zlib stream."""
    file.seek(start)
    stream, found, left = zlib.decompressobj(), bytearray(), length
    while len(found) < most and not stream.eof and left:
        piece = file.read(min(_PIECE, left))
        left -= len(piece)
        while piece and len(found) < most:
            found += stream.decompress(piece, most - len(found))
            piece = stream.unconsumed_tail
    return bytes(found)


def _pair(data: bytes, order: str) -> tuple[int, int]:
    if len(data) < 8:
        raise _Broken
    kind, length = np.frombuffer(data, f"{order}u4", 2).tolist()
    return kind, length


def _sub(data: bytes, place: int, order: str) -> tuple[int, int, int, int]:
    """Of a part of an array: its type, where its bytes begin, how many they are, where the next part begins."""
    kind, length = _pair(data[place : place + 8], order)
    if kind >> 16:  # up to four bytes stand in the tag itself
        return kind & 0xFFFF, place + 4, kind >> 16, place + 8
    return kind, place + 8, length, place + 8 + -(-length // 8) * 8


def _header(data: bytes, order: str) -> _Header:
    """Flags, dimensions and name. _Broken where they are not what they must be."""
    kind, begin, length, place = _sub(data, 0, order)
    if kind != 6 or length != 8:
        raise _Broken
    flags = _numbers(data, begin, 4, "u4", order)[0]
    kind, begin, length, place = _sub(data, place, order)
    if kind != 5 or not 8 <= length <= 128:
        raise _Broken
    shape = tuple(_numbers(data, begin, length, "i4", order))
    kind, begin, length, place = _sub(data, place, order)
    if kind != 1 or length > 200 or min(shape) < 0:
        raise _Broken
    name = data[begin : begin + length].decode("latin-1")
    return _Header(flags & 0xFF, bool(flags & 0x200), bool(flags & 0x800), shape, name, place)


def _numbers(data: bytes, begin: int, length: int, code: str, order: str) -> list[int]:
    part = data[begin : begin + length]
    if len(part) < length or length % np.dtype(code).itemsize:
        raise _Broken
    return np.frombuffer(part, order + code).tolist()


def _listed(data: bytes, order: str) -> ListedArray:
    header = _header(data, order)
    shape = _flat_shape(header.shape)
    if header.kind in (_CHAR, _CELL):
        return _listed_texts(header, data, order)
    if header.kind not in _CLASSES or header.complex:
        what = "complex numbers" if header.kind in _CLASSES else _OTHERS.get(header.kind, "an object of no known kind")
        return ListedArray(header.name, "other", shape, refused=what)
    dtype = "bool" if header.logical else np.dtype(_CLASSES[header.kind]).name
    # Columns come first in the file, so that of a table the first values are those of its first column.
    sample = _values(header, data, order, part=True) if len(shape) < 2 else np.empty(0)
    return ListedArray(header.name, dtype, shape, sample[:SAMPLE])


def _listed_texts(header: _Header, data: bytes, order: str) -> ListedArray:
    try:
        texts = _texts(header, data, order)
    except _Broken:
        shape = (header.shape[0] if header.kind == _CHAR else header.count,)
        whole = header.kind == _CHAR or len(data) >= HEAD  # it goes on beyond what was looked at
        return ListedArray(header.name, "text" if whole else "other", shape, refused="" if whole else "a cell array")
    return ListedArray(header.name, "text", texts.shape, texts[:SAMPLE])


def _array(header: _Header, data: bytes, order: str, name: str) -> np.ndarray:
    if header.kind in (_CHAR, _CELL):
        try:
            return _texts(header, data, order)
        except _Broken as error:
            where = f"{name}: {shown(header.name)}"
            raise LabError(where, "must hold plain numbers or texts", "a cell array of other things") from error
    if header.kind not in _CLASSES or header.complex:
        raise LabError(f"{name}: {shown(header.name)}", "must hold plain numbers or texts", "of another kind")
    values = _values(header, data, order)
    array = values.reshape(header.shape, order="F")
    return array != 0 if header.logical else array


def _values(header: _Header, data: bytes, order: str, *, part: bool = False) -> np.ndarray:
    """The numbers as the file has them, in MATLAB's class; fewer where only a `part` of them is there."""
    kind, begin, length, _ = _sub(data, header.values, order)
    if kind not in _CODES:
        raise _Broken
    code = np.dtype(order + _CODES[kind])
    held = len(data) - begin
    if length != header.count * code.itemsize or (held < length and not part):
        raise _Broken
    flat = np.frombuffer(data, code, min(length, held) // code.itemsize, begin)
    return flat.astype(_CLASSES.get(header.kind, "f8"))


def _texts(header: _Header, data: bytes, order: str) -> np.ndarray:
    """Texts (N,): the rows of a matrix of letters, or the cells, each a row of letters."""
    if header.kind == _CHAR:
        return np.array(_rows_of_letters(header, data, order), np.str_)
    found, place = list[str](), header.values
    if header.count > _MOST_CELLS:
        raise _Broken
    for _ in range(header.count):
        kind, begin, length, place = _sub(data, place, order)
        inner = data[begin : begin + length]
        own = _header(inner, order) if kind == _MATRIX and length else None
        if own is None or own.kind != _CHAR:
            raise _Broken
        found.append("".join(_rows_of_letters(own, inner, order)[:1]))
    return np.array(found, np.str_)


def _rows_of_letters(header: _Header, data: bytes, order: str) -> list[str]:
    kind, begin, length, _ = _sub(data, header.values, order)
    if kind not in _TEXTS or len(header.shape) != 2 or len(data) < begin + length:
        raise _Broken
    coding = _TEXTS[kind] + ({"<": "-le", ">": "-be"}[order] if kind in (17, 18, 4) else "")
    letters = data[begin : begin + length].decode(coding, "replace")
    rows, columns = header.shape
    if len(letters) != rows * columns:
        raise _Broken
    return [letters[row::rows].rstrip() for row in range(rows)] if rows else []


def _flat_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    return (math.prod(shape),) if len(shape) == 2 and 1 in shape else shape


def _flat(array: np.ndarray) -> np.ndarray:
    return array.reshape(-1) if array.ndim == 2 and 1 in array.shape else array
