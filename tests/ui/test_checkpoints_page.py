"""The checkpoint page without a browser: every section, hostile links, good and bad files of the user's own."""

import base64
import io
import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from analysis.maps.projection import Projection
from analysis.maps.worker import MapSpec
from analysis.outputs import Outputs, Split
from checkpoints.zoo import shipped
from losses.errors import LabError
from tests.ui.run_page import run_until
from tests.waiting import PATIENCE
from ui.background import Job
from ui.checkpoints.analyses import Analyses
from ui.checkpoints.view import OWN_CONTROLS, SECTIONS
from ui.memo import Memo
from ui.pictures import data_url, enlarge

PAGE = "pages/2_Checkpoints.py"
EVERYTHING = list(SECTIONS)
OWNER = {key: section for section, keys in OWN_CONTROLS.items() for key in keys}
CHARTS = {
    "glance": 3,
    "map": 1,
    "similarity": 3,
    "calibration": 1,
    "accuracy": 4,
    "curves": 1,
    "tails": 3,
    "geometry": 2,
}
CHARTS |= {"clusters": 1, "losses": 1}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[int]:
    """No page waits for numba: UMAP is replaced by a turn of the first two coordinates. Gives the fits' sizes."""
    fits = []

    def turned(process: object, embeddings: np.ndarray, spec: MapSpec, stopped: object) -> Projection:
        fits.append(len(embeddings))
        return Projection(spec.method, np.ascontiguousarray(embeddings[:, [1, 0]]))

    monkeypatch.setattr("analysis.maps.process.MapProcess.make", turned)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return fits


def charts(app: AppTest) -> list[dict]:
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


def axis_titles(app: AppTest) -> list[str]:
    return [chart["layout"]["xaxis"]["title"]["text"] for chart in charts(app)]


def test_pca_at_once_then_umap_and_the_histograms(open_page, quick):
    st.cache_resource.clear()
    app = open_page(PAGE)
    assert not app.exception
    assert not app.error
    assert axis_titles(app)[0].startswith(("principal axis 1", "UMAP 1"))
    assert axis_titles(app)[1] == "cosine to the nearest train item"
    run_until(app, lambda: axis_titles(app)[0] == "UMAP 1 (no unit)")
    assert quick == [539]
    assert "Margin" in app.header[2].value


def test_the_first_sight_of_many_items_is_a_map_of_some(open_page, monkeypatch):
    monkeypatch.setattr("ui.checkpoints.glance.MOST_AS_SVG", 100)
    app = open_page(PAGE, show=["glance"])
    assert not app.exception
    assert any(", 100 of 539 items**" in each.value for each in app.markdown)
    assert len(charts(app)) == CHARTS["glance"]
    assert any(each.value.startswith("**Margin ") and ", AUC " in each.value for each in app.markdown)


def test_every_section_draws(open_page):
    app = open_page(PAGE, show=EVERYTHING, map="pca", k="7", bins="10", scheme="equal mass")
    assert not app.exception
    assert len(charts(app)) == sum(CHARTS.values())
    titles = [found.value for found in app.header]
    assert any("ECE 0." in title for title in titles)
    assert any("python -m checkpoints.train" in code.value for code in app.code)
    assert any(text.value.startswith("NLL 0.") for text in app.text)
    assert (
        "7 nearest"
        in charts(app)[CHARTS["glance"] + CHARTS["map"] + CHARTS["similarity"] + CHARTS["calibration"]]["data"][0]["y"]
    )


@pytest.mark.parametrize("entry", shipped(), ids=lambda entry: entry.name)
def test_every_shipped_checkpoint_opens(open_page, entry):
    app = open_page(PAGE, checkpoint=entry.name, show=["similarity", "calibration", "provenance"])
    assert not app.exception
    assert not app.error
    assert len(charts(app)) == CHARTS["similarity"] + CHARTS["calibration"]
    assert any(entry.command == code.value for code in app.code)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("checkpoint", "../../etc/passwd"),
        ("checkpoint", "<script>alert(1)</script>"),
        ("item", "-1"),
        ("item", "1e9"),
        ("item", "nan"),
        ("k", "1000000000"),
        ("k", "2.5"),
        ("bins", "inf"),
        ("bins", "0"),
        ("scheme", "unequal"),
        ("map", "som"),
        ("points", "10000000000"),
        ("only", "10"),
        ("class", "-1"),
        ("calibration", "guess"),
        ("calibrated", "0.5"),
        ("reading", "entrails"),
        ("curves", "nan"),
        ("pairs", "some"),
        ("anchors", "<b>"),
        ("quantile", "1"),
        ("quantile", "nan"),
        ("tail_items", "validation"),
        ("geometry_items", ""),
        ("items", "validation"),
        ("show", "everything"),
    ],
)
def test_a_hostile_link_gives_the_default_and_one_notice(open_page, key, value):
    where = {"show": OWNER[key]} if key in OWNER else {}
    variant = {"calibration": "class"} if key == "calibrated" else {}
    app = open_page(PAGE, **(where | variant | {key: value}))
    assert not app.exception
    assert len(app.warning) == 1
    assert charts(app)


