"""Which losses push a positive away, and along which stretch of the axis: the answer that a figure's title gives."""

import numpy as np

from analysis.forces.curves import Curve, ForceCurves
from losses.catalog import CATALOG

_UNITS = {
    "similarity": "cosine",
    "shortfall": "distance",
    "temperature": "temperature",
    "batch_size": "batch size",
    "class_size": "class size",
}


def who_pushes(positive: ForceCurves) -> str:
    """One sentence: each loss whose derivative on the positive is above 0 somewhere, with the place in numbers."""
    places: dict[str, list[str]] = {}
    for curve in positive.curves:
        if (curve.force > 0).any():
            places.setdefault(_where(curve, positive), []).append(CATALOG[curve.name].title)
    if not places:
        return "No loss shown pushes the positive away here"
    told = [f"{' and '.join(names)} {place}" for place, names in places.items()]
    return f"The positive is pushed away by {'; by '.join(told)}"


def _where(curve: Curve, shown: ForceCurves) -> str:
    """Where a loss pushes, stretch by stretch along the axis, in the axis's unit."""
    pushes = np.concatenate([[False], curve.force > 0, [False]])
    ends = np.flatnonzero(np.diff(pushes)).reshape(-1, 2)  # (stretches, 2): first point in it, first after it
    return ", ".join(_stretch(int(first), int(after), curve, shown) for first, after in ends)


def _stretch(first: int, after: int, curve: Curve, shown: ForceCurves) -> str:
    unit, values = _UNITS[shown.axis], shown.values
    on = not curve.force[after:].any()  # at the endpoint itself a clamp takes the force
    if first == 0 and on:
        return "everywhere"
    low = "" if first == 0 else f"{_root(curve, shown, first, values[first]):.3g}"
    high = "" if on else f"{_root(curve, shown, after, values[after - 1]):.3g}"
    if not low:
        return f"up to {unit} {high}"
    return f"from {unit} {low} on" if on else f"from {unit} {low} to {high}"


def _root(curve: Curve, shown: ForceCurves, at: int, otherwise: float) -> float:
    """Where the derivative is 0 between point `at` and the one before it; `otherwise` along sizes, which are whole."""
    low, high = shown.values[[at - 1, at]]
    roots = [mark.at for mark in shown.marks if mark.name == curve.name and mark.kind == "sign"]
    return next((root for root in roots if low <= root <= high), float(otherwise))
