"""A file that no network here has: the page asks for a model of timm by name, or says what to install."""

from types import SimpleNamespace

import pytest
import streamlit as st
import torch

from checkpoints.brought import libraries
from losses.errors import LabError
from tests.ui.test_image_source import PAGE, images, said
from ui import root
from ui.checkpoints import image_preparation


@pytest.fixture
def folder(tmp_path, monkeypatch):
    top = tmp_path / "root"
    top.mkdir()
    torch.save({"stem.weight": torch.ones(4, 3, 3, 3), "top.bias": torch.ones(4)}, top / "last.pt")
    (top / "images.zip").write_bytes(images())
    monkeypatch.setattr("sys.argv", ["app.py", "--root", str(top)])
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for each in (root._read, image_preparation._timm):
        each.cache_clear()
    yield
    for each in (root._read, image_preparation._timm):
        each.cache_clear()
    st.cache_resource.clear()


def library(monkeypatch, made):
    monkeypatch.setattr(libraries, "_library", made)


def test_without_timm_a_sentence_says_what_to_install(open_page, folder, monkeypatch):
    def absent(name):
        raise LabError(name, "must be installed for this network", None, libraries.INSTALL)

    library(monkeypatch, absent)
    app = open_page(PAGE, source="root", path="last.pt", images="images.zip")
    assert "arch" not in [box.key for box in app.selectbox]
    said_ = [each.value.replace("\\", "") for each in app.caption]
    assert any("If the weights are of a model of timm: timm must be installed" in each for each in said_), said_


def test_with_timm_its_models_are_to_choose_from(open_page, folder, monkeypatch):
    library(monkeypatch, lambda name: SimpleNamespace(list_models=lambda: ["resnet18", "vit_tiny"]))
    app = open_page(PAGE, source="root", path="last.pt", images="images.zip")
    assert app.selectbox("arch").options == ["none of them", "resnet18", "vit_tiny"]
    asked = []

    def from_timm(name, wanted=None):
        asked.append(name)
        raise LabError("timm", "was asked")

    monkeypatch.setattr("checkpoints.brought.choosing.from_timm", from_timm)
    app.selectbox("arch").set_value("vit_tiny").run()
    assert asked == ["vit_tiny"]
    assert "timm was asked" in said(app) + " ".join(each.value for each in app.error)


def test_a_file_that_opens_by_itself_is_not_asked_about(open_page, folder, tmp_path):
    from tests.checkpoints.foreign.states import PLANS, saved

    saved(tmp_path / "root/last.pt", PLANS["supcon"])
    app = open_page(PAGE, source="root", path="last.pt", images="images.zip")
    assert "arch" not in [box.key for box in app.selectbox]
    assert not any("a model of timm" in each.value for each in app.caption)
