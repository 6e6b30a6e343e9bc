"""Tables as texts, CSV and TSV: listed by their first lines, read a few thousand rows at a time, without pandas."""

import csv
import hashlib
import re
from collections.abc import Collection, Iterator, Sequence
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import IO

import numpy as np

from checkpoints.arrays.columns import LIST, NUMBER, ColumnArray
from checkpoints.arrays.listed import ListedArray, LoadedArrays
from checkpoints.arrays.table_form import LONGEST_LINE, TableForm, cells_of, form_of_table, list_of_numbers
from checkpoints.reading.quoting import file_name, shown
from checkpoints.reading.safe_files import open_regular
from losses.errors import LabError

MOST_BYTES = 2 << 30
_HEAD, _CELLS, _BLANK = 1 << 20, 1 << 20, " \t\r\n"
_COUNTED = 256 << 20  # bytes up to which rows are counted and not estimated
_MOST_TEXT, _LONGEST_TEXT = 1 << 30, 2_000

Rows = list[list[str]]
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")


def is_table(path: Path) -> bool:
    """Whether a text is one."""
    with open_regular(path) as (file, size):
        return _form(file, size) is not None


def is_header_alone(path: Path) -> bool:
    """Whether a text is one line of several names, and no row below."""
    with open_regular(path) as (file, size):
        lines = [line for line in file.read(min(size, _HEAD)).decode("utf-8", "replace").splitlines() if line.strip()]
    return len(lines) == 1 and any(lines[0].count(separator) > 1 for separator in ",;\t|")


def list_table(path: Path) -> tuple[ListedArray, ...]:
    """By the first lines; rows are counted by their ends."""
    with open_regular(path) as (file, size):
        form = _form_of(file, size, file_name(path))
        rows = _count_rows(file, form, file_name(path))
    return tuple(_listed(each, form, rows) for each in form.arrays)


def load_table(path: Path, wanted: Collection[str]) -> LoadedArrays:
    """The arrays that are wanted. LabError names row and column of a cell that does not fit."""
    name = file_name(path)
    with open_regular(path) as (file, size):
        if size > MOST_BYTES:
            raise LabError(name, f"must have at most {MOST_BYTES:,} bytes", f"{size:,} bytes long")
        digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        form = _form_of(file, size, name)
        arrays = [each for each in form.arrays if each.name in wanted]
        parts: dict[str, list[np.ndarray]] = {each.name: [] for each in arrays}
        row = 1
        for rows in _chunks(file, form, name):
            for each in arrays:
                parts[each.name].append(_values(each, rows, form, row, name))
            row += len(rows)
    return LoadedArrays({each.name: _joined(each, parts[each.name], name) for each in arrays}, digest, size)


def _form(file: IO[bytes], size: int) -> TableForm | None:
    file.seek(0)
    head = file.read(_HEAD)
    return form_of_table(head, whole=size <= len(head))


def _form_of(file: IO[bytes], size: int, name: str) -> TableForm:
    form = _form(file, size)
    if form is None:
        raise LabError(name, "must be a table", "a text", "Rows of as many cells, with commas or tabs between.")
    return form


def _count_rows(file: IO[bytes], form: TableForm, name: str) -> int:
    """Lines of the file without its header; rows, where a cell goes over several lines. Of a large file about as many
    as there are: counting them would take longer than a page may."""
    if any("\n" in cell for row in form.sample for cell in row):
        return sum(map(len, _chunks(file, form, name)))
    size = file.seek(0, 2)
    file.seek(0)
    if size > _COUNTED:
        head = file.read(_HEAD)
        return round(size * head.count(b"\n") / len(head)) - form.header - form.skipped
    text = TextIOWrapper(file, encoding="latin-1")  # every byte is a letter; \r ends a line too
    empty = _BLANK + ("" if len(form.names) == 1 else form.separator)
    try:
        filled = sum(bool(line.strip(empty)) for line in islice(text, form.skipped, None))
    finally:
        text.detach()
    return filled - form.header


def _listed(array: ColumnArray, form: TableForm, rows: int) -> ListedArray:
    name, shape = array.name, (rows, len(array.columns))
    cells = [[row[column] for column in array.columns] for row in form.sample]
    if array.kind == NUMBER:
        values = np.array([[form.likely(cell) for cell in row] for row in cells])
        return _of_numbers(name, shape if len(array.columns) > 1 else shape[:1], values)
    if array.kind == LIST:
        lists = [list_of_numbers(row[0]) for row in cells if row[0].strip()]
        return ListedArray(name, "float32", (rows, len(lists[0])), np.concatenate(lists))
    return ListedArray(name, "text", shape[:1], np.array([row[0][:200] for row in cells], np.str_))


def _of_numbers(name: str, shape: tuple[int, ...], values: np.ndarray) -> ListedArray:
    whole = len(shape) == 1 and bool((np.isfinite(values) & (values == np.rint(values))).all())
    sample = values.reshape(-1)
    return ListedArray(name, "int64" if whole else "float32", shape, sample.astype(np.int64) if whole else sample)


