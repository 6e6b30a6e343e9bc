"""World 3's pages: as they open, under hostile links, and through whole runs."""

import pytest

from tests.ui.run_page import (
    check_keeps_frames_of_a_diverged_run,
    check_opens_live,
    check_opens_on_a_shipped_run,
    diverging,
    run_to_its_end,
)

NOISE, TAILS, LENS, VIEWS = (
    "pages/1_Noise_floor.py",
    "pages/1_Endpoint_tails.py",
    "pages/1_Coordinate_lens.py",
    "pages/1_Two_views.py",
)
FEW = {"repetitions": "50", "draws": ["20", "100"]}
SMALL = {"steps": "10", "batch_size": "6", "samples": "8", "seeds": "2"}


@pytest.mark.parametrize("script", [NOISE, VIEWS])
def test_a_live_page_opens_on_a_shipped_run_and_with_other_settings_on_an_empty_chart(open_page, script):
    check_opens_on_a_shipped_run(open_page(script))
    check_opens_live(open_page(script, seed="7"))


@pytest.mark.parametrize(
    ("script", "name", "asked"),
    [
        (NOISE, "scores", "0.1 x"),
        (NOISE, "scores", "0.1 1.0"),
        (NOISE, "scores", "nan"),
        (NOISE, "draws", "0"),
        (NOISE, "draws", "inf"),
        (NOISE, "exponent", "1e308"),
        (NOISE, "repetitions", "10000000"),
        (TAILS, "dimensions", "2"),
        (TAILS, "quantile", "1"),
        (LENS, "lam", "-1"),
        (LENS, "temperature", "0"),
        (VIEWS, "temperature", "-1"),
        (VIEWS, "encoder", "resnet"),
        (VIEWS, "samples", "1e9"),
        (VIEWS, "device", "tpu"),
    ],
)
def test_a_hostile_link_gives_the_default_and_one_notice(open_page, script, name, asked):
    page = open_page(script, **{name: asked})
    assert not page.exception
    assert not page.error
    assert len(page.warning) == 1
    assert page.warning[0].value.replace("\\", "").startswith(name)


@pytest.mark.parametrize(
    ("script", "asked", "sentence"),
    [
        (NOISE, {"scores": ["0.5", "0.5"]}, "scores must not all be the same"),
        (NOISE, {"draws": "100.5"}, "draws must be a whole number"),
        (
            NOISE,
            {"scores": ["0.1", "0.99"], "exponent": "9"},
            "exponent must leave the log-odds of the last score within 20",
        ),
        (TAILS, {"cosines": "500000", "quantile": "0.5"}, "quantile must leave at most 20,000 of the 500,000 cosines"),
        (VIEWS, {"losses": ""}, "losses must be one or more of"),
        (VIEWS, {"batch_size": "200"}, "batch_size must be at most the 128 samples"),
    ],
)
def test_what_does_not_go_together_is_a_sentence(open_page, script, asked, sentence):
    page = open_page(script, **asked)
    assert not page.exception
    assert sentence in page.error[0].value.replace("\\", "")


def test_lists_are_read_from_a_link_and_typed(open_page):
    page = open_page(NOISE, scores=["0.9", "0.2"], draws="50 500")
    assert "spec = NoiseFloorSpec(scores=(0.2, 0.9), draws=(50, 500))" in page.code[-1].value
    page.text_input("scores").set_value("0.1; 0.2").run()
    assert "must be numbers" in page.warning[0].value
    page.text_input("scores").set_value("0.1, 0.5 0.8").run()
    assert not page.warning
    assert "scores=(0.1, 0.5, 0.8)" in page.code[-1].value
    assert page.query_params["scores"] == ["0.1", "0.5", "0.8"]


def test_the_noise_floor_ends_in_four_figures(open_page):
    page = run_to_its_end(open_page(NOISE, show=["error", "spread", "variance", "replay"], **FEW))
    assert not page.error
    assert len(page.get("plotly_chart")) == 4


@pytest.mark.parametrize(
    ("preset", "said"),
    [
        ("any_temperature", "n × variance tends to 5.333 at every temperature"),
        ("unrestricted", "n × variance tends to 7.136 (Weibit), 12.109 (unrestricted) and 13.337 (restricted softmax)"),
        ("restricted", "n × variance tends to 7.136 (Weibit), 12.109 (unrestricted) and 13.337 (restricted softmax)"),
    ],
)
def test_the_statements_on_variance_open_on_their_figure_with_its_code(open_page, preset, said):
    from toy_models.worlds import WORLDS
    from ui.worlds.presets import query_of

    page = open_page(NOISE, **query_of(WORLDS["noise_floor"].presets[preset]))
    assert not page.exception
    assert any(said in title.value.replace("\\", "") for title in page.header)
    code = next(block.value for block in page.code if "variance_at_any_temperature" in block.value)
    exec(compile(code.replace("exhibit.plot.show()", ""), "shown", "exec"), {})


def test_two_views_end_in_two_figures(open_page):
    page = run_to_its_end(open_page(VIEWS, show=["curves", "evidence"], **SMALL))
    assert not page.error
    assert len(page.get("plotly_chart")) == 2


def test_a_run_that_diverges_is_a_sentence_and_keeps_its_frames(open_page, monkeypatch):
    from toy_models import two_views

    monkeypatch.setattr(two_views, "simulate", diverging(two_views.simulate, "WEINCE"))
    check_keeps_frames_of_a_diverged_run(open_page(VIEWS, show=["curves", "evidence"], **SMALL), "WEINCE", figures=2)


def test_tails_have_four_figures_and_say_where_there_are_none(open_page):
    page = open_page(TAILS, cosines="20000", quantile="0.98")
    assert not page.exception
    assert len(page.get("plotly_chart")) == 4
    page = open_page(TAILS, cosines="1000")
    assert not page.exception
    assert not page.get("plotly_chart")
    assert (
        page.warning[0].value.replace("\\", "").startswith("Not available: a tail needs at least 50 excesses, here 10")
    )


def test_few_cosines_above_a_low_threshold_have_no_others_to_compare(open_page):
    page = open_page(TAILS, cosines="102", quantile="0.5")
    assert not page.exception
    assert len(page.get("plotly_chart")) == 3
    assert any(each.value.startswith("No other threshold leaves 50 excesses") for each in page.caption)


def test_the_lens_has_its_figure(open_page):
    page = open_page(LENS, lam="0.25", hard="0.9")
    assert not page.exception
    assert len(page.get("plotly_chart")) == 1
    assert page.header[0].value.startswith("A negative at cosine 0.9 has 1.00 times")


@pytest.mark.parametrize(
    ("script", "small"), [(NOISE, FEW), (VIEWS, SMALL), (TAILS, {"cosines": "20000", "quantile": "0.98"})]
)
def test_the_code_on_the_page_runs(open_page, script, small):
    shown = open_page(script, **small).code[-1].value
    exec(compile(shown, "shown", "exec"), {})


@pytest.mark.parametrize(("script", "world"), [(NOISE, "noise_floor"), (VIEWS, "two_views")])
def test_a_presets_link_opens_the_page_with_its_spec_and_sentence(open_page, script, world):
    from toy_models.worlds import WORLDS
    from ui.worlds.presets import query

    for preset in WORLDS[world].presets.values():
        page = open_page(script, **query(preset.spec))
        assert not page.exception
        assert not page.warning
        assert any(preset.look_at in text.value for text in page.markdown)
