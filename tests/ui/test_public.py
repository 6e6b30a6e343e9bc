"""The one switch: off unless asked for; on, it turns off what only the owner may do and lowers the caps."""

import sys
from dataclasses import astuple, fields

import pytest
import streamlit as st

from analysis.forces.own_loss import own_losses
from checkpoints.foreign.spec import MOST_ITEMS
from losses.errors import LabError
from tests.ui.conftest import ROOT
from tests.ui.run_page import button
from ui import own_loss, root, uploads
from ui.checkpoints import image_source
from ui.live.run import Limits
from ui.server.public import OWNER, PUBLIC, caps, is_public


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.delenv("NCE_LAB_PUBLIC", raising=False)
    monkeypatch.setattr(sys, "argv", ["app.py"])
    for cached in (root._read, own_loss.refusals):
        cached.cache_clear()
    yield
    for cached in (root._read, own_loss.refusals):
        cached.cache_clear()
    st.cache_data.clear()


@pytest.fixture
def public(monkeypatch):
    monkeypatch.setenv("NCE_LAB_PUBLIC", "1")


@pytest.mark.parametrize("value", ["", "0", "no", "False", " off "])
def test_it_is_off_by_itself(monkeypatch, value):
    assert caps() is OWNER
    monkeypatch.setenv("NCE_LAB_PUBLIC", value)
    assert caps() is OWNER


@pytest.mark.parametrize("value", ["1", "yes", "on", "true", "of"])
def test_whatever_else_turns_it_on(monkeypatch, value):
    monkeypatch.setenv("NCE_LAB_PUBLIC", value)
    assert caps() is PUBLIC


def test_the_option_turns_it_on(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["app.py", "--root", "x", "--public"])
    assert is_public()


def test_every_cap_is_lower_and_nothing_of_the_owners_is_left():
    for field, owner, public in zip(fields(OWNER), astuple(OWNER), astuple(PUBLIC), strict=True):
        assert public is False if owner is True else 0 < public < owner, field.name
    assert OWNER.images <= MOST_ITEMS
    assert OWNER.run_seconds == Limits().seconds


def test_no_own_code_is_run(monkeypatch, tmp_path, public):
    marker = tmp_path / "ran"
    (tmp_path / "own.py").write_text(
        f"open({str(marker)!r}, 'w').close()\ndef mine(embeddings, labels, *, temperature): ..."
    )
    monkeypatch.setattr(sys, "argv", ["app.py", "--loss", f"{tmp_path}/own.py:mine", "--loss", "nonsense"])
    assert own_loss.refusals() == ()
    assert not marker.exists()
    assert own_losses() == {} or not own_losses()
    monkeypatch.setenv("NCE_LAB_PUBLIC", "0")
    own_loss.refusals.cache_clear()
    assert len(own_loss.refusals()) == 2
    assert marker.exists(), "the file would have been run"


def test_no_path_is_offered_nor_taken_from_a_link(open_page, monkeypatch, tmp_path, public):
    (tmp_path / "a.safetensors").write_bytes((ROOT / "checkpoints" / "zoo" / "nll.safetensors").read_bytes())
    monkeypatch.setattr(sys, "argv", ["app.py", "--root", str(tmp_path)])
    assert root.root() is None
    for page in ("pages/2_Checkpoints.py", "pages/2_Compare.py"):
        app = open_page(page, source="root", path="a.safetensors", paths="a.safetensors")
        assert not app.exception
        assert str(tmp_path) not in str(app)
        assert "a.safetensors" not in [option for box in (*app.selectbox, *app.multiselect) for option in box.options]
    monkeypatch.setenv("NCE_LAB_PUBLIC", "0")
    root._read.cache_clear()
    assert root.root() == tmp_path.resolve()


@pytest.mark.parametrize("on", [True, False])
def test_outputs_are_kept_for_the_owner_alone(monkeypatch, tmp_path, on):
    kept = []
    monkeypatch.setattr("checkpoints.open_outputs", lambda *_, keep, **__: kept.append(keep))
    monkeypatch.setenv("NCE_LAB_PUBLIC", str(int(on)))
    checkpoint = image_source.Checkpoint("last.pth", "", tmp_path / "last.pth")
    image_source._work(checkpoint, tmp_path, "images", image_source.ForeignSpec(), lambda *_: None, keep=True)
    assert kept == [not on]


def test_fewer_images_go_through_a_network(open_page, public):
    controls = open_page("app.py")  # a session for the widget below

    def page():
        from ui.checkpoints.image_source import _choose_limit
        from ui.controls import panel

        with panel() as controls:
            _choose_limit(controls)

    from streamlit.testing.v1 import AppTest

    del controls
    app = AppTest.from_function(page, default_timeout=60).run()
    assert [box.max for box in app.number_input] == [PUBLIC.images]


def test_a_run_computes_for_a_shorter_time(open_page, monkeypatch, public):
    limits = []

    def refused(_simulation, *, limits: object, **_: object):
        limits_seen(limits)
        raise LabError("a run", "must not start in this test")

    def limits_seen(given):
        limits.append(given)

    monkeypatch.setattr("ui.worlds.live_panel.Run", refused)
    app = open_page("pages/1_Repulsion.py")
    button(app, "Run").click().run()
    assert [each.seconds for each in limits] == [PUBLIC.run_seconds]


def test_uploads_are_smaller(public):
    with pytest.raises(
        LabError, match=r"your uploads must have at most 100 MB together, but have 101 MB\. Remove one\.$"
    ):
        uploads.check_totals(101 * 2**20, 101 * 2**20, caps())
    uploads.check_totals(100 * 2**20, 500 * 2**20, caps())


def test_the_terminal_says_so(monkeypatch, public):
    from ui.server.middleware import welcome

    monkeypatch.setattr(sys, "argv", ["app.py", "--root", "x"])
    first, *rest = welcome()
    assert first.startswith("NCE Lab: http://")
    assert rest == [
        "Public: no own code, no files by path, nothing kept on disk; uploads up to 100 MB a visitor.",
        "--root has no effect beside --public (NCE_LAB_PUBLIC=1).",
    ]
    monkeypatch.setenv("NCE_LAB_PUBLIC", "0")
    assert len(welcome()) == 1
