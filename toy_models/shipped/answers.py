"""The exact answers of a preset's world, where solving for them takes longer than a first picture may."""

from collections.abc import Mapping
from dataclasses import astuple, fields
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from toy_models.simplex import Reference

MARK = "answer_"
"""Begins the names of these arrays in a file."""
_FLOORS = ("floors", "batch_floors")
_ROUNDED = {"optima": np.float32}
"""What is drawn and not said."""


def arrays_of(answer: "Reference") -> dict[str, np.ndarray]:
    """The fields of a reference; each floor is a row."""
    found = {}
    for field in fields(answer):
        value = getattr(answer, field.name)
        rows = [astuple(floor) for floor in value] if field.name in _FLOORS else value
        found[MARK + field.name] = np.asarray(rows, dtype=_ROUNDED.get(field.name))
    return found


def answer_from(arrays: Mapping[str, np.ndarray]) -> "Reference":
    """What `arrays_of` took apart. KeyError or TypeError where something is missing."""
    from toy_models.simplex import Floor, Reference

    found = {field.name: arrays[MARK + field.name] for field in fields(Reference)}
    floors = {name: tuple(Floor(*row) for row in found[name].tolist()) for name in _FLOORS}
    return Reference(**(found | floors | {"mutual_information": float(found["mutual_information"])}))  # type: ignore[arg-type]
