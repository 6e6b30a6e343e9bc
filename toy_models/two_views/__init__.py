"""World 3, last part: two noisy views of each sample, trained on the sphere by NT-Xent and by WEINCE.

Everything is loaded at first use, so `TwoViewsSpec` costs no torch import.

>>> TwoViewsSpec(batch_size=64).negatives
126
"""

from importlib import import_module
from typing import TYPE_CHECKING

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


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'toy_models.two_views' has no attribute {name!r}")
    found = getattr(import_module(f"toy_models.two_views.{_HOMES[name]}"), name)
    globals()[name] = found
    return found
