"""What colour a text has: the theme's own ink on the page's ground, black or white on a colour."""

from collections.abc import Sequence
from itertools import pairwise

import plotly.graph_objects as go

from analysis.figures.theme import INK


def set_ink(plot: go.Figure) -> None:
    """Every text on the page's ground in ink: axes and legends would have the paler grey of Streamlit's template."""
    layout = plot.layout
    layout.font.color = layout.legend.font.color = layout.legend.title.font.color = INK
    for axis in (*plot.select_xaxes(), *plot.select_yaxes()):  # half the time of update_xaxes, at every figure
        axis.tickfont.color = axis.title.font.color = INK
    bar = layout.coloraxis.colorbar
    bar.tickfont.color = bar.title.font.color = INK
    if bar.exponentformat is None:
        bar.exponentformat = "power"  # Plotly's own "m" and "µ" are no unit of ours


def black_or_white(colour: str) -> str:
    """Whichever stands out more on "#rrggbb": one of the two has a contrast of 4.58 at least.

    >>> black_or_white("#fee838"), black_or_white("#3b496c")
    ('black', 'white')
    """
    light = luminance(colour) + 0.05
    return "black" if light / 0.05 > 1.05 / light else "white"


def luminance(colour: str) -> float:
    """Of "#rrggbb", 0 to 1, as WCAG 2.2 defines it."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def colour_at(share: float, scale: Sequence[tuple[float, str]]) -> str:
    """The "#rrggbb" of a colour scale at `share` of its length.

    >>> colour_at(0.5, [(0.0, "#000000"), (1.0, "#ffffff")])
    '#808080'
    """
    place = min(max(share, 0.0), 1.0)
    (low, first), (high, last) = next(pair for pair in pairwise(scale) if place <= pair[1][0])
    part = (place - low) / (high - low)
    ends = ([int(each[at : at + 2], 16) for at in (1, 3, 5)] for each in (first, last))
    return "#" + "".join(f"{round(a + part * (b - a)):02x}" for a, b in zip(*ends, strict=True))
