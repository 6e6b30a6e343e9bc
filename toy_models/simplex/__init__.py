"""World 1: labels are points of the simplex, drawn from a Dirichlet density tilted by a known function of x.

Everything is loaded at first use, so `SimplexSpec` costs no torch import.

>>> SimplexSpec(steps=200).frames[:3]
(0, 1, 2)
"""

from importlib import import_module
from typing import TYPE_CHECKING

from toy_models.simplex.spec import LOSSES, SimplexSpec

if TYPE_CHECKING:
    from toy_models.simplex.density import divergence, relative_density
    from toy_models.simplex.exact import Floor, Reference, reference
    from toy_models.simplex.run import Frame, simulate
    from toy_models.simplex.trace import Trace

_HOMES = {
    "divergence": "density",
    "relative_density": "density",
    "Floor": "exact",
    "Reference": "exact",
    "reference": "exact",
    "Frame": "run",
    "simulate": "run",
    "Trace": "trace",
}

__all__ = [
    "LOSSES",
    "Floor",
    "Frame",
    "Reference",
    "SimplexSpec",
    "Trace",
    "divergence",
    "reference",
    "relative_density",
    "simulate",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'toy_models.simplex' has no attribute {name!r}")
    found = getattr(import_module(f"toy_models.simplex.{_HOMES[name]}"), name)
    globals()[name] = found
    return found
