"""A training over its epochs: margin, area, accuracies and calibration error, with their intervals."""

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.calibration.top_label import Calibration
from analysis.comparison.over_epochs import Point
from analysis.digits import interval, number
from analysis.figures.exhibit import Exhibit
from analysis.figures.labels import label
from analysis.figures.splits import AUC_BY_CHANCE
from analysis.figures.theme import TRUTH, class_style, layout
from analysis.neighbours.nearest import Margin
from analysis.neighbours.separation import Separation
from analysis.statistics.bootstrap import Estimate

_PANELS = ("margin", "AUC", "accuracy", "calibration error")
_FEW = 8  # epochs that all have a tick
_DASHES = ("solid", "dash", "dot")
_HEADS = {"nearest neighbour": "knn", "class head": "class_head", "linear probe": "probe"}
_HOW = (
    "A point is a snapshot. Margin: median cosine of test items to the nearest of their own class less that to the"
    " nearest of another, among the train items, or among the other test items where a file has no train items; AUC:"
    " the share of pairs of the two in order,"
    f" {AUC_BY_CHANCE}. Accuracy: share of test items that each reading gets right. These have 95 % intervals over the"
    " test items of one snapshot, which say nothing of another training. Calibration error: expected calibration"
    " error; the bars are no interval of it but what a calibrated model of the same confidences would show in 95 % of"
    " samples."
)


def over_epochs(trainings: Mapping[str, Sequence[Point]], *, at: int | None = None) -> Exhibit:
    """One or more trainings by name, each with its points by epoch; `at`: the epoch that a line marks."""
    plot = make_subplots(1, len(_PANELS), horizontal_spacing=0.07, subplot_titles=_PANELS)
    layout(plot, x="epoch", y="margin (cosine)", height=420)
    plot.update_xaxes(title_text="epoch", dtick=_step(trainings))
    plot.update_yaxes(title_text="share of pairs", col=2).update_yaxes(title_text="share of test items", col=3)
    plot.update_yaxes(title_text="ECE", col=4)
    for place, (name, points) in enumerate(trainings.items()):
        _add(plot, place, label(name) if len(trainings) > 1 else "", points)
    if at is not None:
        plot.add_vline(x=at, line={"color": TRUTH, "dash": "dot"})
    plot.update_layout(legend={"yanchor": "top", "y": -0.2})
    table = pd.DataFrame([_row(name, point) for name, points in trainings.items() for point in points])
    return Exhibit(
        "over-epochs",
        "Does the training still learn?",
        plot,
        _HOW,
        "; ".join(_alt(name, points) for name, points in trainings.items()),
        table,
    )


def _step(trainings: Mapping[str, Sequence[Point]]) -> int | None:
    """Between ticks: 1 where epochs are few, for there is no half of one; None leaves it to Plotly."""
    epochs = [point.epoch for points in trainings.values() for point in points]
    return 1 if epochs and max(epochs) - min(epochs) <= _FEW else None


def _add(plot: go.Figure, place: int, name: str, points: Sequence[Point]) -> None:
    """Each measure a line; what is not available leaves a gap."""
    _line(plot, 1, points, [_margin(each) for each in points], name or "margin", place)
    _line(plot, 2, points, [_area(each) for each in points], f"{name} AUC".strip(), place if name else 5)
    for nth, (reading, field) in enumerate(_HEADS.items()):
        found = [_estimate(getattr(each.numbers, field)) for each in points]
        if any(found):
            _line(plot, 3, points, found, f"{name} {reading}".strip(), place if name else nth + 1, nth)
    errors = [each.numbers.calibration for each in points]
    shown = [_error(each) if isinstance(each, Calibration) else None for each in errors]
    if any(shown):
        _line(plot, 4, points, shown, f"{name} ECE (bars: if calibrated)".strip(), place if name else 4)


def _line(
    plot: go.Figure,
    column: int,
    points: Sequence[Point],
    found: list[tuple[float, float, float] | None],
    name: str,
    colour: int,
    dash: int = 0,
) -> None:
    """Values with bars from low to high, of which each is (value, low, high)."""
    style = class_style(colour)
    values = [None if each is None else each[0] for each in found]
    above = [0.0 if each is None else each[2] - each[0] for each in found]
    below = [0.0 if each is None else each[0] - each[1] for each in found]
    plot.add_scatter(
        x=[point.epoch for point in points],
        y=values,
        error_y={"type": "data", "symmetric": False, "array": above, "arrayminus": below, "width": 2, "thickness": 1},
        mode="lines+markers",
        name=name,
        line={"color": style.colour, "dash": _DASHES[dash % len(_DASHES)], "width": 2},
        marker={"symbol": style.symbol, "size": 7},
        hovertemplate=f"epoch %{{x}}: %{{y:.6~g}}<extra>{name}</extra>",
        row=1,
        col=column,
    )


def _margin(point: Point) -> tuple[float, float, float] | None:
    found = point.numbers.margin
    return _estimate(found.margin) if isinstance(found, Margin) else None


def _area(point: Point) -> tuple[float, float, float] | None:
    found = point.numbers.separation
    return _estimate(found.auc) if isinstance(found, Separation) else None


def _estimate(found: object) -> tuple[float, float, float] | None:
    return (found.value, found.low, found.high) if isinstance(found, Estimate) else None


def _error(found: Calibration) -> tuple[float, float, float]:
    return found.bins.ece, *found.null.ece


def _row(name: str, point: Point) -> dict[str, object]:
    row: dict[str, object] = {"training": name, "epoch": point.epoch, "file": point.file}
    columns = {"margin": _margin(point), "AUC": _area(point)}
    columns |= {reading: _estimate(getattr(point.numbers, field)) for reading, field in _HEADS.items()}
    for measure, found in columns.items():
        row |= dict(zip((measure, f"{measure} from", f"{measure} to"), found or (None,) * 3, strict=True))
    calibrated = point.numbers.calibration
    error = _error(calibrated) if isinstance(calibrated, Calibration) else (None,) * 3
    return row | dict(zip(("ECE", "calibrated: ECE from", "calibrated: ECE to"), error, strict=True))


def _alt(name: str, points: Sequence[Point]) -> str:
    if not points:
        return f"{name}: no snapshot yet"
    last = points[-1]
    found = last.numbers.margin
    said = f"margin {interval(found.margin)}" if isinstance(found, Margin) else "no margin"
    apart = last.numbers.separation
    said += f", AUC {interval(apart.auc)}" if isinstance(apart, Separation) else ""
    knn = last.numbers.knn
    voted = f", nearest neighbour {number(knn.value)}" if isinstance(knn, Estimate) else ""
    return f"{name}: {len(points)} snapshots, the last of epoch {last.epoch} with {said}{voted}"
