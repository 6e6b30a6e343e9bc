"""Generalised Pareto fits by maximum likelihood, many at once.

Excesses x >= 0 have density (1 + xi x / sigma)^(-1/xi - 1) / sigma. With a = xi / sigma the likelihood is maximal over
the rest at xi(a) = mean log(1 + a x), sigma = xi / a, so one dimension is left (Grimshaw, Technometrics 1993), and in
it the mean log-likelihood is -log(xi / a) - xi - 1. Below xi = -1 it has no upper bound; at xi = -1 its largest value
is that of the uniform law on [0, max x], which stands where no maximum above -1 beats it. Once a x is far above 1 for
all x > 0 the likelihood only falls, so the search ends there, wherever that is.
"""

from dataclasses import dataclass

import numpy as np

from losses.errors import LabError

_CELLS = 250_000  # excesses times fits at once: 2 MB an intermediate, which stays in cache
_GRID = np.concatenate([np.linspace(np.log(1e-7), np.log(0.9), 24), np.linspace(np.log(1.1), np.log(1000), 8)])
_BEYOND = (
    10.0  # in log a past 1 / min x: 1 - mean(a x / (1 + a x)) (1 + 1 / xi), the slope there, is below 0 for xi < 2e4
)
_NEWTON_STEPS, _SECTION_STEPS = 12, 60
_TOLERANCE = 1e-9
_LEAST = 1e-6  # nearest to the exponential law, where the formulas divide 0 by 0
_GOLDEN = (5**0.5 - 1) / 2


@dataclass(frozen=True, slots=True, eq=False)
class Fits:
    """R fits, all (R,): shape xi, scale sigma > 0 in the unit of x, mean log-likelihood an excess, in nats.

    `at_boundary`: no maximum with xi > -1 beats the uniform law, and xi = -1 stands for that.
    """

    xi: np.ndarray
    sigma: np.ndarray
    log_likelihood: np.ndarray
    at_boundary: np.ndarray


def fit_excesses(excesses: np.ndarray, weights: np.ndarray | None = None) -> Fits:
    """A fit for each row of weights, or of excesses.

    excesses (n,), or (R, n) each row its own; weights (R, n) >= 0, how often each counts in each fit; once where None.
    Those that count are > 0: with one at 0 the density there grows with 1 / sigma, and no maximum exists.
    """
    x = np.atleast_2d(np.asarray(excesses, dtype=np.float64))
    rows = np.ones(x.shape) if weights is None else weights
    if not np.all((x > 0) | (rows == 0)):
        raise LabError("excesses", "must lie above 0", float(x.min()), "Leave out what only reaches the threshold.")
    size = max(1, _CELLS // x.shape[1])
    first = _Profile(x[:1], rows[:1] if len(x) > 1 else (x > 0).astype(float))
    start = float(_grid(first)[_on_grid(first).argmax()])
    chunks = [slice(first, first + size) for first in range(0, len(rows), size)]
    parts = [_fit(_Profile(x if len(x) == 1 else x[chunk], rows[chunk]), start) for chunk in chunks]
    return Fits(*(np.concatenate(column) for column in zip(*parts, strict=True)))


class _Profile:
    """Mean log-likelihoods of R samples along phi = log(1 + a top), where top (R,) is each sample's largest excess."""

    def __init__(self, x: np.ndarray, weights: np.ndarray) -> None:
        self.x, self.w = x, weights / weights.sum(axis=1, keepdims=True)  # (1 or R, n), (R, n)
        self.top = np.where(weights > 0, x, 0).max(axis=1)

    def only(self, chosen: np.ndarray) -> "_Profile":
        """The same for some of the samples."""
        part = object.__new__(_Profile)
        part.x = self.x if len(self.x) == 1 else self.x[chosen]
        part.w, part.top = self.w[chosen], self.top[chosen]
        return part

    def slopes(self, phi: np.ndarray) -> np.ndarray:
        """a (R,), kept away from 0."""
        t = np.expm1(phi)
        return np.where(np.abs(t) < _LEAST, _LEAST, t) / self.top

    def shape(self, a: np.ndarray) -> np.ndarray:
        """xi(a) = mean log(1 + a x), (R,)."""
        return np.einsum("rn,rn->r", self.w, np.log1p(np.maximum(a[:, None] * self.x, -1 + 1e-16)))

    def value(self, phi: np.ndarray) -> np.ndarray:
        """Mean log-likelihood (R,); -inf where xi <= -1."""
        a = self.slopes(phi)
        xi = self.shape(a)
        return np.where(xi > -1, -np.log(xi / a) - xi - 1, -np.inf)

    def newton_step(self, phi: np.ndarray) -> np.ndarray:
        """Towards the maximum, (R,); NaN where the likelihood is not concave."""
        a = self.slopes(phi)
        ratio = self.x / np.maximum(1 + a[:, None] * self.x, 1e-16)
        g, weighted = self.shape(a), self.w * ratio
        first, second = weighted.sum(axis=1), -np.einsum("rn,rn->r", weighted, ratio)
        rise = 1 / a - first / g - first
        bend = -second / g + (first / g) ** 2 - 1 / a**2 - second
        scale = a + 1 / self.top  # d a / d phi, and its own derivative
        rise, bend = rise * scale, bend * scale**2 + rise * scale
        return np.where(bend < 0, -rise / np.where(bend < 0, bend, -1), np.nan)


def _fit(profile: _Profile, start: float) -> tuple[np.ndarray, ...]:
    """xi, sigma, mean log-likelihood and at_boundary, each (R,): Newton from `start`, by section where it fails."""
    phi = np.full(len(profile.top), start)
    for _ in range(_NEWTON_STEPS):
        step = np.clip(profile.newton_step(phi), -1, 1)
        phi = phi + step
        if np.all(np.abs(step[np.isfinite(step)]) < _TOLERANCE):
            break
    lost = ~(np.abs(step) < _TOLERANCE)
    if lost.any():
        phi[lost] = _by_section(profile.only(lost))
    return _result(profile, phi)


def _result(profile: _Profile, phi: np.ndarray) -> tuple[np.ndarray, ...]:
    a, value, uniform = profile.slopes(phi), profile.value(phi), -np.log(profile.top)
    xi = profile.shape(a)
    at_boundary = ~(value > uniform)
    return (
        np.where(at_boundary, -1.0, xi),
        np.where(at_boundary, profile.top, xi / a),
        np.where(at_boundary, uniform, value),
        at_boundary,
    )


def _by_section(profile: _Profile) -> np.ndarray:
    """Where on phi each likelihood is largest: the best of a grid, then golden sections; slow and sure."""
    grid = _grid(profile)
    best = _on_grid(profile).argmax(axis=0).clip(1, len(grid) - 2)
    low, high = grid[best - 1], grid[best + 1]
    for _ in range(_SECTION_STEPS):
        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        keep_left = profile.value(left) > profile.value(right)
        low, high = np.where(keep_left, low, left), np.where(keep_left, right, high)
    return (low + high) / 2


def _grid(profile: _Profile) -> np.ndarray:
    """phi (G,) from next to the boundary to where every likelihood falls."""
    least = np.where(profile.w > 0, profile.x, np.inf).min(axis=1)
    end = float(np.log(profile.top / least).max()) + _BEYOND
    return np.append(_GRID, np.arange(_GRID[-1] + 1, end + 1))


def _on_grid(profile: _Profile) -> np.ndarray:
    """Mean log-likelihoods at each phi of the grid, (G, R)."""
    return np.stack([profile.value(np.full(len(profile.top), phi)) for phi in _grid(profile)])
