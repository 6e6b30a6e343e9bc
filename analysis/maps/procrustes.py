"""One map laid on another: orthogonal Procrustes analysis with scaling, reflection allowed."""

from dataclasses import dataclass

import numpy as np

from losses.errors import LabError


@dataclass(frozen=True, slots=True, eq=False)
class Aligned:
    """coordinates (N, d): the moved points, `scale * (moving - its mean) @ rotation + the mean of the fixed ones`.

    rotation (d, d) is orthogonal and may reflect. residual: the share in [0, 1] of the fixed points' spread that the
    moved ones leave over, 0 where one map is the other turned, mirrored and scaled (scipy calls it disparity).
    """

    coordinates: np.ndarray
    rotation: np.ndarray
    scale: float
    residual: float

    @property
    def at_equal_spread(self) -> np.ndarray:
        """The same points about the same mean, with the spread of the fixed ones: the best scale draws points that fit
        badly small."""
        centre = self.coordinates.mean(axis=0)
        return centre + (self.coordinates - centre) / max(1 - self.residual, 1e-12) ** 0.5


def align(moving: np.ndarray, fixed: np.ndarray) -> Aligned:
    """Least squares over rotation, reflection, scale and shift of (N, d) points onto (N, d) points, row by row.

    The singular value decomposition of the product of the two centred point sets gives all of them (Schoenemann 1966;
    Gower 1975). LabError where the sets differ in shape or all points of one are the same.
    """
    if moving.shape != fixed.shape or moving.ndim != 2:
        raise LabError(
            "maps",
            "must have the same items in the same dimensions",
            but=f"have the shapes {moving.shape} and {fixed.shape}",
        )
    moved, onto = (points - points.mean(axis=0) for points in map(_exact, (moving, fixed)))
    spread, size = float((moved**2).sum()), float((onto**2).sum())
    if not spread or not size:
        raise LabError("map", "must have points that differ", but=f"all {len(moving)} are the same")
    left, singular, right = np.linalg.svd(moved.T @ onto)
    rotation, scale = left @ right, float(singular.sum()) / spread
    residual = min(1.0, max(0.0, 1 - float(singular.sum()) ** 2 / (spread * size)))
    return Aligned(scale * moved @ rotation + _exact(fixed).mean(axis=0), rotation, scale, residual)


def _exact(points: np.ndarray) -> np.ndarray:
    return np.asarray(points, dtype=np.float64)
