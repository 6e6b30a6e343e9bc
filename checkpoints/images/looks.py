"""Whether a file or folder is worth offering as images, by a glance: what it is, is decided when it is opened."""

from pathlib import Path

from checkpoints.images.cifar import form_of
from checkpoints.images.idx import is_idx
from checkpoints.images.splits import split_of
from checkpoints.images.stl import stl_in
from checkpoints.images.svhn import svhn_in
from checkpoints.images.tree import SIDES
from checkpoints.reading.safe_files import read_head
from losses.errors import LabError

_PICTURES, _NAMED = (b"\x89PNG", b"\xff\xd8\xff"), (b".jpg", b".jpeg", b".png", b".JPEG")
_MARKS = {
    ".tar": (b"\0ustar",),
    ".parquet": _PICTURES,
    ".csv": _NAMED,
    ".tsv": _NAMED,
    ".npz": (b"_images.npy", b"x_train.npy"),
}


def looks_like_images(path: Path) -> bool:
    """Of a file: an archive by its name, others by what stands in their first bytes."""
    ending = path.suffix.lower()
    if ending == ".zip" or ending not in _MARKS:
        return ending == ".zip"
    try:
        head = read_head(path)
    except LabError:
        return False
    return any(mark in head for mark in _MARKS[ending])


def holds_images(folder: Path, names: set[str]) -> bool:
    """Of a folder with entries of these names: CIFAR, IDX, STL-10, SVHN, train and test as folders, or as shards."""
    trees = {SIDES[name.lower()] for name in names if name.lower() in SIDES and (folder / name).is_dir()}
    known = form_of(folder) or is_idx(folder) or stl_in(folder) == folder or svhn_in(folder) == folder
    if known or trees == {"train", "test"}:
        return True
    shards = {split_of(name): name for name in sorted(names) if name.lower().endswith((".parquet", ".tar"))}
    found = {split: name for split, name in shards.items() if split}
    return "train" in found and len(found) > 1 and all(looks_like_images(folder / name) for name in found.values())
