"""The compare page without a browser: every section, hostile links, files of the user's own, marked items."""

import io
import json
import threading

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from analysis.comparison.measured import MeasuredModel
from analysis.maps.projection import Projection
from checkpoints.zoo import of_images, other_seeds, shipped
from losses.errors import LabError
from tests.ui.run_page import run_until
from tests.waiting import PATIENCE, until
from tests.what_opens.weights import WEIGHTS
from ui.compare.presets import PRESETS
from ui.compare.source import Model

PAGE = "pages/2_Compare.py"
EVERYTHING = ["table", "map", "similarity", "calibration"]


def settled(app: AppTest) -> AppTest:
    """Run again until the numbers are there."""
    run_until(app, lambda: not any(button.key == "stop-comparison" for button in app.button))
    assert not app.exception
    return app


def charts(app: AppTest) -> list[dict]:
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


def titles(app: AppTest) -> list[str]:
    return [found.value for found in app.header]


def test_two_checkpoints_with_every_section(open_page):
    app = settled(open_page(PAGE, show=EVERYTHING))
    assert not app.error
    assert not app.warning
    assert len(charts(app)) == 4
    assert "13 differences are more than chance" in titles(app)[0]
    assert any("No test items are marked" in caption.value for caption in app.caption)
    ticks = charts(app)[0]["layout"]["xaxis"]["ticktext"]
    assert ticks == ["SupCon<br>(reference)", "SINCERE"]


def test_a_link_sets_what_matters(open_page):
    """SINCERE's margin is 0.338 above SupCon's: better, unless only 0.5 matters."""

    def margin(**asked) -> str:
        app = settled(open_page(PAGE, show=["table"], **asked))
        assert not app.error
        return charts(app)[0]["data"][2]["text"][1]

    assert margin().startswith("✓ +0.338<")
    assert margin(smallest_margin="0.34").startswith("· +0.338<")
    assert margin(smallest_margin="0.5").startswith("= +0.338<")
    app = settled(open_page(PAGE, show=["table"], smallest_margin="-1"))
    assert any("must be a number from 0 to 1000" in warning.value for warning in app.warning)


def test_the_reference_comes_first_and_a_rule_marks_items_everywhere(open_page):
    app = settled(open_page(PAGE, checkpoints=["nll", "nt_xent", "weince"], reference="weince", mark="disagree"))
    assert charts(app)[0]["layout"]["xaxis"]["ticktext"] == ["WEINCE<br>(reference)", "NLL", "NT-Xent"]
    marked = next(title for title in titles(app) if title.endswith("marked test items"))
    table = app.dataframe[-1].value
    assert len(table) == int(marked.split()[0])
    right = table[[f"{name}: kNN" for name in ("WEINCE", "NLL", "NT-Xent")]].eq(table["class"], axis=0)
    assert (right.any(axis=1) & ~right.all(axis=1)).all()
    for chart in charts(app)[1:2]:
        drawn = [len(trace["selectedpoints"]) for trace in chart["data"]]
        assert sum(drawn) == 3 * len(table)


def test_a_reference_that_is_taken_out_gives_way(open_page):
    app = settled(open_page(PAGE, checkpoints=["nll", "supcon", "sincere"], reference="sincere", show="table"))
    app.pills("checkpoints").set_value(["nll", "supcon"]).run()
    settled(app)
    assert not app.error
    assert charts(app)[0]["layout"]["xaxis"]["ticktext"] == ["NLL<br>(reference)", "SupCon"]


@pytest.mark.parametrize(
    "chosen", [["nll"], ["nll", "supcon", "sincere", "nt_xent", "weince", "eps_sup_infonce", "label_infonce"]]
)
def test_too_few_or_too_many_is_one_sentence(open_page, chosen):
    app = open_page(PAGE, checkpoints=chosen)
    assert not app.exception
    assert [error.value for error in app.error] == [
        f"checkpoints must number 2 to 6 to be compared, but number {len(chosen)}."
    ]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("checkpoints", "../../etc/passwd"),
        ("reference", "own-1"),
        ("mark", "<script>"),
        ("k", "1e9"),
        ("map", "isomap"),
    ],
)
def test_a_hostile_link_gives_the_default_and_one_notice(open_page, key, value):
    app = settled(open_page(PAGE, **{key: value}))
    assert len(app.warning) == 1
    assert not app.error
    assert len(charts(app)) == 3


