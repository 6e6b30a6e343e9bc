"""A CSV or TSV of paths and labels: images in the table's own folder or below, never elsewhere, no link followed."""

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from checkpoints.images.bounds import MOST_SAMPLES
from checkpoints.images.decode import ENDINGS, MOST_BYTES
from checkpoints.images.labelled import Label, Samples, labelled_data
from checkpoints.images.source import ImageData
from checkpoints.images.splits import split_called, split_of
from checkpoints.reading.quoting import file_name, printable, shown
from checkpoints.reading.safe_files import read_whole
from losses.errors import LabError

ENDING = (".csv", ".tsv")
MOST_TABLE = 256 << 20
_PATHS = ("path", "file", "file_name", "filename", "filepath", "file_path", "image", "image_path", "img", "img_path")
_LABELS = ("label", "labels", "class", "class_name", "classname", "target", "category", "y", "cls")
_SPLITS = ("split", "set", "subset", "partition", "data_set")
_REMEDY = "Add a column split with train or test, or give a folder with train.csv and test.csv."


class _Columns(NamedTuple):
    """Where path, label and split stand; -1 for no split."""

    path: int
    label: int
    split: int


def is_table(path: Path) -> bool:
    """By its name: what it is a table of, its columns say."""
    return path.name.lower().endswith(ENDING)


def pair_in(path: Path) -> list[str]:
    """The names of the tables of train and test in a folder; [] where it has not one of each."""
    found = dict[str, str]()
    for each in sorted(path.iterdir()):
        if is_table(each) and each.is_file() and (split := split_of(each.name)):
            found.setdefault(split, each.name)
    return list(found.values()) if "train" in found and len(found) > 1 else []


def table_data(path: Path) -> ImageData:
    """The images that the table at `path`, or the tables of train and test in that folder, name."""
    folder, names = (path, pair_in(path)) if path.is_dir() else (path.parent, [path.name])
    paths, labels, splits = list[str](), list[Label](), list[str]()
    for name in names:
        for inside, label, split in _rows(folder / name):
            paths.append(inside)
            labels.append(label)
            splits.append(split)

    def data(row: int) -> bytes:
        return _bytes(folder, paths[row])

    samples = Samples(splits, labels, paths, data)
    return labelled_data(samples, name=file_name(path), kind="images listed in a table", remedy=_REMEDY)


def _bytes(folder: Path, inside: str) -> bytes:
    """Of an image; every folder on the way must be one, and no link to another."""
    place = folder
    for part in PurePosixPath(inside).parts[:-1]:
        place = place / part
        if place.is_symlink():
            raise LabError(printable(inside), "must not lie behind a link")
    return read_whole(folder / inside, limit=MOST_BYTES).data


def _rows(path: Path) -> Iterator[tuple[str, str, str]]:
    """(path, label, split) of each row."""
    name, own, known = file_name(path), split_of(path.name), dict[str, str]()
    rows = _table(path, name)
    first = next(rows, None)
    if first is None:
        raise LabError(name, "must have a row for each image", but="is empty")
    columns, headed = _columns(first, name)
    for count, cells in enumerate(rows if headed else chain([first], rows)):
        if count >= MOST_SAMPLES:
            raise LabError(name, f"must have at most {MOST_SAMPLES:,} rows", but="has more")
        inside, label, split = _row(cells, columns, own, name)
        yield inside, known.setdefault(label, label), split  # one text for all that have it


def _table(path: Path, name: str) -> Iterator[list[str]]:
    """Its rows without the empty ones, one after the other."""
    try:
        text = read_whole(path, limit=MOST_TABLE).data.decode("utf-8-sig")
        mark = max("\t,;", key=text.partition("\n")[0].count)
        yield from (row for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True) if row)
    except (UnicodeDecodeError, csv.Error) as error:
        raise LabError(name, "must be a table of texts in UTF-8", "something else") from error


def _columns(first: list[str], name: str) -> tuple[_Columns, bool]:
    """The columns by the first row, and whether that row names them."""
    titles = [cell.strip().lower() for cell in first]
    path, label, split = (_place(titles, known) for known in (_PATHS, _LABELS, _SPLITS))
    if path >= 0 and label >= 0:
        return _Columns(path, label, split), True
    paths = [at for at, title in enumerate(titles) if title.endswith(ENDINGS)]
    if len(paths) == 1 and len(titles) == 2:
        return _Columns(paths[0], 1 - paths[0], -1), False
    remedy = "Write path,label,split in its first line."
    few = ", ".join(shown(cell) for cell in first[:6])
    raise LabError(name, "must have columns of paths and labels", but=f"begins with {few}"[:200], remedy=remedy)


def _place(titles: Sequence[str], known: Sequence[str]) -> int:
    return next((titles.index(each) for each in known if each in titles), -1)


def _row(cells: list[str], columns: _Columns, own: str, name: str) -> tuple[str, str, str]:
    if len(cells) <= max(columns):
        raise LabError(name, "must have a path and a label in each row", but=f"has {shown(cells[0])} alone in one")
    inside = PurePosixPath(cells[columns.path].strip())
    if inside.is_absolute() or ".." in inside.parts or "\0" in str(inside) or not inside.parts:
        remedy = "Write paths relative to the folder of the table."
        raise LabError(name, "must name images below its own folder", but=f"names {shown(str(inside))}", remedy=remedy)
    split = split_called(cells[columns.split]) if columns.split >= 0 else own or split_of(str(inside))
    return str(inside), cells[columns.label], split
