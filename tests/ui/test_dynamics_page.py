"""The dynamics page: shipped logs as curves, what is missing said, links that ask for nonsense."""

import json

import pytest

from checkpoints.native.curves import log_curves
from checkpoints.zoo import shipped

PAGE = "pages/3_Dynamics.py"


def charts(page):
    return [json.loads(chart.proto.spec) for chart in page.get("plotly_chart")]


def test_it_opens_on_three_losses(open_page):
    page = open_page(PAGE)
    assert not page.exception
    assert not page.error
    assert page.title[0].value == "Where does the gradient go while a loss is trained?"
    (chart,) = charts(page)
    assert {trace["name"] for trace in chart["data"] if trace.get("showlegend")} == {"SupCon", "SINCERE", "NT-Xent"}
    said = "\n".join(caption.value for caption in page.caption)
    assert "No cosine to the optimum for NT-Xent" in said.replace("\\", "")
    assert "SINCERE none" in page.subheader[0].value


def test_what_is_drawn_is_what_the_file_says(open_page):
    (chart,) = charts(open_page(PAGE, checkpoint="supcon", curves="repelling_share"))
    entry = next(entry for entry in shipped() if entry.name == "supcon")
    (trace,) = chart["data"]
    run = log_curves(entry.path)
    assert len(trace["x"]["bdata"] if isinstance(trace["x"], dict) else trace["x"]) > 0
    assert "SupCon" in trace["name"]
    assert run.values["repelling_share"][0] == 0


def test_layers_are_a_second_figure(open_page):
    assert len(charts(open_page(PAGE, checkpoint=["nll", "supcon"], layers="true"))) == 2


def test_curves_that_do_not_exist_are_explained(open_page):
    page = open_page(PAGE, checkpoint="nll", curves="toward_optimum")
    assert not page.exception
    assert not charts(page)
    assert "None of the chosen curves" in page.info[0].value
    assert any("on real data it is not known" in caption.value for caption in page.caption)


@pytest.mark.parametrize("query", [{"checkpoint": "../../x"}, {"curves": "<b>"}, {"layers": "maybe"}])
def test_bad_values_fall_back_with_a_notice(open_page, query):
    page = open_page(PAGE, **query)
    assert not page.exception
    assert page.warning


def test_nothing_chosen_is_one_sentence(open_page):
    page = open_page(PAGE, checkpoint="")
    assert not page.exception
    assert page.error[0].value.startswith("checkpoint must name at least one")


def test_a_toy_run_is_shown_the_same_way(open_page):
    page = open_page(PAGE, of="repulsion")
    assert not page.exception
    assert not page.error
    (chart,) = charts(page)
    assert {trace["name"] for trace in chart["data"] if trace.get("showlegend")} >= {"SupCon", "SINCERE", "NT-Xent"}
    assert any("no batches" in caption.value for caption in page.caption)
    assert "RepulsionSpec(losses=" in page.code[0].value


def test_world_one_has_signal_to_noise_and_a_population_optimum(open_page, monkeypatch):
    from toy_models.simplex import SimplexSpec

    monkeypatch.setattr("ui.losses.dynamics_panels._SIMPLEX", SimplexSpec(losses=("nll",), steps=10, side=12))
    page = open_page(PAGE, of="simplex")
    assert not page.exception
    assert not page.error
    titles = [note["text"] for note in charts(page)[0]["layout"]["annotations"]]
    assert titles == ["loss (nats)", "gradient norm", "signal to noise", "cosine to the optimum"]
    assert any("unlimited data" in element.value for element in page.markdown)
