"""What a text table looks like, judged by its first lines: its separator, whether it has a header, its columns."""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import islice, takewhile
from typing import TYPE_CHECKING

import numpy as np

from checkpoints.arrays.columns import (
    LIST,
    NUMBER,
    TEXT,
    ColumnArray,
    arrays_of,
    have_fractions,
    longest_run,
    numbered,
)

if TYPE_CHECKING:
    from _csv import Reader

MOST_COLUMNS = 20_000
LONGEST_LINE = 8 << 20
_LOOKED_AT = 100  # rows
_LONGEST_ALONE = 200  # letters of a cell that has its line for itself
SEPARATORS = ("\t", ",", ";", "|", " ")
_LIKE_OTHERS = 0.9  # share of the rows that must be as wide as each other for a text to be a table
_MISSING = frozenset(["", "na", "n/a", "#n/a", "nan", "null", "none", "<na>", "-", "?"])
_HEADER_WORDS = frozenset(
    ["label", "labels", "class", "classes", "target", "targets", "y", "name", "names", "category"]
)


@dataclass(frozen=True, slots=True, eq=False)
class TableForm:
    """separator: between cells. header: whether the first line names the columns. arrays: what the columns are.

    sample: the first rows, as texts. skipped: lines before all others, comments that begin with #.
    """

    separator: str
    header: bool
    names: tuple[str, ...]
    arrays: tuple[ColumnArray, ...]
    sample: tuple[tuple[str, ...], ...]
    skipped: int = 0

    def number(self, cell: str) -> float:
        """A cell as a number, one of what stands for none as NaN; with a decimal comma where cells end with
        semicolons. ValueError for a text."""
        if self.separator == ";":
            cell = cell.replace(",", ".")
        return np.nan if cell.strip().lower() in _MISSING else float(cell)

    def likely(self, cell: str) -> float:
        """As `number`, and NaN for a text."""
        try:
            return self.number(cell)
        except ValueError:
            return np.nan


def form_of_table(head: bytes, *, whole: bool) -> TableForm | None:
    """The form of a text that begins so; None where it is no table. `whole`: nothing follows.

    A table has at least two rows of at least two columns, or two rows of one, and nearly each row as many as the
    others: one of another width, such as a last one that was cut off, is named when it is read.
    """
    text = head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    for even in (True, False):  # what splits all rows alike before what nearly does
        for separator in SEPARATORS:
            if (found := _with_separator(text, separator, whole=whole, even=even)) is not None:
                return found
    lines = text.splitlines()[: _LOOKED_AT + 1]
    one = [(cell,) for line in (lines if whole else lines[:-1]) if (cell := line.strip().strip('"'))]
    return _form(one, "\n") if len(one) > 1 and all(len(cell) < _LONGEST_ALONE for (cell,) in one) else None


def list_of_numbers(cell: str) -> np.ndarray:
    """The numbers of a cell such as "[0.1, 0.2]", as pandas writes a list or numpy an array. ValueError for others."""
    inner = cell.strip()
    if not inner.startswith("[") or not inner.endswith("]"):
        raise ValueError(cell[:20])
    return np.array(inner[1:-1].replace(",", " ").split(), dtype=np.float32)


def cells_of(lines: Iterable[str], separator: str) -> "Reader":
    """The rows of a text's lines; of spaces as many as there are stand for one. csv.Error where a quote stays open."""
    if separator == " ":
        lines = (" ".join(line.split()) + "\n" for line in lines)
    return csv.reader(lines, delimiter=separator, strict=True)


def _with_separator(text: str, separator: str, *, whole: bool, even: bool) -> TableForm | None:
    """The form of a text whose cells are separated so, None where they are not; `even`: rows as wide as all others."""
    comments = list(takewhile(lambda line: line.startswith("#"), text.splitlines()[:_LOOKED_AT]))
    rows, skipped = _rows(text, len(comments), separator, whole=whole), len(comments)
    width = Counter(map(len, rows)).most_common(1)[0][0] if rows else 0
    if not 2 <= width <= MOST_COLUMNS:
        return None
    if rows[0] == (rows[0][0], str(width - 1)):  # word2vec's first line: how many, and how long
        rows, skipped = rows[1:], skipped + 1
    if len(rows[0]) == width - 1 > 1:  # R gives the row names no name
        rows = [("", *rows[0]), *rows[1:]]
    found = [row for row in rows if len(row) == width]
    one_is_cut = len(rows) > 3 and len(found) == len(rows) - 1 and len(rows[-1]) != width
    if len(found) < 2 or not (found == rows or (not even and (one_is_cut or len(found) >= _LIKE_OTHERS * len(rows)))):
        return None
    if separator == " " and not _mostly_numbers(found[1:]):
        return None
    return _form(found, separator, skipped, _named_by(comments, width, separator))


def _named_by(comments: Sequence[str], width: int, separator: str) -> tuple[str, ...]:
    """The column names in the last line before the rows, where numpy.savetxt put them behind a #."""
    for line in comments[-1:]:
        cells: list[str] = next(cells_of([line.lstrip("# ")], separator), [])
        if len(cells) == width and not any(map(_is_number, cells)):
            return tuple(cells)
    return ()


