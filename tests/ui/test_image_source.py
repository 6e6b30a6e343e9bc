"""Files under the root, and files that need images, on the checkpoint page: chosen, run, stopped, refused."""

import io
import threading
import time
import tomllib
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from checkpoints import open_outputs
from checkpoints.foreign.spec import Stopped
from checkpoints.zoo import shipped
from losses.errors import LabError
from tests.checkpoints.foreign.states import PLANS, saved
from tests.ui.conftest import ROOT
from tests.ui.run_page import button, run_until
from tests.waiting import PATIENCE
from ui import root, uploads
from ui.checkpoints import image_pass
from ui.server.public import OWNER

PAGE = "pages/2_Checkpoints.py"
RUN = "Run the images through"


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    yield
    st.cache_resource.clear()
    st.cache_data.clear()
    root._read.cache_clear()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The app's root: a checkpoint, images, a zip without images, a native file, and one file beside it."""
    top = tmp_path / "root"
    top.mkdir()
    saved(top / "last.pth", PLANS["supcon"], options={"dataset": "cifar10"})
    (top / "images.zip").write_bytes(images())
    (top / "none.zip").write_bytes(zipped({"readme.txt": b"nothing"}))
    (top / "mine.safetensors").write_bytes(shipped()[0].path.read_bytes())
    (tmp_path / "beside.pth").write_bytes(b"x")
    started(monkeypatch, str(top))
    return top


