"""The shipped checkpoints: one .safetensors file a loss, in this folder. Listing them needs no torch."""

from dataclasses import dataclass
from pathlib import Path

from checkpoints.native.file import peek
from checkpoints.zoo.recipes import RECIPES

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


def _listed(folder: Path) -> tuple[ZooEntry, ...]:
    entries = [_entry(path) for path in folder.glob("*.safetensors")]
    order = list(RECIPES)
    return tuple(sorted(entries, key=lambda entry: (order.index(entry.loss), entry.name)))


def _entry(path: Path) -> ZooEntry:
    about = peek(path)
    recipe = about.metadata.recipe
    return ZooEntry(path.stem, path, recipe.loss, recipe.data, about.metadata.command, about.size, about.digest)