def _mostly_numbers(rows: Sequence[tuple[str, ...]]) -> bool:
    """Whether most columns are numbers, and at least two: words between spaces are no table."""
    numbers = sum(_kind(column, " ") == NUMBER for column in zip(*rows, strict=True))
    return numbers > 1 and numbers * 2 > len(rows[0])


def _rows(text: str, skipped: int, separator: str, *, whole: bool) -> list[tuple[str, ...]]:
    """The first rows that are not empty; the last of a text that goes on may be cut, and is none."""
    found: list[tuple[str, ...]] = []
    try:
        for row in cells_of(islice(StringIO(text, newline=""), skipped, None), separator):
            found += [tuple(row)] if any(row) else []
            if len(found) > _LOOKED_AT:
                return found[:-1]
    except csv.Error:
        return [] if whole else found
    return found if whole else found[:-1]


def _form(rows: Sequence[tuple[str, ...]], separator: str, skipped: int = 0, named: Sequence[str] = ()) -> TableForm:
    header = not named and _is_header(rows, separator)
    body = tuple(rows[1:] if header else rows)
    names = _names(rows[0] if header else named, len(rows[0]))
    columns = list(zip(*body, strict=True))
    kinds = [_kind(column, separator) for column in columns]
    likely = [NUMBER if _likely(column, separator) else kind for column, kind in zip(columns, kinds, strict=True)]
    fractional = [
        kind == NUMBER and have_fractions(_numbers(column, separator))
        for column, kind in zip(columns, likely, strict=True)
    ]
    if header or named:
        blocks = numbered(names, likely) or longest_run(fractional)
    else:
        blocks = longest_run(_but_for_labels(columns, kinds, fractional, separator))
    return TableForm(separator, header, tuple(names), tuple(arrays_of(names, kinds, blocks)), body, skipped)


def _is_header(rows: Sequence[tuple[str, ...]], separator: str) -> bool:
    """Texts above numbers, or numbers from 0 or 1 up, as pandas names columns; a usual word; where all is texts, none
    that comes again in its column."""
    first, *rest = rows
    if separator == "\n":
        return first[0].lower() in _HEADER_WORDS or (
            not _is_number(first[0]) and all(_is_number(row[0]) for row in rest)
        )
    columns = [(cell, [row[place] for row in rest]) for place, cell in enumerate(first)]
    if any(cell.strip().lower() in _HEADER_WORDS and cell not in cells for cell, cells in columns):
        return True
    above = [cell for cell, cells in columns if cell and _kind(cells, separator) == NUMBER]
    numbers = [cell for cell in above if _is_number(cell, separator)]
    if numbers:
        counted = [str(number) for number in range(len(numbers) + 1)]
        return len(numbers) > 2 and numbers in (counted[:-1], counted[1:])
    return not any(cell and cell in cells for cell, cells in columns)


def _names(first: Sequence[str], count: int) -> list[str]:
    """Column names, each once, and the further ones of a name numbered, as pandas does; pandas leaves that of its index
    empty."""
    said = [cell.strip() for cell in first] or [f"column{number}" for number in range(count)]
    said[0] = said[0] or "index"
    seen: set[str] = set()
    for place, name in enumerate(said):
        free = (f"{name}.{number}" for number in range(1, len(said) + 1)) if name else (f"column.{place}",)
        said[place] = name if name and name not in seen else next(each for each in free if each not in seen)
        seen.add(said[place])
    return said


def _kind(column: Sequence[str], separator: str) -> str:
    filled = [cell for cell in column if cell.strip().lower() not in _MISSING]
    if filled and all(_is_number(cell, separator) for cell in filled):
        return NUMBER
    try:
        return LIST if filled and all(len(list_of_numbers(cell)) > 1 for cell in filled) else TEXT
    except ValueError:
        return TEXT


def _likely(column: Sequence[str], separator: str) -> bool:
    """Whether most cells are numbers: among columns of numbers, one with a strange cell is one too, and read so."""
    return sum(_is_number(cell, separator) for cell in column) * 2 > len(column)


def _numbers(column: Sequence[str], separator: str) -> np.ndarray:
    form = TableForm(separator, False, (), (), ())
    return np.array([form.likely(cell) for cell in column])


def _but_for_labels(
    columns: Sequence[Sequence[str]], kinds: Sequence[str], fractional: Sequence[bool], separator: str
) -> list[bool]:
    """Which columns without a name are one array: all of numbers, but for a first or last one of labels, whole where
    most others are not."""
    wide = [kind == NUMBER for kind in kinds]
    if sum(fractional) * 2 <= sum(wide):
        return wide
    for place in (0, len(kinds) - 1):
        if wide[place] and not fractional[place]:
            values = _numbers(columns[place], separator)
            wide[place] = not (len(np.unique(values)) > 1 and (values >= -1).all())
    return wide


def _is_number(cell: str, separator: str = ",") -> bool:
    try:
        float(cell.replace(",", ".") if separator == ";" else cell)
    except ValueError:
        return False
    return True
