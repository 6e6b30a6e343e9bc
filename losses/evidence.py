"""WEINCE's evidence: does an anchor's similarity to its negatives end like a Weibull tail?

For each anchor, from its own negatives and without gradient: a line through the empirical tail in Weibull
coordinates and one in Gumbel coordinates, compared by AIC, and the distance of the hardest negative from the
endpoint s = 1. Source: Erol et al., arXiv 2606.00262.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from .checks import check_number
from .errors import LabError
from .records import ENDPOINT_GAP

WRONG_SIGN_PENALTY = 1e6
LEAST_TAIL = 10
BETA_RANGE = (0.5, 16.0)


@dataclass(frozen=True, slots=True)
class TailEvidence:
    """How the evidence is gathered and weighed; defaults and grid are the paper's."""

    evidence: str = "both"
    beta: str = "one"
    quantile: float = 0.2
    aic_margin: float = 2.0
    kappa_rho: float = 10.0
    kappa_aic: float = 1.0
    tail_fraction: float = 0.1
    min_tail_points: int = 32

    def __post_init__(self) -> None:
        if self.evidence not in ("both", "rho", "aic"):
            raise LabError("evidence", "must be 'both', 'rho' or 'aic'", repr(self.evidence))
        if self.beta not in ("one", "estimated"):
            raise LabError("beta", "must be 'one' or 'estimated'", repr(self.beta))
        for name in ("quantile", "aic_margin", "kappa_rho", "kappa_aic", "tail_fraction", "min_tail_points"):
            check_number(name, getattr(self, name))
        for name in ("quantile", "tail_fraction"):
            if not 0 <= getattr(self, name) <= 1:
                raise LabError(name, "must lie in 0 to 1", getattr(self, name))
        if self.min_tail_points < 1 or self.min_tail_points != int(self.min_tail_points):
            raise LabError("min_tail_points", "must be a whole number from 1", self.min_tail_points)

    def tail_size(self, negatives: int) -> int:
        """How many of an anchor's negatives, the nearest ones, make its tail."""
        wanted = max(self.min_tail_points, round(self.tail_fraction * negatives), LEAST_TAIL)
        return min(int(wanted), negatives)


@dataclass(frozen=True, slots=True, eq=False)
class WeinceDiagnostics:
    """What WEINCE found for each of 2B anchors, all (2B,), without gradient.

    lam in [0, 1], the weight of the Weibit coordinate; beta_hat, the Weibull line's slope, and r2, the share of
    variance that it explains; delta_aic = AIC_gumbel - AIC_weibull, above 0 where Weibull fits better; rho, the
    shortfall 1 - s of the hardest negative; rho0 (), its quantile over the batch; beta, the exponent in use.
    """

    lam: Tensor
    beta_hat: Tensor
    r2: Tensor
    delta_aic: Tensor
    rho: Tensor
    rho0: Tensor
    beta: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """Least squares lines, one a row: slope (n,), sum of squared errors (n,), sum of squares about the mean (n,)."""

    slope: Tensor
    squared_error: Tensor
    variation: Tensor


def fit_lines(x: Tensor, y: Tensor) -> Line:
    """Least squares of y (k,) on each row of x (n, k). A row of equal x has slope 0."""
    x = x - x.mean(dim=-1, keepdim=True)
    y = (y - y.mean()).expand_as(x)
    spread = x.square().sum(dim=-1)
    slope = (x * y).sum(dim=-1) / spread.clamp_min(torch.finfo(x.dtype).tiny)
    squared_error = (y - slope[:, None] * x).square().sum(dim=-1)
    return Line(slope, squared_error, y.square().sum(dim=-1))


@dataclass(frozen=True, slots=True, eq=False)
class Tails:
    """What is kept of the tails of n anchors: rho (n,), a line in each coordinate, and how many points made them."""

    rho: Tensor
    weibull: Line
    gumbel: Line
    points: int

    @classmethod
    def of(cls, shortfalls: Tensor) -> "Tails":
        """From the k smallest shortfalls 1 - s of each anchor, (n, k), ascending."""
        return cls.of_columns(tail_columns(shortfalls), shortfalls.shape[-1])

    @classmethod
    def of_columns(cls, columns: Tensor, size: int) -> "Tails":
        """From `tail_columns` (n, 7) of tails of `size` shortfalls."""
        rho, *lines = columns.unbind(dim=-1)
        return cls(rho, Line(*lines[:3]), Line(*lines[3:]), size - _dropped(size))


def tail_columns(shortfalls: Tensor) -> Tensor:
    """rho and two lines of each tail (n, k), as one tensor (n, 7) that a batch in blocks can be written into.

    The lines are log F and log(-log F) on log d, without the very smallest d; F is the empirical distribution.
    """
    tails = shortfalls.clamp_min(ENDPOINT_GAP)
    size = tails.shape[-1]
    x = tails[:, _dropped(size) :].log()
    share = torch.arange(1, size + 1, dtype=tails.dtype, device=tails.device)[_dropped(size) :] / (size + 1)
    weibull, gumbel = fit_lines(x, share.log()), fit_lines(x, (-share.log()).log())
    lines = [column for line in (weibull, gumbel) for column in (line.slope, line.squared_error, line.variation)]
    return torch.stack([tails[:, 0], *lines], dim=-1)


def _dropped(size: int) -> int:
    return max(1, size // 20)


def weigh(tails: Tails, spec: TailEvidence) -> WeinceDiagnostics:
    """The evidence for an endpoint of each of 2B anchors, from all their tails."""
    rho, weibull, gumbel = tails.rho, tails.weibull, tails.gumbel
    rho0 = rho.sort().values[round(spec.quantile * (len(rho) - 1))]
    delta_aic = _aic(gumbel, gumbel.slope < 0, tails.points) - _aic(weibull, weibull.slope > 0, tails.points)
    near = torch.sigmoid(spec.kappa_rho * (rho0.log() - rho.log()))
    shaped = torch.sigmoid(spec.kappa_aic * (delta_aic - spec.aic_margin))
    lam = {"both": near * shaped, "rho": near, "aic": shaped}[spec.evidence]
    beta = torch.ones_like(lam) if spec.beta == "one" else weibull.slope.clamp(*BETA_RANGE)
    r2 = 1 - weibull.squared_error / weibull.variation
    return WeinceDiagnostics(lam, weibull.slope, r2, delta_aic, rho, rho0, beta)


def _aic(line: Line, sign_is_right: Tensor, points: int) -> Tensor:
    """n log(SSE / n) + 4 for two parameters, (n,)."""
    squared_error = torch.where(sign_is_right, line.squared_error, line.squared_error + WRONG_SIGN_PENALTY)
    return points * (squared_error / points).clamp_min(torch.finfo(squared_error.dtype).tiny).log() + 4
