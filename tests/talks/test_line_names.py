"""Names beside a slide's lines: large, apart, with room of their own; or in the legend, with their numbers."""

import json
from itertools import pairwise

from analysis.figures.panel_rows import by_rows
from analysis.figures.presenting import TEXT, for_slide
from analysis.forces.curves import CURVE_LOSSES
from tests.gallery import default_force_curves

WIDTH, HEIGHT = 1200, 480  # of a figure under a long title and over a long caption
LINE = 1.2  # times the size of its letters, a line of text
LETTER = 0.6  # times that, a letter of a wide font


def parts(**options):
    return by_rows(json.loads(default_force_curves(**options).plot.to_json()))


def names(layout):
    """Upright axis -> texts beside its lines, from the lowest."""
    found = {}
    for mark in sorted(layout["annotations"], key=lambda mark: mark["y"]):
        if mark.get("xref", "").endswith(" domain"):
            found.setdefault(mark["yref"], []).append(mark)
    return found


def lines(mark):
    return mark["text"].split("<br>")


def test_names_beside_lines_are_as_large_as_other_text_and_apart():
    for part in parts():
        layout = for_slide(part, width=WIDTH, height=HEIGHT)["layout"]
        inner = HEIGHT - layout["margin"]["t"] - layout["margin"]["b"]
        found = names(layout)
        assert len(found) == 2
        for stack in found.values():
            assert {mark["font"]["size"] for mark in stack} == {TEXT}
            for lower, upper in pairwise(stack):
                between = (upper["y"] - lower["y"]) * inner
                assert between >= LINE * TEXT * (len(lines(lower)) + len(lines(upper))) / 2


def test_the_longest_name_has_room_right_of_both_panels():
    for part in parts():
        layout = for_slide(part, width=WIDTH, height=HEIGHT)["layout"]
        longest = max(len(line) for stack in names(layout).values() for mark in stack for line in lines(mark))
        needed = LETTER * TEXT * longest
        across = WIDTH - layout["margin"]["l"] - layout["margin"]["r"]
        left, right = sorted(axis["domain"] for name, axis in layout.items() if name[0] == "x" and "domain" in axis)
        assert layout["margin"]["r"] >= needed
        assert (right[0] - left[1]) * across >= needed
        assert right[1] == 1


def test_more_names_than_fit_stand_in_the_legend_with_their_numbers():
    part = parts(losses=CURVE_LOSSES)[0]
    beside = sum(map(len, names(part["layout"]).values()))
    shown = for_slide(part, width=WIDTH, height=HEIGHT)
    listed = [trace["name"] for trace in shown["data"] if trace.get("showlegend", True) is not False]
    assert beside == 2 * len(listed)
    assert names(shown["layout"]) == {}
    assert "SupCon (0 at 0.602 left)" in listed
    assert "X-CLR (0 at 0.602 left, 0 at -0.398 right)" in listed
    assert "SINCERE" in listed
    assert shown["layout"]["margin"]["b"] > for_slide(parts()[0], width=WIDTH, height=HEIGHT)["layout"]["margin"]["b"]


def test_two_figures_beside_each_other_leave_no_room_for_names():
    shown = for_slide(parts()[1], width=592, height=HEIGHT)
    assert names(shown["layout"]) == {}
    assert any("cross-entropy (0 at 0.348 left, 0 at 0.337 right)" in str(each.get("name")) for each in shown["data"])
