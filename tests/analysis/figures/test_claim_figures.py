"""Pictures of claims: what is drawn is what was found, beside the region that was asked for."""

from dataclasses import replace

import pytest

from analysis.figures.claims.lines import drawn
from analysis.figures.claims.parts import asked_and_found
from analysis.rules.findings import Drawing, Line, marks
from analysis.rules.kinds import Above, Below, Never, Same
from analysis.rules.numbers import Number, Share, exactly
from analysis.rules.verdict import Part, judge

PARTS = (
    Part("a", "First", "nats", Above(0.5)),
    Part("b", "Second <b>", "", Below(0.5)),
    Part("c", "Third", "", Same(0.1)),
    Part("d", "Fourth", "", Never(0.01)),
)
FOUND = {
    "a": Number(1.0, 0.1, 5.0, "6 seeds", (0.9, 1.1)),
    "b": exactly(2.0, 1e-9),
    "c": Number(0.1, 0.05, 5.0, "6 seeds"),
    "d": Share(0, 10_000, "pairs"),
}
DRAWING = Drawing("lines", "What is drawn?", "x, steps", "y, nats", "Read it.", log_x=True)


@pytest.fixture
def judged():
    return judge(PARTS, FOUND)


def test_each_part_has_its_interval_and_its_region(judged):
    plot = asked_and_found("stem", "Title?", judged).plot
    bars = [trace for trace in plot.data if trace.error_x.array is not None]
    assert [bar.x[0] for bar in bars] == [1.0, 2.0, 0.1, 0.0]
    for bar, each in zip(bars, judged, strict=True):
        assert bar.x[0] + bar.error_x.array[0] == pytest.approx(each.interval.high)
        assert bar.x[0] - bar.error_x.arrayminus[0] == pytest.approx(each.interval.low)
    regions = [shape for shape in plot.layout.shapes if shape.type == "rect"]
    assert (regions[0].x0, regions[2].x0, regions[2].x1) == (0.5, -0.1, 0.1)
    assert regions[1].x1 == 0.5
    assert [list(trace.x) for trace in plot.data if trace.marker.symbol == "line-ns-open"] == [[0.9, 1.1]]


def test_outcomes_differ_in_shape_as_in_colour(judged):
    plot = asked_and_found("stem", "Title?", judged).plot
    bars = [trace for trace in plot.data if trace.error_x.array is not None]
    looks = [(bar.marker.color, bar.marker.symbol) for bar in bars]
    assert len(set(looks)) == len({symbol for _, symbol in looks}) == 3


def test_table_and_words_have_the_numbers(judged):
    exhibit = asked_and_found("stem", "Title?", judged)
    assert list(exhibit.table["outcome"]) == ["holds", "does not hold", "cannot be told", "holds"]
    assert list(exhibit.table["value"]) == [1.0, 2.0, 0.1, 0.0]
    assert "1.000 nats" in exhibit.alt
    assert "&lt;b&gt;" in exhibit.plot.layout.annotations[1].text


def test_lines_have_bars_where_few_and_a_band_where_many():
    few = Line("few", "supcon", (1.0, 2.0), (3.0, 4.0), (2.0, 3.5), (4.0, 4.5))
    x = tuple(map(float, range(1, 41)))
    many = Line("many", "sincere", x, x, tuple(each - 1 for each in x), tuple(each + 1 for each in x))
    plot = drawn("stem", DRAWING, [few]).plot
    assert list(plot.data[0].error_y.array) == [1.0, 0.5]
    assert list(plot.layout.xaxis.tickvals) == [1.0, 2.0]
    plot = drawn("stem", DRAWING, [many]).plot
    assert [trace.fill for trace in plot.data] == ["toself", None]
    assert plot.layout.xaxis.dtick == 1


def test_marks_that_stand_for_themselves_are_not_joined():
    drawing = Drawing("lines", "What?", "x", "y", "Read it.", joined=False)
    exhibit = drawn("stem", drawing, [marks("<i>a</i>", "nobody", [1, 2], [3, 4])])
    assert exhibit.plot.data[0].mode == "markers"
    assert exhibit.plot.data[0].name == "&lt;i&gt;a&lt;/i&gt;"
    assert list(exhibit.table["y"]) == [3.0, 4.0]


def test_a_mark_below_another_of_the_same_place_is_seen_through_it():
    drawing = Drawing("lines", "What?", "x", "y", "Read it.", joined=False)
    lines = [marks(style, style, [1], [1]) for style in ("sincere", "supcon")]
    plot = drawn("stem", drawing, lines).plot
    assert [trace.marker.symbol for trace in plot.data] == ["diamond-open", "square-open"]


def test_single_marks_are_named_where_they_stand():
    lines = [
        Line(name, "sincere", (x,), (0.5,), (0.4,), (0.6,)) for name, x in (("b", 2.0), ("a <i>", 1.0), ("c", 3.0))
    ]
    plot = drawn("stem", replace(DRAWING, log_x=False, joined=False), lines).plot
    assert plot.layout.showlegend is False
    said = [(each.text, each.x, each.y, each.xanchor) for each in plot.layout.annotations]
    assert said == [("a &lt;i&gt;", 1.0, 0.6, "left"), ("b", 2.0, 0.4, "center"), ("c", 3.0, 0.6, "right")]


def test_words_say_of_a_single_mark_where_it_is_and_of_a_line_where_it_begins_and_ends():
    single, line = Line("One", "supcon", (0.992646,), (0.967,)), Line("Many", "sincere", (16.0, 65_536.0), (0.5, 0.25))
    assert drawn("stem", DRAWING, [single, line]).alt.endswith(
        " One 0.967 at 0.9926; Many from 0.500 at 16 to 0.250 at 65536."
    )
