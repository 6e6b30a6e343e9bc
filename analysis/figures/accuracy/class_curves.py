"""ROC and precision-recall curves of single classes against the rest, with every class in the table."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.accuracy.class_curves import ClassCurve
from analysis.accuracy.curve_band import MIDDLE, CurveBand, curve_band
from analysis.accuracy.probe import Source
from analysis.digits import interval
from analysis.figures.exhibit import Exhibit
from analysis.figures.labels import label, reasons, short
from analysis.figures.theme import CLASS_COLOURS, TRUTH, class_style, layout
from analysis.statistics.bootstrap import Unavailable

MOST_SHOWN = 8
_BAND = "rgba(128,128,128,0.22)"
_POINTS = 200  # of a curve; a thousand corners look the same
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash")

Curves = Sequence[ClassCurve | Unavailable]


def hardest_classes(curves: Curves, most: int = MOST_SHOWN) -> tuple[int, ...]:
    """The classes of lowest average precision, lowest first."""
    known = [curve for curve in curves if isinstance(curve, ClassCurve)]
    return tuple(c.label for c in sorted(known, key=lambda c: (c.average_precision.value, c.label))[:most])


def class_curve_figure(curves: Curves, shown: Sequence[int], class_names: tuple[str, ...], source: Source) -> Exhibit:
    """Curves of the classes `shown`; the table has all."""
    drawn = [found for c in shown if isinstance(found := curves[c], ClassCurve)]
    behind = curve_band(curves)
    plot = curve_plot(drawn, class_names, behind)
    lowest = hardest_classes(curves, 1)
    return Exhibit(
        stem="class-curves",
        title=_title(curves, lowest, class_names),
        plot=plot,
        how_to_read=_how_to_read(curves, len(drawn), class_names, source) + band_said(behind),
        alt="; ".join(curve_summary(curve, class_names) for curve in drawn),
        table=curve_table(curves, class_names),
    )


def curve_plot(drawn: Sequence[ClassCurve], class_names: tuple[str, ...], behind: CurveBand | None = None) -> go.Figure:
    """ROC on the left, precision-recall on the right; `behind`: where the curves of all classes lie."""
    plot = make_subplots(1, 2, horizontal_spacing=0.1)
    layout(plot, x="false positive rate", y="true positive rate", height=460)
    plot.add_scatter(x=[0, 1], y=[0, 1], mode="lines", name="chance", line={"color": TRUTH, "dash": "dash"})
    if behind is not None:
        _add_band(plot, behind)
    for place, curve in enumerate(drawn):
        # A class keeps its colour where there is one for each; of more, the lines that are drawn have the first ones.
        colour = class_style(place if len(class_names) > len(CLASS_COLOURS) else curve.label).colour
        _add(plot, curve, label(class_names[curve.label]), colour, _DASHES[place % len(_DASHES)])
    plot.update_xaxes(title_text="recall", row=1, col=2)
    plot.update_yaxes(title_text="precision", row=1, col=2)
    plot.update_xaxes(range=[-0.02, 1.02]).update_yaxes(range=[-0.02, 1.03])
    return plot


def _add(plot: go.Figure, curve: ClassCurve, name: str, colour: str, dash: str) -> None:
    line = {"color": colour, "dash": dash, "width": 2}
    for column, x, y in ((1, curve.false_positive, curve.true_positive), (2, curve.recall, curve.precision)):
        thin = np.unique(np.linspace(0, len(x) - 1, _POINTS).round().astype(int))
        plot.add_scatter(
            x=x[thin],
            y=y[thin],
            mode="lines",
            line=line if column == 1 else {**line, "shape": "vh"},
            name=name,
            legendgroup=str(curve.label),
            showlegend=column == 1,
            hovertemplate="%{x:.6~g}, %{y:.6~g}<extra>" + name + "</extra>",
            row=1,
            col=column,
        )


def _add_band(plot: go.Figure, band: CurveBand) -> None:
    """Grey, below the lines."""
    x = np.concatenate([band.at, band.at[::-1]])
    for column, (low, high) in enumerate((band.true_positive, band.precision), 1):
        plot.add_scatter(
            x=x,
            y=np.concatenate([high, low[::-1]]),
            mode="none",
            fill="toself",
            fillcolor=_BAND,
            hoverinfo="skip",
            name=f"{MIDDLE:.0%} of {band.classes:,} classes",
            legendgroup="band",
            showlegend=column == 1,
            row=1,
            col=column,
        )


def band_said(band: CurveBand | None) -> str:
    """What the band is, in a sentence; empty without one."""
    if band is None:
        return ""
    return f" The grey band holds the middle {MIDDLE:.0%} of the curves of all {band.classes:,} classes, at each rate."


def _title(curves: Curves, lowest: tuple[int, ...], class_names: tuple[str, ...]) -> str:
    if not lowest:
        return "Can each class be told from the rest?"
    curve = curves[lowest[0]]
    assert isinstance(curve, ClassCurve)
    return (
        f"Can each class be told from the rest? Hardest: {short(class_names[curve.label])}, "
        f"average precision {interval(curve.average_precision)}"
    )


def _how_to_read(curves: Curves, drawn: int, class_names: tuple[str, ...], source: Source) -> str:
    known = [curve for curve in curves if isinstance(curve, ClassCurve)]
    separated = sum(curve.separated for curve in known)
    both = zip(class_names, curves, strict=True)
    missing = reasons((name, found.reason) for name, found in both if isinstance(found, Unavailable))
    first = (
        f"{drawn} of {len(known)} classes are drawn, all are in the table. Each class against the rest by its "
        f"probability from the {source}; AUC counts a tie as a half, chance gives 0.5; average precision by chance is "
        "the class's share of the items. Intervals are 95 %, by resampling the class's items and the others apart."
    )
    parts = [first]
    if separated:
        parts.append(
            f"{separated} of them are told apart without a mistake: their AUC has the exact bound of as many pairs as "
            "the smaller side has items, and no resample says how far their average precision could be below 1."
        )
    return " ".join(parts) + missing


def curve_summary(curve: ClassCurve, class_names: tuple[str, ...]) -> str:
    return (
        f"{short(class_names[curve.label])}: AUC {interval(curve.auc)}, "
        f"average precision {interval(curve.average_precision)}, {curve.positives} items"
    )


def curve_table(curves: Curves, class_names: tuple[str, ...]) -> pd.DataFrame:
    """A line a class, with the reason where there is no curve."""
    return pd.DataFrame([_row(found, name) for found, name in zip(curves, class_names, strict=True)])


def _row(found: ClassCurve | Unavailable, name: str) -> dict[str, object]:
    if isinstance(found, Unavailable):
        return {"class": name, "not available": found.reason}
    auc, precision = found.auc, found.average_precision
    return {
        "class": name,
        "items": found.positives,
        "others": found.negatives,
        "AUC": auc.value,
        "AUC from": auc.low,
        "AUC to": auc.high,
        "average precision": precision.value,
        "from": None if found.separated else precision.low,
        "to": None if found.separated else precision.high,
    }
