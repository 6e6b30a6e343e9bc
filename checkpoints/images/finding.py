"""From a path that the user gave to its images: which form they are in is decided by what is there."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from checkpoints.images.cifar import cifar_data, form_of
from checkpoints.images.folder import folder_data
from checkpoints.images.idx import idx_data, is_idx
from checkpoints.images.source import ImageData, Side, array_side
from checkpoints.images.zipped import zip_data
from checkpoints.native.datasets import DATASETS, Images
from checkpoints.reading.content import kind_of, words_of
from checkpoints.reading.quoting import file_name
from checkpoints.reading.safe_files import read_head
from losses.errors import LabError

FORMS = "an image folder, a zip of one, or a folder with CIFAR batches or IDX files"


@contextmanager
def image_data(path: Path) -> Iterator[ImageData]:
    """The images at `path`, or of a registered data set of that name. Read inside the block."""
    if str(path) in DATASETS and not path.exists():
        yield _registered(str(path))
    elif path.is_dir():
        yield _of_folder(path)
    else:
        kind = kind_of(read_head(path))
        if kind not in ("zip", "torch", "npz"):  # judged by the first member's name, which an image folder chose
            raise LabError(file_name(path), f"must be {FORMS}", words_of(kind))
        with zip_data(path) as data:
            yield data


def _of_folder(path: Path) -> ImageData:
    """The folder itself, or the one CIFAR folder in it, as an unpacked download has it."""
    inner = ("cifar-10-batches-py", "cifar-100-python", "cifar-10-batches-bin", "cifar-100-binary")
    for place in (path, *(path / name for name in inner)):
        if place.is_dir() and (form := form_of(place)) is not None:
            return cifar_data(place, form)
    return idx_data(path) if is_idx(path) else folder_data(path)


def _registered(name: str) -> ImageData:
    data = DATASETS[name]()
    return ImageData(name, "a data set of NCE Lab", data.class_names, _side(data.train), _side(data.test))


def _side(items: Images) -> Side:
    side = array_side(items.images, items.labels, "", hashlib.sha256(items.images.tobytes()).digest())
    return Side(side.labels, items.ids, side.read, side.content)
