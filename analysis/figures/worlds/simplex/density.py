"""World 1 at one position x: the density over labels, as it is and as each loss has learnt it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analysis.digits import number
from analysis.figures.exhibit import Exhibit
from analysis.figures.theme import SEQUENTIAL
from analysis.figures.worlds.simplex.titles import of_moment
from analysis.figures.worlds.simplex.triangle import Mosaic, add_picture, bar, canvas, fit_to
from toy_models.simplex import LOSSES, Reference, SimplexSpec, Trace, divergence, relative_density, true_tilt

SOFTMAX = "class probabilities softmax f(x)"
HOW_TO_READ = (
    "Each triangle is the simplex of soft labels w; a corner is one class. Colour is a density over w relative to the "
    "uniform one, on one logarithmic scale from 0.01 on; what is less likely has its lowest colour. A circle is the "
    "true mean label E[w|x], a cross the class probabilities softmax f(x). A loss that fits the mean puts its cross on "
    "the circle; a loss that fits the density has the colours of the truth. The number is KL(p(w|x) || implied "
    "density) at this x."
)
LEAST = -2.0
"""log10 of the density where the colours begin. On a linear scale that reaches the peaks, all of a density as flat as
cross-entropy's is one colour, the one of what the truth rules out."""
_WIDTH = 100
_CIRCLE = {"symbol": "circle", "size": 10, "color": "white", "line": {"color": "black", "width": 2}}
_CROSS = {"symbol": "x", "size": 10, "color": "white", "line": {"color": "black", "width": 1.5}}


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """What is known at one probe x and frame: logits (L, K) of each loss, and the truth's tilt (K,) and mean (K,).

    divergences (L,) is KL(p(w|x) || implied density) of each loss at this x, in nats.
    """

    spec: SimplexSpec
    x: float
    step: int
    logits: np.ndarray
    tilt: np.ndarray
    mean: np.ndarray
    divergences: np.ndarray

    @classmethod
    def of(cls, trace: Trace, answer: Reference, probe: int, frame: int = -1, seed: int = 0) -> "Moment":
        """One seed, by its place in the trace."""
        logits, step = trace.logits[frame, :, seed, probe], int(trace.steps[frame])
        position, mean = answer.probes[probe], answer.probe_means[probe]
        tilt, away = true_tilt(trace.spec, position), divergence(trace.spec, position, logits)
        return cls(trace.spec, float(position[0]), step, logits, tilt, mean, away)

    def densities(self, labels: np.ndarray) -> np.ndarray:
        """Of the truth and of each loss at labels (P, 3), relative to the uniform density: (1 + L, P)."""
        return relative_density(self.spec, np.concatenate([self.tilt[None], self.logits]), labels)

    @property
    def softmax(self) -> np.ndarray:
        """Class probabilities of each loss, (L, K)."""
        weights = np.exp(self.logits - self.logits.max(axis=1, keepdims=True)).astype(np.float64)
        return weights / weights.sum(axis=1, keepdims=True)

    @property
    def titles(self) -> list[str]:
        """One for each triangle, the truth first."""
        return ["<b>Truth</b><br>p(w|x)"] + [
            f"{LOSSES[name].replace(', ', ',<br>')}<br>{number(away)} nats away"
            for name, away in zip(self.spec.losses, self.divergences, strict=True)
        ]


def density_panels(trace: Trace, answer: Reference, probe: int, frame: int = -1, seed: int = 0) -> Exhibit:
    """Truth and losses side by side at `answer.probes[probe]`, after the frame's step, for one seed."""
    moment = Moment.of(trace, answer, probe, frame, seed)
    mosaic = Mosaic(1 + len(moment.logits), _WIDTH)
    picture = mosaic.paint(exponents(moment, mosaic), np.nan, np.float32)
    plot = triangles(moment, mosaic)
    add_picture(plot, mosaic, picture, "density 10^%{z:.3~f}<extra></extra>")
    plot.update_layout(coloraxis=colour_axis(max(0.0, float(np.nanmax(picture))), mosaic))
    return Exhibit(
        stem=f"simplex-density-x{moment.x:+.2f}",
        title=of_moment(trace, f"x = {moment.x:.2f}", moment.divergences),
        plot=plot,
        how_to_read=HOW_TO_READ,
        alt=_alt(moment),
        table=table_of(moment),
    )


def triangles(moment: Moment, mosaic: Mosaic) -> go.Figure:
    """Outlines, titles, circles and crosses; the picture goes below them."""
    plot = canvas(mosaic, moment.titles)
    circles = np.stack([mosaic.place(index, moment.mean) for index in range(mosaic.count)])
    plot.add_scatter(**_marks(circles, "true mean label E[w|x]", _CIRCLE, moment.mean[None].repeat(mosaic.count, 0)))
    plot.add_scatter(**_marks(crosses(moment, mosaic), SOFTMAX, _CROSS, moment.softmax))
    fit_to(plot, mosaic)
    return plot


def crosses(moment: Moment, mosaic: Mosaic) -> np.ndarray:
    """Where the losses' class probabilities lie in the plane, (L, 2)."""
    return np.stack([mosaic.place(1 + row, probs) for row, probs in enumerate(moment.softmax)])


def exponents(moment: Moment, mosaic: Mosaic) -> np.ndarray:
    """log10 of the densities under the pixels, `LEAST` at least."""
    lowest = np.finfo(np.float64).tiny
    return np.log10(moment.densities(mosaic.labels).clip(lowest)).clip(LEAST)


def colour_axis(high: float, mosaic: Mosaic) -> dict[str, object]:
    """One logarithmic scale for all triangles of the grid up to 10^`high`, with its bar."""
    ticks = np.arange(LEAST, high + 1e-9)
    texts = ["≤ 0.01", *(f"{10**tick:g}" for tick in ticks[1:])]
    colours = {**bar(mosaic, "density (uniform = 1)"), "tickvals": ticks, "ticktext": texts}
    return {"colorscale": SEQUENTIAL, "cmin": LEAST, "cmax": high, "colorbar": colours}


def table_of(moment: Moment) -> pd.DataFrame:
    """A row for the truth and for each loss."""
    names = ["Truth", *(LOSSES[name] for name in moment.spec.losses)]
    table = pd.DataFrame({"density": names, "x": moment.x, "step": moment.step})
    table["KL from the truth (nats)"] = [0.0, *moment.divergences]
    means = np.concatenate([moment.mean[None], moment.softmax])
    for k in range(means.shape[1]):
        table[f"class {k + 1}: E[w|x] or softmax f(x)"] = means[:, k]
    return table


def _marks(points: np.ndarray, name: str, marker: dict[str, object], labels: np.ndarray) -> dict[str, object]:
    return {
        "x": points[:, 0],
        "y": points[:, 1],
        "mode": "markers",
        "marker": marker,
        "name": name,
        "text": [", ".join(f"{value:.3f}" for value in label) for label in labels],
        "hovertemplate": f"{name}: %{{text}}<extra></extra>",
    }


def _alt(moment: Moment) -> str:
    nearest = moment.spec.losses[int(moment.divergences.argmin())]
    return (
        f"Densities over soft labels at x = {moment.x:.2f} after {moment.step} steps: the truth and "
        f"{len(moment.logits)} losses. Nearest to the truth is {LOSSES[nearest]}, {number(moment.divergences.min())} "
        "nats away."
    )
