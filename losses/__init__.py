"""The InfoNCE family: losses, their forces, and a catalogue of both.

The package is `losses` in a checkout of NCE Lab and `nce_losses` where it is installed, so it imports itself by dots.
Everything is loaded at first use: its errors and its catalogue cost no torch import.

>>> import torch
>>> from . import soft_target_infonce  # outside of the package: from nce_losses import soft_target_infonce
>>> soft_target_infonce(torch.zeros(4, 3), torch.eye(3)[[0, 1, 2, 0]], torch.ones(3) / 3).item()  # log 4
1.386294...
"""

from importlib import import_module
from typing import TYPE_CHECKING

from .errors import LabError

__version__ = "0.1.0"  # the lab's: pyproject.toml and the sidebar take it from here

if TYPE_CHECKING:
    from .catalog import CATALOG, LossEntry
    from .class_head import (
        label_infonce,
        nll,
        soft_distribution_infonce,
        soft_target_cross_entropy,
        soft_target_infonce,
    )
    from .class_head_modules import (
        NLL,
        LabelInfoNCE,
        SoftDistributionInfoNCE,
        SoftTargetCrossEntropy,
        SoftTargetInfoNCE,
    )
    from .columns import NONL, NTCE, nonl, ntce
    from .embedding_modules import SINCERE, WEINCE, EpsSupInfoNCE, NTXent, SupCon, Weibit
    from .evidence import TailEvidence, WeinceDiagnostics
    from .kin_modules import DCL, RINCE, XCLR, SigLIP, TemperatureFreeInfoNCE
    from .labelled import eps_sup_infonce, sincere, supcon
    from .paired import nt_xent, weibit, weince, weince_diagnostics
    from .paired_kin import dcl, rince, temperature_free_infonce
    from .sigmoid import siglip
    from .simplex_density import ContinuousCategorical, continuous_categorical
    from .snapshots import snapshot
    from .soft_labelled import x_clr

_HOMES = {
    ".catalog": ("CATALOG", "LossEntry"),
    ".class_head": (
        "label_infonce",
        "nll",
        "soft_distribution_infonce",
        "soft_target_cross_entropy",
        "soft_target_infonce",
    ),
    ".class_head_modules": (
        "NLL",
        "LabelInfoNCE",
        "SoftDistributionInfoNCE",
        "SoftTargetCrossEntropy",
        "SoftTargetInfoNCE",
    ),
    ".simplex_density": ("ContinuousCategorical", "continuous_categorical"),
    ".columns": ("NONL", "NTCE", "nonl", "ntce"),
    ".embedding_modules": ("SINCERE", "WEINCE", "EpsSupInfoNCE", "NTXent", "SupCon", "Weibit"),
    ".evidence": ("TailEvidence", "WeinceDiagnostics"),
    ".kin_modules": ("DCL", "RINCE", "XCLR", "SigLIP", "TemperatureFreeInfoNCE"),
    ".labelled": ("eps_sup_infonce", "sincere", "supcon"),
    ".paired": ("nt_xent", "weibit", "weince", "weince_diagnostics"),
    ".paired_kin": ("dcl", "rince", "temperature_free_infonce"),
    ".sigmoid": ("siglip",),
    ".snapshots": ("snapshot",),
    ".soft_labelled": ("x_clr",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "CATALOG",
    "DCL",
    "NLL",
    "NONL",
    "NTCE",
    "RINCE",
    "SINCERE",
    "WEINCE",
    "XCLR",
    "ContinuousCategorical",
    "EpsSupInfoNCE",
    "LabError",
    "LabelInfoNCE",
    "LossEntry",
    "NTXent",
    "SigLIP",
    "SoftDistributionInfoNCE",
    "SoftTargetCrossEntropy",
    "SoftTargetInfoNCE",
    "SupCon",
    "TailEvidence",
    "TemperatureFreeInfoNCE",
    "Weibit",
    "WeinceDiagnostics",
    "continuous_categorical",
    "dcl",
    "eps_sup_infonce",
    "label_infonce",
    "nll",
    "nonl",
    "nt_xent",
    "ntce",
    "rince",
    "siglip",
    "sincere",
    "snapshot",
    "soft_distribution_infonce",
    "soft_target_cross_entropy",
    "soft_target_infonce",
    "supcon",
    "temperature_free_infonce",
    "weibit",
    "weince",
    "weince_diagnostics",
    "x_clr",
]

if not TYPE_CHECKING:  # for a type checker the imports above are all there is, and a name misspelt is a mistake

    def __getattr__(name: str) -> object:
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = getattr(import_module(_HOME[name], __name__), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return __all__
