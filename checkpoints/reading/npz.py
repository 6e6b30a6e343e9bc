"""Numpy archives and arrays, every declaration checked before memory is asked for, nothing unpickled."""

import math
import re
import zipfile
from collections.abc import Container
from typing import IO

import numpy as np

from checkpoints.reading.quoting import shown
from checkpoints.reading.zip_archive import open_zip, read_member, read_start
from losses.errors import LabError

MOST_BYTES = 2 << 30
MOST_MEMBERS = 1_000
_UNPACKED = 64  # times its size that a compressed archive may unpack to, beyond the first megabytes
_FREE = 64 << 20
_MAGIC, _LONGEST_HEADER = b"\x93NUMPY", 10_000
# Numpy itself reads a header with Python's parser, which warns, and gives up in its own ways.
_FIELD = r"""['"](?:descr|fortran_order|shape)['"]\s*:\s*(?:['"][^'"\\]{1,20}['"]|True|False|\([\s\d,]*\))"""
_HEADER = re.compile(rf"\{{\s*{_FIELD}\s*,\s*{_FIELD}\s*,\s*{_FIELD}(?:\s*,)?\s*\}}\s*", re.ASCII)
_RULE = "must hold plain numbers or texts"
_STRUCTURED = re.compile(r"['\"]descr['\"]\s*:\s*(?:\[\(|['\"][<>=|]?[mM]8)")
_DTYPE = re.compile(r"[<>=|]?(?:f[248]|[iu][1248]|b1|[US][1-9]\d{0,4})", re.ASCII)

_INSTEAD = {
    "O": "Save texts as labels.astype(str) and numbers as array.astype('float32').",
    "f": "Save it as array.astype('float64').",
    "g": "Save it as array.astype('float64').",
    "c": "Save its real part, or its magnitudes.",
}
"""By a dtype's first letter, how else such an array is saved."""


class NotPlain(LabError):
    """An array of objects, structures, dates or complex numbers."""


def read_npz(
    file: IO[bytes], *, name: str, needed: Container[str] | None = None, only: Container[str] | None = None
) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """The arrays of an .npz by name; and of those that are not `needed` (None for all) and hold no plain numbers or
    texts, what they hold. `only`: no others are read. LabError, one sentence, for a file that is refused."""
    arrays, others = dict[str, np.ndarray](), dict[str, str]()
    with open_zip(file, name=name, what=".npz archive", members=MOST_MEMBERS) as archive:
        entries = archive.infolist()
        _check_entries(entries, file.seek(0, 2), name)
        for entry in entries:
            place = entry.filename.removesuffix(".npy")
            if only is not None and place not in only:
                continue
            try:
                arrays[place] = _member(archive, entry, name)
            except NotPlain as mistake:
                if needed is None or place in needed:
                    raise
                others[place] = f"it {mistake.but}, and not of plain numbers or texts{_remedy(mistake)}"
    return arrays, others


def _remedy(mistake: NotPlain) -> str:
    """As the end of a sentence that has begun."""
    return f": {mistake.remedy[0].lower()}{mistake.remedy[1:].rstrip('.')}" if mistake.remedy else ""


def npz_members(file: IO[bytes], *, name: str) -> dict[str, bytes]:
    """The bytes of each array of an .npz, its header among them, whatever kind of array it is."""
    with open_zip(file, name=name, what=".npz archive", members=MOST_MEMBERS) as archive:
        entries = archive.infolist()
        _check_entries(entries, file.seek(0, 2), name)
        return {entry.filename.removesuffix(".npy"): read_member(archive, entry, name=name) for entry in entries}


def npz_heads(file: IO[bytes], *, name: str, size: int) -> dict[str, tuple[bytes, int]]:
    """The first `size` bytes of each array of an .npz, its header among them, and the bytes of all; the rest is not
    unpacked."""
    with open_zip(file, name=name, what=".npz archive", members=MOST_MEMBERS) as archive:
        entries = archive.infolist()
        _check_entries(entries, file.seek(0, 2), name)
        starts = {entry: read_start(archive, entry, size, name=name) for entry in entries}
    return {entry.filename.removesuffix(".npy"): (start, entry.file_size) for entry, start in starts.items()}


def described(data: bytes, name: str) -> tuple[str, tuple[int, ...], int]:
    """dtype as the header says it, shape, and where the data starts; dtype "O" is of Python objects in a pickle."""
    text, begin = _header_text(data, name)
    dtype = _field(text, "descr", name).strip("'\"")
    return dtype.lstrip("<>|="), _shape(_field(text, "shape", name), name), begin


def read_npy(file: IO[bytes], size: int, *, name: str) -> np.ndarray:
    """One .npy array of `size` bytes with its header."""
    if size > MOST_BYTES:
        raise LabError(name, f"must have at most {MOST_BYTES:,} bytes", f"{size:,} bytes long")
    return _array(file.read(size), name)


