"""A triangular grid of the simplex, and log-sum-exp over it as matrix products."""

import torch
from torch import Tensor

from toy_models.simplex.process import CLASSES


def triangle(side: int) -> Tensor:
    """All whole (n_1, n_2, n_3) >= 0 that sum to `side`: ((side + 1) (side + 2) / 2, 3).

    >>> triangle(1).tolist()
    [[0, 0, 1], [0, 1, 0], [1, 0, 0]]
    """
    first, second = torch.meshgrid(torch.arange(side + 1), torch.arange(side + 1), indexing="ij")
    return torch.stack([first, second, side - first - second], dim=-1)[first + second <= side]


def argmax_shares(values: Tensor) -> Tensor:
    """One-hot argmax of each row, ties shared evenly: (G, K) -> (G, K) float64."""
    largest = (values == values.amax(dim=1, keepdim=True)).double()
    return largest / largest.sum(dim=1, keepdim=True)


class TriangleSum:
    """log sum_g m_g exp(w_g . f) for logits f (..., K) -> (...), float64, with about side instead of side^2 / 2 exps.

    The labels are w = (steps + shift) / (side + 3 shift). With pivot k the largest logit, w . f = f_k + w_a (f_a - f_k)
    + w_b (f_b - f_k): the sum is a bilinear form of exp(w_a (f_a - f_k)) and exp(w_b (f_b - f_k)) in the matrix of m.
    With w measured from its label nearest to corner k, no exponent is above 0 and the largest is 0: nothing overflows,
    and with weight at the corners the sum never vanishes.
    """

    def __init__(self, steps: Tensor, shift: float, log_measure: Tensor) -> None:
        side = int(steps.max())
        self.matrices = torch.zeros(CLASSES, side + 1, side + 1, dtype=torch.float64)  # one for each pivot
        for pivot in range(CLASSES):
            a, b = ((pivot + turn) % CLASSES for turn in (1, 2))
            self.matrices[pivot, steps[:, a], steps[:, b]] = log_measure.exp()
        self.coordinates = torch.arange(side + 1, dtype=torch.float64) / (side + shift * CLASSES)
        self.corner = shift / (side + shift * CLASSES)

    def __call__(self, logits: Tensor) -> Tensor:
        logits = logits.double()
        pivot = logits.argmax(dim=-1, keepdim=True)
        turned = logits.gather(-1, (pivot + torch.arange(CLASSES)) % CLASSES)  # the largest logit first
        top, rest = turned[..., 0], turned[..., 1:] - turned[..., :1]
        rows, columns = (rest[..., None] * self.coordinates).exp().unbind(dim=-2)  # (..., side + 1) each
        sums = torch.einsum("...i,kij,...j->...k", rows, self.matrices, columns)
        return top + self.corner * rest.sum(dim=-1) + sums.gather(-1, pivot).squeeze(-1).log()
