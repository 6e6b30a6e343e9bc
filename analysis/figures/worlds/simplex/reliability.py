"""World 1 on the plane: are the class probabilities of each loss right? Exact, since the posterior is known."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.digits import number
from analysis.figures.exhibit import Exhibit
from analysis.figures.loss_styles import LOSS_STYLES
from analysis.figures.theme import GREY, TRUTH, layout
from toy_models.simplex import LOSSES, Reference, Reliability, Trace, by_mean, by_ranking, by_softmax, reliability

_COLUMNS = 3
_CALIBRATED = 0.01  # an error of less is called calibrated in the title
_LEGENDS = {
    "exact optimum": "exact optimum of the loss, softmax",
    "softmax": "read by softmax",
    "ranking": "read by ranking the labels",
    "mean": "read by the mean of the density",
}
_RARE = 1e-4  # share of items below which a bin is not drawn


def reliability_panels(trace: Trace, answer: Reference, frame: int = -1) -> Exhibit:
    """A diagram for each loss: accuracy against confidence, seeds pooled, with the loss's exact optimum behind."""
    names = trace.spec.losses
    rows = -(-len(names) // _COLUMNS)
    found = {name: _readings(trace, answer, row, frame) for row, name in enumerate(names)}
    titles = [f"{LOSSES[name]}, {_verdict(found[name])}".replace(", ", ",<br>").replace("; ", "<br>") for name in names]
    plot = make_subplots(
        rows, _COLUMNS, subplot_titles=titles, shared_yaxes=True, horizontal_spacing=0.04, vertical_spacing=0.4 / rows
    )
    layout(plot, x="confidence", y="", height=120 + 340 * rows)
    for index, name in enumerate(names):
        _add_panel(plot, name, found[name], index)
    plot.update_annotations(font_size=12)
    plot.update_layout(margin={"t": 140, "l": 60}, legend={"y": 1.16 if rows > 1 else 1.35})
    plot.update_xaxes(range=[0.3, 1.02], title_text="")
    for column in range(1, 1 + min(_COLUMNS, len(names))):
        plot.update_xaxes(title_text="confidence", title_font_size=12, row=rows, col=column)
    plot.update_yaxes(range=[0.3, 1.02])
    plot.update_yaxes(title_text="accuracy", col=1)
    return Exhibit(
        stem="simplex-reliability",
        title=_title(found),
        plot=plot,
        how_to_read=_how_to_read(trace),
        alt="Reliability diagrams. "
        + "; ".join(f"{LOSSES[name]}: {_verdict(each)}" for name, each in found.items()).replace("<br>", ", "),
        table=_table(found),
    )


def _readings(trace: Trace, answer: Reference, row: int, frame: int) -> dict[str, Reliability]:
    """What is drawn for one loss: softmax, its optimum, and the labels ranked where the loss can."""
    spec, logits = trace.spec, trace.logits[frame, row]  # (S, X, K)
    found = {
        "softmax": reliability(spec, by_softmax(logits)),
        "exact optimum": reliability(spec, by_softmax(answer.optima[row])),
    }
    own = {"ranking": by_ranking(spec, spec.losses[row], logits), "mean": by_mean(spec.losses[row], logits)}
    return found | {kind: reliability(spec, probs) for kind, probs in own.items() if probs is not None}


def _pooled(found: Reliability) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mass, confidence and accuracy (B,) over all seeds, of the bins that hold something."""
    mass, confidence, accuracy = (
        np.atleast_2d(each) for each in (found.mass, np.nan_to_num(found.confidence), np.nan_to_num(found.accuracy))
    )
    total = mass.sum(axis=0)
    kept = total > _RARE * len(mass)
    sums = [(mass * each).sum(axis=0)[kept] / total[kept] for each in (confidence, accuracy)]
    return total[kept] / len(mass), *sums


def _add_panel(plot: go.Figure, name: str, found: dict[str, Reliability], index: int) -> None:
    """The diagonal, the exact optimum behind, and what the networks say."""
    place = {"row": index // _COLUMNS + 1, "col": index % _COLUMNS + 1}
    diagonal = {"color": TRUTH, "dash": "dash", "width": 1.5}
    plot.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line=diagonal, name="calibrated", showlegend=index == 0, **place)
    for kind in ("exact optimum", "softmax", "ranking", "mean"):
        if kind in found:
            first = not any(mark.legendgroup == kind for mark in plot.data)
            _add_reading(plot, kind, found[kind], LOSS_STYLES[name].colour, {**place, "showlegend": first})


def _add_reading(plot: go.Figure, kind: str, found: Reliability, colour: str, place: dict[str, int]) -> None:
    mass, confidence, accuracy = _pooled(found)
    diamonds = {"symbol": "diamond-open", "size": 11, "color": colour, "line": {"width": 2}}
    looks: dict[str, dict[str, object]] = {
        "exact optimum": {"mode": "lines", "line": {"color": GREY, "width": 5}, "opacity": 0.5},
        "softmax": {"mode": "lines+markers", "line": {"color": colour}, "marker": {"symbol": "circle", "size": 8}},
        "ranking": {"mode": "markers", "marker": diamonds},
        "mean": {"mode": "markers", "marker": diamonds},
    }
    legend = _LEGENDS[kind]
    plot.add_scatter(
        x=confidence,
        y=accuracy,
        name=legend,
        legendgroup=kind,
        customdata=mass,
        cliponaxis=False,
        hovertemplate=f"{legend}: confidence %{{x:.6~g}}, accuracy %{{y:.6~g}}, %{{customdata:.3~p}} of items"
        "<extra></extra>",
        **looks[kind],
        **place,
    )


def _verdict(found: dict[str, Reliability]) -> str:
    softmax = found["softmax"]
    error, lean = float(np.mean(softmax.error)), float(np.mean(softmax.excess_confidence))
    word = "calibrated" if error < _CALIBRATED else "over-confident" if lean > 0 else "under-confident"
    text = f"ECE {number(error)}, {word}"
    own = [(said, found[kind]) for kind, said in (("ranking", "ranked"), ("mean", "by its mean")) if kind in found]
    return "; ".join([text, *(f"{said} {number(float(np.mean(each.error)))}" for said, each in own)])


def _title(found: dict[str, dict[str, Reliability]]) -> str:
    good = sum(float(np.mean(each["softmax"].error)) < _CALIBRATED for each in found.values())
    return f"Are the class probabilities right? By softmax, {good} of {len(found)} losses are calibrated within 0.01"


def _how_to_read(trace: Trace) -> str:
    seeds = "" if trace.spec.seeds == 1 else f" {trace.spec.seeds} seeds are pooled."
    mixed = " Items are those of the Gaussians, unmixed." if trace.spec.labels == "mixup" else ""
    return (
        "Below the diagonal a loss is over-confident, above it under-confident. The posterior is known, so an accuracy "
        "is exact and ECE is 0 for a calibrated model; 15 equal bins of top-label confidence. The thick grey line is "
        "the exact optimum of the loss read by softmax. Diamonds read the same logits by what the loss trained them "
        "for: they rank labels, each as probable as the loss's scores say, or take the mean of the density that it "
        f"fits.{mixed}{seeds}"
    )


def _table(found: dict[str, dict[str, Reliability]]) -> pd.DataFrame:
    parts = []
    for name, readings in found.items():
        for kind, each in readings.items():
            mass, confidence, accuracy = _pooled(each)
            part = pd.DataFrame({"share of items": mass, "confidence": confidence, "accuracy": accuracy})
            part.insert(0, "loss", LOSSES[name])
            part.insert(1, "read by", kind if kind != "exact optimum" else "softmax, exact optimum")
            part["expected calibration error"] = float(np.mean(each.error))
            parts.append(part)
    return pd.concat(parts, ignore_index=True)
