"""The published histograms, and ours in front of them: medians as the papers' facts have them, heights that compare."""

import numpy as np
import pytest

from analysis.comparison.encoders import PUBLISHED
from analysis.comparison.published_histograms import TEMPERATURES, published_histogram
from analysis.figures.comparison.published import Sides, published_figure


@pytest.mark.parametrize("loss", TEMPERATURES)
def test_medians_are_those_that_are_stated(loss):
    stated = next(each for each in PUBLISHED if each.loss == loss)
    found = published_histogram(loss)
    half = (found.edges[1] - found.edges[0]) / 2
    for share, median in ((found.target, stated.target), (found.noise, stated.noise)):
        reached = int(np.searchsorted(np.cumsum(share), share.sum() / 2))
        assert found.edges[reached] + half == pytest.approx(median, abs=half)
    assert found.target.sum() == pytest.approx(1, abs=1e-4)
    assert found.noise.sum() == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("low", [-1.0, 0.5])
def test_shares_of_ours_count_every_item_in_bins_of_the_published_width(low):
    draws = np.random.default_rng(0)
    sides = Sides("supcon", draws.uniform(low, 1, 500), draws.uniform(low, 1, 500), "means")
    table = published_figure([sides]).table
    assert table["target"].sum() == pytest.approx(1)
    assert table["noise"].sum() == pytest.approx(1)
    np.testing.assert_allclose(table["to"] - table["from"], 0.011, atol=2e-4)
    published = published_histogram("supcon")
    inside = published.edges[:-1] > max(low, -0.1) + 0.02
    there = table[table["from"] >= published.edges[:-1][inside][0] - 1e-3]
    np.testing.assert_array_equal(there["target, published"], published.target[inside])
    middle = (table["from"] >= 0.6) & (table["to"] <= 0.7)
    counted = np.mean((sides.own >= table["from"][middle].min()) & (sides.own < table["to"][middle].max()))
    assert table["target"][middle].sum() == pytest.approx(counted, abs=0.01)


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("nearest", "Margins to the nearest train items, here and as published: SINCERE, tau 0.1, 0.400 and 0.849"),
        ("means", "to the means of classes here, to the nearest items as published. SINCERE, tau 0.1, 0.400 and 0.849"),
    ],
)
def test_title_axis_and_legend_say_which_cosines_each_margin_is_of(to, said):
    exhibit = published_figure([Sides("sincere", np.full(10, 0.9), np.full(10, 0.5), to)])
    assert said in exhibit.title
    own, other = ("own mean", "nearest other mean") if to == "means" else ("target", "noise")
    legend = ["published: nearest target", "published: nearest noise", f"here: {own}", f"here: {other}"]
    assert [trace.name for trace in exhibit.plot.data] == legend
    axis = exhibit.plot.layout.xaxis.title.text
    assert axis.endswith("to the nearest train item")
    assert ("here to the mean of a class" in axis) == (to == "means")
