"""What is in any file or folder that is opened here, and whether one may open it: looked at, never run."""

import hashlib
from dataclasses import replace
from pathlib import Path

from checkpoints.arrays.forms import is_of_arrays, members
from checkpoints.arrays.listed import ArrayListing
from checkpoints.arrays.opening import listing_of
from checkpoints.brought.sharded import contents_of, weights_at
from checkpoints.reading.content import kind_of
from checkpoints.reading.ending import though_named
from checkpoints.reading.file_contents import Entry, FileContents, file_contents, of_torch
from checkpoints.reading.quoting import file_name
from checkpoints.reading.safe_files import open_regular, read_head
from checkpoints.reading.verdict import on_plain
from losses.errors import LabError, plural

# Kind of content (see `content.kind_of`) -> a title, and why nothing in it can run.
_PLAIN = {
    "text": ("A table", "a table is letters and numbers"),
    "parquet": ("A Parquet file", "a Parquet file is columns of plain values"),
    "arrow": ("An Arrow file", "an Arrow file is columns of plain values"),
    "matlab": ("A MATLAB file", "a MATLAB file of version 5 to 7 is plain arrays"),
    "matlab 4": ("A MATLAB file", "a MATLAB file of version 4 is plain arrays"),
    "json": ("Rows in JSON", "JSON is letters and numbers"),
}
_WORSE = ("yes", "trust", "no")


def contents_at(path: str | Path) -> FileContents:
    """Look into a file, or into a folder of arrays or of weights. LabError, one sentence, where that cannot be done."""
    path = Path(path)
    if (weights := weights_at(path)) is not None:
        return _of_weights(weights)
    if path.is_dir():
        return _of_folder(path)
    kind = kind_of(read_head(path))
    if kind in _PLAIN and is_of_arrays(path):
        return _of_arrays(path, *_PLAIN[kind])
    found = file_contents(path)
    return replace(found, title=f"{found.title}{though_named(path.name, kind)}")


def _of_weights(path: Path) -> FileContents:
    """Of several files by their index, or of the one in a folder."""
    if path.suffix != ".json":
        return file_contents(path)
    return of_torch(contents_of(path))


def _of_arrays(path: Path, title: str, kind: str) -> FileContents:
    listing = listing_of(path)
    with open_regular(path) as (file, size):
        digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    verdict = on_plain(kind, f"its beginning, with {plural(len(listing.arrays), 'array')}.")
    entries, refused = _entries(listing)
    title += listing.though_named
    return FileContents(listing.file, size, digest, title, verdict, entries, refused=refused)


def _of_folder(path: Path) -> FileContents:
    """A folder is as safe as the worst of its files."""
    files = [file for file in members(path) if kind_of(read_head(file)) != "json"]
    if not files:
        remedy = "Give a file, or the folder that the arrays or weights lie in."
        raise LabError(file_name(path), "must have arrays or weights in it", but="has none", remedy=remedy)
    said = [contents_at(file) for file in files]
    worst = max((each.verdict for each in said), key=lambda verdict: _WORSE.index(verdict.level))
    digest = hashlib.sha256("".join(each.digest for each in said).encode()).hexdigest()
    entries, refused = _entries(listing_of(path))
    title, size = f"A folder with {plural(len(said), 'file')} of arrays", sum(each.size for each in said)
    return FileContents(file_name(path), size, digest, title, worst, entries, refused=refused)


def _entries(listing: ArrayListing) -> tuple[tuple[Entry, ...], dict[str, str]]:
    """Arrays, and of those that are no plain numbers or texts what they are."""
    entries = tuple(Entry(each.name, each.dtype, each.shape) for each in listing.arrays)
    return entries, {each.name: each.refused for each in listing.arrays if each.refused}
