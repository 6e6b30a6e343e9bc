"""A talk of every kind of slide, with figures that take no time."""

from datetime import date

import pandas as pd
import plotly.graph_objects as go

from analysis.figures.exhibit import Exhibit
from analysis.figures.theme import layout
from talks import slides
from talks.freezing import frozen
from talks.model import Figure, Talk

DAY = date(2026, 1, 2)


def exhibit(number: int = 0, title: str = "Which <b>is</b> higher?") -> Exhibit:
    x, y = [0, 1, 2], [0.1, 1 / 3, number]
    plot = layout(go.Figure().add_scatter(x=x, y=y, mode="lines+markers", name="one"), x="step", y="loss, nats")
    return Exhibit(
        f"figure-{number}", title, plot, "Up is & remains more.", "A line that rises.", pd.DataFrame({"x": x, "y": y})
    )


def figure(number: int = 0) -> Figure:
    return frozen(exhibit(number), link="/Force_curves?tau=0.1&v=1", command="python -m x", code="1 + 1", on=DAY)


def talk(figures: int = 2) -> Talk:
    """A slide of each kind, and so many of figures."""
    made = (
        slides.title_slide("A **title**", "who, when"),
        slides.text_slide("Text", "- a $x_1$\n- <script>document.title = 'broken'</script>", notes="say *this*"),
        slides.formula_slide("sincere"),
        *(slides.figure_slide(figure(number), title=f"Figure number {number}") for number in range(figures)),
        slides.pair_slide(figure(0), figure(1), title="Two"),
        slides.claim_slide("SupCon repels", "holds in part", "in 3 of 4 seeds", figures=[figure(0)]),
        slides.end_slide(),
    )
    return Talk("A talk </title>", made)


def spheres(scenes: int = 2) -> Exhibit:
    """A replay of points on so many spheres side by side."""
    plot = go.Figure()
    for place in range(scenes):
        name = "scene" if place == 0 else f"scene{place + 1}"
        plot.add_scatter3d(x=[0, 0, 1], y=[0, 1, 0], z=[1, 0, 0], mode="markers", marker={"size": 30}, scene=name)
        plot.update_layout({name: {"domain": {"x": [place / scenes, (place + 1) / scenes]}}})
    return Exhibit(
        "spheres", "Where do they end?", plot, "Turn it.", "Three points a sphere.", pd.DataFrame({"x": [0]})
    )


def rows(count: int, height: int, *, tied: bool = False) -> Exhibit:
    """A figure of so many rows of two panels; tied ones share a range that Plotly finds."""
    made = exhibit()
    made.plot.data = ()
    made.plot.set_subplots(count, 2, shared_yaxes="all" if tied else False)
    for row in range(count):
        for column in range(2):
            shown = row == column == 0
            made.plot.add_scatter(x=[0, 1], y=[row, column], name="one", showlegend=shown, row=row + 1, col=column + 1)
    made.plot.update_xaxes(title="step", row=count)
    made.plot.update_layout(height=height)
    return made
