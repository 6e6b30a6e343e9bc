"""What each loss says of one checkpoint's test items: the losses beside their chance levels."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from analysis.digits import interval
from analysis.figures.exhibit import Exhibit
from analysis.figures.theme import BLUE, TRUTH, layout
from analysis.objectives.of_outputs import Objective
from analysis.statistics.bootstrap import Estimate, Unavailable
from losses.catalog import unit_of


def objectives_figure(found: Sequence[Objective], items: int) -> Exhibit:
    """A row a loss that can be applied; those that cannot are named with the reason. `items`: all test items."""
    known = [(each, each.loss) for each in found if isinstance(each.loss, Estimate)]
    plot = layout(
        go.Figure(), x=f"loss ({unit_of(each.name for each, _ in known)})", y="", height=130 + 46 * len(known)
    )
    _add(plot, known)
    plot.update_xaxes(rangemode="tozero")
    plot.update_yaxes(type="category", autorange="reversed", showgrid=False)
    return Exhibit(
        stem="objectives",
        title="What does each objective say of this checkpoint?" + _said(known),
        plot=plot,
        how_to_read=_how_to_read(found, known, items),
        alt="; ".join(f"{each.title} {interval(loss)} {unit_of([each.name])}" for each, loss in known),
        table=pd.DataFrame([_row(each) for each in found]),
    )


def _said(known: Sequence[tuple[Objective, Estimate]]) -> str:
    """The largest and the smallest."""
    order = sorted(known, key=lambda row: row[1].value)
    ends = [order[0], *([order[-1]] if len(order) > 1 else [])] if order else []
    return "".join(f" {each.title} {interval(loss)} {unit_of([each.name])};" for each, loss in ends).removesuffix(";")


def _add(plot: go.Figure, known: Sequence[tuple[Objective, Estimate]]) -> None:
    names = [_name(each) for each, _ in known]
    plot.add_scatter(
        x=[loss.value for _, loss in known],
        y=names,
        mode="markers",
        name="this checkpoint",
        marker={"color": BLUE, "size": 12},
        error_x={
            "symmetric": False,
            "array": [loss.high - loss.value for _, loss in known],
            "arrayminus": [loss.value - loss.low for _, loss in known],
            "color": BLUE,
        },
        hovertemplate="%{y}: %{x:.6~g} %{text}<extra></extra>",
        text=[unit_of([each.name]) for each, _ in known],
    )
    marker = {"color": TRUTH, "symbol": "line-ns-open", "size": 18}
    plot.add_scatter(x=[each.chance for each, _ in known], y=names, mode="markers", name="chance", marker=marker)


def _name(each: Objective) -> str:
    return f"{each.title}, its own" if each.own else each.title


def _how_to_read(found: Sequence[Objective], known: Sequence[tuple[Objective, Estimate]], items: int) -> str:
    batch = known[0][0].batch if known else 0
    sample = "" if batch == items else f", drawn from {items:,}"
    reasons: dict[str, list[str]] = {}
    for each in found:
        if isinstance(each.loss, Unavailable):
            reasons.setdefault(each.loss.reason, []).append(each.title)
    missing = "; ".join(f"{', '.join(names)}: {reason}" for reason, names in reasons.items())
    return (
        f"Mean loss of the items, {batch:,} in one batch{sample}, with 95 % bootstrap intervals over anchors among"
        " the same candidates; a bar marks the loss of embeddings that are all equal, or of constant logits. A loss"
        " that contrasts with the batch grows with its size, so compare it with its chance level or with another"
        " checkpoint on the same items, never with a training log. A loss that is not its own has the"
        " catalogue's parameters." + (f" Not applied: {missing}." if missing else "")
    )


def _row(each: Objective) -> dict[str, object]:
    about = {"loss": each.title, "trained with it": each.own}
    settings = ", ".join(f"{name} {value:g}" for name, value in each.parameters.items())
    if isinstance(each.loss, Unavailable):
        return about | {"parameters": settings, "not available": each.loss.reason}
    values = {
        unit_of([each.name]): each.loss.value,
        "low": each.loss.low,
        "high": each.loss.high,
        "chance": each.chance,
    }
    return about | values | {"anchors": each.items, "parameters": settings}
