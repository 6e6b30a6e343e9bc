"""Does repulsion get worse as more images share a label? Push to pull against class size, and the answer in words."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.digits import number
from analysis.figures.exhibit import Exhibit
from analysis.figures.theme import BLUE, GREEN, GREY, ORANGE, PURPLE, Style, layout
from toy_models.repulsion import Study
from toy_models.repulsion.class_size import DESIGNS
from toy_models.repulsion.verdict import Answer, Verdict, interval, verdict

QUANTITIES = {
    "push_to_pull": "push to pull, same class",
    "positive_share": "same-class share of the denominator",
}
_STYLES = (
    Style(ORANGE, "solid", "square"),
    Style(BLUE, "dash", "diamond"),
    Style(GREEN, "dot", "triangle-up"),
    Style(PURPLE, "dashdot", "circle"),
    Style(GREY, "longdash", "cross"),
)
_WORSE = (Answer.RISES, Answer.LEVELS_OFF)


def class_size_study(found: Study, quantity: str = "push_to_pull") -> Exhibit:
    """A panel for each design and spread, a line for each temperature: mean over draws, its 95 % interval as a band."""
    spec, designs = found.spec, list(DESIGNS)
    heads = [f"{DESIGNS[design]}<br>spread {spread:g}" for design in designs for spread in spec.spreads]
    plot = make_subplots(
        len(designs), len(spec.spreads), subplot_titles=heads, horizontal_spacing=0.05, vertical_spacing=0.17
    )
    layout(plot, x="", y="", height=640)
    plot.update_layout(margin={"t": 90}, legend={"y": 1.09, "title": {"text": "temperature"}})
    plot.update_annotations(font_size=12)
    for index in range(len(designs)):
        for column in range(len(spec.spreads)):
            _add_panel(plot, found, quantity, (index, column))
    plot.update_xaxes(type="log", tickvals=spec.sizes, ticktext=[str(size) for size in spec.sizes])
    plot.update_xaxes(title_text="vectors a class", row=len(designs))
    plot.update_yaxes(range=[-0.03, 1.03])
    plot.update_yaxes(title_text=QUANTITIES[quantity], col=1)
    return Exhibit(
        stem=f"repulsion-class-size-{quantity.replace('_', '-')}",
        title=_title(found, quantity),
        plot=plot,
        how_to_read=_how_to_read(found, quantity),
        alt=_alt(found),
        table=_table(found),
    )


def _add_panel(plot: go.Figure, found: Study, quantity: str, panel: tuple[int, int]) -> None:
    index, column = panel
    for row, temperature in enumerate(found.spec.temperatures):
        band = interval(getattr(found, quantity)[index, row, column])  # (size,)
        _add_line(plot, found.spec.sizes, (band.mean, band.low, band.high), temperature, row, panel)


def _add_line(
    plot: go.Figure,
    sizes: Sequence[int],
    band: tuple[np.ndarray, np.ndarray, np.ndarray],
    temperature: float,
    row: int,
    panel: tuple[int, int],
) -> None:
    mean, low, high = band
    style, place = _STYLES[row % len(_STYLES)], {"row": panel[0] + 1, "col": panel[1] + 1}
    plot.add_scatter(
        x=np.concatenate([sizes, sizes[::-1]]),
        y=np.concatenate([high, low[::-1]]),
        fill="toself",
        fillcolor=style.colour,
        opacity=0.18,
        mode="none",
        hoverinfo="skip",
        legendgroup=str(temperature),
        showlegend=False,
        **place,
    )
    plot.add_scatter(
        x=sizes,
        y=mean,
        mode="lines+markers",
        line={"color": style.colour, "dash": style.dash, "width": 2},
        marker={"color": style.colour, "symbol": style.symbol, "size": 7},
        name=f"{temperature:g}",
        legendgroup=str(temperature),
        showlegend=panel == (0, 0),
        customdata=np.stack([low, high], axis=1),
        hovertemplate=f"temperature {temperature:g}, %{{x}} a class<br>%{{y:.6~g}}, 95 % from %{{customdata[0]:.6~g}}"
        " to %{customdata[1]:.6~g}<extra></extra>",
        **place,
    )


def verdicts(found: Study, design: str) -> list[Verdict]:
    """Of every temperature and spread."""
    spec = found.spec
    return [verdict(found, design, temperature, spread) for temperature in spec.temperatures for spread in spec.spreads]


def _title(found: Study, quantity: str) -> str:
    if quantity == "positive_share":
        return "How much of SupCon's denominator is the anchor's own class?"
    said = [f"{name}, {_summary(verdicts(found, design))}" for design, name in _NAMES.items()]
    return f"Worse as more images share a label? {'; '.join(said)}"


_NAMES = {"balanced": "In a balanced batch", "fixed_noise": "with the noise fixed"}


def _summary(found: list[Verdict]) -> str:
    """How many settings say yes, and in how many of them it comes to an end."""
    worse = [each for each in found if each.answer in _WORSE]
    if not worse:
        return f"no, in none of {len(found)} settings"
    level = sum(each.answer is Answer.LEVELS_OFF for each in worse)
    end = f", but it levels off in {level} of these" if level else ""
    return f"yes in {len(worse)} of {len(found)} settings{end}"


def _how_to_read(found: Study, quantity: str) -> str:
    spec = found.spec
    world = (
        f"{spec.classes} random clusters in {spec.dimensions} dimensions, no training, {spec.draws} draws; a band is"
        " the 95 % interval of the mean over draws. Below, a class grows against"
        f" {(spec.classes - 1) * spec.noise_per_class} noise samples, whatever its size."
    )
    if quantity == "positive_share":
        return (
            f"SupCon repels a pair where its share exceeds 1/|P|; the shares add up to this one. Where it levels off,"
            f" so does the push. {world}"
        )
    return (
        "The sum of SupCon's pushes on same-class pairs over the sum of its pulls: 0 where no pair repels, 1 where a"
        " class is not drawn together at all. SINCERE's is 0 everywhere, since none of its pairs ever repels. Level"
        f" means that no doubling adds more than 0.02. {world}"
    )


def _alt(found: Study) -> str:
    said = "; ".join(
        f"{DESIGNS[design]}: {', '.join(f'{number(each.largest, least=2)}' for each in verdicts(found, design))}"
        for design in DESIGNS
    )
    return f"Push to pull against class size. At {found.spec.sizes[-1]} a class, over temperatures and spreads: {said}."


def _table(found: Study) -> pd.DataFrame:
    """One row for each design, temperature, spread and class size."""
    spec, rows = found.spec, []
    for index, design in enumerate(DESIGNS):
        for row, temperature in enumerate(spec.temperatures):
            for column, spread in enumerate(spec.spreads):
                answer = verdict(found, design, temperature, spread).answer.value
                ratio = interval(found.push_to_pull[index, row, column])
                share = interval(found.positive_share[index, row, column])
                rows += [
                    {
                        "design": DESIGNS[design],
                        "temperature": temperature,
                        "spread": spread,
                        "vectors a class": size,
                        "push to pull": ratio.mean[at],
                        "95 % low": ratio.low[at],
                        "95 % high": ratio.high[at],
                        "same-class share of the denominator": share.mean[at],
                        "does it get worse?": answer,
                    }
                    for at, size in enumerate(spec.sizes)
                ]
    return pd.DataFrame(rows)