def test_what_no_control_of_the_page_is_called_is_named_though_other_pages_have_one(open_page):
    app = open_page(PAGE, tau="-1", steps="1000000000", no_such_name="1", calibrated="2")
    assert not app.exception
    said = "must be the name of a control of this page, but this page has none called so. It is left out."
    found = {warning.value.replace("\\", "") for warning in app.warning}
    assert found == {f"{name} {said}" for name in ("tau", "steps", "no_such_name")}


def test_nothing_chosen_is_said(open_page):
    app = open_page(PAGE, map="pca")
    app.pills("show").set_value([]).run()
    assert not charts(app)
    assert "Choose under" in app.info[0].value


def test_a_chosen_item_survives_a_smaller_split(open_page):
    app = open_page(PAGE, items="train", item="1200", map="pca")
    assert any("train item 1200" in found.value for found in app.header)
    app.selectbox("items").set_value("test").run()
    assert not app.exception
    assert any("test item 538" in found.value for found in app.header)


def test_an_own_file_goes_first_and_leaves_nothing_behind(open_page, quick, tmp_path):
    app = open_page(PAGE)
    content = shipped()[0].path.read_bytes()
    app.file_uploader("own-file").upload("../mine.safetensors", content, "application/octet-stream")
    app.run()
    app.pills("show").set_value(["map", "provenance"]).run()
    assert not app.exception
    assert not app.error
    values = app.dataframe[-1].value
    assert "mine.safetensors" in values.loc[values["field"] == "file", "value"].item()
    assert len(list((tmp_path / "nce-lab" / "maps").glob("*.map"))) <= 1  # the shipped one's map, from before


@pytest.mark.parametrize(
    "content",
    [b"", b"<!doctype html><html>", b"version https://git-lfs.github.com/spec/v1\n", b"\x80\x04.", b"\xff" * 100],
    ids=["empty", "web page", "git-lfs", "pickle", "noise"],
)
def test_a_bad_file_is_one_sentence(open_page, content):
    app = open_page(PAGE)
    app.file_uploader("own-file").upload("bad.safetensors", content, "application/octet-stream")
    app.run()
    assert not app.exception
    assert len(app.error) == 1
    assert "Traceback" not in app.error[0].value


def test_a_refused_upload_leaves_what_was_open_and_says_so(open_page):
    app = open_page(PAGE, show="similarity")
    given = app.file_uploader("own-file").upload("mine.safetensors", shipped()[0].path.read_bytes())
    given.upload("bad.npz", b"<!doctype html><html>").run()
    assert not app.exception
    (error,) = app.error
    assert error.value.replace("\\", "").startswith("bad.npz")
    assert app.query_params["checkpoint"].startswith("mine.safetensors")
    assert charts(app)
    said = [each.value.replace("\\", "") for each in app.caption]
    assert "What was open before stays open: mine.safetensors." in said


def outputs_of(labels: list[int], names: tuple[str, ...], images: bool = False) -> Outputs:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(len(labels), 4))
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    splits = [Split(half, np.array(labels)) for half in (rows, np.roll(rows, 1, axis=1))]
    return Outputs(*splits, names, 1.0, {"digest": "0", "loss": "<b>x</b>"})


def draw_synthetic() -> None:
    import streamlit as st

    from ui.checkpoints.panels import draw
    from ui.checkpoints.view import SECTIONS

    draw(st.session_state["analyses"], tuple(SECTIONS))


def drawn(outputs: Outputs) -> AppTest:
    return drawn_from(Analyses(outputs, shared=False))


def drawn_from(analyses: Analyses) -> AppTest:
    app = AppTest.from_function(draw_synthetic, default_timeout=PATIENCE)
    app.session_state["analyses"] = analyses
    return app.run()


