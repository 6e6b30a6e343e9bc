"""World 1 at the end of a run: two questions, and how far from the answer each loss is."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.digits import number
from analysis.figures.exhibit import Exhibit
from analysis.figures.loss_styles import LOSS_STYLES
from analysis.figures.theme import GREY, layout
from analysis.figures.worlds.simplex.titles import of_answers
from toy_models.simplex import LOSSES, Reference, Trace

_QUESTIONS = {
    "kl_density": "Which labels,<br>and how likely?<br>KL to the true density",
    "kl_mean": "What label<br>on average?<br>KL of the mean label",
}


def which_question(trace: Trace, answer: Reference) -> Exhibit:
    """A dot for each loss in each column, its exact optimum as a tick; the range over seeds as a bar."""
    plot = make_subplots(1, 2, subplot_titles=tuple(_QUESTIONS.values()), shared_yaxes=True, horizontal_spacing=0.16)
    layout(plot, x="nats (0 is right)", y="", height=164 + 44 * len(trace.spec.losses))
    plot.update_layout(
        margin={"l": 8, "r": 80, "t": 104, "b": 50}, legend={"y": 1.2, "x": 1, "xanchor": "right"}, showlegend=True
    )
    for column, metric in enumerate(_QUESTIONS, start=1):
        _add_ticks(plot, trace, answer, metric, column)
        for row in range(len(trace.spec.losses)):
            _add_dot(plot, trace, metric, row, column)
    plot.update_annotations(font_size=12)  # so far the panels' titles
    for column, metric in enumerate(_QUESTIONS, start=1):
        for name, values in zip(trace.spec.losses, getattr(trace, metric)[-1], strict=True):
            _add_value(plot, name, float(np.median(values)), column)
    plot.update_yaxes(automargin=True, autorange="reversed", categoryorder="array", categoryarray=_names(trace))
    for column, metric in enumerate(_QUESTIONS, start=1):
        largest = max(getattr(trace, metric)[-1].max(), *(getattr(floor, metric) for floor in answer.floors))
        plot.update_xaxes(range=[-0.06 * largest, 1.06 * largest], title_font_size=13, nticks=3, col=column)
    return Exhibit(
        stem="simplex-questions",
        title=of_answers(trace),
        plot=plot,
        how_to_read=_how_to_read(trace, answer),
        alt=_alt(trace),
        table=_table(trace, answer),
    )


def _names(trace: Trace) -> list[str]:
    return [LOSSES[name] for name in trace.spec.losses]


def _add_dot(plot: go.Figure, trace: Trace, metric: str, row: int, column: int) -> None:
    name, values = trace.spec.losses[row], getattr(trace, metric)[-1, row]  # (S,)
    style, middle = LOSS_STYLES[name], float(np.median(values))
    spread = {"array": [values.max() - middle], "arrayminus": [middle - values.min()], "symmetric": False}
    plot.add_scatter(
        x=[middle],
        y=[LOSSES[name]],
        mode="markers",
        marker={"symbol": style.symbol, "size": 12, "color": style.colour, "line": {"width": 2, "color": style.colour}},
        error_x={"type": "data", "color": style.colour, "visible": len(values) > 1, **spread},
        cliponaxis=False,
        showlegend=False,
        hovertemplate=f"{LOSSES[name]}: %{{x:.6~g}} nats<extra></extra>",
        row=1,
        col=column,
    )


def _add_value(plot: go.Figure, name: str, value: float, column: int) -> None:
    """Right of the panel, where no tick strikes it through."""
    place = {"x": 1, "xref": "x domain", "xanchor": "left", "xshift": 4, "y": LOSSES[name], "row": 1, "col": column}
    plot.add_annotation(text=number(value), showarrow=False, **place)


def _add_ticks(plot: go.Figure, trace: Trace, answer: Reference, metric: str, column: int) -> None:
    """Both optima: with an unlimited batch, and with the run's where that is another one."""
    floors = [getattr(floor, metric) for floor in answer.floors]
    plot.add_scatter(
        x=floors,
        y=_names(trace),
        mode="markers",
        marker={"symbol": "line-ns", "size": 26, "line": {"width": 3, "color": GREY}},
        name="exact optimum of the loss",
        legendgroup="floor",
        showlegend=column == 1,
        hovertemplate="exact optimum of %{y}: %{x:.6~g} nats<extra></extra>",
        row=1,
        col=column,
    )


def _how_to_read(trace: Trace, answer: Reference) -> str:
    text = (
        "A mark at 0 answers the question of its column. The grey tick is where the loss ends with unlimited data and "
        "an unlimited batch, solved exactly: a mark on its tick has learnt all that its loss asks for, and what "
        "remains is the loss's own answer."
    )
    for name, floor, batch_floor in zip(trace.spec.losses, answer.floors, answer.batch_floors, strict=True):
        if floor != batch_floor:
            text += (
                f" With batches of {trace.spec.batch_size}, {LOSSES[name]} moves a little: its optimum is then "
                f"{number(batch_floor.kl_density)} and {number(batch_floor.kl_mean)} instead of "
                f"{number(floor.kl_density)} and {number(floor.kl_mean)}; the others keep theirs for every batch size."
            )
    return text if trace.spec.seeds == 1 else f"{text} A bar spans {trace.spec.seeds} seeds, the mark is their median."


def _alt(trace: Trace) -> str:
    names = _names(trace)
    density, mean = (names[int(np.median(each[-1], axis=1).argmin())] for each in (trace.kl_density, trace.kl_mean))
    return (
        f"Dot plot of two divergences for {len(names)} losses. Nearest to the density: {density}; to the mean: {mean}."
    )


def _table(trace: Trace, answer: Reference) -> pd.DataFrame:
    columns: dict[str, object] = {"loss": _names(trace)}
    for metric, title in (("kl_density", "KL to the true density"), ("kl_mean", "KL of the mean label")):
        values = getattr(trace, metric)[-1]
        columns[f"{title} (nats)"] = np.median(values, axis=1)
        columns[f"{title}, lowest seed"] = values.min(axis=1)
        columns[f"{title}, highest seed"] = values.max(axis=1)
        columns[f"{title}, exact optimum"] = [getattr(floor, metric) for floor in answer.floors]
        columns[f"{title}, optimum at this batch size"] = [getattr(floor, metric) for floor in answer.batch_floors]
    return pd.DataFrame(columns)
