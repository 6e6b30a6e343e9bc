"""An encoder of the user's own on the page: offered where the app was started with it, and nowhere named by a link."""

import subprocess
import sys
from pathlib import Path

import pytest
import streamlit as st
import torch

from checkpoints.brought import own_code
from tests.checkpoints.brought.conftest import CODE, made
from tests.ui.conftest import ROOT
from tests.ui.run_page import button
from tests.ui.test_image_source import PAGE, RUN, has_charts, images, said, until
from ui import own_encoder, root


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("NCE_LAB_PUBLIC", raising=False)
    monkeypatch.setattr(own_code, "_ADDED", [])
    yield
    own_encoder.refusal.cache_clear()
    root._read.cache_clear()
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The app's root: a checkpoint of nobody's layout, and images; beside it the code, which leaves a mark when run."""
    top = tmp_path / "root"
    top.mkdir()
    torch.save({"module." + name: each for name, each in made().state_dict().items()}, top / "last.pt")
    (top / "images.zip").write_bytes(images())
    mark = f"with open({str(tmp_path / 'ran')!r}, 'a') as file:\n    file.write('x')\n"
    (tmp_path / "mine.py").write_text(mark + CODE)
    started(monkeypatch, "--root", str(top), "--encoder", f"{tmp_path / 'mine.py'}:net")
    return top


def started(monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    monkeypatch.setattr("sys.argv", ["app.py", *words])
    own_encoder.refusal.cache_clear()
    root._read.cache_clear()


def test_a_file_of_no_known_layout_goes_into_it(open_page, folder, tmp_path):
    app = open_page(PAGE, source="root", path="last.pt", images="images.zip", show="map", map="pca")
    assert app.selectbox("network").value == "own"
    assert "Your code, net of mine.py" in app.selectbox("network").options
    button(app, RUN).click().run()
    until(app, has_charts)
    assert "9 tensors of the file fill net of mine.py" in said(app)
    assert (tmp_path / "ran").read_text() == "x", "once a process"
    code = next(each.value for each in app.code if "open_outputs" in each.value)
    assert "spec=ForeignSpec(network='own'))" in code
    assert "\nadd_own_encoder('path/to/file.py:function')" in code


def test_the_lab_cannot_build_it_and_gives_the_lines(open_page, folder):
    app = open_page(PAGE, source="root", path="last.pt", network="lab")
    assert "must be in a layout" in app.error[0].value
    assert "state_dict" in app.code[0].value
    assert "np.savez('last.npz', **found)" in app.code[0].value


def test_a_link_names_no_code(open_page, folder, tmp_path, monkeypatch):
    started(monkeypatch, "--root", str(folder))
    for asked in ("own", f"{tmp_path / 'mine.py'}:net"):
        app = open_page(PAGE, source="root", path="last.pt", network=asked, encoder=f"{tmp_path / 'mine.py'}:net")
        assert "network" not in [box.key for box in app.selectbox]
        assert "must be in a layout" in app.error[0].value
    assert not (tmp_path / "ran").exists()


def test_in_public_it_is_not_run(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("NCE_LAB_PUBLIC", "1")
    assert (own_encoder.refusal(), own_encoder.title()) == ("", "")
    assert not (tmp_path / "ran").exists()
    monkeypatch.setenv("NCE_LAB_PUBLIC", "0")
    own_encoder.refusal.cache_clear()
    assert own_encoder.title() == "net of mine.py"
    assert (tmp_path / "ran").exists(), "the file would have been run"


def test_one_that_fails_is_said_and_the_app_does_not_start(tmp_path):
    (tmp_path / "mine.py").write_text("def net():\n    return lambda images: images\n")
    code = "from ui.server.middleware import check_own_encoder; check_own_encoder(); print('it goes on')"
    words = ["--encoder", f"{tmp_path / 'mine.py'}:net"]
    done = subprocess.run([sys.executable, "-c", code, *words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("net of mine.py must give features (2, F), or features and logits (2, K), as tensors")
