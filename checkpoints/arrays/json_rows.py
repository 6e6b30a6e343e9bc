"""Rows in JSON, an object an item: a line each (.jsonl), in a list, or all in one object (`json_objects`), such as a
list a column ({"embeddings": [...], ...}) or a vector an id; a list of lists is vectors alone.

An object is decoded at a time and its numbers become arrays at once; nothing of it is kept as Python's own numbers.
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from checkpoints.arrays.columns import NUMBER, ColumnArray, arrays_of, numbered
from checkpoints.arrays.json_objects import Row, rows_in
from checkpoints.arrays.listed import SAMPLE, ListedArray, LoadedArrays
from checkpoints.reading.quoting import file_name, shown
from checkpoints.reading.safe_files import open_regular
from losses.errors import LabError

MOST_BYTES, MOST_KEYS = 256 << 20, 20_000
_HEAD, _LOOKED_AT, _LONGEST_TEXT = 4 << 20, 100, 2_000
_AT_ONCE = 64 << 20  # bytes of one object that is all rows
_ONCE = "must have each key once"
_BETWEEN = re.compile(r"[\s,]*")
_LIST, _TEXT = "list", "text"


@dataclass(frozen=True, slots=True)
class _Key:
    """What the values of one key are: a number, a text or a list of `width` numbers; else why it is none of them."""

    kind: str
    width: int = 0
    refused: str = ""


def are_rows(path: Path) -> bool:
    """Whether a JSON text is rows with numbers in them: several for an item, whatever else it has."""
    with open_regular(path) as (file, size):
        rows = _first(file, size, file_name(path))
    keys = _keys(rows)
    numbers = sum(each.kind == NUMBER for each in keys.values())
    return len(rows) > 1 and (any(each.kind not in (_TEXT, NUMBER) for each in keys.values()) or numbers > 2)


def list_rows(path: Path) -> tuple[ListedArray, ...]:
    """By the first rows; of a large file there are about as many as is said."""
    with open_regular(path) as (file, size):
        rows = _first(file, size, file_name(path))
        keys = _keys(rows)
        count = _count(file, size, rows, file_name(path))
    return tuple(_listed(each, keys, rows, count) for each in _arrays(keys))


def load_rows(path: Path, wanted: Collection[str]) -> LoadedArrays:
    """The arrays that are wanted. LabError names the row and the key of a value that does not fit."""
    name = file_name(path)
    with open_regular(path) as (file, size):
        if size > MOST_BYTES:
            remedy = "Save embeddings and labels with numpy.savez."
            raise LabError(name, f"must have at most {MOST_BYTES:,} bytes", f"{size:,} bytes long", remedy)
        digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        keys = _keys(_first(file, size, name))
        names = list(keys)
        arrays = [each for each in _arrays(keys) if each.name in wanted]
        used = [names[column] for each in arrays for column in each.columns]
        values: dict[str, list[object]] = {key: [] for key in used}
        for row, found in enumerate(_rows(_text(file, size, name), name), 1):
            for key in used:
                values[key].append(_value(found, key, keys[key], row, name))
    return LoadedArrays({each.name: _joined(each, names, keys, values) for each in arrays}, digest, size)


def _text(file: IO[bytes], size: int, name: str) -> str:
    file.seek(0)
    try:
        return file.read(size).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LabError(name, "must be a text in UTF-8", "in another encoding", "Save it again as UTF-8.") from error


def _first(file: IO[bytes], size: int, name: str) -> list[Row]:
    """The first rows of what may be a text of rows: none where it begins in another way."""
    file.seek(0)
    head = file.read(_HEAD)
    found = _first_of(head, size, name)
    if not found and len(head) < size <= _AT_ONCE and head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        found = _first_of(head + file.read(), size, name)  # one object that goes on beyond
    return found


def _first_of(head: bytes, size: int, name: str) -> list[Row]:
    text, found = head.decode("utf-8-sig", "replace"), list[Row]()
    try:
        for row in _rows(text, name):
            found.append(row)
            if len(found) == _LOOKED_AT:
                break
    except LabError as error:  # the last row of a text that goes on is cut
        if error.rule == _ONCE:
            raise
        return found if size > len(head) or len(found) > 1 else []
    return found


def _rows(text: str, name: str) -> Iterator[Row]:
    """Object by object. LabError where something else stands between them."""
    decoder = json.JSONDecoder(object_pairs_hook=_unique)
    place = _BETWEEN.match(text).end()  # type: ignore[union-attr]
    listed = text[place : place + 1] == "["
    place, row = _BETWEEN.match(text, place + listed).end(), 0  # type: ignore[union-attr]
    while place < len(text) and not (listed and text[place] == "]"):
        row += 1
        try:
            value, place = decoder.raw_decode(text, place)
        except _TwiceError as error:
            found = f"has {shown(str(error))} twice in one object"
            remedy = "Rename one of the two: only the last would be read."
            raise LabError(name, _ONCE, but=found, remedy=remedy) from error
        except (ValueError, RecursionError) as error:
            remedy = "Get the file again where it was cut off."
            raise LabError(name, "must be JSON, an object an item", f"not so in row {row:,}", remedy) from error
        if listed and isinstance(value, list):
            value = {"vectors": value}
        place = _BETWEEN.match(text, place).end()  # type: ignore[union-attr]
        alone = row == 1 and not listed and place == len(text) and isinstance(value, dict)
        if alone and (rows := rows_in(value)) is not None:
            yield from rows
            return
        if not isinstance(value, dict) or len(value) > MOST_KEYS:
            raise LabError(name, f"must have an object of at most {MOST_KEYS:,} keys an item", f"not so in row {row:,}")
        yield value
    if listed and place == len(text):
        raise LabError(name, "must be whole", "a JSON list without its end", "Get the file again.")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _TwiceError(next(key for place, (key, _) in enumerate(pairs) if key in dict(pairs[:place])))
    return found


class _TwiceError(ValueError):
    """A key that an object has twice: one of its two values would be lost."""


def _keys(rows: Collection[Row]) -> dict[str, _Key]:
    """What each key of the first row is, by all rows that were looked at."""
    first = next(iter(rows), {})
    return {key: _key([row[key] for row in rows if row.get(key) is not None]) for key in first}


def _key(values: list[object]) -> _Key:
    if values and all(isinstance(each, int | float) for each in values):
        return _Key(NUMBER)
    if all(isinstance(each, str) for each in values):
        return _Key(_TEXT)
    widths = {len(each) if isinstance(each, list) else 0 for each in values}
    if len(widths) > 1 or 0 in widths:
        return _Key("other", refused="lists of several lengths" if 0 not in widths else "values of several kinds")
    if not all(isinstance(number, int | float) for each in values for number in each):  # type: ignore[attr-defined]
        return _Key("other", refused="lists of other things than numbers")
    return _Key(_LIST, widths.pop())


def _arrays(keys: Mapping[str, _Key]) -> list[ColumnArray]:
    """Keys that are numbered (e0 .. e63) are one array, as in tables."""
    names, kinds = list(keys), [each.kind for each in keys.values()]
    return arrays_of(names, kinds, numbered(names, kinds))


def _count(file: IO[bytes], size: int, rows: Collection[Row], name: str) -> int:
    if len(rows) < _LOOKED_AT:
        return len(rows)
    if size <= _HEAD:
        return sum(1 for _ in _rows(_text(file, size, name), name))
    text = json.dumps(list(rows), ensure_ascii=False)
    return max(len(rows), round(size * len(rows) / len(text.encode())))


def _listed(array: ColumnArray, keys: Mapping[str, _Key], rows: list[Row], count: int) -> ListedArray:
    names = [list(keys)[column] for column in array.columns]
    key = keys[names[0]]
    if key.refused:
        return ListedArray(array.name, "other", (count,), refused=key.refused)
    if key.kind == _TEXT:
        return ListedArray(array.name, "text", (count,), np.array([str(row.get(names[0]))[:200] for row in rows]))
    if key.kind == _LIST:
        whole = [np.asarray(row[names[0]], np.float64) for row in rows if row.get(names[0]) is not None]
        return ListedArray(array.name, "float32", (count, key.width), np.concatenate(whole)[:SAMPLE])
    sample = np.array([[_number(row.get(name)) for name in names] for row in rows])
    whole_numbers = len(names) == 1 and bool((np.isfinite(sample) & (sample == np.rint(sample))).all())
    shape = (count, len(names)) if len(names) > 1 else (count,)
    flat = sample.reshape(-1)[:SAMPLE]
    return ListedArray(array.name, "int64" if whole_numbers else "float32", shape, flat)


def _number(value: object) -> float:
    """What is not there is no number; neither is one beyond the range of a float."""
    try:
        return float(value) if isinstance(value, int | float) else np.nan
    except OverflowError:
        return np.nan


def _value(row: Row, key: str, of: _Key, number: int, name: str) -> object:
    """The value of a key, as its column takes it."""
    value = row.get(key)
    where, found = f"{name}: {shown(key)}", f"has {shown(value)} in row {number:,}"
    if of.kind == _LIST:
        if not isinstance(value, list) or len(value) != of.width:
            raise LabError(where, f"must have a list of {of.width:,} numbers in each row", but=found)
        try:
            with np.errstate(over="ignore"):
                return np.array(value, np.float32)
        except (TypeError, ValueError, OverflowError) as error:
            raise LabError(where, f"must have a list of {of.width:,} numbers in each row", but=found) from error
    if of.kind == _TEXT:
        text = "" if value is None else value
        if not isinstance(text, str) or len(text) > _LONGEST_TEXT:
            raise LabError(where, f"must be texts of at most {_LONGEST_TEXT:,} characters", but=found)
        return text
    if value is not None and not isinstance(value, int | float):
        raise LabError(where, "must be numbers", but=found)
    return _number(value)


def _joined(
    array: ColumnArray, names: list[str], keys: Mapping[str, _Key], values: Mapping[str, list[object]]
) -> np.ndarray:
    parts = [values[names[column]] for column in array.columns]
    kind = keys[names[array.columns[0]]].kind
    if kind == _LIST:
        return np.stack(parts[0])  # type: ignore[arg-type]
    if kind == _TEXT:
        return np.array(parts[0], np.str_)
    if len(parts) > 1:
        return np.array(parts, np.float32).T
    flat = np.array(parts[0], np.float64)
    exact = bool(np.isfinite(flat).all() and (np.abs(flat) < 2**53).all() and (flat == np.rint(flat)).all())
    return flat.astype(np.int64) if exact else flat
