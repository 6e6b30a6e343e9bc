""".npz archives and .npy arrays: listed by their headers, read as far as they are asked for."""

import hashlib
from collections.abc import Collection
from pathlib import Path

from checkpoints.arrays.listed import HEAD, SAMPLE, ListedArray, LoadedArrays, dtype_in_words
from checkpoints.reading.npz import NotPlain, described, leading, npz_heads, read_npy, read_npz
from checkpoints.reading.quoting import file_name, shown
from checkpoints.reading.safe_files import open_regular

OBJECTS = "Python objects, which are not opened; save texts as labels.astype(str), arrays in a dict by numpy.savez"
_WORDS = {"O": OBJECTS, "c": "complex numbers: save .real, or .abs() of them"}


def list_npz(path: Path) -> tuple[ListedArray, ...]:
    """Each array of an .npz by the first bytes of its member."""
    name = file_name(path)
    with open_regular(path) as (file, _):
        heads = npz_heads(file, name=name, size=HEAD)
    return tuple(_listed(place, *head, f"{name}: {shown(place)}") for place, head in heads.items())


def list_npy(path: Path) -> tuple[ListedArray, ...]:
    """The one array, named like the file."""
    with open_regular(path) as (file, size):
        return (_listed(path.stem, file.read(HEAD), size, file_name(path)),)


def load_npz(path: Path, wanted: Collection[str]) -> LoadedArrays:
    """LabError for one that holds no plain numbers or texts."""
    with open_regular(path) as (file, size):
        digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        file.seek(0)
        arrays, _ = read_npz(file, name=file_name(path), only=wanted)
    return LoadedArrays(arrays, digest, size)


def load_npy(path: Path, _: Collection[str]) -> LoadedArrays:
    """LabError for one that holds no plain numbers or texts."""
    with open_regular(path) as (file, size):
        digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        file.seek(0)
        return LoadedArrays({path.stem: read_npy(file, size, name=file_name(path))}, digest, size)


def _listed(place: str, data: bytes, size: int, name: str) -> ListedArray:
    try:
        dtype, shape, sample = leading(data, name, SAMPLE, size)
    except NotPlain as mistake:
        return _refused(place, data, name, mistake)
    return ListedArray(place, dtype_in_words(dtype), shape, sample)


def _refused(place: str, data: bytes, name: str, mistake: NotPlain) -> ListedArray:
    """An array that cannot be taken, with what it holds."""
    try:
        dtype, shape, _ = described(data, name)
    except NotPlain:
        return ListedArray(place, "other", (), refused=mistake.but.replace("is of", "values of"))
    return ListedArray(place, dtype, shape, refused=_WORDS.get(dtype[:1], f"values of dtype {dtype}"))
