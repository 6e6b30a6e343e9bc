"""World 3, first part: winners near an endpoint, seen through the Weibit link and through a softmax.

Everything is loaded at first use, so `NoiseFloorSpec` costs no numpy import.

>>> NoiseFloorSpec(repetitions=1000).steps
20
"""

from importlib import import_module
from typing import TYPE_CHECKING

from toy_models.noise_floor.spec import LINKS, NoiseFloorSpec

if TYPE_CHECKING:
    from toy_models.noise_floor.maximum_likelihood import fit_slopes
    from toy_models.noise_floor.run import Frame, simulate
    from toy_models.noise_floor.theory import LinkTheory, Reference, reference
    from toy_models.noise_floor.trace import Trace

_HOMES = {
    "fit_slopes": "maximum_likelihood",
    "Frame": "run",
    "simulate": "run",
    "LinkTheory": "theory",
    "Reference": "theory",
    "reference": "theory",
    "Trace": "trace",
}

__all__ = [
    "LINKS",
    "Frame",
    "LinkTheory",
    "NoiseFloorSpec",
    "Reference",
    "Trace",
    "fit_slopes",
    "reference",
    "simulate",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'toy_models.noise_floor' has no attribute {name!r}")
    found = getattr(import_module(f"toy_models.noise_floor.{_HOMES[name]}"), name)
    globals()[name] = found
    return found
