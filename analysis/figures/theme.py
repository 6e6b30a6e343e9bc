"""One palette, one layout: a role keeps its colour in every figure; a loss has its own in `loss_styles`.

The hues keep a contrast of at least 3:1 on white and on Streamlit's dark background, and are told apart by
colour-blind readers (Okabe-Ito). Colour is never alone: every style has a dash and a marker too.
"""

from dataclasses import dataclass

import plotly.graph_objects as go

BLUE, ORANGE, GREEN, PURPLE, GREY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#808080"

TARGET, NOISE = GREEN, ORANGE
PULL, PUSH = BLUE, ORANGE
TRUTH = GREY

INK = "#000037"
"""Of every text. Streamlit's page puts the text colour of its theme in the place of this one, which it takes for its
own name of it: near black on white, near white on black. Elsewhere it is what it says, a near black."""

_RAMP = ("#3b496c", "#575d6d", "#707173", "#8a8678", "#a59c74", "#c3b369", "#e1cc55", "#fee838")
SEQUENTIAL = tuple((at / (len(_RAMP) - 1), colour) for at, colour in enumerate(_RAMP))
"""Cividis without its darkest fifth, which is the dark page's own colour."""
# Neutral zero is a breath of grey on whichever background there is: what has a sign stands out in light and dark.
SIGNED = [[0.0, BLUE], [0.5, "rgba(128,128,128,0.1)"], [1.0, ORANGE]]


@dataclass(frozen=True, slots=True)
class Style:
    """How one series looks everywhere: hex colour, plotly dash, plotly marker symbol."""

    colour: str
    dash: str
    symbol: str


A_SYMBOL = 5
"""Classes in turn that share a symbol and differ in colour alone: Okabe-Ito's five."""
CLASS_COLOURS = (BLUE, ORANGE, GREEN, PURPLE, GREY, "#646419", "#004BFA", "#009600", "#C8004B", "#E132C8")
"""The last five are as far from all others as the first five from each other, to full sight and to dichromats."""
CLASS_SYMBOLS = ("circle", "diamond", "square", "cross", "triangle-up", "x")
LOOKS = A_SYMBOL * len(CLASS_SYMBOLS)
"""Classes that can be told apart; more repeat."""


def class_style(index: int) -> Style:
    """Style of class `index`: ten have a colour each; with 6 markers 30 are told apart, then styles repeat.

    >>> class_style(0) == class_style(5)
    False
    """
    return Style(
        CLASS_COLOURS[index % len(CLASS_COLOURS)],
        "solid",
        CLASS_SYMBOLS[(index // A_SYMBOL) % len(CLASS_SYMBOLS)],
    )


def layout(plot: go.Figure, *, x: str, y: str, height: int = 420) -> go.Figure:
    """Give a plot the house layout: axis titles with units, transparent ground, legend above, tight margins."""
    plot.update_layout(
        height=height,
        margin={"l": 60, "r": 16, "t": 40, "b": 50},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0},
        font={"size": 13},
    )
    # Ticks as texts have their numbers: no "500µ", and powers of ten only below 0.0001 and from 100,000 on.
    digits = {"exponentformat": "power", "minexponent": 4, "separatethousands": True}
    grid = {"showgrid": True, "gridcolor": "rgba(128,128,128,0.2)", "zeroline": False}
    plot.update_xaxes(title_text=x, **grid, **digits).update_yaxes(title_text=y, **grid, **digits)
    return plot
