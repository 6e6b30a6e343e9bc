"""Two views over training: what each loss achieves, and what WEINCE's evidence says meanwhile."""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.digits import number, percent
from analysis.figures.bands import Cell, add_curve, band_sentence, table_of_runs
from analysis.figures.exhibit import Exhibit
from analysis.figures.labels import wrapped
from analysis.figures.theme import TRUTH, layout
from losses.catalog import unit_of
from toy_models.two_views import LOSSES, Reference, Trace

_PANELS = {
    "retrieval": "retrieval accuracy (share)",
    "view_cosine": "cosine of two views of one sample",
    "hardest_cosine": "cosine of the hardest negative",
    "lam": "λ, mean over anchors",
    "delta_aic": "ΔAIC, median over anchors",
    "rho": "shortfall ρ of the hardest negative, median",
}
_COLUMNS = 3
_TABLE = {
    "retrieval accuracy": "retrieval",
    "cosine of two views": "view_cosine",
    "cosine of the hardest negative": "hardest_cosine",
    "λ, mean": "lam",
    "ΔAIC, mean": "delta_aic",
    "ρ, mean": "rho",
    "gradient norm": "gradient_norm",
}


def learning_curves(trace: Trace, answer: Reference) -> Exhibit:
    """Six metrics against steps: median over seeds, band from lowest to highest, exact values in grey."""
    titles = [wrapped(title, 20) for title in _PANELS.values()]
    plot = make_subplots(2, _COLUMNS, subplot_titles=titles, vertical_spacing=0.2)
    layout(plot, x="", y="", height=600)
    plot.update_annotations(font_size=13)
    plot.update_layout(margin={"l": 50, "r": 16, "t": 110, "b": 50}, legend={"y": 1.13})
    for place, metric in enumerate(_PANELS):
        for row in range(len(trace.spec.losses)):
            _add_loss(plot, trace, metric, row, _cell(place))
    _add_exact(plot, trace, answer)
    plot.update_xaxes(title_text="training step", title_font_size=13, row=2)
    plot.update_yaxes(range=[0, 1.02], row=1, col=1)
    plot.update_yaxes(range=[0, 1.02], row=2, col=1)
    return Exhibit(
        stem="two-views-curves",
        title=verdict(trace),
        plot=plot,
        how_to_read=_how_to_read(trace),
        alt=_alt(trace),
        table=table_of_runs(trace.table(), {f"training loss ({unit_of(trace.spec.losses)})": "loss"} | _TABLE),
    )


def values_of(trace: Trace, metric: str) -> np.ndarray:
    """A metric over time, (T, L, S): over anchors, the mean of lam and the median of the others."""
    values: np.ndarray = getattr(trace, metric)
    if values.ndim == 3:
        return values
    return values.mean(axis=-1, dtype=np.float64) if metric == "lam" else np.median(values, axis=-1)


def verdict(trace: Trace) -> str:
    """Which loss retrieves better at the end, by the paired difference over seeds."""
    if len(trace.spec.losses) < 2:
        return f"{LOSSES[trace.spec.losses[0]]} retrieves {percent(trace.retrieval[-1, 0].mean())} of the other views"
    base, other = trace.spec.losses[0], trace.spec.losses[1]
    differences = trace.retrieval[-1, 1] - trace.retrieval[-1, 0]
    seeds, mean = len(differences), float(differences.mean())
    if seeds < 2:
        return f"{LOSSES[other]} retrieves {mean:+.1%} against {LOSSES[base]}: one seed, no verdict"
    spread = float(differences.std(ddof=1)) / seeds**0.5
    if abs(mean) <= _student(seeds - 1) * spread:
        return (
            f"{LOSSES[other]} and {LOSSES[base]} are not distinguishable in retrieval over {seeds} seeds ({mean:+.1%})"
        )
    better, worse = (other, base) if mean > 0 else (base, other)
    return f"{LOSSES[better]} retrieves {percent(abs(mean))} more than {LOSSES[worse]}, over {seeds} seeds"


def _student(freedom: int) -> float:
    """The 97.5 % quantile of Student's t."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.975))


def _cell(place: int) -> Cell:
    return Cell(place // _COLUMNS + 1, place % _COLUMNS + 1)


def _add_loss(plot: go.Figure, trace: Trace, metric: str, row: int, cell: Cell) -> None:
    """Median line with the loss's dash and markers, and the band if there is more than one seed."""
    name, values = trace.spec.losses[row], values_of(trace, metric)[:, row]  # (T, S)
    add_curve(plot, trace.steps, values, name, LOSSES[name], cell, in_legend=cell == Cell(1, 1))


def _add_exact(plot: go.Figure, trace: Trace, answer: Reference) -> None:
    """Chance, the cosine that no loss can change, and the margin that ΔAIC has to pass."""
    lines = [
        (answer.chance_retrieval, "chance", (1, 1)),
        (answer.view_cosine, "exact, for any loss", (1, 2)),
        (trace.spec.aic_margin, "margin", (2, 2)),
    ]
    for value, text, (row, col) in lines:
        if value is not None:
            line, place = {"color": TRUTH, "dash": "dot", "width": 1.5}, {"row": row, "col": col}
            named = {"annotation_text": text, "annotation_position": "top right", "annotation_xshift": -14}
            plot.add_hline(value, line=line, **named, **place)  # the values at the lines' ends begin there


def _how_to_read(trace: Trace) -> str:
    return (
        "Above, on two fixed views of all samples: how often the nearest other view is one's own, and the two cosines"
        " behind it. Below, on a batch of them as in training: what WEINCE's evidence says of the embeddings, whichever"
        " loss made them; only WEINCE acts on it. Lam is the weight of the Weibit coordinate, ΔAIC above the margin"
        " speaks for a Weibull tail, and ρ is how far the hardest negative is from the endpoint 1."
        f"{band_sentence(trace.spec.seeds)}"
    )


def _alt(trace: Trace) -> str:
    last = ", ".join(
        f"{LOSSES[name]} retrieval {number(trace.retrieval[-1, row].mean())}, lam {number(trace.lam[-1, row].mean())}"
        for row, name in enumerate(trace.spec.losses)
    )
    return f"Curves over {trace.steps[-1]} steps. At the end: {last}."
