"""World 2: free unit vectors of a few classes, moved by the losses alone: does a loss push its own class apart?

Everything is loaded at first use, so `RepulsionSpec` costs no torch import.

>>> RepulsionSpec(classes=2, per_class=2, singletons=1).labels
(0, 0, 1, 1, 2)
"""

from typing import TYPE_CHECKING

from toy_models.lazy import loader
from toy_models.repulsion.exact import Optimum, Reference, reference
from toy_models.repulsion.spec import LOSSES, STARTS, RepulsionSpec

if TYPE_CHECKING:
    from toy_models.repulsion.class_size import Study, StudySpec, study
    from toy_models.repulsion.run import Frame, simulate
    from toy_models.repulsion.trace import Trace

_HOMES = {
    "Frame": "run",
    "simulate": "run",
    "Study": "class_size",
    "StudySpec": "class_size",
    "study": "class_size",
    "Trace": "trace",
}

__all__ = [
    "LOSSES",
    "STARTS",
    "Frame",
    "Optimum",
    "Reference",
    "RepulsionSpec",
    "Study",
    "StudySpec",
    "Trace",
    "reference",
    "simulate",
    "study",
]

__getattr__ = loader(__name__, _HOMES)
