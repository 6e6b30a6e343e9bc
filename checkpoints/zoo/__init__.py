"""The shipped checkpoints: one .safetensors file a loss, in this folder, of digits; in cifar10 the outputs and weights
of encoders of real images. Listing them needs no torch."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from checkpoints.native.file import peek
from checkpoints.native.image_run import RUN, ImageRun, read_run
from checkpoints.reading.npz import read_npz
from checkpoints.reading.safe_files import open_regular
from checkpoints.zoo.recipes import RECIPES
from losses.catalog import CATALOG
from losses.errors import LabError

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class ZooEntry:
    """One shipped checkpoint: `name` is its file's stem, `command` the one that made it, `size` in bytes,
    `digest` the sha256 of the file."""

    name: str
    path: Path
    loss: str
    data: str
    command: str
    size: int
    digest: str


def shipped() -> tuple[ZooEntry, ...]:
    """Every shipped checkpoint, in the order of the losses. LabError if one of the files is damaged."""
    return _listed(FOLDER)


def other_seeds() -> tuple[ZooEntry, ...]:
    """Shipped recipes trained again with another seed: a difference between losses is to be held against theirs."""
    return _listed(FOLDER / "seeds")


def of_images() -> tuple[ZooEntry, ...]:
    """The shipped encoders of real images, by their outputs, in the order of the losses. LabError as for `shipped`."""
    entries = [_of_outputs(path, path.stat().st_mtime_ns) for path in sorted((FOLDER / "cifar10").glob("*.npz"))]
    return tuple(sorted(entries, key=lambda entry: (list(CATALOG).index(entry.loss), entry.name)))


def run_of(entry: ZooEntry) -> ImageRun:
    """What one of `of_images` says of itself."""
    return _run(entry.path, entry.path.stat().st_mtime_ns)[0]


@lru_cache(maxsize=64)
def _run(path: Path, _changed: int) -> tuple[ImageRun, str, int]:
    with open_regular(path) as (file, size):
        digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        arrays, _ = read_npz(file, name=path.name, only=(RUN,))
    if RUN not in arrays:
        raise LabError(path.name, f"must have the array {RUN}", but="has none")
    return read_run(arrays[RUN], path.name), digest, size


def _of_outputs(path: Path, changed: int) -> ZooEntry:
    run, digest, size = _run(path, changed)
    return ZooEntry(f"cifar10/{path.stem}", path, run.recipe.loss, "CIFAR-10", run.recipe.command(), size, digest)


def _listed(folder: Path) -> tuple[ZooEntry, ...]:
    entries = [_entry(path) for path in folder.glob("*.safetensors")]
    order = list(RECIPES)
    return tuple(sorted(entries, key=lambda entry: (order.index(entry.loss), entry.name)))


def _entry(path: Path) -> ZooEntry:
    about = peek(path)
    recipe = about.metadata.recipe
    return ZooEntry(path.stem, path, recipe.loss, recipe.data, about.metadata.command, about.size, about.digest)