@pytest.mark.parametrize(
    ("asked", "shown", "remedy"),
    [
        (["nosuch", "nll"], ["SupCon<br>(reference)", "SINCERE"], "The default is used instead."),
        (["nosuch", "nll", "weince"], ["NLL<br>(reference)", "WEINCE"], "It is left out."),
    ],
)
def test_a_link_with_a_bad_checkpoint_says_what_is_compared(open_page, asked, shown, remedy):
    app = settled(open_page(PAGE, checkpoints=asked, show="table"))
    assert not app.error
    (warning,) = app.warning
    assert warning.value.replace("\\", "").endswith(f"but is nosuch. {remedy}")
    assert charts(app)[0]["layout"]["xaxis"]["ticktext"] == shown


def bundle(items: int = 60, shift: int = 0) -> bytes:
    rng = np.random.default_rng(items + shift)
    labels = np.arange(items) % 3
    rows = np.eye(3, 6)[labels] + 0.6 * rng.normal(size=(items, 6))
    content = io.BytesIO()
    names = {"train_labels": labels, "test_labels": np.roll(labels, shift)}
    np.savez(content, train_embeds=rows + rng.normal(size=rows.shape) / 9, test_embeds=rows, **names)
    return content.getvalue()


def alone(items: int = 60, shift: int = 0) -> bytes:
    """Without train items: how those are found is a note."""
    rng = np.random.default_rng(items + shift)
    labels = np.arange(items) % 3
    content = io.BytesIO()
    np.savez(content, embeddings=np.eye(3, 6)[labels] + 0.6 * rng.normal(size=(items, 6)), labels=labels)
    return content.getvalue()


def test_own_files_of_the_same_data_are_compared(open_page):
    app = open_page(PAGE, checkpoints=[""], show=EVERYTHING)
    assert "but number 0" in app.error[0].value
    app.file_uploader("own-files").upload("a.npz", bundle()).upload("a.npz", bundle(60, 3)).run()
    settled(app)
    assert not app.error
    assert "matched by row number" in app.text[0].value
    assert charts(app)[0]["layout"]["xaxis"]["ticktext"] == ["a.npz<br>(reference)", "a.npz (2)"]


@pytest.mark.parametrize(
    ("second", "sentence"),
    [
        (bundle(63), "3 are unknown there"),
        (bundle(60, 1), "60 have another label"),
        (b"<!doctype html><html>", "is a web page"),
    ],
)
def test_other_data_and_bad_files_are_one_sentence(open_page, second, sentence):
    app = open_page(PAGE, checkpoints=[""])
    app.file_uploader("own-files").upload("a.npz", bundle()).upload("b.npz", second).run()
    assert not app.exception
    assert len(app.error) == 1
    assert sentence in app.error[0].value
    assert not charts(app)


def test_own_files_beside_a_shipped_one_are_other_test_items(open_page):
    app = open_page(PAGE, checkpoints=["nll"])
    app.file_uploader("own-files").upload("a.npz", bundle()).run()
    assert "class names of a.npz must be those of NLL" in app.error[0].value


def test_a_first_upload_leaves_the_page(open_page):
    app = open_page(PAGE, show="table")
    app.file_uploader("own-files").upload("a.npz", bundle()).run()
    settled(app)
    assert not app.error
    assert app.warning[0].value.replace("\\", "").startswith("Not compared here: a.npz. class names of a.npz must be")
    assert charts(app)[0]["layout"]["xaxis"]["ticktext"] == ["SupCon<br>(reference)", "SINCERE"]


def test_two_uploads_are_compared_with_each_other(open_page):
    app = open_page(PAGE, show="table")
    app.file_uploader("own-files").upload("a.npz", bundle()).upload("b.npz", bundle(60, 3)).run()
    settled(app)
    assert not app.error
    assert not app.warning
    assert charts(app)[0]["layout"]["xaxis"]["ticktext"] == ["a.npz<br>(reference)", "b.npz"]


