"""The losses that can be trained: which head each needs, its own parameters with their defaults and bounds.

Free of torch: the command line, the reader of metadata and the zoo's list look here; `steps.py` has the
arithmetic under the same names.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Objective:
    """What a loss asks of a run: the model's head, and its parameters with defaults."""

    head: Literal["classes", "projection"]
    parameters: Mapping[str, float]


# Soft targets of all three soft losses are made in the same way: label smoothing, then mixup within the batch.
_SOFT = {"temperature": 1.0, "smoothing": 0.1, "mixup": 0.4}

OBJECTIVES: dict[str, Objective] = {
    "nll": Objective("classes", {"temperature": 1.0}),
    "soft_target_cross_entropy": Objective("classes", _SOFT),
    "label_infonce": Objective("classes", {"temperature": 1.0}),
    "soft_distribution_infonce": Objective("classes", _SOFT),
    "soft_target_infonce": Objective("classes", _SOFT),
    "supcon": Objective("projection", {"temperature": 0.1}),
    "sincere": Objective("projection", {"temperature": 0.1}),
    "eps_sup_infonce": Objective("projection", {"temperature": 0.1, "epsilon": 0.25}),
    "nt_xent": Objective("projection", {"temperature": 0.1}),
    "weibit": Objective("projection", {"beta": 4.0}),
    "weince": Objective("projection", {"temperature": 0.1}),
}

BOUNDS: dict[str, tuple[float, float]] = {
    "temperature": (0.001, 100.0),
    "smoothing": (0.0, 0.99),
    "mixup": (0.0, 100.0),
    "epsilon": (0.0, 100.0),
    "beta": (0.01, 100.0),
}
