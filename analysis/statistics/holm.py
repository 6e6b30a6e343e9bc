"""Holm's step-down correction: many tests, and still at most 5 % chance of any false verdict."""

import numpy as np

from losses.errors import LabError


def holm(p_values: np.ndarray) -> np.ndarray:
    """Adjusted p-values (m,) of p-values (m,): reject those at most alpha, and the family-wise error is at most alpha.

    The i-th smallest is multiplied by m - i + 1, made at least its predecessor and at most 1 (Holm 1979, Scandinavian
    Journal of Statistics 6). It holds however the tests depend on each other.

    >>> holm(np.array([0.04, 0.01, 0.03])).tolist()
    [0.06, 0.03, 0.06]
    """
    p_values = np.asarray(p_values, dtype=np.float64)
    if p_values.ndim != 1 or not ((p_values >= 0) & (p_values <= 1)).all():
        found = (
            f"of shape {p_values.shape}" if p_values.ndim != 1 else f"between {p_values.min():g} and {p_values.max():g}"
        )
        raise LabError("p-values", "must be a row of numbers in [0, 1]", found)
    order = np.argsort(p_values, kind="stable")
    factors = len(p_values) - np.arange(len(p_values))
    adjusted = np.empty_like(p_values)
    adjusted[order] = np.minimum(np.maximum.accumulate(p_values[order] * factors), 1)
    return adjusted