def test_the_control_shows_the_reference_that_is_used(open_page):
    app = open_page(PAGE, checkpoints=["nll", "supcon"], show="table")
    app.file_uploader("own-files").upload("a.npz", alone()).upload("b.npz", alone(shift=3)).run()
    settled(app)
    shown = app.selectbox("reference")
    assert shown.format_func(shown.value) == "a.npz"
    assert charts(app)[0]["layout"]["xaxis"]["ticktext"][0] == "a.npz<br>(reference)"
    assert app.query_params["show"] == "table"


def test_what_an_array_likely_is_one_button_takes(open_page):
    rng = np.random.default_rng(0)
    arrays = [{"feats": rng.normal(size=(60, 5)), "y": np.arange(60) % 3} for _ in range(2)]
    app = open_page(PAGE, show="table")
    for name, each in zip("ab", arrays, strict=True):
        np.savez(file := io.BytesIO(), **each)
        app.file_uploader("own-files").upload(f"{name}.npz", file.getvalue())
    app.run()
    settled(app)
    asked = [warning.value.replace("\\", "") for warning in app.warning]
    assert [each.partition(": ")[2] for each in asked] == ["which array is what?"] * 2
    assert not any("--map" in each for each in asked)
    for _ in range(2):
        button = next(each for each in app.button if each.label.startswith("Use "))
        assert button.label == "Use feats as embeddings, y as labels"
        button.click().run()
    settled(app)
    assert charts(app)[0]["layout"]["xaxis"]["ticktext"] == ["a.npz<br>(reference)", "b.npz"]


def test_the_shipped_ones_stand_back_for_two_of_ones_own_and_come_again_when_asked_for(open_page):
    app = open_page(PAGE, show="table")
    assert app.pills("checkpoints").value == ["supcon", "sincere"]
    app.file_uploader("own-files").upload("a.npz", bundle()).upload("b.npz", bundle(60, 3)).run()
    assert app.pills("checkpoints").value == []
    assert app.query_params["checkpoints"] in ("", [""])
    app.pills("checkpoints").set_value(["supcon", "sincere"]).run()  # a later choice stands
    assert app.pills("checkpoints").value == ["supcon", "sincere"]
    app.pills("checkpoints").set_value([]).run()
    app.pills("opened").set_value([]).run()  # nothing would be left
    settled(app)
    assert app.pills("checkpoints").value == ["supcon", "sincere"]
    assert not app.error


def test_a_link_that_names_shipped_ones_keeps_them_beside_ones_own(open_page):
    app = open_page(PAGE, checkpoints=["nll", "supcon"])
    app.file_uploader("own-files").upload("a.npz", bundle()).upload("b.npz", bundle(60, 3)).run()
    assert app.pills("checkpoints").value == ["nll", "supcon"]


def test_a_presets_sentence_stands_only_over_its_own_checkpoints_and_equal_notes_are_said_once(open_page):
    def said() -> list[str]:
        return [text.value for text in app.markdown if PRESETS["positives"].look_at in text.value]

    app = settled(open_page(PAGE))
    assert len(said()) == 1
    app.file_uploader("own-files").upload("a.npz", alone()).upload("b.npz", alone(shift=3)).run()
    settled(app)
    assert not app.error
    assert not said()
    notes = [each.value.replace("\\", "") for each in app.caption]
    assert [each.partition(":")[0] for each in notes if ".npz" in each[:5]] == ["a.npz, b.npz"]


def test_an_upload_of_the_same_test_items_stands_beside_the_shipped_ones(open_page):
    app = open_page(PAGE, show="table")
    app.file_uploader("own-files").upload("mine.safetensors", shipped()[0].path.read_bytes()).run()
    settled(app)
    assert not app.error
    assert not app.warning
    assert len(charts(app)[0]["layout"]["xaxis"]["ticktext"]) == 3


