"""What can be opened below a folder that the user named: checkpoints and images, by their relative paths.

A path must be text, to stand in a link and on a page: what has a name that is not UTF-8 is left out, counted and named.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from checkpoints.brought.hub_config import CONFIG
from checkpoints.brought.sharded import INDEXES, WHOLE
from checkpoints.bundle import NAMES
from checkpoints.images.looks import holds_images, looks_like_images
from checkpoints.reading.quoting import printable, shown
from checkpoints.reading.safe_files import read_head
from losses.errors import LabError

MOST_ENTRIES = 20_000
MOST_SHOWN = 500
_DEEPEST = 6
_NAMED = 3
_NOT_UTF8 = "not UTF-8"
_TABLES = (".csv", ".tsv", ".parquet", ".feather", ".arrow")
_ARRAY_FILES = (".npz", ".npy", ".mat", ".pkl", ".pickle", ".p", ".jsonl", ".ndjson", *_TABLES)
_CHECKPOINTS = (".safetensors", ".pth", ".pt", ".tar", ".ckpt", ".bin", ".index.json", *_ARRAY_FILES)
_TEXTS = (".json", ".txt")
_NUMBER = rb"-?\d+\.\d+(?:e[+-]?\d+)?"
_VECTOR = re.compile(
    rb"(?:%b[\s,]+){4}%b" % (_NUMBER, _NUMBER), re.ASCII | re.IGNORECASE
)  # a mean and a std have three
_SOONEST = 1 << 10  # bytes of a text within which its first vector begins
_PROJECTOR = {"tensors.tsv", "metadata.tsv"}
_ARRAYS = {f"{name}{ending}" for name in NAMES["test embeddings"] for ending in (".npy", ".pth")}


@dataclass(frozen=True, slots=True)
class Listing:
    """Relative paths with slashes, sorted; `note` says what the list leaves out, "" for nothing."""

    checkpoints: tuple[str, ...]
    images: tuple[str, ...]
    note: str = ""


def listing(root: Path) -> Listing:
    """Names decide here what is offered; what a file is, its content decides when it is opened."""
    checkpoints, images, unreadable, notes = list[str](), list[str](), list[str](), list[str]()
    for seen, (kind, path) in enumerate(_walk(root)):
        if seen >= MOST_ENTRIES or len(checkpoints) >= MOST_SHOWN or len(images) >= MOST_SHOWN:
            notes.append(
                f"The list ends after {MOST_ENTRIES:,} entries or {MOST_SHOWN} of a kind: name a smaller root."
            )
            break
        if kind == _NOT_UTF8:
            unreadable.append(path)
        elif kind == "checkpoint":
            checkpoints.append(path)
        elif kind == "images":
            images.append(path)
    return Listing(tuple(sorted(checkpoints)), tuple(sorted(images)), " ".join([*notes, *_left_out(unreadable)]))


def is_text(name: str) -> bool:
    """Whether a name on disk is UTF-8: Python stands lone surrogates in for bytes that are not."""
    return not any("\ud800" <= letter <= "\udfff" for letter in name)


def _left_out(paths: list[str]) -> list[str]:
    if not paths:
        return []
    what = "1 name that is not UTF-8 is" if len(paths) == 1 else f"{len(paths):,} names that are not UTF-8 are"
    return [f"{what} left out, with all below: {', '.join(map(printable, paths[:_NAMED]))}. Rename to open."]


def inside(root: Path, relative: str) -> Path:
    """The path below `root`, its links resolved. LabError where it leads out of it."""
    if "\0" in relative:
        raise LabError(shown(relative), "must be a path without a NUL character")
    top, path = root.resolve(), (root / relative).resolve()
    if not path.is_relative_to(top):
        raise LabError(shown(relative, 200), "must lie below the root", "outside of it")
    return path


def _walk(root: Path) -> Iterator[tuple[str, str]]:
    """(kind, relative path) of each entry; links and hidden ones are passed over."""
    waiting = [("", 0)]
    while waiting:
        folder, depth = waiting.pop()
        entries = _entries(root / folder)
        kind = _folder_kind(root / folder, {name for name, _ in entries})
        if kind:
            yield kind, folder or "."
            continue
        if hub := _is_of_hub({name for name, _ in entries}):
            yield "checkpoint", folder or "."
        for name, is_folder in entries:
            if hub and not is_folder:
                continue  # they are that network's; folders in it are what its training wrote on the way
            path = f"{folder}/{name}" if folder else name
            if not is_text(name):
                yield _NOT_UTF8, path
            elif not is_folder:
                yield from ((kind, path) for kind in _file_kinds(root / path))
            elif depth < _DEEPEST:
                yield "", path
                waiting.append((path, depth + 1))


def _entries(folder: Path) -> list[tuple[str, bool]]:
    """(name, whether it is a folder); nothing where the folder cannot be read."""
    try:
        with os.scandir(folder) as found:
            plain = [each for each in found if not each.name.startswith(".") and not each.is_symlink()]
            return [(each.name, each.is_dir()) for each in plain if each.is_dir() or each.is_file()]
    except OSError:
        return []


def _is_of_hub(names: set[str]) -> bool:
    """Whether a folder is one network as Hugging Face saves it: its config beside its weights."""
    return CONFIG in names and bool(names & {*WHOLE, *INDEXES})


def _folder_kind(folder: Path, names: set[str]) -> str:
    if names & _ARRAYS or names >= _PROJECTOR or _are_parts(names):
        return "checkpoint"
    return "images" if holds_images(folder, names) else ""


def _are_parts(names: set[str]) -> bool:
    """Whether a folder is one set of arrays, a file an array: several .npy, and nothing else that opens by itself."""
    opened = [name for name in names if name.lower().endswith(_CHECKPOINTS)]
    return len(opened) > 1 and all(name.lower().endswith(".npy") for name in opened)


def _has_vectors(path: Path) -> bool:
    """Whether a text begins with numbers in a row, as few settings and notes do."""
    try:
        return _VECTOR.search(read_head(path, _SOONEST)) is not None
    except LabError:
        return False


def _file_kinds(path: Path) -> tuple[str, ...]:
    """A table or an archive may be either: the user knows."""
    name = path.name.lower()
    is_one = name.endswith(_CHECKPOINTS) or (name.endswith(_TEXTS) and _has_vectors(path))
    kinds = ("checkpoint",) if is_one else ()
    return (*kinds, "images") if looks_like_images(path) else kinds or ("",)
