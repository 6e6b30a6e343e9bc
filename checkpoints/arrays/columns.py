"""The columns of a table as arrays: numbered ones are one array (N, D), and so is a run of measured numbers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

NUMBER, TEXT, LIST = "number", "text", "list"
_NUMBERED = re.compile(r"(\D*)(\d{1,7})(\D*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class ColumnArray:
    """An array of a table: its columns, one of `kind` or, of several, all numbers."""

    name: str
    columns: tuple[int, ...]
    kind: str


def arrays_of(names: Sequence[str], kinds: Sequence[str], blocks: Sequence[Sequence[int]]) -> list[ColumnArray]:
    """Of columns with these names and kinds: each block is one array, and every other column stands for itself.

    >>> names, kinds = ["id", "e0", "e1", "e2", "label"], ["text", *["number"] * 4]
    >>> [each.name for each in arrays_of(names, kinds, numbered(names, kinds))]
    ['id', 'e0-e2', 'label']
    """
    starts = {block[0]: block for block in blocks}
    inside = {column for block in blocks for column in block}
    found = []
    for column, name in enumerate(names):
        if column in starts:
            block = starts[column]
            found.append(ColumnArray(f"{names[block[0]]}-{names[block[-1]]}", tuple(block), NUMBER))
        elif column not in inside:
            found.append(ColumnArray(name, (column,), kinds[column]))
    return found


def numbered(names: Sequence[str], kinds: Sequence[str]) -> list[list[int]]:
    """Runs of at least two columns of numbers that are named alike but for a number that counts up (e0 .. e63); of
    equal names the first has none (x, x.1, x.2)."""
    runs: list[list[int]] = []
    last: tuple[str, int, str] | None = None
    for column, (name, kind) in enumerate(zip(names, kinds, strict=True)):
        found = _NUMBERED.fullmatch(name) if kind == NUMBER else None
        here = (found[1], int(found[2]), found[3]) if found else None
        if here is not None and last is not None and here == (last[0], last[1] + 1, last[2]):
            runs[-1].append(column)
        elif here is not None:
            unnumbered = here == (f"{names[column - 1]}.", 1, "") and kinds[column - 1] == NUMBER
            runs.append([column - 1, column] if unnumbered else [column])
        last = here
    return [run for run in runs if len(run) > 1]


def longest_run(wide: Sequence[bool]) -> list[list[int]]:
    """The longest run of at least three columns of which `wide` is true; none where there is none."""
    runs: list[list[int]] = [[]]
    for column, part in enumerate(wide):
        if part:
            runs[-1].append(column)
        elif runs[-1]:
            runs.append([])
    longest = max(runs, key=len)
    return [longest] if len(longest) > 2 else []


def have_fractions(values: np.ndarray) -> bool:
    """Whether any number of a column is not whole; what is missing says nothing."""
    finite = values[np.isfinite(values)]
    return bool((finite != np.rint(finite)).any())