def test_weights_without_images_are_said_to_need_them(open_page, tmp_path):
    WEIGHTS["torchvision_resnet18.pth"][1](tmp_path / "a.pth")
    app = open_page(PAGE, show="table")
    app.file_uploader("own-files").upload("a.pth", (tmp_path / "a.pth").read_bytes()).run()
    settled(app)
    assert "a.pth must have been through its images to be compared." in app.warning[0].value.replace("\\", "")
    assert len(charts(app)) == 1


def test_six_own_files_take_the_place_of_the_preselected_ones(open_page):
    app = open_page(PAGE, show="table")
    for shift in range(0, 18, 3):
        app.file_uploader("own-files").upload("a.npz", bundle(60, shift))
    settled(app.run())
    assert not app.error
    assert not app.warning
    assert len(charts(app)[0]["layout"]["xaxis"]["ticktext"]) == 6


def test_a_bad_upload_leaves_the_others_on_the_page(open_page):
    app = open_page(PAGE, show="table")
    app.file_uploader("own-files").upload("b.npz", b"<!doctype html><html>").run()
    settled(app)
    assert not app.error
    assert "is a web page" in app.warning[0].value
    assert len(charts(app)) == 1


def test_a_file_deleted_while_it_is_chosen_is_a_sentence_and_the_others_stay(open_page, monkeypatch, tmp_path):
    for name, shift in (("a.npz", 0), ("b.npz", 3), ("c.npz", 6)):
        (tmp_path / name).write_bytes(bundle(60, shift))
    monkeypatch.setattr("ui.root.root", lambda: tmp_path)
    app = settled(open_page(PAGE, checkpoints=[""], paths=["a.npz", "b.npz", "c.npz"], show="table"))
    (tmp_path / "c.npz").unlink()
    settled(app.run())
    assert "c.npz must still be there, but is gone since it was listed. Choose another" in app.warning[0].value.replace(
        "\\", ""
    )
    assert charts(app)[0]["layout"]["xaxis"]["ticktext"] == ["a.npz<br>(reference)", "b.npz"]
    st.cache_data.clear()  # ten seconds later the list of files is looked up again
    settled(app.run())
    assert not app.error
    assert len(charts(app)) == 1
    (tmp_path / "b.npz").unlink()
    app.run()
    assert not app.exception
    assert "b.npz must still be there" in app.error[0].value.replace("\\", "")


@pytest.mark.parametrize("trainings", [1, 2])
def test_several_trainings_under_the_root_lead_to_their_curves(open_page, monkeypatch, tmp_path, trainings):
    for training in range(trainings):
        (tmp_path / f"run_{training}").mkdir()
        for epoch in (1, 2):
            (tmp_path / f"run_{training}/epoch_{epoch}.npz").write_bytes(bundle(60, epoch))
    monkeypatch.setattr("ui.root.root", lambda: tmp_path)
    app = open_page(PAGE, show="table")
    labels = [link.proto.label for link in app.get("page_link")]
    assert ("Trainings over their epochs, side by side" in labels) == (trainings == 2)


def test_maps_whose_worker_died_can_be_asked_for_again(open_page, monkeypatch, tmp_path):
    def gone(process: object, embeddings: np.ndarray, spec: object, stopped: threading.Event) -> Projection:
        raise LabError("UMAP", "ended before its map was made")

    def turned(process: object, embeddings: np.ndarray, spec: object, stopped: threading.Event) -> Projection:
        return Projection("UMAP", np.ascontiguousarray(embeddings[:, [1, 0]]))

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("analysis.maps.process.MapProcess.make", gone)
    app = settled(open_page(PAGE, checkpoints=["supcon", "weince"], show="map", map="umap", k="4"))
    again = "UMAP ended; this is PCA. Start again"
    until(lambda: any(button.label == again for button in app.run().button))
    assert "ended before its map was made" in app.error[0].value
    monkeypatch.setattr("analysis.maps.process.MapProcess.make", turned)
    next(button for button in app.button if button.label == again).click().run()
    until(lambda: "UMAP 1" in json.dumps(charts(app.run())))
    assert not app.error


