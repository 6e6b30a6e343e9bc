"""Classwise calibration: the error of every class with what chance alone would give, and the diagram of one class."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analysis.accuracy.probe import Source
from analysis.calibration.of_classes import Classwise
from analysis.calibration.top_label import Bins, NullBand
from analysis.digits import beside, number
from analysis.figures.calibration.top_label import ece_in_words, reliability_plot, reliability_table, source_in_words
from analysis.figures.exhibit import Exhibit
from analysis.figures.labels import label, labels, short
from analysis.figures.theme import BLUE, layout

_MOST_DRAWN = 30
_BAND = "rgba(128,128,128,0.35)"


def class_errors(found: Classwise, class_names: tuple[str, ...]) -> Exhibit:
    """Each class's own ECE beside its null band; of many classes those furthest above their band."""
    low, high = found.null_by_class
    excess = found.by_class - high
    shown = np.sort(np.argsort(-excess, kind="stable")[:_MOST_DRAWN])
    names = labels([class_names[c] for c in shown])
    plot = layout(go.Figure(), x="classwise ECE", y="class", height=130 + 24 * len(shown))
    plot.add_scatter(
        x=[value for c in shown for value in (low[c], high[c], None)],
        y=[place for name in names for place in (name, name, None)],
        mode="lines",
        line={"color": _BAND, "width": 12},
        name="calibrated, 95 % of samples",
        hoverinfo="skip",
    )
    marker = {"color": BLUE, "symbol": "circle", "size": 10}
    plot.add_scatter(x=found.by_class[shown], y=names, mode="markers", name="this model", marker=marker)
    plot.update_yaxes(type="category", autorange="reversed", showgrid=False)
    above, hidden = int((excess > 0).sum()), len(class_names) - len(shown)
    return Exhibit(
        stem="classwise-calibration",
        title="Is each class's own probability right? Classwise ECE "
        + beside(found.ece, found.null, "; a calibrated model with these probabilities gives {} to {}", least=4),
        plot=plot,
        how_to_read=(
            f"Classwise: for each class, its probability on all {found.items:,} items against whether they are of it; "
            f"the mean over {len(class_names)} classes is in the title. {above} classes lie above their grey bar; one "
            "in forty does by chance."
            + (f" The {len(shown)} furthest above theirs are drawn, {hidden} are in the table only." if hidden else "")
        ),
        alt=f"Classwise ECE of {len(shown)} classes with the band of a calibrated model; {above} above it.",
        table=pd.DataFrame(
            {
                "class": class_names,
                "items of the class": found.counts,
                "ECE": found.by_class,
                "calibrated from": low,
                "calibrated to": high,
            }
        ),
    )


def class_reliability(bins: Bins, null: NullBand, name: str, source: Source, *, temperature: float = 1.0) -> Exhibit:
    """The reliability diagram of one class's probability on all items; `temperature` of a class head's logits."""
    return Exhibit(
        stem="reliability-class",
        title=f"Can the probability of class {short(name)} be trusted? {ece_in_words(bins, null)}",
        plot=reliability_plot(bins, null, x=f"probability of class {label(name)}", y="share of that class"),
        how_to_read=(
            f"Probabilities of {source_in_words(source, temperature)}. All {int(bins.count.sum()):,} items: how"
            " probable the class was, and how often an item was of it. Below the diagonal it is named too readily."
        ),
        alt=f"Reliability diagram of class {short(name)}: ECE {number(bins.ece)}.",
        table=reliability_table(bins, null),
    )
