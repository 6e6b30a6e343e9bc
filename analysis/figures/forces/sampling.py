"""What drawing labels from soft targets does: distribution of loss and gradient, and bias and variance."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.digits import apart, bounded, number, value_of
from analysis.figures.exhibit import Exhibit
from analysis.figures.loss_styles import LOSS_STYLES
from analysis.figures.theme import GREEN, TRUTH, layout
from analysis.forces.sampling import Exact, Study
from analysis.statistics.intervals import Interval

_SAMPLED, _SOFT = LOSS_STYLES["soft_distribution_infonce"], LOSS_STYLES["soft_target_infonce"]
_DRAWN, _COUNTED, _TARGET = "drawn, 95 % interval", "exact, every label tuple", "soft target InfoNCE"
_BINS = 40


def sampled_distribution(study: Study) -> Exhibit:
    """Histograms of the sampled loss and of the sampled gradient's component along soft target InfoNCE's."""
    plot = make_subplots(1, 2, subplot_titles=("loss (nats)", "gradient component (relative)"))
    layout(plot, x="", y="", height=360)
    plot.update_layout(bargap=0.02, margin={"t": 80}, legend={"y": 1.12})
    plot.update_annotations(font_size=13)
    plot.update_yaxes(title_text="share of draws", col=1)
    exact = study.exact
    panels = (
        (study.losses, study.soft_loss, None if exact is None else exact.mean),
        (study.along, 1.0, None if exact is None else exact.gradient_along),
    )
    for column, (values, soft, counted) in enumerate(panels, start=1):
        if np.isfinite(values).all():
            _add_histogram(plot, values, soft, counted, column)
    log_n = math.log(study.spec.samples)
    plot.add_vline(log_n, line={"color": TRUTH, "width": 1}, annotation_text="log N", row=1, col=1)
    return Exhibit(
        stem="sampled-distribution",
        title=_gap_title(study),
        plot=plot,
        how_to_read=(
            f"Each of {study.spec.draws:,} draws gives every sample of one batch a label from its soft target; the"
            " bars are the label InfoNCE that comes out. Solid: soft target InfoNCE on the same batch, nothing drawn."
            " Right: the sampled gradient's component along soft target InfoNCE's, whose length is 1."
            f" Dashed: the mean of the draws.{_counted_said(study)} Above log N, grey, a loss bounds no information."
        ),
        alt=(
            f"Sampled losses from {' to '.join(apart([study.losses.min(), study.losses.max()], least=2))} nats around a"
            f" mean of {number(study.losses.mean())}; soft target InfoNCE is {number(study.soft_loss)}."
        ),
        table=pd.DataFrame({"loss (nats)": study.losses, "gradient along soft target InfoNCE's": study.along}),
    )


def averaging(study: Study) -> Exhibit:
    """What the mean of n draws is worth: gap, variance, and the error of the gradient, against n."""
    titles = ("Jensen gap (nats)", "variance of loss (nats²)", "gradient error²")
    plot = make_subplots(1, 3, subplot_titles=titles)
    layout(plot, x="draws n that are averaged", y="", height=380)
    plot.update_layout(margin={"t": 80}, legend={"y": 1.12})
    plot.update_annotations(font_size=13)
    plot.update_xaxes(type="log")
    plot.update_yaxes(type="log", col=2)
    plot.update_yaxes(type="log", col=3)
    counts = np.array([each.draws for each in study.averaged])
    columns: tuple[list[Interval | None], ...] = (
        [each.gap for each in study.averaged],
        [each.variance for each in study.averaged],
        [each.gradient_error for each in study.averaged],
    )
    for column, intervals in enumerate(columns, start=1):
        _add_intervals(plot, counts, intervals, column, name=_DRAWN)
    if study.exact is not None:
        for column, line in enumerate(_exact_lines(study, counts), start=1):
            _add_exact(plot, counts, line, column)
    floor = study.exact.gradient_bias**2 if study.exact else study.gradient_bias.value**2
    _add_level(plot, counts, 0.0, 1, _TARGET, _SOFT.colour)
    if floor > 1e-12:
        _add_level(plot, counts, floor, 3, "squared bias", TRUTH)
    return Exhibit(
        stem="averaged-draws",
        title=_floor_title(floor),
        plot=plot,
        how_to_read=(
            "Averaging n draws divides the variance by n and leaves the bias. Left: sampled loss minus soft target"
            " InfoNCE, from the first n draws; it goes to the gap and not to 0. Middle: variance between means of n"
            " draws. Right: mean squared distance of the averaged gradient from soft target InfoNCE's, in units of"
            " that gradient's squared length; it goes to the squared bias and not to 0."
            " Whiskers are 95 % intervals." + _counted_said(study, green=True)
        ),
        alt=f"Three panels against 1 to {counts[-1]} averaged draws; the gradient's error levels off at {floor:.3g}.",
        table=_averaging_table(study),
    )


def against_softness(studies: Sequence[Study]) -> Exhibit:
    """Bias and variance of loss and gradient as targets go from one-hot to any point of the simplex."""
    titles = (
        "Jensen gap of the loss (nats)",
        "variance of the loss (nats²)",
        "bias of the gradient (relative)",
        "variance of the gradient (relative)",
    )
    plot = make_subplots(2, 2, subplot_titles=titles, vertical_spacing=0.14)
    layout(plot, x="", y="", height=560)
    plot.update_layout(margin={"t": 80}, legend={"y": 1.07})
    plot.update_annotations(font_size=13)
    plot.update_xaxes(title_text="softness of the targets", row=2)
    plot.update_yaxes(rangemode="tozero")
    x = np.array([study.spec.softness for study in studies])
    for panel, (name, counted) in enumerate(_QUANTITIES):
        place = (panel // 2 + 1, panel % 2 + 1)
        _add_intervals(plot, x, [getattr(study, name) for study in studies], place[1], name=_DRAWN, row=place[0])
        lines = np.array([counted(study, study.exact) for study in studies if study.exact is not None])
        if len(lines):
            _add_exact(plot, x, lines, place[1], row=place[0])
    largest = max(studies, key=lambda study: study.gap.value)
    return Exhibit(
        stem="sampling-by-softness",
        title=(
            "Nothing is lost on one-hot targets; the gap is widest, "
            f"{number(largest.gap.value, least=2)} nats, at softness {largest.spec.softness:g}"
        ),
        plot=plot,
        how_to_read=(
            "The same batch with its targets mixed from one-hot (0) to random points of the simplex (1);"
            f" {studies[0].spec.draws:,} draws at each. The gradient's bias is the length of the expected gradient's"
            " difference from soft target InfoNCE's, over the latter's length; its variance the trace of the"
            " covariance over the squared length. Whiskers are 95 % intervals." + _counted_said(studies[0], green=True)
        ),
        alt=f"Four panels against softness 0 to 1: all are 0 at 0; the gap is largest at {largest.spec.softness:g}.",
        table=_softness_table(studies),
    )


_QUANTITIES: tuple[tuple[str, Callable[[Study, Exact], float]], ...] = (
    ("gap", lambda study, exact: exact.mean - study.soft_loss),
    ("variance", lambda study, exact: exact.variance),
    ("gradient_bias", lambda study, exact: exact.gradient_bias),
    ("gradient_variance", lambda study, exact: exact.gradient_variance),
)


def _add_histogram(plot: go.Figure, values: np.ndarray, soft: float, counted: float | None, column: int) -> None:
    shares, edges = np.histogram(values, bins=_BINS)
    plot.add_bar(
        x=(edges[1:] + edges[:-1]) / 2,
        y=shares / len(values),
        width=np.diff(edges),
        marker_color=_SAMPLED.colour,
        opacity=0.45,
        name="soft distribution InfoNCE, each draw",
        showlegend=column == 1,
        row=1,
        col=column,
    )
    top = shares.max() / len(values)
    marks = [(_TARGET, soft, _SOFT.colour, "solid"), ("mean of the draws", values.mean(), _SAMPLED.colour, "dash")]
    if counted is not None:
        marks.append((_COUNTED, counted, GREEN, "dot"))
    for name, at, colour, dash in marks:
        plot.add_scatter(
            x=[at, at],
            y=[0, top * 1.05],
            mode="lines",
            line={"color": colour, "dash": dash, "width": 2.5},
            name=name,
            showlegend=column == 1,
            hovertemplate=f"{name}: %{{x:.6~g}}<extra></extra>",
            row=1,
            col=column,
        )


def _add_intervals(
    plot: go.Figure, x: np.ndarray, intervals: Sequence[Interval | None], column: int, *, name: str, row: int = 1
) -> None:
    known = [(float(at), each) for at, each in zip(x, intervals, strict=True) if each is not None]
    values = np.array([each.value for _, each in known])
    plot.add_scatter(
        x=[at for at, _ in known],
        y=values,
        error_y={
            "array": np.array([each.high for _, each in known]) - values,
            "arrayminus": values - np.array([each.low for _, each in known]),
            "thickness": 1.5,
        },
        mode="markers",
        marker={"color": _SAMPLED.colour, "symbol": _SAMPLED.symbol, "size": 8},
        name=name,
        legendgroup=name,
        showlegend=column == 1 and row == 1,
        row=row,
        col=column,
    )


def _add_level(plot: go.Figure, x: np.ndarray, level: float, column: int, name: str, colour: str) -> None:
    plot.add_scatter(
        x=[x[0], x[-1]],
        y=[level, level],
        mode="lines",
        line={"color": colour, "width": 1.5},
        name=name,
        row=1,
        col=column,
    )


def _add_exact(plot: go.Figure, x: np.ndarray, values: np.ndarray, column: int, *, row: int = 1) -> None:
    plot.add_scatter(
        x=x,
        y=values,
        mode="lines",
        line={"color": GREEN, "dash": "dot", "width": 2.5},
        name=_COUNTED,
        legendgroup=_COUNTED,
        showlegend=column == 1 and row == 1,
        row=row,
        col=column,
    )


def _exact_lines(study: Study, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The gap, Var / n, and squared bias + covariance / n."""
    exact = study.exact
    assert exact is not None
    gap = np.full(len(counts), exact.mean - study.soft_loss)
    return gap, exact.variance / counts, exact.gradient_bias**2 + exact.gradient_variance / counts