def test_without_train_items_the_rest_is_shown():
    whole = outputs_of([0, 1, 2] * 30, ("a", "b", "c"))
    logits = np.random.default_rng(1).normal(size=(90, 3))
    test = Split(whole.test.embeddings, whole.test.labels, logits)
    nothing = Split(whole.test.embeddings[:0], whole.test.labels[:0])
    app = drawn(Outputs(nothing, test, whole.class_names, 1.0, whole.provenance))
    assert not app.exception
    assert not app.error
    assert not app.info
    assert any(
        "within the items, each left out of its own search" in found.value and "Margin" in found.value
        for found in app.header
    )
    assert any("There are no train items" in found.value for found in app.caption)
    assert any("ECE" in found.value for found in app.header)  # by the class head
    assert len(charts(app)) >= 5
    assert app.selectbox("items").options == ["all"]


def test_one_class_gives_reasons_and_no_numbers():
    app = drawn(outputs_of([0] * 12, ("only",)))
    assert not app.exception
    assert [text.value.split(" not available")[0] for text in app.info] == [
        "Nearest similarity\\:",
        "Calibration\\:",
        "Accuracy, 1 nearest\\:",
        "Accuracy, 5 nearest\\:",
        "Accuracy, 5 nearest, exp\\(s / 0.1\\)\\:",
        "Accuracy, linear probe\\:",
        "Confusion matrix\\:",
        "ROC and precision\\-recall\\:",
        "Tail\\:",
    ]
    assert [text.value for text in app.warning] == ["Train has one class only, so there is nothing to tell apart."]
    assert len(charts(app)) == 6


def test_names_from_a_file_are_never_markup():
    app = drawn(outputs_of([0, 1] * 6, ("![x](http://evil/a.png)", "<img src=x>")))
    assert not app.exception
    shown = [found.value for found in (*app.caption, *app.markdown, *app.header, *app.info)]
    assert not any(re.search(r"(?<!\\)(!\[x|<img)", text) for text in shown)


def test_equal_embeddings_are_one_sentence_a_section():
    outputs = outputs_of([0, 1] * 6, ("a", "b"))
    same = Split(np.tile(outputs.train.embeddings[:1], (12, 1)), outputs.train.labels)
    app = drawn(Outputs(same, same, ("a", "b"), 1.0, {"digest": "0"}))
    assert not app.exception
    assert [error.value for error in app.error] == ["embeddings must differ for a map, but all 12 are the same."]
    assert "all train embeddings are the same" in app.info[0].value
    assert "12 of 12 test items have the embedding of a train item" in app.warning[1].value
    said = [info.value.split(" not available")[0] for info in app.info]
    assert said[-4:] == ["Spectrum\\:", "Alignment\\:", "Uniformity\\:", "Clusters\\:"]


def test_what_a_user_brought_is_not_written_to_disk(quick, tmp_path):
    outputs = outputs_of([0, 1] * 6, ("a", "b"))
    Analyses(outputs, shared=False).umap("test").result(timeout=PATIENCE)
    assert not list(tmp_path.rglob("*.map"))
    Analyses(outputs, shared=True).umap("test").result(timeout=PATIENCE)
    assert len(list(tmp_path.rglob("*.map"))) == 1


def test_chosen_classes_stand_before_the_others_and_the_page_says_so(open_page):
    app = open_page(PAGE, show="map", map="pca", only=["3", "5"])
    assert not app.exception
    assert [trace["name"] for trace in charts(app)[0]["data"] if "name" in trace] == ["other classes", "3", "5"]
    assert any("Other classes are grey" in caption.value for caption in app.caption)


def test_an_item_is_found_by_its_id(open_page):
    app = open_page(PAGE, show="map", map="pca")
    app.text_input("find").set_value("digits-1729").run()
    assert app.number_input("item").value == 521
    app.text_input("find").set_value("digits-17").run()
    assert app.selectbox("found").options[0].startswith("digits-17")
    app.selectbox("found").select_index(1).run()
    assert not app.exception
    assert app.number_input("item").value != 521
    app.text_input("find").set_value("<b>").run()
    assert any(text.value == "No id contains that." for text in app.text)


def test_the_chosen_item_has_its_nearest_target_and_noise(open_page):
    app = open_page(PAGE, show="map", map="pca")
    texts = [caption.value.replace("\\", "") for caption in app.caption]
    assert any(text.startswith("Nearest target, cosine 0.99") and text.endswith("class 1") for text in texts)
    assert any(text.startswith("Nearest noise, cosine 0.1") for text in texts)


