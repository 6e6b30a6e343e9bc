"""The InfoNCE family: losses, their forces, and a catalogue of both.

Everything is loaded at first use, so `losses.errors` and `losses.catalog` cost no torch import.

>>> import torch, losses
>>> losses.soft_target_infonce(torch.zeros(4, 3), torch.eye(3)[[0, 1, 2, 0]], torch.ones(3) / 3).item()  # log 4
1.386294...
"""

from importlib import import_module
from typing import TYPE_CHECKING

from losses.errors import LabError

if TYPE_CHECKING:
    from losses.catalog import CATALOG, LossEntry
    from losses.class_head import (
        label_infonce,
        nll,
        soft_distribution_infonce,
        soft_target_cross_entropy,
        soft_target_infonce,
    )
    from losses.class_head_modules import (
        NLL,
        LabelInfoNCE,
        SoftDistributionInfoNCE,
        SoftTargetCrossEntropy,
        SoftTargetInfoNCE,
    )
    from losses.embedding_modules import SINCERE, WEINCE, EpsSupInfoNCE, NTXent, SupCon, Weibit
    from losses.evidence import TailEvidence, WeinceDiagnostics
    from losses.labelled import eps_sup_infonce, sincere, supcon
    from losses.paired import nt_xent, weibit, weince, weince_diagnostics

_HOMES = {
    "losses.catalog": ("CATALOG", "LossEntry"),
    "losses.class_head": (
        "label_infonce",
        "nll",
        "soft_distribution_infonce",
        "soft_target_cross_entropy",
        "soft_target_infonce",
    ),
    "losses.class_head_modules": (
        "NLL",
        "LabelInfoNCE",
        "SoftDistributionInfoNCE",
        "SoftTargetCrossEntropy",
        "SoftTargetInfoNCE",
    ),
    "losses.embedding_modules": ("SINCERE", "WEINCE", "EpsSupInfoNCE", "NTXent", "SupCon", "Weibit"),
    "losses.evidence": ("TailEvidence", "WeinceDiagnostics"),
    "losses.labelled": ("eps_sup_infonce", "sincere", "supcon"),
    "losses.paired": ("nt_xent", "weibit", "weince", "weince_diagnostics"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "CATALOG",
    "NLL",
    "SINCERE",
    "WEINCE",
    "EpsSupInfoNCE",
    "LabError",
    "LabelInfoNCE",
    "LossEntry",
    "NTXent",
    "SoftDistributionInfoNCE",
    "SoftTargetCrossEntropy",
    "SoftTargetInfoNCE",
    "SupCon",
    "TailEvidence",
    "Weibit",
    "WeinceDiagnostics",
    "eps_sup_infonce",
    "label_infonce",
    "nll",
    "nt_xent",
    "sincere",
    "soft_distribution_infonce",
    "soft_target_cross_entropy",
    "soft_target_infonce",
    "supcon",
    "weibit",
    "weince",
    "weince_diagnostics",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'losses' has no attribute {name!r}")
    found = getattr(import_module(_HOME[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return __all__