def _gap_title(study: Study) -> str:
    gap = study.gap
    if gap.low <= 0 <= gap.high:
        return f"The sampled loss is not told apart from soft target InfoNCE: gap {value_of(gap)} nats"
    value, low, high = bounded(gap)
    said = f"{value} nats ({low} to {high})"
    return f"Drawing labels raises the loss by {said} on average" if gap.value > 0 else f"Mean gap {said}"


def _floor_title(floor: float) -> str:
    if not floor > 1e-12:
        return "Averaging draws: nothing to average, the targets are one-hot or there is no gradient"
    return f"More draws do not make it soft target InfoNCE: the gradient stays {floor**0.5:.0%} of its length away"


def _counted_said(study: Study, *, green: bool = False) -> str:
    spec = study.spec
    if study.exact is None:
        return f" {spec.classes}^{spec.samples} label tuples are too many to count through: no exact line."
    return f" Dotted{' green' if green else ''}: the exact value over all {spec.tuples:,} label tuples."


def _averaging_table(study: Study) -> pd.DataFrame:
    rows = []
    lines = None if study.exact is None else _exact_lines(study, np.array([each.draws for each in study.averaged]))
    for at, each in enumerate(study.averaged):
        row: dict[str, float | None] = {"draws": each.draws}
        named = (("gap", each.gap), ("variance", each.variance), ("gradient error", each.gradient_error))
        for column, (name, interval) in enumerate(named):
            row |= _cells(name, interval)
            row[f"{name}, exact"] = None if lines is None else float(lines[column][at])
        rows.append(row)
    return pd.DataFrame(rows)


def _softness_table(studies: Sequence[Study]) -> pd.DataFrame:
    rows = []
    for study in studies:
        row: dict[str, float | None] = {"softness": study.spec.softness, "soft target InfoNCE": study.soft_loss}
        for name, counted in _QUANTITIES:
            row |= _cells(name.replace("_", " "), getattr(study, name))
            row[f"{name.replace('_', ' ')}, exact"] = None if study.exact is None else counted(study, study.exact)
        rows.append(row)
    return pd.DataFrame(rows)


def _cells(name: str, interval: Interval | None) -> dict[str, float | None]:
    if interval is None:
        return {name: None, f"{name}, low": None, f"{name}, high": None}
    return {name: interval.value, f"{name}, low": interval.low, f"{name}, high": interval.high}