def leading(data: bytes, name: str, most: int, size: int) -> tuple[np.dtype, tuple[int, ...], np.ndarray]:
    """dtype, shape and the first numbers or texts, flat and at most `most`, of an array of `size` bytes with its
    header, of which `data` is the start.

    Of one whose columns come first in the file there are none. NotPlain for one of other things.
    """
    dtype, shape, fortran, start = _header(data, name)
    _check_whole(math.prod(shape) * dtype.itemsize, size - start, name)
    count = 0 if fortran and len(shape) > 1 else min(most, math.prod(shape), (len(data) - start) // dtype.itemsize)
    flat = np.frombuffer(data, np.uint8 if dtype.kind == "b" else dtype, count=count, offset=start)
    return dtype, shape, flat != 0 if dtype.kind == "b" else flat


def _array(data: bytes, name: str) -> np.ndarray:
    """The array in `data`, as its own copy."""
    dtype, shape, fortran, start = _header(data, name)
    _check_whole(math.prod(shape) * dtype.itemsize, len(data) - start, name)
    # A bool is 0 or 1 to numpy; a file may say 7.
    flat = np.frombuffer(data, np.uint8 if dtype.kind == "b" else dtype, offset=start)
    array = (flat != 0 if dtype.kind == "b" else flat).reshape(shape, order="F" if fortran else "C")
    return array.copy()


def _check_whole(declared: int, held: int, name: str) -> None:
    if declared != held:
        found = f"declares {shown(declared)} bytes where it has {held:,}"
        raise LabError(name, "must be whole", but=found, remedy="Get it again.")


def _check_entries(entries: list[zipfile.ZipInfo], size: int, name: str) -> None:
    strangers = [entry.filename for entry in entries if not entry.filename.endswith(".npy")]
    if strangers:
        raise LabError(name, "must hold .npy arrays alone", but=f"holds {shown(strangers[0])} too")
    if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries):
        raise LabError(name, "must be stored or deflated, as numpy does")
    declared = sum(entry.file_size for entry in entries)
    most = min(MOST_BYTES, _FREE + _UNPACKED * size)
    if declared > most:
        raise LabError(name, f"must unpack to at most {most:,} bytes", but=f"declares {declared:,} bytes in {size:,}")


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> np.ndarray:
    return _array(read_member(archive, entry, name=name), f"{name}: {shown(entry.filename)}")


def _header(data: bytes, name: str) -> tuple[np.dtype, tuple[int, ...], bool, int]:
    """dtype, shape, whether columns come first, and where the data starts."""
    text, begin = _header_text(data, name)
    descr, order, shape = (_field(text, key, name) for key in ("descr", "fortran_order", "shape"))
    dtype = descr.strip("'\"")
    if not _DTYPE.fullmatch(dtype):
        raise NotPlain(name, _RULE, f"of dtype {shown(dtype)}", _INSTEAD.get(dtype.lstrip("<>|=")[:1], ""))
    return np.dtype(dtype), _shape(shape, name), order == "True", begin


def _header_text(data: bytes, name: str) -> tuple[str, int]:
    """The header as text, of the one form that numpy writes, and where it ends."""
    first, begin = data[6:7], 10 if data[6:7] == b"\x01" else 12
    length = int.from_bytes(data[8:begin], "little")
    if data[:6] != _MAGIC:
        raise LabError(name, "must be a .npy array", "something else" if data else "empty")
    if first not in (b"\x01", b"\x02", b"\x03") or length > _LONGEST_HEADER:
        raise LabError(name, f"must have a header of at most {_LONGEST_HEADER:,} bytes, of version 1 to 3")
    text = data[begin : begin + length].decode("latin-1")
    if found := _STRUCTURED.search(text):
        kind = "a structured dtype" if found[0].endswith("[(") else "dates or durations"
        raise NotPlain(name, _RULE, f"of {kind}")
    if len(text) != length or not _HEADER.fullmatch(text):
        has, remedy = ("has another", "") if len(text) == length else ("ends within it", "Get it again.")
        raise LabError(name, "must have a header that numpy writes", but=has, remedy=remedy)
    return text, begin + length


def _field(text: str, key: str, name: str) -> str:
    found = re.findall(rf"""['"]{key}['"]\s*:\s*(\([^)]*\)|'[^']*'|"[^"]*"|True|False)""", text)
    if len(found) != 1:
        raise LabError(name, "must have a header that numpy writes", but="has another")
    return str(found[0])


def _shape(text: str, name: str) -> tuple[int, ...]:
    sizes = re.findall(r"\d+", text)
    if len(sizes) > 32 or any(len(size) > 18 for size in sizes):
        raise LabError(name, "must have at most 32 sizes of at most 18 digits", shown(text))
    return tuple(int(size) for size in sizes)
