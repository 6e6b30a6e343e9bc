"""World 1 with two classes: truth and each loss's density as curves over [0, 1], for x that moves."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analysis.digits import number
from analysis.figures.exhibit import Exhibit
from analysis.figures.loss_styles import LOSS_STYLES
from analysis.figures.player import add_player
from analysis.figures.theme import TRUTH, layout
from toy_models.simplex import LOSSES
from toy_models.simplex.two_classes import TwoClasses

_SAME = 0.02  # of the density: curves that lie so near to one another share one line and one name
_DIGITS = 4
_GRID = 1e-6
_NAMED = 2  # losses of a line, each by its name; a longer name leaves the figure


@dataclass(frozen=True, slots=True)
class _Line:
    """Losses, by their places, that ask for one density."""

    places: tuple[int, ...]
    found: TwoClasses

    @property
    def first(self) -> int:
        return self.places[0]

    @property
    def name(self) -> str:
        """ "NLL and label InfoNCE, argmax label": what they have in common is said once; of many the first is named."""
        if len(self.places) > _NAMED:
            return f"{LOSSES[self.found.spec.losses[self.first]]} and {len(self.places) - 1} more"
        titles = [LOSSES[self.found.spec.losses[place]] for place in self.places]
        heads, tails = zip(*(title.partition(", ")[::2] for title in titles), strict=True)
        if len(titles) > 1 and len(set(tails)) == 1 and tails[0]:
            return f"{' and '.join(heads)}, {tails[0]}"
        return " and ".join(titles)

    @property
    def away(self) -> float:
        """KL from the truth in nats, mean over x."""
        return max(0.0, float(self.found.floors[self.first]))


def two_class_densities(found: TwoClasses, x: float = 0.0) -> Exhibit:
    """The curves at the position nearest to |x|, on a slider over all of them; it moves without a server."""
    lines = _lines(found)
    start = int(np.abs(found.positions - abs(x)).argmin())
    plot = go.Figure()
    layout(plot, x="soft label w, share of class 1", y="density (uniform = 1)", height=440 + 24 * len(lines))
    for mark in _marks(found, lines, start):
        plot.add_trace(mark)
    plot.frames = [
        go.Frame(name=f"{at:.2f}", data=[{"x": mark.x, "y": mark.y} for mark in _marks(found, lines, place)])
        for place, at in enumerate(found.positions)
    ]
    top = 1.05 * float(np.quantile(found.truth.max(axis=1), 0.9))
    plot.update_yaxes(range=[0, top]).update_xaxes(range=[0, 1])
    plot.update_layout(margin={"t": 24 * (len(lines) + 2)}, legend={"orientation": "v", "itemwidth": 40})
    add_player(plot, "x = ")
    plot.update_layout(sliders=[{**plot.layout.sliders[0].to_plotly_json(), "active": start}])
    return Exhibit(
        stem="simplex-two-classes",
        title=_title(lines),
        plot=plot,
        how_to_read=(
            "Two classes: a soft label is one number, and its density a curve. Each loss stands at its exact optimum, "
            "without a network. Grey is the truth p(w|x), and the grey dots stand at its mean E[w|x]; move the slider, "
            "and x with it (-x is like x). A loss that fits the density has the grey curve, one that fits the mean has "
            "another whose softmax is at the dots. In brackets: KL(p(w|x) || density), mean over x, in nats. Losses "
            "that ask for one density share a line."
        ),
        alt=_alt(found, lines, start),
        table=_table(found),
    )


def _lines(found: TwoClasses) -> list[_Line]:
    groups: list[list[int]] = []
    for place, density in enumerate(found.densities):
        alike = [group for group in groups if np.abs(found.densities[group[0]] - density).max() < _SAME]
        if alike:
            alike[0].append(place)
        else:
            groups.append([place])
    return [_Line(tuple(group), found) for group in groups]


def _marks(found: TwoClasses, lines: list[_Line], at: int) -> list[go.Scatter]:
    """The truth, its mean, and a curve for each line."""
    curve = {"mode": "lines", "hovertemplate": "w = %{x:.3f}: %{y:.4~g}"}
    grey = {"color": TRUTH, "width": 9}
    dots = {"color": TRUTH, "width": 3, "dash": "dot"}
    marks = [
        go.Scatter(x=found.labels, y=_rounded(found.truth[at]), line=grey, opacity=0.6, name="Truth p(w|x)", **curve),
        go.Scatter(x=[float(found.means[at])] * 2, y=[0, 1e3], mode="lines", line=dots, name="true mean E[w|x]"),
    ]
    for place, each in enumerate(lines):
        style = LOSS_STYLES[found.spec.losses[each.first]]
        line = {"color": style.colour, "dash": style.dash, "width": max(2, 5 - place)}  # who is covered looks out
        name = f"{each.name} ({_nats(each.away)})"
        marks.append(
            go.Scatter(x=found.labels, y=_rounded(found.densities[each.first, at]), line=line, name=name, **curve)
        )
    return marks


def _rounded(values: np.ndarray) -> list[float]:
    """A fifth of the size of all digits."""
    return [float(f"{value:.{_DIGITS}g}") for value in values]


def _title(lines: list[_Line]) -> str:
    ordered = sorted(lines, key=lambda line: -line.away)
    far, near = ordered[0], ordered[-1]
    others = f", {near.name} {_nats(near.away)}" if far is not near else ""
    return f"Two classes: {far.name} {_nats(far.away)} nats from the true density{others}"


def _nats(value: float) -> str:
    """What is below the grid's own error is 0."""
    return number(value if value > _GRID else 0.0)


def _alt(found: TwoClasses, lines: list[_Line], at: int) -> str:
    said = "; ".join(f"{each.name} {_nats(found.divergences[each.first, at])}" for each in lines)
    return (
        f"Densities of a soft label between two classes at x = {found.positions[at]:.2f}. KL from the truth there, in"
        f" nats: {said}."
    )


def _table(found: TwoClasses) -> pd.DataFrame:
    """A row for each x and loss."""
    parts = []
    for place, name in enumerate(found.spec.losses):
        part = pd.DataFrame({"x": found.positions})
        part.insert(0, "loss", LOSSES[name])
        part["KL from the truth (nats)"] = found.divergences[place]
        part["true mean E[w|x]"] = found.means
        part["mean of the density"] = found.density_means[place]
        part["softmax f(x)"] = found.softmax[place]
        parts.append(part)
    return pd.concat(parts, ignore_index=True)
