"""An exhibit's texts get their ink once: at each figure it is the twentieth part of a page's time on the server."""

import pandas as pd
import plotly.graph_objects as go
import pytest

from analysis.figures import exhibit as module
from analysis.figures.exhibit import Exhibit
from analysis.figures.ink import set_ink
from analysis.figures.theme import INK


@pytest.fixture
def inked(monkeypatch):
    """The plots whose ink has been set, in turn."""
    plots: list[go.Figure] = []

    def counted(plot):
        plots.append(plot)
        set_ink(plot)

    monkeypatch.setattr(module, "set_ink", counted)
    return plots


def test_the_lines_that_give_it_come_to_the_same_plot_without_another_round(inked):
    plain = Exhibit("stem", "Which?", go.Figure(), "Up is more.", "Nothing.", pd.DataFrame({"x": [1]}))
    told = plain.given_by("import this\n")
    assert inked == [plain.plot]
    assert told.plot is plain.plot
    assert (told.code, plain.code, told.alt) == ("import this", "", plain.alt)


def test_every_axis_has_it():
    plot = go.Figure(layout={"xaxis2": {"title": {"text": "x"}}, "yaxis": {}, "yaxis3": {}})
    set_ink(plot)
    for axis in (plot.layout.xaxis2, plot.layout.yaxis, plot.layout.yaxis3):
        assert axis.tickfont.color == axis.title.font.color == INK
