"""World 3, last part: two noisy views of each sample, trained on the sphere by NT-Xent and by WEINCE.

Everything is loaded at first use, so `TwoViewsSpec` costs no torch import.

>>> TwoViewsSpec(batch_size=64).negatives
126
"""

from typing import TYPE_CHECKING

from toy_models.lazy import loader
from toy_models.two_views.spec import ENCODERS, LOSSES, TwoViewsSpec

if TYPE_CHECKING:
    from toy_models.two_views.exact import Reference, reference
    from toy_models.two_views.run import Frame, simulate
    from toy_models.two_views.trace import Trace

_HOMES = {
    "Frame": "run",
    "simulate": "run",
    "Reference": "exact",
    "reference": "exact",
    "Trace": "trace",
}

__all__ = [
    "ENCODERS",
    "LOSSES",
    "Frame",
    "Reference",
    "Trace",
    "TwoViewsSpec",
    "reference",
    "simulate",
]

__getattr__ = loader(__name__, _HOMES)
