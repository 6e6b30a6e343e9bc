"""The confusion matrix: which class is taken for which, as shares of each class's items."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analysis.accuracy.confusion import Confusion, most_confused
from analysis.digits import percent_interval
from analysis.figures.exhibit import Exhibit
from analysis.figures.ink import black_or_white, colour_at
from analysis.figures.labels import label, short
from analysis.figures.theme import SEQUENTIAL, layout
from analysis.statistics.bootstrap import Estimate, Unavailable

_WRITTEN = 15  # classes whose counts fit into the cells
_MOST_CLASSES = 200  # a cell is then 3 pixels wide


def confusion_matrix(found: Confusion, class_names: tuple[str, ...], reading: str) -> Exhibit:
    """A row a class, a column what `reading` took it for; the table has the most frequent mistakes first."""
    shown = _shown(found)
    names = [label(class_names[c]) for c in shown]
    counts = found.counts[np.ix_(shown, shown)]
    totals = found.counts[shown].sum(axis=1, keepdims=True)
    share = np.divide(counts, totals, out=np.full(counts.shape, np.nan), where=totals > 0)
    plot = layout(go.Figure(), x=f"read off by {reading}", y="class", height=140 + min(24 * len(shown), 560))
    plot.add_heatmap(
        z=share,
        x=np.arange(len(shown)),
        y=np.arange(len(shown)),
        text=counts,
        zmin=0,
        zmax=1,
        colorscale=SEQUENTIAL,
        colorbar={"title": {"text": "share of the class", "side": "right"}, "tickformat": "~%"},
        hovertemplate="%{text} items, %{z:.3~p} of the class<extra></extra>",
        xgap=1,
        ygap=1,
    )
    if len(shown) <= _WRITTEN:
        plot.add_scatter(**_written(counts, share))
    every = max(1, len(shown) // 40)
    ticks = {"tickvals": list(range(0, len(shown), every)), "ticktext": names[::every], "showgrid": False}
    plot.update_xaxes(**ticks).update_yaxes(**ticks, autorange="reversed")
    wrong = found.items - int(np.trace(found.counts))
    return Exhibit(
        stem="confusion",
        title=_title(found, class_names),
        plot=plot,
        how_to_read=(
            f"A row is a class, a column is what {reading} takes its items for; the diagonal is right. {wrong:,} of "
            f"{found.items:,} items are off it. {_hidden(found, shown)}{_recalls(found, class_names)}"
        ),
        alt=f"Confusion matrix of {len(shown)} classes, {wrong} of {found.items} items off the diagonal.",
        table=_table(found, class_names),
    )


def _written(counts: np.ndarray, share: np.ndarray) -> dict[str, object]:
    """The counts in their cells, black or white by the cell's colour."""
    rows, columns = np.nonzero(np.isfinite(share))
    inks = [black_or_white(colour_at(float(value), SEQUENTIAL)) for value in share[rows, columns]]
    text = [f"{count:,}" for count in counts[rows, columns]]
    font = {"color": inks}
    return {"x": columns, "y": rows, "mode": "text", "text": text, "textfont": font, "hoverinfo": "skip"} | {
        "showlegend": False
    }


def _shown(found: Confusion) -> np.ndarray:
    """All classes, or those with most mistakes, in class order."""
    classes = len(found.counts)
    if classes <= _MOST_CLASSES:
        return np.arange(classes)
    mistakes = found.counts.sum(axis=1) - np.diag(found.counts)
    return np.sort(np.argsort(-mistakes, kind="stable")[:_MOST_CLASSES])


def _hidden(found: Confusion, shown: np.ndarray) -> str:
    rest = len(found.counts) - len(shown)
    return f"The {len(shown)} classes with most mistakes are shown, {rest} are not. " if rest else ""


def _title(found: Confusion, class_names: tuple[str, ...]) -> str:
    worst = most_confused(found, 1)
    if not worst:
        return f"Which class is taken for which? None of {found.items:,} items is taken for another"
    true, taken, items = worst[0]
    pair = f"class {short(class_names[true])} for class {short(class_names[taken])}"
    return f"Which class is taken for which? Most often {pair}, {items:,} of {found.counts[true].sum():,} items"


def _recalls(found: Confusion, class_names: tuple[str, ...]) -> str:
    known = [(e, name) for e, name in zip(found.recall, class_names, strict=True) if isinstance(e, Estimate)]
    if not known:
        return "No class has two items, so no share of one has an interval."
    lowest, name = min(known, key=lambda pair: pair[0].value)
    return (
        f"Lowest share right: {short(name)}, {percent_interval(lowest)}. The "
        "table has it for every class, with its interval."
    )


def _table(found: Confusion, class_names: tuple[str, ...]) -> pd.DataFrame:
    taken = {true: (class_names[other], items) for true, other, items in reversed(most_confused(found, 10**6))}
    rows: list[dict[str, object]] = []
    for c, name in enumerate(class_names):
        other, times = taken.get(c, ("", 0))
        row: dict[str, object] = {"class": name, "items": int(found.counts[c].sum())}
        row |= _share("recall", found.recall[c]) | _share("precision", found.precision[c])
        rows.append(row | {"most often taken for": other, "times": times})
    return pd.DataFrame(rows)


def _share(name: str, found: Estimate | Unavailable) -> dict[str, object]:
    if isinstance(found, Unavailable):
        return {name: None, f"{name} from": None, f"{name} to": None, f"no {name}": found.reason}
    return {name: found.value, f"{name} from": found.low, f"{name} to": found.high}
