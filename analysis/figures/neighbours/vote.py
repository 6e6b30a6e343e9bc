"""How often each way of reading a class off the embeddings is right."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from analysis.digits import interval, percent, percent_interval
from analysis.figures.estimates import add_estimates
from analysis.figures.exhibit import Exhibit
from analysis.figures.neighbours.nearest import WITHIN
from analysis.figures.splits import items_of
from analysis.figures.theme import BLUE, layout
from analysis.statistics.bootstrap import Estimate, Unavailable


def accuracies(
    readings: Mapping[str, Estimate | Unavailable],
    items: int,
    classes: int,
    over: Mapping[str, int] | None = None,
    within: int | None = None,
) -> Exhibit:
    """One row a reading (kNN, linear probe, class head): its accuracy on test with the 95 % interval.

    `over`: how many items a reading is over, where it leaves some out. `within`: there are no train items, and this
    seed drew the half of the items that taught the probe.
    """
    over = dict.fromkeys(readings, items) | dict(over or {})
    known = {name: found for name, found in readings.items() if isinstance(found, Estimate)}
    whose = items_of("" if within is not None else "test")
    plot = layout(go.Figure(), x=f"accuracy on {whose}", y="", height=110 + 54 * len(known))
    _add_intervals(plot, known, {name: over[name] for name in known if over[name] != items})
    plot.update_xaxes(tickformat="~%")
    plot.update_yaxes(type="category", autorange="reversed", showgrid=False)
    missing = "; ".join(f"{name}: {found.reason}" for name, found in readings.items() if isinstance(found, Unavailable))
    return Exhibit(
        stem="accuracy",
        title=_title("How often is a class read off correctly", known, within is not None),
        plot=plot,
        how_to_read=(
            f"Share of {items:,} {whose} that are right{_fewer(readings, over, items, within is not None)}; bars "
            "are 95 % bootstrap intervals over items (exact "
            f"binomial at 100 %). Guessing among {classes} classes gives {percent(1 / classes)}. A neighbour votes "
            "with its cosine." + _of_half(within) + (f" Not available: {missing}." if missing else "")
        ),
        alt="; ".join(f"{name} {interval(found)}" for name, found in known.items()),
        table=pd.DataFrame([_row(name, found, over[name]) for name, found in readings.items()]),
    )


def _title(question: str, known: Mapping[str, Estimate], within: bool) -> str:
    """The question, and the lowest and the highest that is drawn."""
    asked = question + (WITHIN if within else "") + "?"
    if not known:
        return asked
    order = sorted(known, key=lambda name: known[name].value)
    ends = [order[-1], *([order[0]] if len(order) > 1 else [])]
    return f"{asked} {', '.join(f'{name} {percent(known[name].value)}' for name in ends)}"


def _by_k(known: Mapping[int, Estimate]) -> dict[str, Estimate]:
    return {f"k = {k}": found for k, found in known.items()}


def accuracy_by_k(found: Mapping[int, Estimate | Unavailable], items: int, *, within: bool = False) -> Exhibit:
    """Accuracy of the vote against the number of neighbours that vote; `within`: they are of the same items."""
    known = {k: each for k, each in found.items() if isinstance(each, Estimate)}
    whose = items_of("" if within else "test")
    plot = layout(go.Figure(), x="neighbours that vote, k", y=f"accuracy on {whose}", height=340)
    _add_by_k(plot, known)
    return Exhibit(
        stem="accuracy-by-k",
        title=_title("Does the vote depend on how many neighbours have one", _by_k(known), within),
        plot=plot,
        how_to_read=(
            f"Share of {items:,} {whose} that the vote of their k nearest {'other' if within else 'train'}"
            " items gets right, with 95 % bootstrap intervals over items. All marks share the items, so they move"
            " together."
        ),
        alt="; ".join(f"k {k}: {interval(each)}" for k, each in known.items()),
        table=pd.DataFrame([{"k": k} | _row(f"{k} nearest", each, items) for k, each in found.items()]),
    )


def recall_by_k(found: Mapping[int, Estimate | Unavailable], items: int, *, within: bool = False) -> Exhibit:
    """Recall at k; `within`: the neighbours are of the same items."""
    known = {k: each for k, each in found.items() if isinstance(each, Estimate)}
    plot = layout(go.Figure(), x="nearest items looked at, k", y="recall at k", height=340)
    _add_by_k(plot, known)
    missing = [f"R@{k}: {each.reason}" for k, each in found.items() if isinstance(each, Unavailable)]
    return Exhibit(
        stem="recall-by-k",
        title=_title("Is an item of the class among the nearest", _by_k(known), within),
        plot=plot,
        how_to_read=(
            f"R@k: share of {items:,} {items_of('' if within else 'test')} with an item of their class among their k"
            f" nearest {'other' if within else 'train'} items, with 95 % bootstrap intervals over items. It can only"
            " rise with k, and large classes raise it." + (f" Not available: {'; '.join(missing)}." if missing else "")
        ),
        alt="; ".join(f"R@{k} {interval(each)}" for k, each in known.items()),
        table=pd.DataFrame([{"k": k} | _row(f"R@{k}", each, items) for k, each in found.items()]).rename(
            columns={"accuracy": "recall", "reading": "measure"}
        ),
    )


def _add_by_k(plot: go.Figure, known: Mapping[int, Estimate]) -> None:
    add_estimates(plot, known, "k = %{x}: %{y:.6~p}")
    plot.update_xaxes(type="log", tickvals=list(known)).update_yaxes(tickformat="~%")


def _of_half(seed: int | None) -> str:
    """How a probe is judged where there are no train items."""
    if seed is None:
        return ""
    half = f"a half of each class, drawn with seed {seed}"
    return f" There are no train items: a probe learns from {half}, and is judged on the rest."


def _fewer(readings: Mapping[str, Estimate | Unavailable], over: Mapping[str, int], items: int, within: bool) -> str:
    """Which reading is over fewer items, and why that can be."""
    few = [f"{over[name]:,} for the {name}" for name in readings if over[name] != items]
    why = "of a class that train does not have, or copies of train items"
    if within:
        why = "alone in their class, copies of other items, or taught the probe"
    return f" ({', '.join(few)}: the others are {why})" if few else ""


def _add_intervals(plot: go.Figure, known: Mapping[str, Estimate], fewer: Mapping[str, int]) -> None:
    """`fewer`: how many items a reading is over, where that is not all."""
    plot.add_scatter(
        x=[found.value for found in known.values()],
        y=list(known),
        mode="markers+text",
        marker={"color": BLUE, "size": 12},
        error_x={
            "symmetric": False,
            "array": [found.high - found.value for found in known.values()],
            "arrayminus": [found.value - found.low for found in known.values()],
            "color": BLUE,
            "thickness": 2,
            "width": 7,
        },
        text=[
            percent_interval(found).split(" ")[0] + (f" of {fewer[name]:,}" if name in fewer else "")
            for name, found in known.items()
        ],
        textposition="top center",
        cliponaxis=False,
        showlegend=False,
        hovertemplate="%{y}: %{x:.6~p}<extra></extra>",
    )


def _row(name: str, found: Estimate | Unavailable, items: int) -> dict[str, object]:
    if isinstance(found, Unavailable):
        return {"reading": name, "not available": found.reason}
    return {"reading": name, "accuracy": found.value, "low": found.low, "high": found.high, "items": items}
