"""Every text of every figure has a contrast of 4.5 : 1, light and dark, as far as its spec tells."""

from collections.abc import Iterator

import numpy as np
import plotly.graph_objects as go
import pytest

from analysis.figures.comparison.table import _FILLS
from analysis.figures.exhibit import Exhibit
from analysis.figures.ink import black_or_white, colour_at
from analysis.figures.theme import INK, SEQUENTIAL
from tests.analysis.figures.colours import DARK, WHITE, contrast
from tests.gallery import exhibits, world_presets

ENOUGH = 4.5
THEMES = {WHITE: "#262730", DARK: "#fafafa"}
"""Ground -> what Streamlit's page puts in the place of `INK` there."""


def test_ink_stands_out_on_its_ground_and_in_a_file():
    assert contrast(INK, WHITE) >= ENOUGH
    assert all(contrast(ink, ground) >= ENOUGH for ground, ink in THEMES.items())


@pytest.mark.parametrize("fill", list(_FILLS.values()), ids=list(_FILLS))
def test_ink_stands_out_on_the_cells_of_a_comparison(fill):
    *channels, alpha = (float(part) for part in fill.removeprefix("rgba(").removesuffix(")").split(","))
    for ground, ink in THEMES.items():
        below = [int(ground[at : at + 2], 16) for at in (1, 3, 5)]
        mixed = [round(alpha * over + (1 - alpha) * under) for over, under in zip(channels, below, strict=True)]
        assert contrast(ink, "#" + "".join(f"{part:02x}" for part in mixed)) >= ENOUGH


@pytest.mark.parametrize("share", np.linspace(0, 1, 21))
def test_black_or_white_stands_out_on_every_colour_of_the_scale(share):
    colour = colour_at(float(share), SEQUENTIAL)
    chosen = {"black": "#000000", "white": "#ffffff"}[black_or_white(colour)]
    assert contrast(chosen, colour) >= ENOUGH


def test_the_lowest_colour_of_the_scale_is_not_the_dark_page():
    assert contrast(SEQUENTIAL[0][1], DARK) >= 1.9


@pytest.mark.parametrize("world", ["simplex", "repulsion", "noise_floor", "two_views"])
def test_texts_have_the_house_ink(world):
    """None has a colour of its own, but black in white discs."""
    for preset in [preset for name, preset in world_presets() if name == world][:2]:
        for exhibit in exhibits(world, preset):
            assert set(inks(exhibit)) <= {INK, "black"}, exhibit.stem
            assert exhibit.plot.layout.xaxis.tickfont.color == INK
            assert exhibit.plot.layout.legend.font.color == INK


def test_an_exhibit_gives_its_plot_the_ink():
    plot = go.Figure(go.Heatmap(z=[[1, 2]], coloraxis="coloraxis"))
    shown = Exhibit("stem", "title", plot, "reading", "alt", None).plot.layout
    bar = shown.coloraxis.colorbar
    assert {shown.font.color, bar.tickfont.color, bar.title.font.color, shown.yaxis.title.font.color} == {INK}
    assert bar.exponentformat == "power"


def inks(exhibit: Exhibit) -> Iterator[str]:
    """The colours of all fonts that say one; those of the template are what the ink is there for."""
    drawn = exhibit.plot.to_plotly_json()
    yield from _fonts({**drawn, "layout": {**drawn["layout"], "template": {}}})


def _fonts(given: object) -> Iterator[str]:
    if isinstance(given, dict):
        for name, each in given.items():
            if name.endswith("font") and isinstance(each, dict) and "color" in each:
                yield each["color"]
            yield from _fonts(each)
    elif isinstance(given, list | tuple):
        for each in given:
            yield from _fonts(each)