def _chunks(file: IO[bytes], form: TableForm, name: str) -> Iterator[Rows]:
    """Rows a few thousand at a time, each of as many cells as the first."""
    file.seek(0)
    text = TextIOWrapper(file, encoding="utf-8-sig", newline="")
    width, row = len(form.names), 0
    reader = cells_of(islice(_lines(text, name), form.skipped, None), form.separator)
    try:
        rows = ([each[0].strip()] if form.separator == "\n" and each else each for each in reader)
        full = (each for each in rows if each and (width == 1 or any(each)))
        for _ in range(form.header):
            next(full, None)
        while chunk := list(islice(full, max(1, _CELLS // width))):
            wrong = next((place for place, each in enumerate(chunk) if len(each) != width), None)
            if wrong is not None:
                found = f"has {len(chunk[wrong]):,} in row {row + wrong + 1:,}"
                remedy = "Mend that row, or get the file again where it was cut off."
                raise LabError(name, f"must have {width:,} cells in each row", but=found, remedy=remedy)
            yield chunk
            row += len(chunk)
    except UnicodeDecodeError as error:
        raise LabError(name, "must be a text in UTF-8", "in another encoding", "Save it again as UTF-8.") from error
    except csv.Error as error:
        where = f"broken in line {form.skipped + reader.line_num:,}"
        raise LabError(name, "must be a whole table", where, "Look for an open quote.") from error
    finally:
        text.detach()


def _lines(text: TextIOWrapper, name: str) -> Iterator[str]:
    while line := text.readline(LONGEST_LINE):
        if len(line) >= LONGEST_LINE:
            raise LabError(name, f"must have lines of less than {LONGEST_LINE:,} characters", but="has a longer one")
        yield line


def _values(array: ColumnArray, rows: Rows, form: TableForm, first: int, name: str) -> np.ndarray:
    begin, end = array.columns[0], array.columns[-1] + 1
    if array.kind == NUMBER:
        try:
            return _numbers(rows, begin, end, form)
        except ValueError as error:
            raise _misfit(array, rows, form, first, name) from error
    cells = [row[begin] for row in rows]
    if array.kind == LIST:
        return _lists(cells, array, first, name)
    longest = max(map(len, cells))
    if longest > _LONGEST_TEXT:
        raise LabError(
            f"{name}: {shown(array.name)}", f"must have texts of at most {_LONGEST_TEXT:,} characters", longest
        )
    return np.array(cells, np.str_)


def _numbers(rows: Rows, begin: int, end: int, form: TableForm) -> np.ndarray:
    """(n,) float64 of one column, (n, D) float32 of several. ValueError for a cell that is none."""
    cells = (cell for row in rows for cell in row[begin:end])
    count, dtype = len(rows) * (end - begin), np.float64 if end - begin == 1 else np.float32
    if form.separator != ";":
        try:
            flat = np.fromiter(map(float, cells), dtype, count)
        except ValueError:  # an empty cell, or a text
            flat = np.fromiter((form.number(cell) for row in rows for cell in row[begin:end]), dtype, count)
    else:
        flat = np.fromiter(map(form.number, cells), dtype, count)
    return flat if end - begin == 1 else flat.reshape(len(rows), -1)


def _lists(cells: Sequence[str], array: ColumnArray, first: int, name: str) -> np.ndarray:
    found: list[np.ndarray] = []
    for row, cell in enumerate(cells, first):
        try:
            values = list_of_numbers(cell)
        except ValueError:
            values = np.empty(0, np.float32)
        if not len(values) or (found and len(values) != len(found[0])):
            rule = "must have a list of as many numbers in each row"
            raise LabError(f"{name}: {shown(array.name)}", rule, but=f"has {shown(cell)} in row {row:,}")
        found.append(values)
    return np.stack(found)


def _misfit(array: ColumnArray, rows: Rows, form: TableForm, first: int, name: str) -> LabError:
    """Which cell is no number."""
    for row, cells in enumerate(rows, first):
        for column in array.columns:
            try:
                form.number(cells[column])
            except ValueError:
                where = f"{name}: {shown(form.names[column])}"
                grouped = _GROUPED.fullmatch(cells[column].strip())
                remedy = "Write numbers without marks between thousands." if grouped else ""
                return LabError(
                    where, "must be numbers", but=f"has {shown(cells[column])} in row {row:,}", remedy=remedy
                )
    raise AssertionError("every cell is a number")


def _joined(array: ColumnArray, parts: Sequence[np.ndarray], name: str) -> np.ndarray:
    if array.kind not in (NUMBER, LIST):
        width = max(part.dtype.itemsize for part in parts)
        if width * sum(map(len, parts)) > _MOST_TEXT:
            raise LabError(f"{name}: {shown(array.name)}", f"must have texts of together at most {_MOST_TEXT:,} bytes")
    if len({part.shape[1:] for part in parts}) > 1:
        raise LabError(f"{name}: {shown(array.name)}", "must have a list of as many numbers in each row", but="has not")
    whole = np.concatenate(parts)
    exact = array.kind == NUMBER and whole.ndim == 1 and np.isfinite(whole).all() and (np.abs(whole) < 2**53).all()
    return whole.astype(np.int64) if exact and (whole == np.rint(whole)).all() else whole
