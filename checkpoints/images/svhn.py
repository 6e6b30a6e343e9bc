"""SVHN's cropped digits, as their authors and torchvision keep them: MATLAB files of X (32, 32, 3, N) and y, 10 for 0.

Netzer et al. 2011, http://ufldl.stanford.edu/housenumbers.
"""

import hashlib
from pathlib import Path

import numpy as np

from checkpoints.arrays.matlab import load_matlab
from checkpoints.images.source import ImageData, Side, array_side
from checkpoints.reading.quoting import file_name
from losses.errors import LabError

_CLASSES, _SIDE = 10, 32
_FILES = {side: f"{side}_32x32.mat" for side in ("train", "test", "extra")}
INNER = ("svhn", "SVHN")
NAMES = frozenset((_FILES["train"], _FILES["test"]))


def svhn_in(path: Path) -> Path | None:
    """The folder of the files: `path`, or the one in it that a download has."""
    for place in (path, *(path / name for name in INNER)):
        if all((place / name).is_file() for name in NAMES):
            return place
    return None


def svhn_data(path: Path) -> ImageData:
    """Train and test; the images that are extra are left out, as SVHN's own evaluation has them beside train."""
    folder = svhn_in(path) or path
    sides = {side: _side(folder / _FILES[side], side) for side in ("train", "test")}
    extra = (folder / _FILES["extra"]).exists()
    notes = (f"{_FILES['extra']} is left out: it is neither train nor test",) if extra else ()
    names = tuple(map(str, range(_CLASSES)))
    return ImageData(file_name(path), "SVHN's MATLAB files", names, sides["train"], sides["test"], notes)


def _side(path: Path, side: str) -> Side:
    name = file_name(path)
    found = load_matlab(path, {"X", "y"})
    if missing := sorted({"X", "y"} - set(found.arrays)):
        raise LabError(name, "must have the arrays X and y", but=f"has no {missing[0]}")
    images, labels = found.arrays["X"], found.arrays["y"]
    if images.dtype != np.uint8 or images.ndim not in (3, 4) or images.shape[:3] != (_SIDE, _SIDE, 3):
        rule = f"must be uint8 images ({_SIDE}, {_SIDE}, 3, N)"
        raise LabError(f"{name}: X", rule, f"{images.dtype} of shape {images.shape}")
    # Columns first: each image lies in one piece, and a view is enough. MATLAB leaves out the axis of a single one.
    rows = images.reshape(_SIDE, _SIDE, 3, -1, order="F").transpose(3, 0, 1, 2)
    labels = labels.reshape(-1)
    if len(labels) != len(rows):
        raise LabError(f"{name}: y", f"must number {len(rows):,}, one an image", len(labels))
    if labels.dtype.kind not in "iuf" or not np.isin(labels, np.arange(_CLASSES + 1)).all():
        raise LabError(f"{name}: y", f"must be from 1 to {_CLASSES}, which is digit 0", but="has others")
    return array_side(rows, labels.astype(np.int64) % _CLASSES, side, hashlib.sha256(found.digest.encode()).digest())