@pytest.mark.parametrize("name", ["seeds", "calibration", "six"])
def test_a_preset_is_a_link_that_opens(open_page, name):
    preset = PRESETS[name]
    app = settled(open_page(PAGE, **preset.query))
    assert not app.error
    assert not app.warning
    assert any(preset.look_at in text.value for text in app.markdown)
    assert len(charts(app)) == len(preset.query["show"])


def test_presets_name_shipped_checkpoints_and_no_two_are_the_same():
    names = {entry.name for entry in (*shipped(), *other_seeds(), *of_images())}
    for preset in PRESETS.values():
        assert preset.checkpoints <= names
        assert 2 <= len(preset.checkpoints) <= 6
    assert len({str(preset.query) for preset in PRESETS.values()}) == len(PRESETS)


def test_maps_that_wait_can_be_stopped_and_started_again(open_page, monkeypatch, tmp_path):
    asked = threading.Event()

    def slow(process: object, embeddings: np.ndarray, spec: object, stopped: threading.Event) -> Projection:
        asked.set()
        assert stopped.wait(PATIENCE)
        raise LabError("UMAP", "was stopped")

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))  # no map of another test is on disk or in memory
    st.cache_resource.clear()
    monkeypatch.setattr("analysis.maps.process.MapProcess.make", slow)
    monkeypatch.setattr("analysis.maps.process.MapProcess.stop", lambda process, stopped: stopped.set())
    app = settled(open_page(PAGE, checkpoints=["nll", "label_infonce"], show="map", map="umap", k="3"))
    assert asked.wait(PATIENCE)
    assert any("0 of 2 ready" in caption.value for caption in app.caption)
    assert "principal axis" in json.dumps(charts(app))
    app.button("stop-maps").click().run()
    run_until(app, lambda: any("Start again" in button.label for button in app.button))
    assert not app.exception
    assert not app.error


def test_files_under_the_root_are_compared(open_page, monkeypatch, tmp_path):
    for name, shift in (("a.npz", 0), ("b.npz", 3)):
        (tmp_path / name).write_bytes(bundle(60, shift))
    monkeypatch.setattr("ui.root.root", lambda: tmp_path)
    app = settled(open_page(PAGE, checkpoints=[""], paths=["a.npz", "b.npz"], show="table"))
    assert not app.error
    assert charts(app)[0]["layout"]["xaxis"]["ticktext"] == ["a.npz<br>(reference)", "b.npz"]
    app = open_page(PAGE, checkpoints=[""], paths=["a.npz", "../../etc/passwd"])
    assert "paths must be one of" in app.warning[0].value


def test_a_comparison_that_waits_can_be_stopped_and_started_again(open_page, monkeypatch):
    go_on = threading.Event()
    measured = Model.measured

    def slow(model: Model, k: int) -> MeasuredModel:
        assert go_on.wait(PATIENCE)
        return measured(model, k)

    monkeypatch.setattr("ui.compare.panels._PATIENCE", 0.05)
    monkeypatch.setattr(Model, "measured", slow)
    app = open_page(PAGE, checkpoints=["nll", "label_infonce"], show="table")
    app.button("stop-comparison").click().run()
    go_on.set()
    run_until(app, lambda: any("Start again" in button.label for button in app.button))
    assert not app.error
    next(button for button in app.button if "Start again" in button.label).click().run()
    assert len(charts(settled(app))) == 1


def test_every_file_below_the_root_is_offered_and_can_be_linked(open_page, monkeypatch, tmp_path):
    source = next(entry.path for entry in shipped() if entry.name == "supcon").read_bytes()
    for number in range(60):
        (tmp_path / f"run_{number:02}.safetensors").write_bytes(source if number == 59 else b"")
    monkeypatch.setattr("ui.root.root", lambda: tmp_path)
    page = settled(open_page(PAGE, checkpoints=["sincere"], paths=["run_59.safetensors"], show=""))
    assert not page.exception
    assert not page.warning
    files = page.multiselect("paths")
    assert len(files.options) == 60
    assert files.value == ["run_59.safetensors"]
