"""The force curves page: its default, every axis, its code, and links that ask for nonsense."""

import json

import pytest

from analysis.forces.curves import CURVE_LOSSES, marks
from analysis.forces.scene import AXES, Scene
from tests.ui.run_page import check_opens

PAGE = "pages/3_Force_curves.py"


def plain(text):
    return text.replace("\\", "")


def test_it_opens_on_the_papers_losses_along_the_similarity(open_page):
    page = open_page(PAGE)
    check_opens(page)
    plot = json.loads(page.get("plotly_chart")[0].proto.spec)
    assert len({trace["name"] for trace in plot["data"] if "name" in trace}) == 10 < len(CURVE_LOSSES)
    (turn,) = marks(Scene(), ("supcon",), "positive", "similarity")
    assert f"SupCon changes sign, where q = 1/|P|: similarity, cosine: {turn.at:.4g}." in page.text[0].value
    assert (
        "On the noise pair, WEINCE's slope λ/(1 - s) outgrows (1 - λ)/τ: similarity, cosine: 0.9." in page.text[0].value
    )


@pytest.mark.parametrize("axis", AXES)
def test_every_axis_and_its_code(open_page, axis):
    page = open_page(PAGE, axis=axis, loss=["supcon", "weince"], tau="0.2", lam="0.3")
    assert not page.exception
    assert not page.error
    assert not page.warning
    made = {}
    code = page.code[0].value.replace(".plot.show()", "")
    exec(code.replace("force_curves_figure(positive", "exhibit = force_curves_figure(positive"), made)
    assert made["exhibit"].title == plain(page.header[0].value)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"class_size": "1"}, "class size must be at least 2, but is 1. A lone sample has no positive"),
        (
            {"batch_size": "16"},
            "batch size must be above the class size 16, but is 16. Without other classes there is no noise",
        ),
        ({"loss": ""}, "loss must name at least one loss"),
    ],
)
def test_a_scene_that_has_no_such_pair_is_said_in_one_sentence(open_page, query, sentence):
    page = open_page(PAGE, **query)
    assert not page.exception
    assert [plain(error.value).startswith(sentence) for error in page.error] == [True]


def test_bad_values_fall_back_each_with_a_notice(open_page):
    query = {"tau": "0", "batch_size": "1e9", "positive": "nan", "lam": "2", "axis": "<b>", "loss": "soft"}
    page = open_page(PAGE, **query)
    assert not page.exception
    assert not page.error
    assert {plain(warning.value).split(" ")[0] for warning in page.warning} == set(query)
    assert str(Scene()) in page.code[0].value
