"""The figures of a comparison, by the data behind the picture."""

import re
from dataclasses import replace

import numpy as np
import pytest

from analysis.calibration.top_label import calibration
from analysis.comparison.measured import MEASURES
from analysis.comparison.verdicts import Difference, compare
from analysis.figures.comparison.histograms import ROLES, comparison_histograms, items_of, values_of
from analysis.figures.comparison.maps import MapPanel, comparison_maps
from analysis.figures.comparison.reliability import comparison_reliability
from analysis.figures.comparison.table import comparison_table
from analysis.maps.projection import Projection
from analysis.outputs import Split
from analysis.statistics.bootstrap import Estimate, Unavailable
from tests.analysis.simulated_models import Quality, models

NOTHING = np.empty(0, np.int64)


@pytest.fixture
def three(rng):
    return models(rng, 80, (Quality(), Quality(shift=0.3), Quality(spread=2)))


def test_the_table_has_a_cell_for_every_number_and_colours_only_verdicts(three):
    found = compare(three, "linear probe")
    shown = comparison_table(found)
    lines = [trace.text for trace in shown.plot.data]
    assert len(lines) == len(MEASURES) - 2  # no model has a class head, and nobody counted recalls
    assert all(len(cells) == 3 for cells in lines)
    margins = found.of("margin")[0].found
    assert lines[2][1].startswith(f"✓ {margins.difference.value:+.2f}<")
    assert f"{margins.difference.low:.2f} to {margins.difference.high:.2f}<" in lines[2][1]
    assert len(shown.plot.layout.shapes) == found.tests
    assert "Head accuracy: model 0 has no class head" in shown.how_to_read
    assert len(shown.how_to_read) < 600  # what a page shows of it
    told = sum(isinstance(row.found, Difference) and row.found.told for row in found.rows)
    assert shown.title.startswith(f"Do they differ? {told} of {found.tests} differences are more than chance and large")
    assert len(shown.table) == len(found.rows)


def test_a_small_difference_is_readable_and_a_cell_of_fewer_items_says_so(three):
    found = compare(three, "linear probe")
    tiny = Estimate(-1.364e-4, -1.712e-4, -0.913e-4)
    rows = [
        replace(row, found=replace(row.found, difference=tiny, items=71)) if row.measure.key == "margin" else row
        for row in found.rows
    ]
    plot = comparison_table(replace(found, rows=tuple(rows)).judged({})).plot
    trace, lines = plot.data[2], len(plot.data)
    assert plot.layout.height - comparison_table(found).plot.layout.height >= 13 * lines, "a third line needs room"
    assert trace.text[1].startswith("= -1.36e-4<br>")
    assert "-1.71e-4 to -9.1e-5<br>n 71<" in trace.text[1]
    assert "-0.000136 (95 % -0.000171 to -0.000091)" in trace.hovertext[1]
    assert "matters from 0.005<" in comparison_table(found).plot.layout.yaxis.ticktext[2]
    assert "a cell with n: the n that have" in comparison_table(replace(found, rows=tuple(rows))).how_to_read
    assert "with n" not in comparison_table(found).how_to_read
    assert "any matters" in comparison_table(found.judged({"margin": 0.0})).plot.layout.yaxis.ticktext[2]
    assert "<br>n" not in comparison_table(found).plot.data[2].text[1]


def drawn_maps(rng, chosen):
    fixed = rng.normal(size=(40, 2)).astype(np.float32)
    turned = (fixed[:, ::-1] * 3 + 1).astype(np.float32)
    split = Split(np.eye(40, dtype=np.float32), np.arange(40) % 3)
    quality = Unavailable("not asked for")
    panels = [MapPanel("a", Projection("PCA", fixed), quality), MapPanel("b", Projection("PCA", turned), quality)]
    return fixed, comparison_maps(panels, split, np.arange(40), ("x", "y", "z"), chosen)


def test_maps_are_laid_on_the_first_and_share_their_axes(rng):
    fixed, shown = drawn_maps(rng, NOTHING)
    first, second = shown.plot.data[0], shown.plot.data[3]
    np.testing.assert_allclose(second.x, first.x, atol=1e-5)
    np.testing.assert_allclose(first.x, fixed[::3, 0], atol=1e-6)
    assert "residual 0.00" in shown.plot.layout.annotations[1].text
    assert shown.plot.layout.xaxis2.matches == "x"
    assert shown.plot.layout.yaxis2.matches == "y"
    assert [trace.showlegend for trace in shown.plot.data] == [True] * 3 + [False] * 3
    assert all(trace.selectedpoints is None for trace in shown.plot.data)


