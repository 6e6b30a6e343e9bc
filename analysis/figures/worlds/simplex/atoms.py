"""World 1 on the plane, at one position x: how probable each label is, as it is and as each loss has learnt it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analysis.digits import number
from analysis.figures.exhibit import Exhibit
from analysis.figures.theme import ORANGE, SEQUENTIAL
from analysis.figures.worlds.simplex.titles import of_moment
from analysis.figures.worlds.simplex.triangle import Mosaic, bar, canvas, fit_to
from toy_models.simplex import LOSSES, Reference, Trace, by_softmax, divergence, implied_shares, labels_of, true_shares

_WIDTH = 100
_CIRCLE = {"symbol": "circle-open", "size": 14, "color": ORANGE, "line": {"width": 2.5}}
_CROSS = {"symbol": "x", "size": 9, "color": ORANGE, "line": {"color": "white", "width": 1}}
_HOW_TO_READ = (
    "Each triangle is the simplex of soft labels; a corner is one class. The dots are all labels that occur, brighter "
    "and larger the more probable one is at this x, b(w) exp(w . f) normalised over them. The ring is the true mean "
    "label E[w|x], the cross softmax f(x): a loss that fits the mean puts its cross in the ring, a loss that fits the "
    "density has the dots of the truth. The number is KL(p(w|x) || implied density) at this x."
)


@dataclass(frozen=True, slots=True, eq=False)
class Atoms:
    """Shares (1 + L, G) of the labels (G, K) at one position, truth first; mean (K,), softmax and divergences (L,)."""

    labels: np.ndarray
    shares: np.ndarray
    mean: np.ndarray
    softmax: np.ndarray
    divergences: np.ndarray

    @classmethod
    def of(cls, trace: Trace, answer: Reference, probe: int, frame: int = -1, seed: int = 0) -> "Atoms":
        """One seed, by its place in the trace."""
        spec, position = trace.spec, answer.probes[probe]
        logits = trace.logits[frame, :, seed, probe]
        shares = np.concatenate([true_shares(spec, position)[None], implied_shares(spec, logits)])
        mean, away = answer.probe_means[probe], divergence(spec, position, logits)
        return cls(labels_of(spec), shares, mean, by_softmax(logits), away)


def label_panels(trace: Trace, answer: Reference, probe: int, frame: int = -1, seed: int = 0) -> Exhibit:
    """Truth and losses side by side at `answer.probes[probe]`, after the frame's step, for one seed."""
    atoms, (x, y) = Atoms.of(trace, answer, probe, frame, seed), answer.probes[probe]
    nearest = trace.spec.losses[int(atoms.divergences.argmin())]
    where = f"x = ({x:.2f}, {y:.2f})"
    return Exhibit(
        stem=f"simplex-labels-{x:+.2f}{y:+.2f}",
        title=of_moment(trace, where, atoms.divergences),
        plot=_plot(trace, atoms),
        how_to_read=_HOW_TO_READ,
        alt=f"Probabilities of labels at {where}, truth and {len(atoms.divergences)} losses. Nearest to the truth is "
        f"{LOSSES[nearest]}, {number(atoms.divergences.min())} nats away.",
        table=_table(trace, atoms),
    )


def _plot(trace: Trace, atoms: Atoms) -> go.Figure:
    mosaic = Mosaic(len(atoms.shares), _WIDTH)
    pairs = zip(trace.spec.losses, atoms.divergences, strict=True)
    titles = [f"{LOSSES[name].replace(', ', ',<br>')}<br>{number(away)} nats away" for name, away in pairs]
    plot = canvas(mosaic, ["<b>Truth</b><br>p(w|x)", *titles])
    _add_dots(plot, mosaic, atoms)
    rings = np.stack([mosaic.place(index, atoms.mean) for index in range(mosaic.count)])
    crosses = np.stack([mosaic.place(1 + row, probs) for row, probs in enumerate(atoms.softmax)])
    for points, marker, name in (
        (rings, _CIRCLE, "true mean label E[w|x]"),
        (crosses, _CROSS, "class probabilities softmax f(x)"),
    ):
        plot.add_scatter(x=points[:, 0], y=points[:, 1], mode="markers", marker=marker, name=name, hoverinfo="name")
    fit_to(plot, mosaic)
    return plot


def _add_dots(plot: go.Figure, mosaic: Mosaic, atoms: Atoms) -> None:
    """All triangles' labels as one trace; the area of a dot goes with its probability, the least stays visible."""
    places = np.concatenate([mosaic.place(index, atoms.labels) for index in range(mosaic.count)])
    shares, count = atoms.shares.ravel(), len(atoms.labels)
    largest = 26 if count < 30 else 14 if count < 400 else 7
    colours = {**bar(mosaic, "probability of a label"), "exponentformat": "power"}
    names = [", ".join(f"{value:.2f}" for value in label) for label in atoms.labels] * mosaic.count
    plot.add_scatter(
        x=places[:, 0],
        y=places[:, 1],
        mode="markers",
        marker={
            "size": 3 + (largest - 3) * np.sqrt(shares / shares.max()),
            "color": shares,
            "colorscale": SEQUENTIAL,
            "cmin": 0,
            "colorbar": colours,
            "line": {"width": 0},
        },
        text=names,
        customdata=shares,
        hovertemplate="w = (%{text}): %{customdata:.6~g}<extra></extra>",
        showlegend=False,
    )


def _table(trace: Trace, atoms: Atoms) -> pd.DataFrame:
    names = ["Truth", *(LOSSES[name] for name in trace.spec.losses)]
    table = pd.DataFrame({"density": np.repeat(names, len(atoms.labels))})
    for k in range(atoms.labels.shape[1]):
        table[f"w{k + 1}"] = np.tile(atoms.labels[:, k], len(names))
    table["probability"] = atoms.shares.ravel()
    table["KL from the truth (nats)"] = np.repeat([0.0, *atoms.divergences], len(atoms.labels))
    return table
