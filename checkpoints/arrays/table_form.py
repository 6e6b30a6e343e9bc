"""What a text table looks like, judged by its first lines: its separator, whether it has a header, its columns."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO

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

MOST_COLUMNS = 20_000
LONGEST_LINE = 8 << 20
_LOOKED_AT = 100  # rows
_LONGEST_ALONE = 200  # letters of a cell that has its line for itself
_SEPARATORS = ("\t", ",", ";")
_HEADER_WORDS = frozenset(
    ["label", "labels", "class", "classes", "target", "targets", "y", "name", "names", "category"]
)


@dataclass(frozen=True, slots=True, eq=False)
class TableForm:
    """separator: between cells. header: whether the first line names the columns. arrays: what the columns are.

    sample: the first rows, as texts.
    """

    separator: str
    header: bool
    names: tuple[str, ...]
    arrays: tuple[ColumnArray, ...]
    sample: tuple[tuple[str, ...], ...]

    def number(self, cell: str) -> float:
        """A cell as a number, an empty one as NaN; with a decimal comma where cells end with semicolons."""
        if self.separator == ";":
            cell = cell.replace(",", ".")
        return float(cell) if cell.strip() else np.nan


def form_of_table(head: bytes, *, whole: bool) -> TableForm | None:
    """The form of a text that begins so; None where it is no table. `whole`: nothing follows.

    A table has at least two rows of at least two columns, or two rows of one, and each row as many as the others.
    """
    text = head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    for separator in _SEPARATORS:
        rows = _rows(text, separator, whole=whole)
        width = len(rows[0]) if rows else 0
        if len(rows) > 1 and 2 <= width <= MOST_COLUMNS and all(len(row) == width for row in rows):
            return _form(rows, separator)
    lines = text.splitlines()[: _LOOKED_AT + 1]
    one = [(cell,) for line in (lines if whole else lines[:-1]) if (cell := line.strip().strip('"'))]
    return _form(one, "\n") if len(one) > 1 and all(len(cell) < _LONGEST_ALONE for (cell,) in one) else None


def list_of_numbers(cell: str) -> np.ndarray:
    """The numbers of a cell such as "[0.1, 0.2]", as pandas writes a list or numpy an array. ValueError for others."""
    inner = cell.strip()
    if not inner.startswith("[") or not inner.endswith("]"):
        raise ValueError(cell[:20])
    return np.array(inner[1:-1].replace(",", " ").split(), dtype=np.float32)


def _rows(text: str, separator: str, *, whole: bool) -> list[tuple[str, ...]]:
    """The first rows that are not empty; the last of a text that goes on may be cut, and is none."""
    found: list[tuple[str, ...]] = []
    try:
        for row in csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True):
            found += [tuple(row)] if any(row) else []
            if len(found) > _LOOKED_AT:
                return found[:-1]
    except csv.Error:
        return [] if whole else found
    return found if whole else found[:-1]


def _form(rows: Sequence[tuple[str, ...]], separator: str) -> TableForm | None:
    header = _is_header(rows, separator)
    body = tuple(rows[1:] if header else rows)
    names = _names(rows[0] if header else (), len(rows[0]))
    columns = list(zip(*body, strict=True))
    kinds = [_kind(column, separator) for column in columns]
    fractional = [
        kind == NUMBER and have_fractions(_numbers(column, separator))
        for column, kind in zip(columns, kinds, strict=True)
    ]
    if header:
        blocks = numbered(names, kinds) or longest_run(fractional)
    else:
        blocks = longest_run(_but_for_labels(columns, kinds, fractional, separator))
    return TableForm(separator, header, tuple(names), tuple(arrays_of(names, kinds, blocks)), body)


def _is_header(rows: Sequence[tuple[str, ...]], separator: str) -> bool:
    """Texts above numbers; numbers from 0 or 1 up above others, as pandas names columns; a usual word; texts of which
    none comes again in its column."""
    first, *rest = rows
    if separator == "\n":
        return first[0].lower() in _HEADER_WORDS or (
            not _is_number(first[0]) and all(_is_number(row[0]) for row in rest)
        )
    said = [cell for cell in first if cell]
    if all(_is_number(cell, separator) for cell in said):
        counted = [str(number) for number in range(len(said) + 1)]
        return len(said) > 2 and said in (counted[:-1], counted[1:])
    below = [{row[place] for row in rest} for place in range(len(first))]
    return not any(cell and cell in cells for cell, cells in zip(first, below, strict=True))


def _names(first: Sequence[str], count: int) -> list[str]:
    """Column names, each once; pandas leaves that of its index empty."""
    said = [cell.strip() for cell in first] or [f"column{number}" for number in range(count)]
    said[0] = said[0] or "index"
    seen: set[str] = set()
    for place, name in enumerate(said):
        said[place] = name if name and name not in seen else f"{name or 'column'}.{place}"
        seen.add(said[place])
    return said


def _kind(column: Sequence[str], separator: str) -> str:
    filled = [cell for cell in column if cell.strip()]
    if filled and all(_is_number(cell, separator) for cell in filled):
        return NUMBER
    try:
        return LIST if filled and all(len(list_of_numbers(cell)) > 1 for cell in filled) else TEXT
    except ValueError:
        return TEXT


def _numbers(column: Sequence[str], separator: str) -> np.ndarray:
    form = TableForm(separator, False, (), (), ())
    return np.array([form.number(cell) for cell in column])


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
