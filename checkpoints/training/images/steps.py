"""From a batch of images to its loss: what kind of loss it is decides.

Letters: N images of a batch, S their side, K classes, D dimensions.
"""

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

import losses
from checkpoints.training.augmentations import smooth
from checkpoints.training.images import joined
from checkpoints.training.images.augmentations import view
from checkpoints.training.images.keyed import key_of
from checkpoints.training.images.recipe import ImageRecipe
from losses.catalog import CATALOG
from losses.records import Choosing

# What a key is for, after seed and epoch: views 0 and 1, then these.
ORDER, MIXING, DRAWING, CUTTING = 100, 101, 102, 103


@dataclass(frozen=True, slots=True, eq=False)
class ImageBatch:
    """images (N, 3, S, S) uint8; labels (N,); rows (N,) of the data; prior (K,) class shares; epoch and step. Of a
    batch of several processes, `size` items in all, one process has its share (see `joined.shares`)."""

    images: Tensor
    labels: Tensor
    rows: Tensor
    prior: Tensor
    epoch: int
    step: int
    size: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Passing:
    """How pixels go through the model: `outputs` (N, D or K) float32 of (N, 3, S, S) in [0, 1]; what draws labels."""

    model: nn.Module
    outputs: Callable[[Tensor], Tensor]
    generator: Generator


def loss_of(recipe: ImageRecipe, batch: ImageBatch, passing: Passing) -> Tensor:
    """The loss in nats of the whole batch, a scalar that has a gradient."""
    record = CATALOG[recipe.loss].record
    own = {name: value for name, value in recipe.parameters.items() if name in CATALOG[recipe.loss].defaults}
    function = over_processes(getattr(losses, recipe.loss), batch)
    if not isinstance(record, Choosing):
        both = torch.cat([_view(recipe, batch, which) for which in (0, 1)])
        a, b = F.normalize(passing.outputs(both), dim=1).chunk(2)
        if record.positives == "view":
            return function(a, b, **own)
        return function(torch.stack([a, b], dim=1), batch.labels, **own)
    pixels = _view(recipe, batch, 0)
    if not record.soft:
        prior = (batch.prior,) if record.has_prior else ()
        return function(passing.outputs(pixels), batch.labels, *prior, **own)
    targets = smooth(batch.labels, len(batch.prior), recipe.parameters["smoothing"])
    pixels, targets = mixed_by(recipe, batch, pixels, targets)
    # Mixing leaves the mean target as it is; smoothing draws it towards the uniform one.
    smoothing = recipe.parameters["smoothing"]
    prior = ((1 - smoothing) * batch.prior + smoothing / len(batch.prior),) if record.has_prior else ()
    drawn = {"generator": passing.generator} if record.drawn else {}
    return function(passing.outputs(pixels), targets, *prior, **own, **drawn)


def over_processes(function: Callable[..., Tensor], batch: ImageBatch) -> Callable[..., Tensor]:
    """The loss of the batch of all processes, by its own `distributed` where it has that. Where it has not, or draws
    labels in the batch's order, each process takes the whole batch's rows: logits and labels are few numbers."""
    if joined.count() == 1:
        return function

    def whole(first: Tensor, second: Tensor, *rest: Tensor, **own: object) -> Tensor:
        if "generator" not in own and "distributed" in inspect.signature(function).parameters:
            return function(first, second, *rest, **own, distributed=True)
        return function(*joined.whole((first, second), batch.size), *rest, **own)

    return whole


def mixed_by(recipe: ImageRecipe, batch: ImageBatch, pixels: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """By mixup or cutmix; where the recipe has both, a batch is mixed by either with equal chance, as timm does it."""
    both = recipe.cutmix > 0 and recipe.parameters["mixup"] > 0
    chance = _variates(recipe, batch, CUTTING)
    if recipe.cutmix > 0 and (not both or chance.random() < 0.5):
        share = float(chance.beta(recipe.cutmix, recipe.cutmix))
        return cut(pixels, targets, box_of(share, pixels.shape[-1], *chance.random(2)))
    return mixed(pixels, targets, share_of(recipe, batch))


def box_of(share: float, side: int, across: float, down: float) -> tuple[int, int, int, int]:
    """Rows from, to and columns from, to of the box that another image fills: 1 - share of the area, around a place
    drawn by across and down in [0, 1), and cut off at the edges (Yun et al., arXiv 1905.04899).

    >>> box_of(0.75, 8, 0.5, 0.0)
    (0, 2, 2, 6)
    """
    half = int(side * math.sqrt(1 - share)) // 2
    y, x = int(down * side), int(across * side)
    return max(y - half, 0), min(y + half, side), max(x - half, 0), min(x + half, side)


def cut(pixels: Tensor, targets: Tensor, box: tuple[int, int, int, int]) -> tuple[Tensor, Tensor]:
    """The box filled from the image as far from the batch's other end; targets (N, K) by the area that is left."""
    top, bottom, left, right = box
    share = 1 - (bottom - top) * (right - left) / pixels.shape[-1] ** 2
    filled = pixels.clone()
    filled[:, :, top:bottom, left:right] = pixels.flip(0)[:, :, top:bottom, left:right]
    return filled, share * targets + (1 - share) * targets.flip(0)


def mixed(pixels: Tensor, targets: Tensor, share: float) -> tuple[Tensor, Tensor]:
    """Mixup (Zhang et al., arXiv 1710.09412): a share of each image and target (N, K), the rest of the one as far from
    the batch's other end, as timm does it. The batch comes in a drawn order."""
    if share == 1:
        return pixels, targets
    return share * pixels + (1 - share) * pixels.flip(0), share * targets + (1 - share) * targets.flip(0)


def share_of(recipe: ImageRecipe, batch: ImageBatch) -> float:
    """One share a batch from Beta(mixup, mixup); 1 where mixup is 0."""
    concentration = recipe.parameters["mixup"]
    if concentration == 0:
        return 1.0
    return float(_variates(recipe, batch, MIXING).beta(concentration, concentration))


def _variates(recipe: ImageRecipe, batch: ImageBatch, purpose: int) -> np.random.Generator:
    """For one batch, the same on every process."""
    return np.random.default_rng(key_of(recipe.seed, batch.epoch, purpose, batch.step) % 2**63)


def _view(recipe: ImageRecipe, batch: ImageBatch, which: int) -> Tensor:
    return view(batch.images, batch.rows, recipe.views, recipe.seed, batch.epoch, which)
