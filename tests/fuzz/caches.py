"""Every cache on disk, filled once; its file is spoilt, and then it must give what it gave, read or made anew."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from analysis.maps.cache import cached_map
from analysis.maps.projection import Projection, UmapSpec
from analysis.outputs import ROWS, Outputs, Split
from checkpoints.foreign.cache import cached_outputs
from checkpoints.foreign.parts import Parts
from checkpoints.foreign.seen import Seen
from claims.claim import Effort
from claims.kept import find, keep
from claims.registry import CLAIMS
from claims.results import Result
from claims.running import measure
from tests.fuzz.mutations import Mutation, flip, mutated

_ITEMS = 12


@dataclass(frozen=True)
class Cache:
    """`ask(folder)` makes or reads in `folder`; `facts` are all that a reader sees of the answer, comparable."""

    name: str
    ask: Callable[[Path], Any]
    facts: Callable[[Any], object]


def _map(folder: Path) -> Projection:
    rows = np.arange(_ITEMS * 3, dtype=np.float32).reshape(_ITEMS, 3)
    return cached_map(lambda of, spec: Projection("UMAP", of[:, :2] / 7), rows, UmapSpec(), folder)


def _outputs(folder: Path) -> Outputs:
    return cached_outputs("0" * 40, folder, _made)


def _part(folder: Path) -> Seen:
    """As a pass does that goes on: what is not whole is computed and written."""
    parts = Parts(folder, "0" * 40)
    if kept := parts.kept("train"):
        return kept[0]
    rows = np.eye(4, dtype=np.float32)[np.arange(_ITEMS) % 4]
    images = np.arange(_ITEMS * 4, dtype=np.uint8).reshape(_ITEMS, 2, 2)
    said = ("ä.jpg must be whole, but is broken.",)
    made = Seen(64, 64 + _ITEMS + 1, np.arange(_ITEMS), rows, rows * 2, images, said)
    parts.add("train", made)
    parts.flush()
    return made


def _facts_of_part(part: Seen) -> object:
    arrays = (part.rows, part.features, part.outputs, part.images)
    return part.start, part.stop, part.refused, [(each.dtype.str, each.shape, each.tobytes()) for each in arrays]


def _made() -> Outputs:
    def split(items: int) -> Split:
        rows = np.eye(4, dtype=np.float32)[np.arange(items) % 4]
        images = np.arange(items * 4, dtype=np.uint8).reshape(items, 2, 2)
        ids = np.array([f"item {n} ä" for n in range(items)])
        return Split(rows, np.arange(items) % 3, rows * 2, images, ids, features=rows * 3)

    return Outputs(split(_ITEMS), split(5), ("ant", "bee", "cat"), 0.1, {"digest": "0" * 40, "notes": ["a", {"b": 1}]})


def _facts(outputs: Outputs) -> object:
    parts = [getattr(split, name) for split in (outputs.train, outputs.test) for name in ROWS]
    arrays = [(part.dtype.str, part.shape, part.tobytes()) for part in parts if part is not None]
    facts = {name: value for name, value in outputs.provenance.items() if name != "cache"}
    return arrays, outputs.class_names, outputs.temperature, facts


def _result(folder: Path) -> Result:
    found = find(CLAIMS["two_coordinates"], Effort.QUICK, 0, folder)
    if found is None:
        keep(found := _measured(), folder)
    return found


@cache
def _measured() -> Result:
    return measure(CLAIMS["two_coordinates"], Effort.QUICK)


CACHES = (
    Cache("claims", _result, lambda found: (found.findings, found.verdict)),
    Cache("maps", _map, lambda found: (found.method, found.coordinates.tobytes())),
    Cache("outputs", _outputs, _facts),
    Cache("parts", _part, _facts_of_part),
)


def wrong(cache: Cache, numbers: Iterable[int], folder: Path) -> Iterator[str]:
    """The cases in which the cache raised, or gave something else: a sentence each."""
    good = cache.facts(cache.ask(folder))
    (path,) = folder.iterdir()
    whole = path.read_bytes()
    for number in numbers:
        random = Random(number)
        spoil: Mutation = random.choice((flip, mutated))
        path.write_bytes(spoil(random, whole, whole[::-1]))
        try:
            found = cache.facts(cache.ask(folder))
        except Exception as error:  # noqa: BLE001 (that anything comes here is what the test looks for)
            yield f"{cache.name}, case {number}: {error!r}"
            continue
        if found != good:
            yield f"{cache.name}, case {number}: another answer"
        if path.read_bytes() != whole:
            yield f"{cache.name}, case {number}: the damaged file was left"
