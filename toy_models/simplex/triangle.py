"""Log-sum-exp over the grid of the simplex as matrix products."""

import torch
from torch import Tensor

from toy_models.simplex.world import CLASSES, World


class TriangleSum:
    """log sum_g m_g exp(w_g . f) for logits f (..., K) -> (...), float64, with about side instead of side^2 / 2 exps.

    With pivot k the largest logit, w . f = f_k + w_a (f_a - f_k) + w_b (f_b - f_k): the sum is a bilinear form of
    exp(w_a (f_a - f_k)) and exp(w_b (f_b - f_k)) in the matrix of m. With w measured from its label nearest to corner
    k, no exponent is above 0 and the largest is 0: nothing overflows and the sum never vanishes.
    """

    def __init__(self, world: World, log_measure: Tensor) -> None:
        side = int(world.steps.max())
        self.matrices = torch.zeros(CLASSES, side + 1, side + 1, dtype=torch.float64)  # one for each pivot
        for pivot in range(CLASSES):
            a, b = ((pivot + turn) % CLASSES for turn in (1, 2))
            self.matrices[pivot, world.steps[:, a], world.steps[:, b]] = log_measure.exp()
        self.coordinates = torch.arange(side + 1, dtype=torch.float64) / (side + 0.5 * CLASSES)
        self.corner = 0.5 / (side + 0.5 * CLASSES)

    def __call__(self, logits: Tensor) -> Tensor:
        pivot = logits.argmax(dim=-1, keepdim=True)
        turned = logits.gather(-1, (pivot + torch.arange(CLASSES)) % CLASSES)  # the largest logit first
        top, rest = turned[..., 0], turned[..., 1:] - turned[..., :1]
        rows, columns = (rest[..., None] * self.coordinates).exp().unbind(dim=-2)  # (..., side + 1) each
        sums = torch.einsum("...i,kij,...j->...k", rows, self.matrices, columns)
        return top + self.corner * rest.sum(dim=-1) + sums.gather(-1, pivot).squeeze(-1).log()
