"""The coordinate lens: how each loss stretches the cosines near 1, and how hard it pushes a hard negative."""

import numpy as np
import pandas as pd
from plotly.subplots import make_subplots

from analysis.digits import number
from analysis.figures.exhibit import Exhibit
from analysis.figures.loss_styles import LOSS_STYLES
from analysis.figures.theme import TRUTH, layout
from analysis.tails.coordinate_lens import Lens

_GRID = np.concatenate([np.linspace(-1, 0.9, 96), 1 - np.geomspace(0.1, 1e-3, 60)[1:]])


def coordinate_lens(lens: Lens, hard: float) -> Exhibit:
    """T(s) and dT/ds of NT-Xent, Weibit and the blend, with a hard negative at cosine `hard` marked."""
    plot = make_subplots(1, 2, subplot_titles=("coordinate T(s), 0 at s = 0 (nats)", "weight dT/ds (nats per cosine)"))
    layout(plot, x="cosine s", y="", height=440)
    plot.update_layout(margin={"t": 80}, legend={"y": 1.1})
    lenses = {
        "nt_xent": ("NT-Xent, s / τ", Lens(0.0, lens.temperature, lens.beta)),
        "weibit": ("Weibit, -β log(1 - s)", Lens(1.0, lens.temperature, lens.beta)),
        "weince": (f"WEINCE, λ = {lens.lam:g}", lens),
    }
    for name, (title, each) in lenses.items():
        style = LOSS_STYLES[name]
        line = {"color": style.colour, "dash": style.dash, "width": 3 if each is lens else 2}
        for column, values in enumerate((each.coordinate, each.weight), start=1):
            shown = {"name": title, "legendgroup": name, "showlegend": column == 1}
            plot.add_scatter(x=_GRID, y=values(_GRID), mode="lines", line=line, **shown, row=1, col=column)
            mark = {"color": style.colour, "symbol": style.symbol, "size": 10}
            at = {"x": [hard], "y": values(np.array([hard])), "mode": "markers", "marker": mark}
            plot.add_scatter(**at, legendgroup=name, showlegend=False, row=1, col=column)
    plot.add_vline(hard, line={"color": TRUTH, "dash": "dot", "width": 1})
    plot.update_yaxes(type="log", dtick=1, col=2)
    return Exhibit(
        stem="coordinate-lens",
        title=_title(lens, hard),
        plot=plot,
        how_to_read=(
            "Left, what the softmax compares: a straight line sees all cosines alike, -log(1 - s) spreads those near 1"
            " apart. Right, its slope, which multiplies the softmax share of a negative in the gradient. Weibit's is"
            f" below NT-Xent's up to s = 1 - βτ = {number(lens.crossing)} and has no bound above; the losses hold s"
            " below 1 - 10⁻⁶. Marks: the hard negative of the slider."
        ),
        alt=f"Coordinates and weights against cosine. At {hard:g}: "
        + ", ".join(f"{title} {number(each.weight(np.array([hard]))[0], least=2)}" for title, each in lenses.values())
        + ".",
        table=_table(list(lenses.values())),
    )


def _title(lens: Lens, hard: float) -> str:
    times = float(lens.weight(np.array([hard]))[0] * lens.temperature)
    side = f"{number(times, least=2)} times the weight that NT-Xent gives it"
    return f"A negative at cosine {hard:g} has {side}"


def _table(lenses: list[tuple[str, Lens]]) -> pd.DataFrame:
    columns: dict[str, np.ndarray] = {"cosine": _GRID}
    for title, each in lenses:
        columns[f"T: {title}"] = each.coordinate(_GRID)
        columns[f"dT/ds: {title}"] = each.weight(_GRID)
    return pd.DataFrame(columns)
