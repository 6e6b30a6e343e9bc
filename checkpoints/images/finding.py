"""From a path that the user gave to its images: which form they are in is decided by what is there."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from checkpoints.images.array_file import arrays_data, keys_in
from checkpoints.images.cifar import CifarForm, cifar_data, form_of
from checkpoints.images.folder import files_below, folder_data
from checkpoints.images.idx import idx_data, idx_in
from checkpoints.images.listed_paths import is_table, pair_in, table_data
from checkpoints.images.parquet import ENDING as PARQUET
from checkpoints.images.parquet import is_parquet, parquet_data
from checkpoints.images.shards import shards_among
from checkpoints.images.source import ImageData, Side, array_side
from checkpoints.images.stl import stl_data, stl_in
from checkpoints.images.svhn import svhn_data, svhn_in
from checkpoints.images.web_dataset import ENDING as TAR
from checkpoints.images.web_dataset import is_tar, tar_data
from checkpoints.images.zipped import zip_data
from checkpoints.native.datasets import DATASETS, Images
from checkpoints.reading.content import kind_of, words_of
from checkpoints.reading.quoting import file_name
from checkpoints.reading.safe_files import read_head
from losses.errors import LabError

FORMS = (
    "an image folder, a zip or tar of one, Parquet or WebDataset shards, a CSV of paths and labels, an .npz of images,"
    " or a folder with CIFAR, STL-10, SVHN or IDX files"
)


@dataclass(frozen=True, slots=True)
class Form:
    """A way that images come: whether a path has them so, and what opens them for the time of a block."""

    fits: Callable[[Path], bool]
    data: Callable[[Path], AbstractContextManager[ImageData]]


def _has_shards(endings: tuple[str, ...]) -> Callable[[Path], bool]:
    return lambda path: bool(shards_among(files_below(path), endings))


# A further form is one line. The first that fits is taken.
FILES = (
    Form(is_parquet, parquet_data),
    Form(is_tar, tar_data),
    Form(lambda path: _kind(path) == "npz" and bool(keys_in(path)), arrays_data),
    Form(lambda path: _kind(path) in ("zip", "torch", "npz"), zip_data),  # as the first member's name has it
    Form(
        lambda path: is_table(path) and _kind(path) not in ("web page", "lfs pointer"),
        lambda path: nullcontext(table_data(path)),
    ),
)
FOLDERS = (
    Form(lambda path: _cifar(path) is not None, lambda path: nullcontext(cifar_data(*_cifar(path)))),  # type: ignore[misc]
    Form(lambda path: idx_in(path) is not None, lambda path: nullcontext(idx_data(path))),
    Form(lambda path: svhn_in(path) is not None, lambda path: nullcontext(svhn_data(path))),
    Form(lambda path: stl_in(path) is not None, stl_data),
    Form(lambda path: bool(pair_in(path)), lambda path: nullcontext(table_data(path))),
    Form(_has_shards(PARQUET), parquet_data),
    Form(_has_shards(TAR), tar_data),
    Form(lambda path: True, lambda path: nullcontext(folder_data(path))),
)


@contextmanager
def image_data(path: Path) -> Iterator[ImageData]:
    """The images at `path`, or of a registered data set of that name. Read inside the block."""
    if str(path) in DATASETS and not path.exists():
        yield _registered(str(path))
        return
    form = next((each for each in (FOLDERS if path.is_dir() else FILES) if each.fits(path)), None)
    if form is None:
        kind = _kind(path)
        remedy = "Unpack it, and give what is in it." if kind == "compressed" else ""
        raise LabError(file_name(path), f"must be {FORMS}", words_of(kind), remedy)
    with form.data(path) as data:
        yield data


def _kind(path: Path) -> str:
    return kind_of(read_head(path))


def _cifar(path: Path) -> tuple[Path, CifarForm] | None:
    """The folder itself, or the one CIFAR folder in it, as an unpacked download has it."""
    inner = ("cifar-10-batches-py", "cifar-100-python", "cifar-10-batches-bin", "cifar-100-binary")
    for place in (path, *(path / name for name in inner)):
        if place.is_dir() and (form := form_of(place)) is not None:
            return place, form
    return None


def _registered(name: str) -> ImageData:
    data = DATASETS[name]()
    return ImageData(name, "a data set of NCE Lab", data.class_names, _side(data.train), _side(data.test))


def _side(items: Images) -> Side:
    side = array_side(items.images, items.labels, "", hashlib.sha256(items.images.tobytes()).digest())
    return Side(side.labels, items.ids, side.read, side.content)
