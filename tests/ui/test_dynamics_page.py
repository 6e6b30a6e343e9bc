"""The dynamics page: shipped logs as curves, what is missing said, links that ask for nonsense."""

import json

import pytest

from checkpoints.native.curves import log_curves, run_curves
from checkpoints.zoo import of_images, run_of, shipped
from tests.checkpoints.hostile_data import bundle

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
    assert "SINCERE none" in page.header[0].value


def test_what_is_drawn_is_what_the_file_says(open_page):
    (chart,) = charts(open_page(PAGE, checkpoint="supcon", curves="repelling_share"))
    entry = next(entry for entry in shipped() if entry.name == "supcon")
    (trace,) = chart["data"]
    run = log_curves(entry.path)
    assert len(trace["x"]["bdata"] if isinstance(trace["x"], dict) else trace["x"]) > 0
    assert "SupCon" in trace["name"]
    assert run.values["repelling_share"][0] == 0


@pytest.mark.skipif(not of_images(), reason="no encoders of real images are shipped")
def test_encoders_of_images_have_their_loss_and_say_that_it_is_alone(open_page):
    entry = next(each for each in of_images() if each.loss == "sincere")
    page = open_page(PAGE, checkpoint="", encoders=entry.name, curves=["loss", "gradient_norm"])
    assert not page.error
    (chart,) = charts(page)
    assert len({trace["name"] for trace in chart["data"] if trace.get("showlegend")}) == 1
    assert any("there is the loss alone" in caption.value for caption in page.caption)
    run = run_curves(entry.path)
    assert run.values["loss"].tolist() == list(run_of(entry).losses)
    assert run.lines["loss"]


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


def given(page, name, content):
    """Upload it on Checkpoints and go straight to Dynamics."""
    page.file_uploader("own-file").upload(name, content, "application/octet-stream").run()
    assert not page.exception
    page.switch_page(PAGE)
    page.query_params.clear()
    return page.run()


def test_a_checkpoint_that_is_open_in_the_session_shows_its_training_log(open_page):
    content = next(entry for entry in shipped() if entry.name == "sincere").path.read_bytes()
    page = given(open_page("pages/2_Checkpoints.py", show="provenance"), "run <b>7</b>.safetensors", content)
    assert page.pills("checkpoint").options[-1].startswith("run")
    (ref,) = page.session_state["nce_lab_opened"].files
    page.pills("checkpoint").set_value(["sincere", ref]).run()
    assert not page.exception
    assert not page.error
    own = [trace for trace in charts(page)[0]["data"] if trace.get("showlegend")]
    assert [trace["name"] for trace in own] == ["SINCERE", "run &lt;b&gt;7&lt;/b&gt;.safetensors"]
    assert own[0]["line"]["dash"] != own[1]["line"]["dash"]
    assert own[0]["y"] == own[1]["y"]
    assert "log_curves('run <b>7</b>.safetensors', 'run <b>7</b>.safetensors')" in page.code[0].value
    assert page.query_params["checkpoint"] == ["sincere", ref]


def test_arrays_have_no_training_log_and_are_not_offered(open_page):
    page = given(open_page("pages/2_Checkpoints.py", show="provenance"), "mine.npz", bundle())
    assert not page.exception
    assert "mine.npz" not in page.pills("checkpoint").options


def test_a_link_with_a_file_of_somebody_s_asks_for_it(open_page):
    page = open_page(PAGE, checkpoint="run.safetensors 0123456789ab")
    assert not page.exception
    assert page.error[0].value.startswith("run.safetensors must be given")
    assert page.query_params["checkpoint"] in ("run.safetensors 0123456789ab", ["run.safetensors 0123456789ab"])


def test_a_log_goes_with_its_file(open_page):
    content = next(entry for entry in shipped() if entry.name == "sincere").path.read_bytes()
    page = given(open_page("pages/2_Checkpoints.py", show="provenance"), "mine.safetensors", content)
    own = page.session_state["nce_lab_opened"]
    (ref,) = own.files
    page.pills("checkpoint").set_value([ref]).run()
    assert len(own.logs) == 1
    page.menu_button("put-away-opened").click(ref).run()
    assert not page.exception
    assert not len(own.logs)
    assert "mine.safetensors" not in page.pills("checkpoint").options
