"""Files that are parts of one data set: below a folder, or the one that was given."""

from collections.abc import Iterable
from pathlib import Path

from checkpoints.images.folder import files_below
from checkpoints.reading.quoting import file_name
from checkpoints.reading.safe_files import read_head
from losses.errors import LabError

MOST_SHARDS = 20_000


def shards_at(path: Path, endings: tuple[str, ...]) -> list[str]:
    """Relative paths of the files with such an ending below the folder `path`, or its own name; sorted."""
    if not path.is_dir():
        return [path.name]
    found = shards_among(files_below(path), endings)
    if len(found) > MOST_SHARDS:
        raise LabError(file_name(path), f"must have at most {MOST_SHARDS:,} shards", len(found))
    return found


def shards_among(files: Iterable[str], endings: tuple[str, ...]) -> list[str]:
    """Those of the paths that have such an ending; none hidden."""
    found = (each for each in files if each.lower().endswith(endings))
    return sorted(each for each in found if not any(part.startswith(".") for part in each.split("/")))


def begins(path: Path, *marks: bytes, at: int = 0) -> bool:
    """Whether a regular file has one of these bytes at a place in its first 512."""
    return read_head(path, 512)[at:].startswith(marks)
