"""Python's lists in a pickle, as labels often are; and what lies beside its arrays and cannot be read, by name."""

from collections.abc import Collection, Mapping

import numpy as np

from checkpoints.reading.quoting import printable
from checkpoints.reading.torch_file.contents import TorchContents

_LONGEST_TEXT, _MOST_NAMED, _FEWEST_ROWS = 2_000, 50, 3


def lists_in(values: Mapping[str, object]) -> dict[str, np.ndarray]:
    """Lists of texts, of bools, of whole numbers or of numbers, by their place; None among them is no label."""
    lists: dict[str, list[object]] = {}
    for place, value in values.items():
        outer, _, inner = place.rpartition("/")
        if inner == str(len(lists.get(outer, ()))):
            lists.setdefault(outer, []).append(value)
    found = {outer: array_of(items) for outer, items in lists.items()}
    return {outer: array for outer, array in found.items() if array is not None}


def tables_in(values: Mapping[str, object]) -> dict[str, np.ndarray]:
    """Lists of lists of numbers that are all as long as each other (N, D), by their place; N is 3 at least."""
    rows: dict[str, list[np.ndarray]] = {}
    for place, array in lists_in(values).items():
        outer, _, inner = place.rpartition("/")
        if inner == str(len(rows.get(outer, ()))) and array.dtype.kind in "if":
            rows.setdefault(outer, []).append(array)
    alike = {outer: each for outer, each in rows.items() if len({len(row) for row in each}) == 1}
    return {outer: np.stack(each) for outer, each in alike.items() if len(each) >= _FEWEST_ROWS and len(each[0]) > 1}


def array_of(items: list[object]) -> np.ndarray | None:
    """Of a list; None where it has other things, or several kinds of them."""
    kinds = {type(item) for item in items} - {type(None)}
    if kinds == {str}:
        texts = ["" if item is None else str(item) for item in items]
        return np.array(texts, np.str_) if max(map(len, texts)) <= _LONGEST_TEXT else None
    if None in items:
        numbers = kinds and kinds <= {int, float}
        return array_of([np.nan if item is None else item for item in items]) if numbers else None
    if kinds == {bool}:
        return np.array(items, np.bool_)
    if kinds == {int} and all(-(2**63) <= item < 2**63 for item in items):  # type: ignore[operator]
        return np.array(items, np.int64)
    return np.array(items, np.float64) if kinds and kinds <= {int, float} else None


def unread_in(contents: TorchContents, read: Collection[str], rows: Collection[int]) -> dict[str, str]:
    """Place -> why it is not read, of what lies beside the arrays whose places are `read` and would be one of them: a
    list, an object, or a dict that is as long as one of the arrays, which have so many `rows`."""
    beside = sorted({place.rpartition("/")[0] for place in read})[:_MOST_NAMED]
    taken = {"", *(_unit(place, outer) for place in read for outer in beside)}
    inside: dict[str, list[str]] = {}
    for place in (*contents.values, *contents.foreign):
        for outer in beside:
            if (unit := _unit(place, outer)) not in taken:
                inside.setdefault(unit, []).append(place[len(unit) + 1 :].partition("/")[0])
        if len(inside) > _MOST_NAMED:
            break
    found = {place: _why(contents, place, [*dict.fromkeys(keys)], rows) for place, keys in inside.items()}
    return {place: why for place, why in found.items() if why}


def _unit(place: str, outer: str) -> str:
    """The first part of a place inside of `outer`, with that; "" of a place that is not inside."""
    if not outer:
        return place.partition("/")[0]
    inside = place[len(outer) + 1 :] if place.startswith(f"{outer}/") else ""
    return f"{outer}/{inside.partition('/')[0]}" if inside else ""


def called(name: str) -> str:
    """An object of pandas by its class, with its article.

    >>> called("pandas.core.frame.DataFrame"), called("pandas.core.indexes.base.Index")
    ('a DataFrame', 'an Index')
    """
    kind = printable(name.rpartition(".")[2])[:40]
    return f"an {kind}" if kind.startswith(("A", "E", "I", "O", "U", "_")) else f"a {kind}"


def _why(contents: TorchContents, place: str, keys: list[str], rows: Collection[int]) -> str:
    if contents.foreign.get(place, "").endswith((".set", ".frozenset")):
        return "a set, which has no order: save a list"
    if contents.foreign.get(place, "").startswith("pandas."):
        return f"{called(contents.foreign[place])} of pandas: save it with to_parquet"
    if place in contents.foreign:
        return f"an object of {printable(contents.foreign[place])[:80]}, which only its code can make"
    if place in contents.values or keys == [""]:
        return ""
    if keys != [str(number) for number in range(len(keys))]:
        remedy = "save the values as a list or a tensor, in the order of the rows"
        return f"a dict of {len(keys):,} values: {remedy}" if len(keys) in rows else ""
    if lists_in({f"{place}/{key}": contents.values.get(f"{place}/{key}") for key in keys}):
        return f"a list of {len(keys):,} values, and no array beside it has so many rows" if len(keys) > 1 else ""
    return f"a list of {len(keys):,} values that are not all texts or all numbers: save them as such"
