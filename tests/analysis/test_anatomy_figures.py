"""The anatomy's pictures, tables and formulas against its numbers."""

import re

import numpy as np
import pytest

from analysis.anatomy.heads import HeadBatch, head_anatomy
from analysis.anatomy.of_points import point_anatomy
from analysis.anatomy.points import PointBatch, Settings
from analysis.figures.anatomy.bars import anatomy_bars
from analysis.figures.anatomy.circle import anatomy_circle
from analysis.figures.anatomy.table import candidate_table, class_table, live_formula

BATCH = PointBatch(tuple("AAABBCC"), (0, 20, 55, 90, 170, 230, 300))
HEAD = HeadBatch(((2.0, 0.5, -1.0), (0.0, 1.5, 0.5)), ((0.7, 0.3, 0.0), (0.1, 0.8, 0.1)))


@pytest.fixture
def both():
    return [point_anatomy(BATCH, loss, 0, Settings()) for loss in ("supcon", "sincere")]


def named(plot, name, axis="x"):
    return next(trace for trace in plot.data if trace.name == name and trace.xaxis == axis)


def test_points_stand_under_their_place_with_their_number(both):
    plot = anatomy_circle(both, BATCH, 0).plot
    assert list(named(plot, "numerator and denominator").customdata) == [1, 2]
    assert list(named(plot, "denominator", "x2").customdata) == [3, 4, 5, 6]
    assert list(named(plot, "anchor").customdata) == [0]
    ring = named(plot, "place differs")
    np.testing.assert_allclose(np.stack([ring.x, ring.y], axis=1), BATCH.embeddings[1:3])


def test_arrows_turn_to_the_anchor_where_descent_pulls_and_away_where_it_pushes(both):
    plot = anatomy_circle(both, BATCH, 0).plot
    assert both[0].forces[1] > 0 > both[0].forces[2]
    for name, point, sign in (("descent pushes", 1, 1), ("descent pulls", 2, -1)):
        arrow = named(plot, name)
        start, _, end = np.rad2deg(np.arctan2(arrow.y[:3], arrow.x[:3]))
        assert start == pytest.approx(BATCH.degrees[point])
        longest = 32 * abs(both[0].forces[point]) / np.abs(both[0].forces).max()
        assert end - start == pytest.approx(sign * longest)  # the anchor is at 0 degrees


def test_every_name_is_in_the_legend_once(both):
    found = [both[0], point_anatomy(BATCH, "nt_xent", 0, Settings())]
    plot = anatomy_circle(found, BATCH, 0).plot
    shown = [trace.name for trace in plot.data if trace.showlegend]
    assert len(shown) == len(set(shown))
    assert {"out", "anchor", "denominator", "place differs"} <= set(shown)


def test_titles_count(both):
    assert (
        anatomy_circle(both, BATCH, 0).title == "A1: SupCon pushes 1 of 2 positives away, SINCERE pulls both positives"
    )
    alone = [point_anatomy(PointBatch(tuple("AAB"), (0, 9, 50)), "supcon", 2, Settings())]
    exhibit = anatomy_circle(alone, PointBatch(tuple("AAB"), (0, 9, 50)), 2)
    assert exhibit.title == "B1: under SupCon it takes no part"


def test_noise_that_a_soft_target_reaches_is_no_positive():
    found = point_anatomy(BATCH, "x_clr", 0, Settings())
    assert np.sum(found.weights > 0) == 6  # all candidates stand in a numerator
    assert anatomy_circle([found], BATCH, 0).title == "A1: X-CLR pushes 1 of 2 positives away"


def test_the_table_says_what_differs(both):
    table = candidate_table(both)
    assert list(table["differs in"]) == ["", "place, sign", "place, size", *["size"] * 4]
    assert list(table["SupCon: place"])[:2] == ["out", "numerator, denominator 2/2"]
    assert list(table["SINCERE: place"])[1:4] == ["numerator, denominator 1/2"] * 2 + ["denominator 2/2"]
    np.testing.assert_array_equal(table["SINCERE: derivative"], both[1].forces)
    assert "differs in" not in candidate_table(both[:1])


@pytest.mark.parametrize("loss", ["supcon", "sincere", "eps_sup_infonce", "weince"])
def test_the_formulas_fractions_come_to_the_loss(loss):
    batch = PointBatch(tuple("AABBCC"), (0, 20, 90, 100, 200, 333))
    found = point_anatomy(batch, loss, 0, Settings(temperature=0.5))
    text = live_formula(found)
    exponents = [float(number) for number in re.findall(r"e\^\{(-?[\d.]+)\}", text)]
    hidden = found.exponents_below[0][[column for column in range(6) if found.below[0, column]][4:]]
    below = np.logaddexp.reduce([*exponents[1:], *hidden])
    assert below - exponents[0] == pytest.approx(found.value, abs=0.02)
    assert f"{found.value:.6f}" in text


def test_what_a_sum_comes_to_has_a_line_of_its_own():
    found = point_anatomy(PointBatch(tuple("AAABB"), (0, 20, 90, 200, 333)), "sincere", 0, Settings())
    *_, summed, total = live_formula(found).removesuffix(r" \end{aligned}").split(r" \\ ")
    assert " + " in summed
    assert total == rf"&= {found.value:.6f} \text{{ nats}}"


def test_the_formula_of_who_takes_no_part():
    assert "no term" in live_formula(point_anatomy(PointBatch(tuple("AAB"), (0, 9, 50)), "sincere", 2, Settings()))


def test_bars_are_the_weights_and_ticks_the_derivatives():
    found = [head_anatomy(HEAD, loss, 0, 1.0) for loss in ("soft_target_cross_entropy", "soft_target_infonce")]
    exhibit = anatomy_bars(found)
    above, below = exhibit.plot.data[2:4]
    np.testing.assert_array_equal(above.y, (0.7, 0.3, 0.0))
    np.testing.assert_allclose(below.y, np.exp([2, 0.5, -1]) / np.exp([2, 0.5, -1]).sum())
    assert above.marker.pattern.shape != below.marker.pattern.shape
    table = class_table(found)
    np.testing.assert_allclose(table["Soft-target cross-entropy: derivative"], below.y - above.y)
    assert [tick.split("<br>")[1] for tick in above.x] == [f"{force:+.3f}" for force in found[0].forces]
    assert exhibit.table.equals(table)
