"""The coordinate a loss sees a cosine through, and the weight it gives a hard negative."""

from dataclasses import dataclass

import numpy as np

from losses.errors import LabError

ENDPOINT_GAP = 1e-6
"""As in `losses.evidence`: s is held below 1 - 1e-6."""


@dataclass(frozen=True, slots=True)
class Lens:
    """T(s) = (1 - lam) s / tau + lam beta (-log(1 - s)): lam = 0 is NT-Xent's coordinate, lam = 1 Weibit's.

    Source: Erol et al., arXiv 2606.00262.
    """

    lam: float = 0.5
    temperature: float = 0.1
    beta: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.lam <= 1:
            raise LabError("lam", "must lie in 0 to 1", self.lam)
        for name in ("temperature", "beta"):
            if not 0 < getattr(self, name) < np.inf:
                raise LabError(name, "must be a finite number above 0", getattr(self, name))

    def coordinate(self, cosines: np.ndarray) -> np.ndarray:
        """T(s), (M,) -> (M,)."""
        curved = -self.beta * np.log1p(-np.minimum(cosines, 1 - ENDPOINT_GAP))
        return (1 - self.lam) * cosines / self.temperature + self.lam * curved

    def weight(self, cosines: np.ndarray) -> np.ndarray:
        """dT/ds = (1 - lam) / tau + lam beta / (1 - s), (M,) -> (M,): what multiplies a negative's softmax share."""
        near = np.maximum(1 - cosines, ENDPOINT_GAP)
        return (1 - self.lam) / self.temperature + self.lam * self.beta / near

    @property
    def crossing(self) -> float:
        """The cosine above which Weibit's weight beta / (1 - s) exceeds NT-Xent's 1 / tau; below -1 where all do."""
        return 1 - self.beta * self.temperature
