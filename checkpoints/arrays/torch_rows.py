"""A torch file that has an item at a time: a vector an id ({"a.jpg": tensor, ...}), or a list with a tuple or a dict an
item ([(tensor, "cat"), ...]). Read as the arrays that it would be turned by."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from checkpoints.arrays.pickled_lists import array_of

FEWEST_ITEMS = 3
WEIGHTS = re.compile(r"(^|[._/])(weight|bias|weight_[vg]|running_(mean|var)|num_batches_tracked|kernel|gamma|beta)$")
_IN_ROW = re.compile(r"(\d{1,7})/([^/]{1,60})")
_VECTORS, _IDS = "vectors", "ids"
Shapes = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Turned:
    """tensors: array -> the places of its rows, alike in shape; lists: array -> what lies beside them, an item each."""

    tensors: Mapping[str, Sequence[str]]
    lists: Mapping[str, np.ndarray] = field(default_factory=dict)

    def shape(self, name: str, shapes: Shapes) -> tuple[int, ...]:
        """Of an array of tensors."""
        places = self.tensors[name]
        return (len(places), *shapes[places[0]])


def turned(shapes: Shapes, values: Mapping[str, object]) -> Turned | None:
    """None for a file of whole arrays, and for weights."""
    return _by_id(shapes, values) or _by_row(shapes, values)


def _by_id(shapes: Shapes, values: Mapping[str, object]) -> Turned | None:
    """All tensors are vectors of one length, under names that no weight has, and nothing lies beside them."""
    kinds = set(shapes.values())
    alike = len(kinds) == 1 and len(next(iter(kinds))) == 1 and next(iter(kinds))[0] > 1
    if values or len(shapes) < FEWEST_ITEMS or not alike or any(map(WEIGHTS.search, shapes)):
        return None
    outer = {place.rpartition("/")[0] for place in shapes}
    if len(outer) > 1 or [place.rpartition("/")[2] for place in shapes] == [str(n) for n in range(len(shapes))]:
        return None  # a list of vectors is one of `tensors.batches_in`
    prefix = len(next(iter(outer))) + bool(next(iter(outer)))
    ids = np.array([place[prefix:] for place in shapes], np.str_)
    return Turned({_VECTORS: list(shapes)}, {_IDS: ids})


def _by_row(shapes: Shapes, values: Mapping[str, object]) -> Turned | None:
    """Every row has the same keys, and a tensor in one of them."""
    rows: dict[str, list[str]] = {}
    for place in (*shapes, *values):
        found = _IN_ROW.fullmatch(place)
        if found is None:
            return None
        rows.setdefault(found[1], []).append(found[2])
    numbers = sorted(rows, key=int)
    keys = set(next(iter(rows.values()), ()))
    if len(rows) < FEWEST_ITEMS or numbers != [str(n) for n in range(len(rows))]:
        return None
    if any(set(row) != keys for row in rows.values()):
        return None
    tensors, lists = dict[str, list[str]](), dict[str, np.ndarray]()
    for key in sorted(keys):
        places, name = [f"{row}/{key}" for row in numbers], f"column{key}" if key.isdigit() else key
        if all(place in shapes for place in places) and len({shapes[place] for place in places}) == 1:
            tensors[name] = places
        elif all(place in values for place in places) and (array := array_of([values[p] for p in places])) is not None:
            lists[name] = array
    return Turned(tensors, lists) if any(shapes[places[0]] for places in tensors.values()) else None
