"""A run ends in one sentence where a loss leaves the finite numbers."""

from collections.abc import Sequence

from torch import Tensor

from losses.errors import LabError


def check_finite(losses: Tensor, titles: Sequence[str], first_seed: int, step: int) -> None:
    """LabError that names the first of the losses (L, S) after a step, or (T, L, S) of T steps up to it, that is not
    finite; `titles` (L,), seeds counted from the first."""
    losses = losses.reshape(-1, *losses.shape[-2:])
    if losses.isfinite().all():
        return
    at, row, seed = (int(index) for index in (~losses.isfinite()).nonzero()[0])
    found = f"{losses[at, row, seed].item()} at step {step + 1 - len(losses) + at}"
    name = f"{titles[row]}, seed {first_seed + seed}: the loss"
    raise LabError(name, "must stay finite", found, "Lower the learning rate.")
