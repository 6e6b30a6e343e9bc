"""What one temperature does to the reliability diagram, on the half that it was not fitted on."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analysis.accuracy.probe import Source
from analysis.calibration.temperature import Temperature, TemperatureScaling
from analysis.calibration.top_label import Calibration
from analysis.digits import beside, interval, number
from analysis.figures.calibration.top_label import FEW
from analysis.figures.exhibit import Exhibit
from analysis.figures.theme import BLUE, ORANGE, TRUTH, layout

_SCORES: dict[Source, str] = {
    "class head": "the logits",
    "linear probe": "the probe's scores",
    "linear probe of the other half": "the probe's scores",
    "class head, probabilities alone": "the logarithms of the probabilities, for lack of logits,",
}
_ENDS = {
    "zero": "every item of the half is right, and the likelihood rises all the way to T = 0",
    "infinity": "the scores say nothing about the labels, and the likelihood rises without end in T",
}


def temperature_diagram(found: TemperatureScaling, source: Source = "class head") -> Exhibit:
    """Bins of the other half before and after, and the numbers of both in the table."""
    plot = layout(go.Figure(), x="confidence: probability of the predicted class", y="accuracy", height=440)
    diagonal = {"color": TRUTH, "dash": "dash", "width": 1.5}
    plot.add_scatter(x=[0, 1], y=[0, 1], mode="lines", name="calibrated", line=diagonal, hoverinfo="skip")
    _add(plot, found.before, "before", ORANGE, "diamond-open")
    _add(plot, found.after, "after", BLUE, "circle")
    plot.update_xaxes(range=[-0.02, 1.02]).update_yaxes(range=[-0.03, 1.03])
    fitted = found.fitted
    return Exhibit(
        stem="temperature",
        title=f"Does one temperature mend it? {_in_words(fitted)}",
        plot=plot,
        how_to_read=(
            f"T divides {_SCORES[source]} before the softmax; above 1 the model was over-confident. Fitted by "
            f"least NLL on a drawn half of the items ({fitted.items:,}); all else here is of the other half "
            f"({found.after.items:,}). {_errors(found)} NLL changes by {interval(found.nll_change, signed=True)} nats, "
            f"Brier score by {interval(found.brier_change, signed=True)}, paired; below 0 is better. Larger marks are "
            f"bins of {FEW} items or more.{_end(found)}"
        ),
        alt=f"Reliability before and after temperature {number(fitted.value)}. {_errors(found)}",
        table=pd.DataFrame([_row("before", 1.0, found.before), _row("after", fitted.value, found.after)]),
    )


def _in_words(fitted: Temperature) -> str:
    """T with its interval, by the figures that it has at any scale; in words where no T is the best one."""
    if fitted.at_end:
        return f"None is best: {_ENDS[fitted.limit]}"
    high = f"{fitted.high:.4g}" if np.isfinite(fitted.high) else "any above"
    return f"T = {fitted.value:.4g} (95 % {fitted.low:.4g} to {high})"


def _add(plot: go.Figure, found: Calibration, name: str, colour: str, symbol: str) -> None:
    bins = found.bins
    filled = bins.count > 0
    plot.add_scatter(
        x=bins.confidence[filled],
        y=bins.accuracy[filled],
        mode="markers",
        cliponaxis=False,
        name=name,
        marker={
            "color": colour,
            "symbol": symbol,
            "size": np.where(bins.count[filled] >= FEW, 13, 6),
            "opacity": np.where(bins.count[filled] >= FEW, 1, 0.5),
            "line": {"width": 2},
        },
        customdata=bins.count[filled],
        hovertemplate="confidence %{x:.6~g}, accuracy %{y:.6~g}, %{customdata} items<extra>" + name + "</extra>",
    )


def _errors(found: TemperatureScaling) -> str:
    parts = [
        f"{name} ECE {beside(each.bins.ece, each.null.ece, ' (calibrated: {} to {})')}"
        for name, each in (("Before,", found.before), ("after,", found.after))
    ]
    return "; ".join(parts) + "."


def _end(found: TemperatureScaling) -> str:
    if not found.fitted.at_end:
        return ""
    return f" No T is the best one: {_ENDS[found.fitted.limit]}. Drawn is T = {found.fitted.value:.2g}, far out."


def _row(name: str, temperature: float, found: Calibration) -> dict[str, object]:
    return {
        "": name,
        "T": temperature,
        "items": found.items,
        "NLL (nats)": found.nll,
        "Brier": found.brier,
        "ECE": found.bins.ece,
        "calibrated from": found.null.ece[0],
        "calibrated to": found.null.ece[1],
        "debiased squared error": found.bins.squared,
    }