def test_the_title_of_maps_says_how_much_is_left_over(rng):
    """The second is the first turned and scaled; a third that has nothing to do with it leaves nearly all."""
    _, shown = drawn_maps(rng, NOTHING)
    assert shown.title == "Do they put the same items together? Laid on a's map, 0.00 of b's is left over"
    split = Split(np.eye(40, dtype=np.float32), np.arange(40) % 3)
    panels = [MapPanel(name, Projection("PCA", rng.normal(size=(40, 2))), Unavailable("x")) for name in "abc"]
    title = comparison_maps(panels, split, np.arange(40), ("x", "y", "z"), NOTHING).title
    found = re.search(r"Laid on a's map, (\d\.\d+) of b's, (\d\.\d+) of c's is left over", title)
    assert found is not None, title
    assert [float(each) > 0.8 for each in found.groups()] == [True, True]


@pytest.mark.parametrize(("classes", "said"), [(30, ""), (31, "31 classes share 30 looks")])
def test_maps_of_more_classes_than_looks_say_so_and_name_none(rng, classes, said):
    split = Split(np.eye(62, dtype=np.float32), np.arange(62) % classes)
    panels = [MapPanel(name, Projection("PCA", rng.normal(size=(62, 2))), Unavailable("x")) for name in "ab"]
    shown = comparison_maps(panels, split, np.arange(62), tuple(f"class {c}" for c in range(classes)), NOTHING)
    assert ("classes share" in shown.how_to_read) == bool(said)
    assert said in shown.how_to_read
    assert any(trace.showlegend for trace in shown.plot.data) == (not said)


def test_marked_items_stand_out_in_every_map(rng):
    shown = drawn_maps(rng, np.array([0, 4, 5]))[1]
    for traces in (shown.plot.data[:3], shown.plot.data[3:]):
        marked = [trace.customdata[list(trace.selectedpoints)].tolist() for trace in traces]
        assert marked == [[0], [4], [5]]


def test_bars_are_shares_and_lead_back_to_their_items(three):
    shown = comparison_histograms(three, NOTHING)
    assert len(shown.plot.data) == 3 * len(ROLES)
    for trace in shown.plot.data:
        assert trace.y.sum() == pytest.approx(1)
        model, place, at = (int(part) for part in trace.customdata[0])
        items = items_of([(model, place, at)], three)
        values = values_of(three[model], ROLES[place])
        half = trace.width / 2 + 1e-9
        inside = np.flatnonzero(np.abs(values - trace.x[0]) <= half)
        np.testing.assert_array_equal(items, inside)
        assert len(items) == pytest.approx(trace.y[0] * 80)


def test_the_title_of_histograms_counts_items_that_are_nearer_to_their_own_class(three):
    target = three[0].noise.copy()
    target[:60] += 0.1  # 60 of 80 are nearer, 20 as near
    some = replace(three[0], target=target)
    assert comparison_histograms([some, some], NOTHING).title.endswith("class? model 0 75.0%, model 0 75.0%")


def test_marked_items_stand_out_in_every_histogram(three):
    shown = comparison_histograms(three, np.arange(20))
    assert len(shown.plot.data) == 2 * 3 * len(ROLES)
    for trace in shown.plot.data[1::2]:
        assert trace.y.sum() == pytest.approx(20 / 80)


def test_bars_that_are_none_are_passed_over(three):
    assert len(items_of([(9, 0, 0), (0, 7, 1), (-1, 0, 3), (0, 0, 10_000)], three)) == 0


def test_items_without_a_similarity_are_in_no_bar(three):
    target = three[0].target.copy()
    target[:5] = -np.inf
    gap = replace(three[0], target=target, comparable=np.arange(80) >= 5)
    shown = comparison_histograms([gap, three[1]], NOTHING)
    assert shown.plot.data[0].y.sum() == pytest.approx(1)
    assert "5 items of model 0" in shown.how_to_read
    assert not np.isin(np.arange(5), items_of([(0, 0, at) for at in range(100)], [gap])).any()


def test_reliability_panels_share_axes_and_have_their_bands(three):
    found = {model.name: calibration(model.probe.probabilities, model.labels) for model in three}
    shown = comparison_reliability(found, "linear probe")
    assert [note.text.replace(" <", "<") for note in shown.plot.layout.annotations[:3]] == [
        f"{name}<br>ECE {each.bins.ece:.3f}" for name, each in found.items()
    ]
    points = [trace for trace in shown.plot.data if trace.mode == "markers"]
    for each, trace in zip(found.values(), points, strict=True):
        np.testing.assert_allclose(trace.y, each.bins.accuracy[each.bins.count > 0])
    assert shown.plot.layout.xaxis3.matches == "x"


def test_text_from_a_file_is_no_markup(rng):
    split = Split(np.eye(6, dtype=np.float32), np.arange(6) % 2, ids=np.array(["<img src=x>"] * 6))
    panels = [MapPanel("<b>a</b>", Projection("PCA", rng.normal(size=(6, 2))), Unavailable("x"))] * 2
    shown = comparison_maps(panels, split, np.arange(6), ("<i>x</i>", "y"), NOTHING)
    text = str(shown.plot.to_dict())
    assert "&lt;b&gt;a" in text
    assert not any(tag in text for tag in ("<img", "<b>", "<i>"))
