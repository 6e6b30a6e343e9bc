"""The losses that can be trained: which head each needs, its own parameters with their defaults and bounds.

Free of torch: the command line, the reader of metadata and the zoo's list look here; `steps.py` has the
arithmetic under the same names. Both follow from the catalogue.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from losses.catalog import CATALOG, LossEntry
from losses.embedding_entries import RELEASED_TERMS
from losses.records import Choosing


@dataclass(frozen=True, slots=True)
class Objective:
    """What a loss asks of a run: the model's head, and its parameters with defaults. `optional`: those that a run has
    only where they were asked for, with what their absence stands for."""

    head: Literal["classes", "projection"]
    parameters: Mapping[str, float]
    optional: Mapping[str, float] = field(default_factory=dict)

    def takes(self, names: Collection[str]) -> bool:
        """Are these the parameters of a run?"""
        return set(self.parameters) <= set(names) <= {*self.parameters, *self.optional}


# Soft targets of all losses that take them are made in the same way: label smoothing, then mixup within the batch.
_SOFTENED = {"smoothing": 0.1, "mixup": 0.4}


def _objective(entry: LossEntry) -> Objective:
    own = entry.defaults | dict(entry.trained_with)
    if isinstance(entry.record, Choosing):
        return Objective("classes", own | (_SOFTENED if entry.record.soft else {}))
    if entry.record.evidence:  # how it is gathered stays at its defaults
        added = {item.name: item.default for item in RELEASED_TERMS}
        return Objective("projection", {"temperature": own["temperature"]}, added)
    return Objective("projection", own)


OBJECTIVES: dict[str, Objective] = {name: _objective(entry) for name, entry in CATALOG.items()}

BOUNDS: dict[str, tuple[float, float]] = {
    **{item.name: (item.low, item.high) for entry in CATALOG.values() for item in entry.parameters},
    "temperature": (0.001, 100.0),
    "smoothing": (0.0, 0.99),
    "mixup": (0.0, 100.0),
    "epsilon": (0.0, 100.0),
    "beta": (0.01, 100.0),
}
