"""Numpy archives and arrays, every declaration checked before memory is asked for, nothing unpickled."""

import io
import math
import zipfile
from typing import IO, BinaryIO

import numpy as np

from checkpoints.quoting import shown
from losses.errors import LabError

MOST_BYTES = 2 << 30
MOST_MEMBERS = 1_000
_LONGEST_HEADER = 10_000
_KINDS = "fiubUS"


def read_npz(file: IO[bytes], *, name: str) -> dict[str, np.ndarray]:
    """The arrays of an .npz by name. LabError, one sentence, for a file that is refused."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            _check_entries(entries, name)
            return {entry.filename.removesuffix(".npy"): _member(archive, entry, name) for entry in entries}
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise LabError(name, "must be a whole .npz archive", "a broken one", "Get it again.") from error


def read_npy(file: IO[bytes], size: int, *, name: str) -> np.ndarray:
    """One .npy array of `size` bytes with its header."""
    dtype, shape, fortran, start = _header(file, name)
    held, declared = size - start, math.prod(shape) * dtype.itemsize
    if declared != held:
        raise LabError(name, "must be whole", f"declaring {declared:,} bytes where it has {held:,}", "Get it again.")
    data = file.read(declared)
    if len(data) != declared:
        raise LabError(name, "must be whole", "cut off", "Get it again.")
    return np.frombuffer(data, dtype).reshape(shape, order="F" if fortran else "C").copy()


def _check_entries(entries: list[zipfile.ZipInfo], name: str) -> None:
    names = [entry.filename for entry in entries]
    if not 0 < len(names) <= MOST_MEMBERS or len(set(names)) < len(names):
        raise LabError(name, f"must have 1 to {MOST_MEMBERS:,} arrays, each once", f"{len(names):,} members")
    strangers = [each for each in names if not each.endswith(".npy")]
    if strangers:
        raise LabError(name, "must hold .npy arrays alone", f"holding {shown(strangers[0])} too")
    if any(entry.flag_bits & 1 for entry in entries):
        raise LabError(name, "must not be encrypted")
    declared = sum(entry.file_size for entry in entries)
    if declared > MOST_BYTES:
        raise LabError(name, f"must unpack to at most {MOST_BYTES:,} bytes", f"{declared:,} bytes")


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> np.ndarray:
    with archive.open(entry) as opened:
        return read_npy(opened, entry.file_size, name=f"{name}: {shown(entry.filename)}")


def _header(file: IO[bytes], name: str) -> tuple[np.dtype, tuple[int, ...], bool, int]:
    """dtype, shape, whether columns come first, and where the data starts."""
    head = file.read(12)
    longest = int.from_bytes(head[8:10] if head[6:7] == b"\x01" else head[8:12], "little")
    if head[:6] != b"\x93NUMPY" or head[6] not in (1, 2, 3) or longest > _LONGEST_HEADER:
        raise LabError(name, f"must be a .npy array with a header of at most {_LONGEST_HEADER:,} bytes")
    start = (10 if head[6] == 1 else 12) + longest
    text: BinaryIO = io.BytesIO(head + file.read(start - 12))
    try:
        version = np.lib.format.read_magic(text)
        read = np.lib.format.read_array_header_1_0 if version[0] == 1 else np.lib.format.read_array_header_2_0
        shape, fortran, dtype = read(text, max_header_size=_LONGEST_HEADER)
    except (ValueError, EOFError, SyntaxError) as error:
        raise LabError(name, "must have a header that numpy writes", "another") from error
    if dtype.kind not in _KINDS or dtype.itemsize == 0 or dtype.hasobject:
        raise LabError(name, "must hold plain numbers or texts", f"of dtype {shown(str(dtype))}")
    if any(isinstance(size, bool) or size < 0 for size in shape):
        raise LabError(name, "must have sizes from 0", shape)
    return dtype, shape, fortran, start
