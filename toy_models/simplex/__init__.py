"""World 1: labels are points of the simplex, from a Dirichlet density tilted by x or from three Gaussians' classes.

Everything is loaded at first use, so `SimplexSpec` costs no torch import.

>>> SimplexSpec(steps=200).frames[:3]
(0, 1, 2)
"""

from typing import TYPE_CHECKING

from toy_models.lazy import loader
from toy_models.simplex.spec import LOSSES, PROCESSES, SimplexSpec

if TYPE_CHECKING:
    from toy_models.simplex.calibration import Reliability, by_mean, by_ranking, by_softmax, reliability, true_probs
    from toy_models.simplex.density import (
        divergence,
        implied_shares,
        labels_of,
        relative_density,
        true_shares,
        true_tilt,
    )
    from toy_models.simplex.exact import Floor, Reference, batch_floors, reference
    from toy_models.simplex.run import Frame, simulate
    from toy_models.simplex.trace import Trace

_HOMES = {
    "divergence": "density",
    "implied_shares": "density",
    "labels_of": "density",
    "relative_density": "density",
    "true_shares": "density",
    "true_tilt": "density",
    "Floor": "exact",
    "Reference": "exact",
    "batch_floors": "exact",
    "reference": "exact",
    "Reliability": "calibration",
    "by_mean": "calibration",
    "by_ranking": "calibration",
    "by_softmax": "calibration",
    "reliability": "calibration",
    "true_probs": "calibration",
    "Frame": "run",
    "simulate": "run",
    "Trace": "trace",
}

__all__ = [
    "LOSSES",
    "PROCESSES",
    "Floor",
    "Frame",
    "Reference",
    "Reliability",
    "SimplexSpec",
    "Trace",
    "batch_floors",
    "by_mean",
    "by_ranking",
    "by_softmax",
    "divergence",
    "implied_shares",
    "labels_of",
    "reference",
    "relative_density",
    "reliability",
    "simulate",
    "true_probs",
    "true_shares",
    "true_tilt",
]

__getattr__ = loader(__name__, _HOMES)
