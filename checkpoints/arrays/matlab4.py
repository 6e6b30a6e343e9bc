"""MATLAB files of version 4 (save -v4): matrices of numbers and of letters, one after the other, without packing.

Layout: 20 bytes of header (kind, rows, columns, whether complex, letters of the name), the name, the values column by
column (MathWorks, MAT-File Format, chapter 2).
"""

import hashlib
import struct
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from checkpoints.arrays.listed import HEAD, SAMPLE, ListedArray, LoadedArrays
from checkpoints.reading.quoting import file_name, shown
from checkpoints.reading.safe_files import open_regular
from losses.errors import LabError

MOST_BYTES, MOST_ARRAYS = 2 << 30, 1_000
_HEADER, _LONGEST_NAME = 20, 200
_DTYPES = ("f8", "f4", "i4", "i2", "u2", "u1")
_NUMBERS, _LETTERS, _SPARSE = range(3)


@dataclass(frozen=True, slots=True)
class _Matrix:
    """One matrix: dtype, what it holds (numbers, letters, or a sparse table), shape, whether complex, name, where its
    values begin and where they end."""

    dtype: np.dtype
    holds: int
    shape: tuple[int, int]
    complex: bool
    name: str
    begin: int
    end: int

    @property
    def refused(self) -> str:
        return "complex numbers" if self.complex else "a sparse matrix" if self.holds == _SPARSE else ""

    @property
    def flat(self) -> tuple[int, ...]:
        """A vector's shape, (1, N) or (N, 1), is (N,)."""
        rows, columns = self.shape
        return (rows * columns,) if 1 in self.shape else self.shape


def list_matlab4(path: Path) -> tuple[ListedArray, ...]:
    """By the header and the first values of each."""
    with open_regular(path) as (file, size):
        return tuple(_listed(file, each) for each in _matrices(file, size, file_name(path)))


def load_matlab4(path: Path, wanted: Collection[str]) -> LoadedArrays:
    """Those that are wanted; vectors (1, N) and (N, 1) as (N,)."""
    name = file_name(path)
    with open_regular(path) as (file, size):
        digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        found = {}
        for each in _matrices(file, size, name):
            if each.name in wanted:
                if each.refused:
                    where = f"{name}: {shown(each.name)}"
                    raise LabError(where, "must hold plain numbers or texts", but=f"holds {each.refused}")
                found[each.name] = _array(file, each)
    return LoadedArrays(found, digest, size)


def _matrices(file: IO[bytes], size: int, name: str) -> Iterator[_Matrix]:
    if size > MOST_BYTES:
        raise LabError(name, f"must have at most {MOST_BYTES:,} bytes", f"{size:,} bytes long")
    place = count = 0
    while place < size:
        file.seek(place)
        found = _matrix(file.read(_HEADER), file.read(_LONGEST_NAME), place)
        count += 1
        if found is None or found.end > size or count > MOST_ARRAYS:
            raise LabError(name, "must be whole", "a broken MATLAB file", "Get it again.")
        yield found
        place = found.end


def _matrix(header: bytes, name: bytes, place: int) -> _Matrix | None:
    """The matrix whose header begins at `place`; None for what is none."""
    if len(header) < _HEADER:
        return None
    for order, mark in (("<", 0), (">", 1)):
        kind, rows, columns, imaginary, letters = struct.unpack(f"{order}5i", header)
        machine, zero, number, holds = kind // 1000, kind // 100 % 10, kind // 10 % 10, kind % 10
        whole = (machine, zero) == (mark, 0) and kind >= 0 and number < len(_DTYPES) and holds <= _SPARSE
        word = name[: letters - 1] if 1 < letters <= _LONGEST_NAME else b""
        named = word.decode("latin-1").isidentifier() and name[letters - 1 : letters] == b"\0"
        if whole and named and rows >= 0 and columns >= 0 and imaginary in (0, 1):
            dtype, begin = np.dtype(order + _DTYPES[number]), place + _HEADER + letters
            end = begin + rows * columns * dtype.itemsize * (1 + imaginary)
            return _Matrix(dtype, holds, (rows, columns), bool(imaginary), word.decode("latin-1"), begin, end)
    return None


def _listed(file: IO[bytes], matrix: _Matrix) -> ListedArray:
    if matrix.refused:
        return ListedArray(matrix.name, "other", matrix.flat, refused=matrix.refused)
    if matrix.holds == _LETTERS:
        few = matrix.shape[0] * matrix.shape[1] * matrix.dtype.itemsize <= HEAD
        texts = _texts(file, matrix) if few else np.empty(0, np.str_)
        return ListedArray(matrix.name, "text", matrix.shape[:1], texts[:SAMPLE])
    # Columns come first in the file, so that of a table the first values are those of its first column.
    alone = len(matrix.flat) < 2
    sample = _values(file, matrix, min(SAMPLE, matrix.flat[0])) if alone else np.empty(0)
    return ListedArray(matrix.name, matrix.dtype.newbyteorder("=").name, matrix.flat, sample)


def _array(file: IO[bytes], matrix: _Matrix) -> np.ndarray:
    if matrix.holds == _LETTERS:
        return _texts(file, matrix)
    values = _values(file, matrix, matrix.shape[0] * matrix.shape[1])
    return values.reshape(matrix.flat, order="F")


def _values(file: IO[bytes], matrix: _Matrix, count: int) -> np.ndarray:
    file.seek(matrix.begin)
    data = file.read(count * matrix.dtype.itemsize)
    return np.frombuffer(data, matrix.dtype).astype(matrix.dtype.newbyteorder("="))


def _texts(file: IO[bytes], matrix: _Matrix) -> np.ndarray:
    """Rows of letters, each a number, as texts (N,)."""
    codes = _values(file, matrix, matrix.shape[0] * matrix.shape[1]).reshape(matrix.shape, order="F")
    with np.errstate(invalid="ignore"):  # what is no number is no letter
        letters = np.where((codes >= 0) & (codes < 256), codes, ord("?")).astype(np.uint8)
    return np.array([row.tobytes().decode("latin-1").rstrip(" \0") for row in letters], np.str_)
