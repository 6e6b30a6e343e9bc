"""The picture of a loss's terms: its marks, its bars, its words."""

import re

import numpy as np
import pytest

from analysis.anatomy.of_losses import anatomy
from analysis.figures.anatomy.of_losses import loss_anatomy, places
from analysis.figures.theme import PULL, PUSH
from losses.catalog import CATALOG


@pytest.mark.parametrize("loss", CATALOG)
def test_each_candidate_has_one_mark_a_term_and_one_bar(loss):
    found = anatomy(loss)
    *marks, bars = loss_anatomy(found).plot.data
    drawn = {(int(x), int(y)): mark.name for mark in marks for x, y in zip(mark.x, mark.y, strict=True)}
    assert len(drawn) == found.above.size == sum(len(mark.x) for mark in marks)
    assert all(name == places(found)[term, column] for (column, term), name in drawn.items())
    np.testing.assert_array_equal(bars.y, found.forces)
    assert list(bars.marker.color) == [PULL if force < 0 else PUSH for force in found.forces]


def test_places_are_told_apart_without_colour():
    *marks, _ = loss_anatomy(anatomy("sincere")).plot.data
    assert [mark.name for mark in marks] == ["numerator and denominator", "denominator", "out"]
    assert len({mark.marker.symbol for mark in marks}) == 3


def test_a_place_that_nobody_has_is_not_in_the_legend():
    *marks, _ = loss_anatomy(anatomy("nll")).plot.data
    assert [mark.showlegend for mark in marks] == [True, True, False]
    *marks, _ = loss_anatomy(anatomy("dcl")).plot.data
    assert {mark.name for mark in marks if mark.showlegend} == {"numerator", "denominator", "out"}


def test_rows_and_columns_are_named_and_weighted():
    layout = loss_anatomy(anatomy("supcon")).plot.layout
    assert list(layout.yaxis.ticktext) == ["0.5 × A2", "0.5 × A3"]
    assert list(layout.xaxis2.ticktext)[:4] == ["A1", "A2", "A3", "B1"]
    assert layout.yaxis.range[0] > layout.yaxis.range[1]
    assert list(loss_anatomy(anatomy("nt_xent")).plot.layout.yaxis.ticktext) == ["A2"]


def test_every_bar_and_its_number_fit():
    for loss in CATALOG:
        found = anatomy(loss)
        low, high = loss_anatomy(found).plot.layout.yaxis2.range
        assert low < min(found.forces.min(), 0)
        assert high > max(found.forces.max(), 0)


def test_words_say_what_is_drawn():
    supcon, sincere = loss_anatomy(anatomy("supcon")), loss_anatomy(anatomy("sincere"))
    assert supcon.title == "SupCon of A1: 2 terms, each one candidate over 8"
    assert sincere.title == "SINCERE of A1: 2 terms, each one candidate over 7"
    assert "lowers the score of " in supcon.alt
    assert "raises the score of every candidate" in sincere.how_to_read
    assert "margin" in loss_anatomy(anatomy("eps_sup_infonce")).how_to_read
    assert "together they make 0.00" in supcon.how_to_read


def test_the_table_has_a_row_a_candidate():
    found = anatomy("sincere")
    table = loss_anatomy(found).table
    assert table["candidate"].tolist() == list(found.candidates)
    assert table["in the term of A2"].tolist()[:4] == ["out", "numerator and denominator", "out", "denominator"]
    np.testing.assert_array_equal(table["cosine"], found.scores)
    np.testing.assert_array_equal(table["derivative"], found.forces)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("loss", CATALOG)
def test_texts_carry_the_figures_of_the_bars(loss, seed):
    """A bar that is seen on the axis has a number of its own beside it, also where all are below 0.001 (SINCERE)."""
    found = anatomy(loss, seed)
    shown = loss_anatomy(found)
    largest = np.abs(found.forces).max()
    said = [float(text) for text, out in zip(shown.plot.data[-1].text, found.out, strict=True) if not out]
    np.testing.assert_allclose(said, found.forces[~found.out], atol=0.051 * largest)
    assert max(map(abs, said)) > 0
    total = float(re.search(r"together they make (\S+)\. ", shown.how_to_read).group(1))
    assert total == pytest.approx(found.forces.sum(), abs=0.051 * largest)
    assert shown.plot.layout.yaxis2.exponentformat == "power"  # no micro on the axis
