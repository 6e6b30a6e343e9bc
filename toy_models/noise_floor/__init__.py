"""World 3, first part: winners near an endpoint, seen through the Weibit link and through a softmax.

Everything is loaded at first use, so `NoiseFloorSpec` costs no numpy import.

>>> NoiseFloorSpec(repetitions=1000).steps
20
"""

from typing import TYPE_CHECKING

from toy_models.lazy import loader
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

__getattr__ = loader(__name__, _HOMES)
