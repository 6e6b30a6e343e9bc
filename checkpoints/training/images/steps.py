"""From a batch of images to its loss: what kind of loss it is decides.

Letters: N images of a batch, S their side, K classes, D dimensions.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

import losses
from checkpoints.training.augmentations import smooth
from checkpoints.training.images.augmentations import view
from checkpoints.training.images.keyed import key_of
from checkpoints.training.images.recipe import ImageRecipe
from losses.catalog import CATALOG
from losses.records import Choosing

# What a key is for, after seed and epoch: views 0 and 1, then these.
ORDER, MIXING, DRAWING = 100, 101, 102


@dataclass(frozen=True, slots=True, eq=False)
class ImageBatch:
    """images (N, 3, S, S) uint8; labels (N,); rows (N,) of the data; prior (K,) class shares; epoch and step."""

    images: Tensor
    labels: Tensor
    rows: Tensor
    prior: Tensor
    epoch: int
    step: int


@dataclass(frozen=True, slots=True, eq=False)
class Passing:
    """How pixels go through the model: `outputs` (N, D or K) float32 of (N, 3, S, S) in [0, 1]; what draws labels."""

    model: nn.Module
    outputs: Callable[[Tensor], Tensor]
    generator: Generator


def loss_of(recipe: ImageRecipe, batch: ImageBatch, passing: Passing) -> Tensor:
    """The loss in nats, a scalar that has a gradient."""
    record = CATALOG[recipe.loss].record
    own = {name: value for name, value in recipe.parameters.items() if name in CATALOG[recipe.loss].defaults}
    function = getattr(losses, recipe.loss)
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
    pixels, targets = mixed(pixels, targets, share_of(recipe, batch))
    # Mixing leaves the mean target as it is; smoothing draws it towards the uniform one.
    smoothing = recipe.parameters["smoothing"]
    prior = ((1 - smoothing) * batch.prior + smoothing / len(batch.prior),) if record.has_prior else ()
    drawn = {"generator": passing.generator} if record.drawn else {}
    return function(passing.outputs(pixels), targets, *prior, **own, **drawn)


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
    seed = key_of(recipe.seed, batch.epoch, MIXING, batch.step) % 2**63
    return float(np.random.default_rng(seed).beta(concentration, concentration))


def _view(recipe: ImageRecipe, batch: ImageBatch, which: int) -> Tensor:
    return view(batch.images, batch.rows, recipe.views, recipe.seed, batch.epoch, which)
