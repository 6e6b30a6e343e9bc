"""Whether a session's tab is there: asked of the server that holds its connection."""

from types import SimpleNamespace

import pytest
from streamlit import runtime

from ui.live import presence


@pytest.fixture
def connected(monkeypatch):
    """The ids of the sessions that have a connection, and a script that runs for "a"."""
    ids = {"a"}
    monkeypatch.setattr(runtime, "exists", lambda: True)
    monkeypatch.setattr(runtime, "get_instance", lambda: SimpleNamespace(is_active_session=ids.__contains__))
    monkeypatch.setattr(presence, "get_script_run_ctx", lambda: SimpleNamespace(session_id="a"))
    return ids


def test_the_tab_of_the_script_is_there_until_it_is_gone(connected):
    there = presence.this_tab()
    assert there()
    connected.clear()
    assert not there()


def test_without_a_session_nobody_is_there(connected, monkeypatch):
    monkeypatch.setattr(presence, "get_script_run_ctx", lambda: None)
    assert not presence.this_tab()()


def test_a_server_that_ends_has_no_tabs(connected, monkeypatch):
    there = presence.this_tab()
    monkeypatch.setattr(runtime, "exists", lambda: False)
    assert not there()