def started(monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    monkeypatch.setattr("sys.argv", ["app.py", "--root", named])
    root._read.cache_clear()


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, data in members.items():
            file.writestr(name, data)
    return buffer.getvalue()


def images() -> bytes:
    """Twelve train and twelve test images of two classes."""
    rng, members = np.random.default_rng(0), {}
    for number in range(24):
        buffer, kind = io.BytesIO(), ("light", "dark")[number % 2]
        pixels = rng.integers(100 * (number % 2), 155 + 100 * (number % 2), (32, 32, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(buffer, "PNG")
        members[f"{'train' if number < 12 else 'test'}/{kind}/{number}.png"] = buffer.getvalue()
    return zipped(members)


def until(app: AppTest, holds) -> AppTest:
    return run_until(app, lambda: holds(app))


def has_charts(app: AppTest) -> bool:
    return bool(app.get("plotly_chart"))


def said(app: AppTest) -> str:
    return "\n".join(found.value for found in (*app.caption, *app.text, *app.header))


def test_a_file_under_the_root_with_its_images(open_page, folder, tmp_path):
    app = open_page(PAGE, source="root", path="last.pth", show="map", map="pca")
    assert "SupConResNet" in app.header[1].value
    assert button(app, RUN).disabled
    app.selectbox("images").set_value("images.zip").run()
    button(app, RUN).click().run()
    until(app, has_charts)
    assert "normalised by mean" in said(app)
    assert "last.pth" in said(app)
    assert len(list((tmp_path / "cache" / "nce-lab" / "outputs").glob("*"))) == 1
    app.number_input("limit").set_value(10).run()  # another pass is another decision
    assert not has_charts(app)
    assert not button(app, RUN).disabled
    app.number_input("limit").set_value(500).run()  # that one is still there
    assert has_charts(app)


def test_two_passes_are_compared(open_page, folder):
    app = open_page(PAGE, source="root", path="last.pth", images="images.zip", show="map", map="pca")
    for space in ("head", "encoder"):
        app.selectbox("space").set_value(space).run()
        button(app, RUN).click().run()
        until(app, has_charts)
    app.switch_page("pages/2_Compare.py").run()
    app.pills("checkpoints").set_value([]).run()
    names = app.pills("opened").options
    assert [name.rsplit(", ")[-1] for name in names] == ["output of the head", "features of the encoder"]
    app.pills("opened").set_value(names).run()
    assert not app.exception
    assert not app.error
    assert has_charts(app)


def test_a_file_under_the_root_that_needs_no_images(open_page, folder):
    app = open_page(PAGE, source="root", path="mine.safetensors", show="map", map="pca")
    assert has_charts(app)
    assert "mine.safetensors" in said(app)


@pytest.mark.parametrize("looked_again", [False, True])
@pytest.mark.parametrize(
    ("asked", "gone"),
    [
        ({"path": "mine.safetensors"}, ["mine.safetensors"]),
        ({"path": "last.pth"}, ["last.pth"]),
        ({"path": "last.pth", "images": "images.zip"}, ["images.zip"]),
        ({"path": "mine.safetensors"}, ["mine.safetensors", "last.pth", "images.zip", "none.zip", "."]),
    ],
    ids=["native", "torch", "images", "all"],
)
def test_a_file_deleted_while_it_is_chosen_is_no_end(open_page, folder, asked, gone, looked_again):
    app = open_page(PAGE, source="root", show="map", map="pca", **asked)
    assert not app.exception
    for name in gone:
        (folder / name).unlink() if name != "." else folder.rmdir()
    if looked_again:  # ten seconds later
        st.cache_data.clear()
    app.run()
    assert not app.exception
    sentences = ("must be an existing file", "must still be there", "cannot be opened", "must have checkpoints")
    assert all(any(sentence in each.value for sentence in sentences) for each in app.error)
    assert app.error or looked_again or gone == ["last.pth"]


def test_a_path_out_of_the_root_gives_the_default(open_page, folder):
    for path in ("../beside.pth", "/etc/passwd"):
        app = open_page(PAGE, source="root", path=path)
        assert not app.exception
        assert sum("path" in each.value.split(":")[0] for each in app.warning) == 1
        assert app.selectbox("path").value == "last.pth"


def test_a_file_that_has_gone_is_one_sentence(open_page, folder):
    app = open_page(PAGE, source="root", path="mine.safetensors", show="map", map="pca")
    (folder / "mine.safetensors").unlink()
    app.run()
    assert not app.exception
    assert len(app.error) == 1


@pytest.mark.parametrize("named", ["/nowhere/at/all", __file__])
def test_a_root_that_is_none_is_one_sentence(open_page, monkeypatch, named):
    started(monkeypatch, named)
    app = open_page(PAGE, show="map", map="pca")
    assert not app.exception
    assert [error.value[:39] for error in app.error] == ["\\-\\-root must name a folder that exists"]
    assert has_charts(app)


def test_without_a_root_there_is_none_to_choose(open_page, monkeypatch):
    monkeypatch.setattr("sys.argv", ["app.py"])
    app = open_page(PAGE, source="root", show="map", map="pca")
    assert has_charts(app)
    assert "source" not in [box.key for box in app.selectbox]


def test_an_uploaded_file_with_uploaded_images_leaves_nothing_on_disk(open_page, folder, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "private"))
    (tmp_path / "private").mkdir()
    app = open_page(PAGE, show="map", map="pca")
    app.file_uploader("own-file").upload("../up.pth", (folder / "last.pth").read_bytes(), "application/octet-stream")
    app.run()
    app.file_uploader("own-images").upload("images.zip", images(), "application/zip")
    app.run()
    assert not has_charts(app)
    button(app, RUN).click().run()
    until(app, has_charts)
    assert not app.error
    assert not list((tmp_path / "private").iterdir())
    assert not (tmp_path / "cache" / "nce-lab" / "outputs").exists()


def test_what_is_refused_in_the_pass_is_one_sentence_and_can_be_tried_again(open_page, folder):
    app = open_page(PAGE, source="root", path="last.pth", images="none.zip")
    button(app, RUN).click().run()
    until(app, lambda app: bool(app.error))
    assert len(app.error) == 1
    assert "must have images as train/CLASS" in app.error[0].value.replace("\\", "")
    app.selectbox("images").set_value("images.zip").run()
    assert not app.error
    button(app, RUN).click().run()
    until(app, has_charts)


def test_stop_ends_the_pass(open_page, folder, monkeypatch):
    begun = threading.Event()

    def slow(path, data, *, spec, watch, keep):
        for done in range(1, 40_000):
            watch(done, 40_000)
            begun.set()
            time.sleep(0.01)
        return open_outputs(path, data, spec=spec)

    monkeypatch.setattr("checkpoints.open_outputs", slow, raising=False)
    app = open_page(PAGE, source="root", path="last.pth", images="images.zip")
    button(app, RUN).click().run()
    assert begun.wait(PATIENCE)
    button(app, "Stop").click().run()
    until(app, lambda app: any(found.value.startswith("Stopped: what was done is kept") for found in app.info))
    assert not app.error
    assert not button(app, RUN).disabled


@pytest.mark.parametrize(("tab_is_there", "limit"), [(False, "_UNWATCHED"), (True, "_HIDDEN")])
def test_a_pass_that_nobody_watches_ends(monkeypatch, tab_is_there, limit):
    monkeypatch.setattr(image_pass, limit, 0.05)
    monkeypatch.setattr(image_pass, "this_tab", lambda: lambda: tab_is_there)

    def work(watch):
        watch(1, 40_000)
        for done in range(2, 40_000):
            time.sleep(0.01)
            watch(done, 40_000)

    left = image_pass.ImagePass("request", "name", work, shared=False)
    with pytest.raises(Stopped):
        left.job.result(timeout=PATIENCE)
    assert not left.succeeded
    assert 0 < left.look()[0] < 39_999


def test_a_pass_goes_on_where_its_tab_is_there(monkeypatch):
    monkeypatch.setattr(image_pass, "_UNWATCHED", 0.0)
    monkeypatch.setattr(image_pass, "this_tab", lambda: lambda: True)
    going = image_pass.ImagePass("request", "name", lambda watch: [watch(done, 9) for done in range(9)], shared=False)
    assert len(going.job.result(timeout=PATIENCE)) == 9


def test_the_server_takes_what_the_uploaders_promise():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    assert config["server"]["maxUploadSize"] == uploads.caps().file_mb == OWNER.file_mb


def test_uploads_have_a_total(open_page, monkeypatch):
    monkeypatch.setattr(uploads, "caps", lambda: replace(OWNER, session_mb=0.0001))
    app = open_page(PAGE)
    app.file_uploader("own-file").upload("a.safetensors", shipped()[0].path.read_bytes(), "application/octet-stream")
    app.run()
    assert not app.exception
    assert "your uploads must have at most" in app.error[0].value
    contents = open_page("pages/2_File_contents.py")
    contents.file_uploader("file").upload("last.pth", b"x" * 1_000, "application/octet-stream")
    assert "your uploads must have at most" in contents.run().error[0].value


def test_all_sessions_share_a_total(monkeypatch):
    one, other = uploads.Held(), uploads.Held()
    monkeypatch.setattr(uploads, "_sessions", {one, other})
    other.sizes["file"] = (OWNER.process_mb - 1) * 2**20
    monkeypatch.setattr(uploads, "_held", lambda: one)
    file = io.BytesIO()
    file.name, file.size = "a.npz", 2**20
    uploads.admit("own-file", file, None)
    file.size = 2**20 + 1
    with pytest.raises(LabError, match="the uploads of all tabs must have at most 2,000 MB together"):
        uploads.admit("own-file", file)
    uploads.admit("own-file", None)
    assert one.total == 0


def test_of_a_class_head_the_embeddings_are_the_encoders_and_the_sidebar_says_so(open_page, folder):
    saved(folder / "classes.pth", PLANS["supce"])
    app = open_page(PAGE, source="root", path="classes.pth", images="images.zip", show="map", map="pca")
    assert not app.exception
    assert app.selectbox("space").options == ["Features of the encoder"]
    button(app, RUN).click().run()
    until(app, has_charts)
    assert "the encoder's features at unit length" in said(app)
    assert said(app).count("the file does not name its data set") == 1


def test_size_and_normalisation_can_be_changed(open_page, folder):
    saved(folder / "bare.pth", PLANS["supcon"])
    app = open_page(PAGE, source="root", path="bare.pth", images="images.zip", show="map", map="pca")
    assert any("the file does not name its data set" in each.value for each in app.warning)
    assert not any("the file does not name its data set" in each.value for each in app.caption), "once is enough"
    app.selectbox("preparation").set_value("own").run()
    app.number_input("side").set_value(16).run()
    app.text_input("mean").set_value("0.5 0.5 0.5").run()
    assert not any("Assumed" in each.value for each in app.warning)
    button(app, RUN).click().run()
    until(app, has_charts)
    assert "scaled to 16 x 16 pixels" in said(app)
    app.text_input("mean").set_value("0.5").run()
    assert "mean must be three numbers from 0 to 1" in app.error[0].value
