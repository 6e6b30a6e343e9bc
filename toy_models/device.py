"""Where a run computes: cpu always, cuda or mps where this machine has one."""

from typing import TYPE_CHECKING

from losses.errors import LabError

if TYPE_CHECKING:
    from torch import device as Device

CHOICES = ("auto", "cpu", "cuda", "mps")


def available_devices() -> tuple[str, ...]:
    """The names among `CHOICES` that work here, "auto" and "cpu" first.

    >>> available_devices()[:2]
    ('auto', 'cpu')
    """
    import torch

    found = {"auto": True, "cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    return tuple(name for name in CHOICES if found[name])


def resolve(name: str = "auto") -> "Device":
    """The torch device of a name; "auto" takes the accelerator if there is one. LabError for one that is not here."""
    import torch

    here = available_devices()
    if name not in here:
        raise LabError("device", f"must be one of {', '.join(here)} on this machine", repr(name), "Use auto.")
    preferred = ("cuda", "mps", "cpu") if name == "auto" else (name,)
    return torch.device(next(each for each in preferred if each in here))
