"""World 1 on the plane: decision regions and class probabilities, of the truth and of each loss."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analysis.digits import percent
from analysis.figures.exhibit import Exhibit
from analysis.figures.theme import BLUE, GREEN, GREY, ORANGE
from toy_models.simplex import LOSSES, Reference, SimplexSpec, Trace, by_softmax, true_probs

COLUMNS = 4
LEVELS = 80
"""Levels of a class's colour, from a third to certainty; class k has levels 1 + 85 k on, and 0 is no picture."""

_FINER = 3
_PITCH = np.array([1.08, 1.3])
HOW_TO_READ = (
    "Each square is the plane of x; colour names the most probable class by softmax (1 blue, 2 orange, 3 green; "
    "numbers at the means) and darkens with its probability, from a third to 1. The black cross is the position "
    "looked at. The number is the share of items for which the loss and the truth name the same class."
)


@dataclass(frozen=True, slots=True, eq=False)
class Regions:
    """Class probabilities (1 + L, X, K) at positions (X, 2), a square grid; the truth first. agreement (L,)."""

    spec: SimplexSpec
    step: int
    positions: np.ndarray
    probs: np.ndarray
    agreement: np.ndarray

    @classmethod
    def of(cls, trace: Trace, answer: Reference, frame: int = -1, seed: int = 0) -> "Regions":
        """One seed, by its place in the trace."""
        truth = true_probs(trace.spec)
        learnt = by_softmax(trace.logits[frame, :, seed])
        same = learnt.argmax(axis=-1) == truth.argmax(axis=-1)  # (L, X)
        probs = np.concatenate([truth[None], learnt])
        return cls(trace.spec, int(trace.steps[frame]), answer.positions, probs, same @ answer.weights)

    @property
    def side(self) -> int:
        return round(np.sqrt(len(self.positions)))

    @property
    def reach(self) -> float:
        """Half the width of the square."""
        return float(self.positions.max())

    @property
    def titles(self) -> list[str]:
        """One for each square, the truth first."""
        return ["<b>Truth</b><br>p(c|x)"] + [
            f"{LOSSES[name].replace(', ', ',<br>')}<br>{percent(share)} as the truth"
            for name, share in zip(self.spec.losses, self.agreement, strict=True)
        ]

    def place(self, index: int, position: np.ndarray) -> np.ndarray:
        """A position (..., 2) in square `index`: (..., 2) in the plane of all squares, whose sides are 1."""
        row, column = divmod(index, COLUMNS)
        rows = -(-len(self.probs) // COLUMNS)
        corner = np.array([column, rows - 1 - row]) * _PITCH
        return corner + (position / self.reach + 1) / 2

    def picture(self) -> np.ndarray:
        """Levels (H, W) uint8 of all squares, lowest row first."""
        across = np.linspace(0, self.side - 1, _FINER * self.side)
        rows = -(-len(self.probs) // COLUMNS)
        height, width = (round(_FINER * self.side * pitch) for pitch in _PITCH[::-1])
        whole = np.zeros((rows * height, COLUMNS * width), dtype=np.uint8)
        for index, probs in enumerate(self.probs):
            row, column = rows - 1 - index // COLUMNS, index % COLUMNS
            levels = _levels(_finer(probs.reshape(self.side, self.side, -1), across))
            whole[row * height :, column * width :][: len(across), : len(across)] = levels
        return whole


def _finer(probs: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Bilinear between the points of a grid, (n, n, K) -> (m, m, K), on the logarithm: borders come out straight."""
    low = np.minimum(at.astype(int), len(probs) - 2)
    part = at - low
    logs = np.log(probs.clip(1e-12))
    logs = logs[low] * (1 - part)[:, None, None] + logs[low + 1] * part[:, None, None]
    logs = logs[:, low] * (1 - part)[:, None] + logs[:, low + 1] * part[:, None]
    weights = np.exp(logs)
    return weights / weights.sum(axis=-1, keepdims=True)


def _levels(probs: np.ndarray) -> np.ndarray:
    certainty = ((probs.max(axis=-1) - 1 / 3) * 1.5).clip(0, 1)
    return (1 + 85 * probs.argmax(axis=-1) + np.round((LEVELS - 1) * certainty)).astype(np.uint8)


def decision_regions(trace: Trace, answer: Reference, probe: int, frame: int = -1, seed: int = 0) -> Exhibit:
    """Truth and losses side by side after the frame's step, for one seed."""
    regions = Regions.of(trace, answer, frame, seed)
    low, high = regions.agreement.min(), regions.agreement.max()
    return Exhibit(
        stem="simplex-regions",
        title="Where does each loss draw its borders?"
        f" As the truth does for {percent(low)} to {percent(high)} of items",
        plot=squares(regions, answer.probes[probe]),
        how_to_read=HOW_TO_READ,
        alt=f"Decision regions on the plane after {regions.step} steps, truth and {len(regions.agreement)} losses; "
        f"they name the true class for {percent(low)} to {percent(high)} of items.",
        table=table_of(regions),
    )


def squares(regions: Regions, position: np.ndarray) -> go.Figure:
    """The picture under its means, titles and the position looked at."""
    plot, count = go.Figure(), len(regions.probs)
    step = 1 / (_FINER * regions.side)
    place = {"x0": step / 2, "dx": step, "y0": step / 2, "dy": step}
    look = {"zmin": 0, "zmax": 255, "colorscale": _scale(), "showscale": False, "hoverinfo": "skip"}
    plot.add_heatmap(z=regions.picture(), **place, **look)
    _add_marks(plot, regions, position)
    for index, title in enumerate(regions.titles):
        x, y = regions.place(index, np.array([0.0, regions.reach]))
        plot.add_annotation(x=x, y=y + 0.02, text=title, showarrow=False, yanchor="bottom", font_size=12)
    rows = -(-count // COLUMNS)
    ground = {"paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)"}
    plot.update_layout(height=40 + 290 * rows, margin={"l": 8, "r": 8, "t": 8, "b": 8}, font={"size": 13}, **ground)
    plot.update_xaxes(visible=False, range=[0, COLUMNS * _PITCH[0]])
    plot.update_yaxes(visible=False, range=[0, rows * _PITCH[1]], scaleanchor="x")
    return plot


def _add_marks(plot: go.Figure, regions: Regions, position: np.ndarray) -> None:
    """Class numbers at the means, and a cross at the position looked at, in every square."""
    count, means = len(regions.probs), _means(regions.spec.spread)
    middles = np.concatenate([regions.place(index, means) for index in range(count)])
    crosses = np.stack([regions.place(index, position) for index in range(count)])
    numbers = {"text": ["<b>1</b>", "<b>2</b>", "<b>3</b>"] * count, "textfont": {"color": "black", "size": 13}}
    marker = {"symbol": "x", "size": 8, "color": "black", "line": {"color": "white", "width": 1.5}}
    quiet = {"hoverinfo": "skip", "showlegend": False}
    disc = {"symbol": "circle", "size": 18, "color": "rgba(255,255,255,0.85)"}
    plot.add_scatter(x=middles[:, 0], y=middles[:, 1], mode="markers+text", marker=disc, **numbers, **quiet)
    plot.add_scatter(x=crosses[:, 0], y=crosses[:, 1], mode="markers", marker=marker, **quiet)


def table_of(regions: Regions) -> pd.DataFrame:
    """A row for each square and position."""
    names = ["Truth", *(LOSSES[name] for name in regions.spec.losses)]
    count = len(regions.positions)
    table = pd.DataFrame({"density": np.repeat(names, count), "step": regions.step})
    table[["x1", "x2"]] = np.tile(regions.positions, (len(names), 1))
    for k in range(regions.probs.shape[-1]):
        table[f"class {k + 1}"] = regions.probs[..., k].ravel()
    return table


def _means(spread: float) -> np.ndarray:
    turns = np.pi / 2 + 2 * np.pi / 3 * np.arange(3)
    return spread * np.stack([np.cos(turns), np.sin(turns)], axis=1)


def _scale() -> list[list[object]]:
    """Clear at 0, then for each class from a pale to its full colour."""
    scale: list[list[object]] = [[0, "rgba(0,0,0,0)"], [0.9 / 255, "rgba(0,0,0,0)"]]
    for k, colour in enumerate((BLUE, ORANGE, GREEN)):
        first, last = (0.5 + 85 * k) / 255, (85 * k + LEVELS + 4) / 255
        scale += [[first + (0.41 / 255 if k == 0 else 0), _pale(colour)], [last, colour]]
    return [*scale, [1, GREY]]


def _pale(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "rgb({},{},{})".format(*(round(245 - 0.12 * (255 - part)) for part in (red, green, blue)))
