"""World 1: how the optimum of soft target InfoNCE depends on the number of candidates."""

from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.digits import number
from analysis.figures.exhibit import Exhibit
from analysis.figures.loss_styles import LOSS_STYLES
from analysis.figures.theme import GREY, layout
from toy_models.simplex import LOSSES, Floor, SimplexSpec

SIZES = (8, 16, 32, 64, 128, 256, 512, 1024)
_PANELS = {"kl_density": "KL to the true density (nats)", "kl_mean": "KL of the mean label (nats)"}
_STILL = 0.005  # nats: solved to about 0.003


@dataclass(frozen=True, slots=True)
class Shift:
    """Optima of one loss at `SIZES`, and with unlimited candidates: the same in `floors` where N is no matter."""

    name: str
    floors: tuple[Floor, ...]
    unlimited: Floor

    @property
    def moves(self) -> float:
        """By how much the two divergences change over the sizes, at most, in nats."""
        spans = [[getattr(floor, metric) for floor in self.floors] for metric in _PANELS]
        return max(max(span) - min(span) for span in spans)


def batch_size_shift(spec: SimplexSpec, shifts: tuple[Shift, ...]) -> Exhibit:
    """The optimum's two divergences against N, on a logarithmic axis; where the run is, a vertical line."""
    plot = make_subplots(1, 2, subplot_titles=tuple(_PANELS.values()), horizontal_spacing=0.08)
    layout(plot, x="batch size N, candidates of a sample", y="nats", height=400)
    plot.update_annotations(font_size=13)
    plot.update_layout(margin={"t": 100}, legend={"y": 1.14})
    for column, metric in enumerate(_PANELS, start=1):
        for shift in shifts:
            _add(plot, shift, metric, column)
        plot.add_vline(x=spec.batch_size, line={"color": GREY, "width": 1.5, "dash": "dash"}, row=1, col=column)
    plot.update_xaxes(type="log", tickvals=list(SIZES), ticktext=[str(size) for size in SIZES])
    plot.update_yaxes(rangemode="tozero")
    plot.update_yaxes(title_text="", col=2)
    return Exhibit(
        stem="simplex-batch-size",
        title=_title(shifts),
        plot=plot,
        how_to_read=(
            "Each mark is the exact optimum of the loss with N candidates, a dotted line the one with unlimited; the "
            "dashed vertical is this run's N. Where the scores can be those of the truth, ranking NCE is consistent "
            "and N does not matter; under the class-prior correction they cannot. Solved to about 0.003 nats."
        ),
        alt=f"Two divergences of the optimum against batch size. {_title(shifts)}",
        table=_table(shifts),
    )


def _add(plot: go.Figure, shift: Shift, metric: str, column: int) -> None:
    style = LOSS_STYLES[shift.name]
    values, limit = [getattr(floor, metric) for floor in shift.floors], getattr(shift.unlimited, metric)
    plot.add_scatter(
        x=SIZES,
        y=values,
        mode="lines+markers",
        line={"color": style.colour, "dash": style.dash},
        marker={"symbol": style.symbol, "size": 9},
        name=LOSSES[shift.name],
        legendgroup=shift.name,
        showlegend=column == 1,
        hovertemplate="N = %{x}: %{y:.6~g} nats<extra></extra>",
        row=1,
        col=column,
    )
    plot.add_scatter(
        x=[SIZES[0], SIZES[-1]],
        y=[limit, limit],
        mode="lines",
        line={"color": style.colour, "dash": "dot", "width": 1.5},
        showlegend=False,
        hovertemplate="unlimited: %{y:.6~g} nats<extra></extra>",
        row=1,
        col=column,
    )


def _title(shifts: tuple[Shift, ...]) -> str:
    moving = [LOSSES[shift.name] for shift in shifts if shift.moves > _STILL]
    if not moving:
        return "Does the batch size move the optimum? Not here"
    most = max(shift.moves for shift in shifts)
    return f"Does the batch size move the optimum? By up to {number(most)} nats for {' and '.join(moving)}"


def _table(shifts: tuple[Shift, ...]) -> pd.DataFrame:
    rows = [
        (LOSSES[shift.name], size, floor.kl_density, floor.kl_mean)
        for shift in shifts
        for size, floor in zip(SIZES, shift.floors, strict=True)
    ]
    return pd.DataFrame(rows, columns=["loss", "batch size", *_PANELS.values()])
