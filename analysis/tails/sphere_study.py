"""The tail of random cosines, fitted and held against its exact value and its limit: what the page on tails shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from analysis.statistics.bootstrap import Estimate, Unavailable
from analysis.tails.excesses import TailFit, ThresholdScan, fit_tail, shape_by_threshold
from analysis.tails.of_sphere import exact_tail, limit_shape, random_cosines
from losses.errors import LabError

DIMENSIONS = (4, 5, 8, 16, 32, 64)
QUANTILES = (0.8, 0.85, 0.9, 0.925, 0.95, 0.97, 0.98, 0.985, 0.99, 0.993, 0.995, 0.997, 0.998, 0.999)


MOST_EXCESSES = 20_000
"""Each is weighed again in 200 resamples, and in six dimensions."""


@dataclass(frozen=True, slots=True)
class SphereTailSpec:
    """Cosines of `cosines` independent pairs of random unit vectors in `dimensions`, fitted above a `quantile`, which
    leaves at most `MOST_EXCESSES`."""

    dimensions: int = 16
    cosines: int = 100_000
    quantile: float = 0.99
    seed: int = 0

    BOUNDS: ClassVar[Mapping[str, tuple[float, float]]] = {
        "dimensions": (3, 512),
        "cosines": (100, 500_000),
        "quantile": (0.5, 0.9999),
        "seed": (0, 2**31 - 1),
    }

    def __post_init__(self) -> None:
        for name, (low, high) in self.BOUNDS.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise LabError(name, f"must lie in {low:.12g} to {high:.12g}", value)
        if self.excesses(self.quantile) > MOST_EXCESSES:
            rule = f"must leave at most {MOST_EXCESSES:,} of the {self.cosines:,} cosines above it"
            raise LabError("quantile", rule, self.quantile, "Raise it, or draw fewer.")

    def excesses(self, quantile: float) -> int:
        """About how many cosines lie above a quantile."""
        return round((1 - quantile) * self.cosines)

    def draw(self) -> np.ndarray:
        """The cosines, (cosines,)."""
        return random_cosines(self.dimensions, self.cosines, np.random.default_rng(self.seed))


@dataclass(frozen=True, slots=True, eq=False)
class SphereTail:
    """A fit with what it should be: `exact` xi at this threshold and this number of excesses, `limit` = -2 / (D - 1).

    `scan` has the fits at other thresholds, of `QUANTILES` those that leave neither too few excesses nor too many,
    perhaps none; exact_scan (Q,) the exact xi at each.
    """

    spec: SphereTailSpec
    fit: TailFit
    exact: float
    limit: float
    scan: ThresholdScan
    exact_scan: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class ShapeByDimension:
    """One fit in each of D dimensions, all (D,), at one quantile: fitted xi with its interval, exact, and limit."""

    dimensions: np.ndarray
    xi: np.ndarray
    low: np.ndarray
    high: np.ndarray
    exact: np.ndarray
    limit: np.ndarray


def sphere_tail(spec: SphereTailSpec) -> SphereTail | Unavailable:
    """Draw, fit, and solve for the exact values. Unavailable where the threshold leaves too few excesses."""
    cosines = spec.draw()
    fit = fit_tail(cosines, quantile=spec.quantile, seed=spec.seed)
    if isinstance(fit, Unavailable):
        return fit
    scanned = [each for each in QUANTILES if spec.excesses(each) <= MOST_EXCESSES]
    scan = shape_by_threshold(cosines, np.array(scanned), seed=spec.seed)
    pairs = zip(scan.quantile, scan.excesses, strict=True)
    return SphereTail(
        spec=spec,
        fit=fit,
        exact=exact_tail(spec.dimensions, spec.quantile, len(fit.excesses)).xi,
        limit=limit_shape(spec.dimensions),
        scan=scan,
        exact_scan=np.array([exact_tail(spec.dimensions, float(q), int(n)).xi for q, n in pairs]),
    )


def shape_by_dimension(spec: SphereTailSpec) -> ShapeByDimension | Unavailable:
    """The spec's fit in each of `DIMENSIONS`, whatever its own."""
    shapes: list[Estimate] = []
    exact: list[float] = []
    for dimensions in DIMENSIONS:
        cosines = random_cosines(dimensions, spec.cosines, np.random.default_rng([spec.seed, dimensions]))
        fit = fit_tail(cosines, quantile=spec.quantile, seed=spec.seed)
        if isinstance(fit, Unavailable):
            return fit
        shapes.append(fit.xi)
        exact.append(exact_tail(dimensions, spec.quantile, len(fit.excesses)).xi)
    return ShapeByDimension(
        dimensions=np.array(DIMENSIONS),
        xi=np.array([shape.value for shape in shapes]),
        low=np.array([shape.low for shape in shapes]),
        high=np.array([shape.high for shape in shapes]),
        exact=np.array(exact),
        limit=np.array([limit_shape(dimensions) for dimensions in DIMENSIONS]),
    )
