"""World 1's page: as it opens, under hostile links, and through a whole run."""

import pytest

from tests.ui.run_page import (
    button,
    check_keeps_frames_of_a_diverged_run,
    check_one_notice,
    check_opens_live,
    check_opens_on_a_shipped_run,
    diverging,
    run_to_its_end,
)
from tests.waiting import until

PAGE = "pages/1_Simplex_labels.py"
SMALL = {"steps": "10", "batch_size": "8", "losses": ["nll", "soft_target_infonce"]}
FOUR = ["answers", "densities", "curves", "replay"]


def test_it_opens_with_its_question_and_an_empty_live_chart(open_page):
    page = open_page(PAGE, **SMALL)
    check_opens_live(page)
    controls = {each.label: each.disabled for each in page.button if each.label in ("Run", "Pause", "Step", "Stop")}
    assert controls == {"Run": False, "Step": False, "Stop": True}


def test_it_opens_on_a_shipped_run_that_run_replaces(open_page, monkeypatch):
    from toy_models import simplex

    check_opens_on_a_shipped_run(page := open_page(PAGE))
    monkeypatch.setattr(simplex, "simulate", diverging(simplex.simulate, "NLL"))
    button(page, "Run").click().run()
    assert not any("shipped" in each.value for each in page.caption)


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("seed", "nan"),
        ("seed", "-1"),
        ("steps", "1000000000"),
        ("steps", "inf"),
        ("batch_size", "0"),
        ("learning_rate", "-1"),
        ("sharpness", "1e308"),
        ("losses", "bogus"),
        ("device", "tpu"),
        ("x", "7"),
        ("labels", "bogus"),
    ],
)
def test_a_hostile_link_gives_the_default_and_one_notice(open_page, name, asked):
    page = open_page(PAGE, **{name: asked})
    check_one_notice(page, name)


def test_many_hostile_values_at_once(open_page):
    page = open_page(PAGE, seed="nan", tau="-1", losses="bogus", steps="1000000000", seeds="33")
    assert not page.exception
    assert len(page.warning) == 5  # tau is a control of other pages


def test_what_is_no_control_of_the_page_is_named_until_it_is_put_away(open_page):
    page = open_page(PAGE, flavour="red", **{"<b>x</b>": "1"})
    assert [each.value.split(" must be")[0].replace("\\", "") for each in page.warning] == ["flavour", "<b>x</b>"]
    assert "flavour" not in page.query_params
    page.selectbox("labels").set_value("smoothing").run()
    page.number_input("epsilon").set_value(0.5).run()
    assert len(page.warning) == 2
    button(page, "Put away").click().run()
    assert not page.warning
    page.selectbox("labels").set_value("hard").run()  # leaves epsilon behind, which nobody asked for
    assert not page.warning


def test_no_loss_at_all_is_a_sentence(open_page):
    page = open_page(PAGE, losses="")
    assert not page.exception
    assert "losses must be one or more of" in page.error[0].value.replace("\\", "")


def test_a_run_ends_in_the_figure_that_answers_and_the_others_by_name(open_page):
    page = run_to_its_end(open_page(PAGE, **SMALL))
    assert len(page.get("plotly_chart")) == 1
    page.pills("show").set_value(FOUR).run()
    assert not page.exception
    assert not page.error
    assert len(page.get("plotly_chart")) == 4
    assert not page.get("echarts_chart")


@pytest.mark.parametrize("labels", ["hard", "smoothing", "annotators", "mixup"])
def test_on_the_plane_a_run_ends_in_six_figures(open_page, labels):
    page = run_to_its_end(open_page(PAGE, labels=labels, show=[*FOUR, "reliability", "regions"], **SMALL))
    assert not page.exception
    assert not page.error
    assert not page.warning
    assert len(page.get("plotly_chart")) == 6


def test_each_process_has_its_own_controls_and_keeps_its_run_apart(open_page):
    page = open_page(PAGE, **SMALL)
    assert [each.key for each in page.number_input if each.key in ("sharpness", "spread")] == ["sharpness"]
    page.selectbox("labels").set_value("smoothing").run()
    assert {"epsilon", "spread", "imbalance", "flipped"} <= {each.key for each in page.number_input}
    assert not page.exception


def test_the_batch_size_figure_is_there_for_the_asking(open_page):
    page = run_to_its_end(open_page(PAGE, show="batch", **SMALL))
    assert not page.exception
    assert len(page.get("plotly_chart")) == 1


def test_one_run_too_many_is_a_sentence(open_page, monkeypatch):
    from ui.live.slots import PROCESS

    monkeypatch.setattr(PROCESS, "limit", 0)
    monkeypatch.setattr(PROCESS, "waiting", 0)
    page = open_page(PAGE, **SMALL)
    button(page, "Run").click().run()
    assert "must wait: 0 can go at once on this machine" in page.error[0].value.replace("\\", "")
    assert not page.exception


def test_a_run_that_diverges_is_a_sentence_and_keeps_its_frames(open_page, monkeypatch):
    from toy_models import simplex

    monkeypatch.setattr(simplex, "simulate", diverging(simplex.simulate, "NLL"))
    check_keeps_frames_of_a_diverged_run(open_page(PAGE, show=FOUR, **SMALL), "NLL", figures=4)


def test_other_settings_keep_the_last_run_within_reach(open_page):
    page = run_to_its_end(open_page(PAGE, show=FOUR, **SMALL))
    page.number_input("steps").set_value(20).run()
    assert not page.get("plotly_chart")
    button(page, "Back to the last run").click().run()
    assert page.number_input("steps").value == 10
    assert len(page.get("plotly_chart")) == 4


def test_a_run_stops_when_its_settings_change(open_page):
    from ui.live.slots import PROCESS

    until(lambda: not PROCESS.taken())  # a run that a test before has left
    page = open_page(PAGE, **{**SMALL, "steps": "20000"})
    button(page, "Run").click().run()
    assert PROCESS.taken() == 1
    page.number_input("batch_size").set_value(16).run()
    until(lambda: not PROCESS.taken())


def test_the_code_on_the_page_runs_and_names_what_was_changed(open_page):
    page = open_page(PAGE, **SMALL)
    shown = page.code[-1].value
    assert "steps=10, batch_size=8" in shown
    compile(shown, "shown", "exec")
    exec(shown, {})
