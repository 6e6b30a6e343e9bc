"""What all matrices of forces share: where the colour scale ends, its bar, and where classes begin and end."""

from collections.abc import Sequence

import numpy as np

from analysis.figures.theme import SIGNED

SCALED = 0.95


def colour_limit(forces: Sequence[np.ndarray]) -> float:
    """Where a shared colour scale ends: 95 % of the forces given lie within.

    The few strongest forces would leave all others without colour. Where nothing acts, 1.
    """
    sizes = np.abs(np.concatenate([np.ravel(each) for each in forces]))
    return float(np.quantile(sizes, SCALED)) or float(sizes.max()) or 1.0


def colour_axis(limit: float, variable: str, unit: str = "nats") -> dict[str, object]:
    """Blue pulls, orange pushes, neutral at 0; `variable` is what the loss is differentiated by, `unit` its own."""
    return {"colorscale": SIGNED, "cmin": -limit, "cmax": limit, "colorbar": _colour_bar(limit, variable, unit)}


def class_edges(labels: np.ndarray) -> np.ndarray:
    """Where each class begins in ascending labels (N,), and where the last one ends."""
    return np.flatnonzero(np.diff(labels, prepend=labels[0] - 1, append=labels[-1] + 1))


def beyond(forces: Sequence[np.ndarray], limit: float, what: str = "stronger ones") -> str:
    """How many forces take the scale's end colours, as the end of a sentence; `what` they are called."""
    cut = sum(int((np.abs(each) > limit).sum()) for each in forces)
    return f"; {cut:,} {what} take its end colours" if cut else ""


def _colour_bar(limit: float, variable: str, unit: str) -> dict[str, object]:
    """Ticks at both ends and between, the ends in words too."""
    ticks = np.array([-limit, -limit / 2, 0, limit / 2, limit])
    texts = [f"{tick:+.2g}" if tick else "0" for tick in ticks]
    return {
        "title": {"text": f"d loss / d {variable}, {unit} per unit", "side": "right"},
        "tickvals": ticks,
        "ticktext": [f"{texts[0]} pulls", *texts[1:4], f"{texts[4]} pushes"],
        "thickness": 12,
        "outlinewidth": 0,
        "lenmode": "pixels",
        "len": 250,
        "y": 1,
        "yanchor": "top",
    }


def apart(places: np.ndarray, gap: float) -> list[int]:
    """Which of ascending places to keep, from the first on, so that each is `gap` from the one before."""
    kept: list[int] = []
    for at, place in enumerate(places):
        if not kept or place - places[kept[-1]] >= gap:
            kept.append(at)
    return kept
