"""IDX files, as MNIST and Fashion-MNIST are given: images and labels, plain or gzipped; torchvision's folders too."""

import hashlib
import math
import zlib
from pathlib import Path

import numpy as np

from checkpoints.images.source import ImageData, Side, array_side
from checkpoints.reading.quoting import file_name
from checkpoints.reading.safe_files import read_whole
from losses.errors import LabError

MOST_BYTES = 1 << 30
_SIDES = {"train": ("train",), "test": ("t10k", "test")}
_KEPT = ("MNIST", "FashionMNIST", "KMNIST")  # torchvision's, each with a folder raw
_IMAGES, _LABELS = ("images-idx3-ubyte", "images.idx3-ubyte"), ("labels-idx1-ubyte", "labels.idx1-ubyte")


def is_idx(path: Path) -> bool:
    """Whether the folder has IDX images under their usual names."""
    return _find(path, "train", _IMAGES) is not None


def idx_in(path: Path) -> Path | None:
    """The folder of IDX files: `path`, or the one in it where torchvision puts them. LabError where it has several."""
    if is_idx(path):
        return path
    found = [place for place in (path / "raw", *(path / name / "raw" for name in _KEPT)) if is_idx(place)]
    if len(found) > 1:
        few = " and ".join(place.parent.name for place in found)
        raise LabError(file_name(path), "must have one data set", but=f"has {few}", remedy="Give the folder of one.")
    return found[0] if found else None


def idx_data(path: Path) -> ImageData:
    """`train-images-idx3-ubyte` and its three companions in a folder, each perhaps with .gz."""
    folder = idx_in(path) or path
    sides = {side: _side(folder, side) for side in _SIDES}
    most = max(int(side.labels.max(initial=0)) for side in sides.values())
    return ImageData(file_name(path), "IDX files", tuple(map(str, range(most + 1))), sides["train"], sides["test"])


def _side(path: Path, side: str) -> Side:
    images, first = _array(_needed(path, side, _IMAGES), 3)
    labels, second = _array(_needed(path, side, _LABELS), 1)
    if len(images) != len(labels):
        name, rule = f"{file_name(path)}: {side} labels", f"must number {len(images):,}, one an image"
        raise LabError(name, rule, len(labels))
    return array_side(images, labels, side, first + second)


def _find(path: Path, side: str, kinds: tuple[str, ...]) -> Path | None:
    names = (f"{stem}-{kind}{ending}" for stem in _SIDES[side] for kind in kinds for ending in ("", ".gz"))
    return next((path / name for name in names if (path / name).is_file()), None)


def _needed(path: Path, side: str, kinds: tuple[str, ...]) -> Path:
    found = _find(path, side, kinds)
    if found is None:
        raise LabError(file_name(path), f"must have {_SIDES[side][0]}-{kinds[0]} (or .gz)", "without it")
    return found


def _array(path: Path, dimensions: int) -> tuple[np.ndarray, bytes]:
    """An array of bytes with that many dimensions, and its file's digest."""
    file = read_whole(path, limit=MOST_BYTES)
    data = _unzipped(file.data, path.name) if file.data[:2] == b"\x1f\x8b" else file.data
    start = 4 + 4 * dimensions
    if data[:3] != b"\0\0\x08" or len(data) < start or data[3] != dimensions:
        raise LabError(file_name(path), f"must be IDX bytes in {dimensions} dimensions", "something else")
    shape = tuple(int(size) for size in np.frombuffer(data, ">u4", dimensions, offset=4))
    if math.prod(shape) != len(data) - start or max(shape[1:], default=0) > 1024:
        raise LabError(
            file_name(path), "must be whole", but=f"declares {shape} where it has {len(data) - start:,} bytes"
        )
    return np.frombuffer(data, np.uint8, offset=start).reshape(shape), hashlib.sha256(file.data).digest()


def _unzipped(data: bytes, name: str) -> bytes:
    """At most `MOST_BYTES`, whatever the archive would unpack to."""
    unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        unpacked = unpacker.decompress(data, MOST_BYTES)
    except zlib.error as error:
        raise LabError(name, "must be a whole gzip file", "a broken one", "Get it again.") from error
    if unpacker.unconsumed_tail:
        raise LabError(name, f"must unpack to at most {MOST_BYTES:,} bytes")
    if not unpacker.eof:
        raise LabError(name, "must be a whole gzip file", "cut off", "Get it again.")
    return unpacked
