"""Random views of small grey images, and mixtures of labelled ones. All randomness is the caller's generator.

Letters: N images, S their side, K classes.
"""

import math
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Generator, Tensor


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How far a view may stray: rotation in degrees either way, shift in pixels either way, relative change of
    size either way, and standard deviation of the noise on grey values in [0, 1].

    The defaults are for digits that are already centred, chosen on the validation side. Never flips: a mirrored digit
    is another digit or none.
    """

    rotation: float = 10.0
    shift: float = 0.5
    scaling: float = 0.1
    noise: float = 0.1


def view(images: Tensor, generator: Generator, augmentation: Augmentation = Augmentation()) -> Tensor:
    """One random view of each image, (N, 1, S, S) in [0, 1] -> the same."""
    theta = _affine(len(images), images.shape[-1], generator, augmentation)
    grid = F.affine_grid(theta, list(images.shape), align_corners=False)  # (N, S, S, 2)
    moved = F.grid_sample(images, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    noise = torch.randn(moved.shape, generator=generator)
    return (moved + augmentation.noise * noise).clamp(0, 1)


def smooth(labels: Tensor, classes: int, smoothing: float) -> Tensor:
    """(N,) labels -> (N, K) targets (1 - smoothing) onehot + smoothing / K (Szegedy et al., arXiv 1512.00567)."""
    return (1 - smoothing) * F.one_hot(labels, classes).float() + smoothing / classes


def mixup(images: Tensor, targets: Tensor, concentration: float, generator: Generator) -> tuple[Tensor, Tensor]:
    """Mix images (N, 1, S, S) and targets (N, K) with a shuffled copy of the batch (Zhang et al., arXiv 1710.09412).

    One share a batch from Beta(concentration, concentration); a concentration of 0 mixes nothing.
    """
    if concentration == 0:
        return images, targets
    # torch has no beta variate with a local generator: numpy's, seeded from ours.
    seed = int(torch.randint(2**62, (1,), generator=generator))
    share = float(np.random.default_rng(seed).beta(concentration, concentration))
    partner = torch.randperm(len(images), generator=generator)
    return share * images + (1 - share) * images[partner], share * targets + (1 - share) * targets[partner]


def _affine(items: int, side: int, generator: Generator, augmentation: Augmentation) -> Tensor:
    """(N, 2, 3) maps from a view's coordinates in [-1, 1] to the image's."""
    angle, size, right, down = 2 * torch.rand((4, items), generator=generator) - 1
    angle, size = angle * math.radians(augmentation.rotation), 1 + augmentation.scaling * size
    pixels = 2 * augmentation.shift / side
    cosine, sine = size * angle.cos(), size * angle.sin()
    rows = [cosine, -sine, pixels * right, sine, cosine, pixels * down]
    return torch.stack(rows, dim=1).view(items, 2, 3)