@pytest.mark.parametrize(("variant", "charts_drawn", "word"), [("class", 2, "Classwise"), ("temperature", 1, "T = ")])
def test_the_variants_of_calibration(open_page, variant, charts_drawn, word):
    app = open_page(PAGE, show="calibration", calibration=variant, checkpoint="nll")
    assert not app.exception
    assert len(charts(app)) == charts_drawn
    assert any(word in found.value for found in app.header)


def test_tails_of_single_anchors_and_too_few_excesses(open_page):
    app = open_page(PAGE, show="tails", anchors="single", quantile="0.9", pairs="all")
    assert not app.exception
    assert [chart["layout"]["xaxis"]["title"]["text"] for chart in charts(app)] == ["shape xi of one anchor's tail"]
    app.number_input("quantile").set_value(0.999).run()
    assert "no anchor has 50 excesses" in app.info[0].value
    assert axis_titles(app) == ["cosine of two items"]


def test_a_stopped_map_is_pca_and_can_start_again(monkeypatch):
    def wait(process: object, embeddings: np.ndarray, spec: MapSpec, stopped: threading.Event) -> Projection:
        stopped.wait(PATIENCE)
        raise LabError("The map", "was stopped")

    monkeypatch.setattr("analysis.maps.process.MapProcess.make", wait)
    analyses = Analyses(outputs_of([0, 1] * 6, ("a", "b")), shared=False)
    app = drawn_from(analyses)
    next(button for button in app.button if button.label == "Stop").click().run()
    with pytest.raises(LabError, match="was stopped"):
        analyses.umap("test").result(timeout=PATIENCE)
    app.run()
    again = next(button for button in app.button if button.label.startswith("UMAP was stopped"))
    assert axis_titles(app)[0].startswith("principal axis")
    stopped = analyses.umap("test")
    app = again.click().run()
    assert not app.exception
    assert analyses.umap("test") is not stopped
    analyses.umap("test").stop()


def test_results_are_kept_once_and_not_for_ever():
    made = []
    memo = Memo(most=3)
    for key in (1, 1, 2, 3, 1, 4):
        assert memo.once(key, lambda key=key: made.append(key) or key) == key
    assert made == [1, 2, 3, 4]
    memo.once(2, lambda: made.append(2))
    assert made == [1, 2, 3, 4, 2]  # 2 was asked for least recently
    assert len(memo) == 3
    with pytest.raises(ZeroDivisionError):
        memo.once("bad", lambda: 1 / 0)
    assert memo.once("bad", lambda: 5) == 5


def test_two_who_ask_at_once_wait_for_one():
    made, memo, begun, asked = [], Memo(), threading.Event(), threading.Event()

    def slow() -> int:
        begun.set()
        assert asked.wait(PATIENCE)
        made.append(1)
        return 7

    def ask() -> int:
        asked.set()
        return memo.once("key", slow)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(memo.once, "key", slow)
        assert begun.wait(PATIENCE)
        assert pool.submit(ask).result(PATIENCE) == first.result(PATIENCE) == 7
    assert made == [1]


def test_pictures_in_a_table_are_pngs():
    image = np.arange(12, dtype=np.uint8).reshape(3, 4)
    for shape in ((3, 4), (3, 4, 1)):
        raw = base64.b64decode(data_url(image.reshape(shape)).removeprefix("data:image/png;base64,"))
        np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(raw))), image)


def test_a_map_is_one_job(quick):
    analyses = Analyses(outputs_of([0, 1] * 6, ("a", "b")), shared=False)
    assert analyses.umap("test") is analyses.umap("test")
    analyses.umap("test").result(timeout=PATIENCE)
    assert quick == [12]


def test_a_job_hands_on_what_it_raises():
    def refuse() -> None:
        raise LabError("map", "cannot be made")

    with pytest.raises(LabError, match="cannot be made"):
        Job(refuse).result(timeout=PATIENCE)


def test_enlarging_keeps_pixels_square():
    image = np.arange(12, dtype=np.uint8).reshape(3, 4)
    large = enlarge(image)
    assert large.shape == (108, 144)
    assert (large[:36, :36] == 0).all()
    assert enlarge(np.zeros((200, 300, 3), np.uint8)).shape == (200, 300, 3)
