"""World 2's page: as it opens, under hostile links, and through a whole run."""

import json

import pytest

from tests.ui.run_page import (
    button,
    check_one_notice,
    check_opens_live,
    check_opens_on_a_shipped_run,
    run_to_its_end,
)

PAGE = "pages/1_Repulsion.py"
SMALL = {"steps": "10", "seeds": "1", "per_class": "4"}


def test_it_opens_with_its_question_and_its_start_before_any_run(open_page):
    page = open_page(PAGE, **SMALL)
    check_opens_live(page)
    option = json.loads(page.get("echarts_chart")[0].proto.spec)
    points = [series for series in option["series"] if len(series.get("data", [])) >= 16]
    assert points, "no vectors are drawn"


def test_it_opens_on_a_shipped_run_at_its_end(open_page):
    page = open_page(PAGE)
    check_opens_on_a_shipped_run(page)
    assert "step 400" in page.header[0].value


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("dimensions", "1"),
        ("classes", "0"),
        ("per_class", "129"),
        ("singletons", "-1"),
        ("temperature", "0"),
        ("epsilon", "-0.1"),
        ("start", "nowhere"),
        ("spread", "1e308"),
        ("learning_rate", "nan"),
        ("steps", "1000000000"),
        ("seeds", "33"),
        ("seed", "-1"),
        ("losses", "bogus"),
        ("device", "tpu"),
        ("moment", "101"),
        ("anchor", "160"),
    ],
)
def test_a_hostile_link_gives_the_default_and_one_notice(open_page, name, asked):
    page = open_page(PAGE, **{name: asked})
    check_one_notice(page, name)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"losses": ""}, "losses must be one or more of"),
        ({"per_class": "1"}, "per_class must be at least 2, but is 1. With 1 no anchor has a positive"),
        ({"classes": "64", "per_class": "128"}, "classes x per_class + singletons must be at most 160, but is 8192"),
        ({"per_class": "32", "seeds": "32"}, "seeds must be at most 2 with 128 vectors"),
    ],
)
def test_what_does_not_go_together_is_a_sentence(open_page, asked, sentence):
    page = open_page(PAGE, **asked)
    assert not page.exception
    assert sentence in page.error[0].value.replace("\\", "")


def test_a_run_ends_in_its_figures(open_page):
    page = run_to_its_end(open_page(PAGE, show=["arrows", "curves", "matrices", "replay", "sizes"], **SMALL))
    assert not page.exception
    assert not page.error
    assert len(page.get("plotly_chart")) == 6
    assert not page.get("echarts_chart")


def test_other_views_keep_the_run(open_page):
    page = run_to_its_end(open_page(PAGE, **SMALL, show=["arrows", "matrices"]))
    assert len(page.get("plotly_chart")) == 2
    page.slider("moment").set_value(50.0).run()
    assert any("After step 5" in each.value for each in page.header)
    page.toggle("one_anchor").set_value(True).run()
    page.number_input("anchor").set_value(99).run()
    assert "anchor must be a whole number from 0 to 15, but is 99" in page.error[0].value.replace("\\", "")
    assert len(page.get("plotly_chart")) == 1
    assert not page.exception


def test_in_more_dimensions_there_are_no_arrows_but_all_the_rest(open_page):
    page = run_to_its_end(open_page(PAGE, **SMALL, dimensions="16", show=["arrows", "matrices", "replay"]))
    assert not page.exception
    assert not page.error
    assert any("Arrows can be drawn in 2 or 3 dimensions" in caption.value for caption in page.caption)
    assert len(page.get("plotly_chart")) == 2


def test_other_settings_keep_the_last_run_within_reach(open_page):
    page = run_to_its_end(open_page(PAGE, **SMALL, show="curves"))
    page.number_input("steps").set_value(20).run()
    assert not page.get("plotly_chart")
    button(page, "Back to the last run").click().run()
    assert page.number_input("steps").value == 10
    assert len(page.get("plotly_chart")) == 1


def test_the_code_on_the_page_runs_and_names_what_was_changed(open_page):
    page = open_page(PAGE, **SMALL)
    shown = page.code[-1].value
    assert "per_class=4, steps=10, seeds=1" in shown
    exec(compile(shown, "shown", "exec"), {})
