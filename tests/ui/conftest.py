"""Open a page as a browser would, without one."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.waiting import PATIENCE
from ui.live.run import Limits, Run, end_all

ROOT = Path(__file__).parents[2]
Opener = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def runs_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Finished runs are kept for this test alone."""
    monkeypatch.setattr("ui.live.other_runs.default_folder", lambda: tmp_path / "runs")
    return tmp_path / "runs"


@pytest.fixture(autouse=True, scope="module")
def nothing_opened() -> Iterator[None]:
    """What the process has opened, measured and drawn for the tests of one file is none of another's."""
    for cache in (st.cache_resource, st.cache_data):
        cache.clear()
    yield
    for cache in (st.cache_resource, st.cache_data):
        cache.clear()


@pytest.fixture(autouse=True)
def runs_ended() -> Iterator[None]:
    """A run that a test has begun ends with it: nobody waits for it, and the next test needs the cores."""
    yield
    end_all()


@pytest.fixture(autouse=True)
def unfolded_code(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands below a figure is looked at as if somebody had unfolded it; not in a test that is marked `folded`."""
    if request.node.get_closest_marker("folded") is None:
        monkeypatch.setattr("ui.folded_code.is_unfolded", lambda _told: True)


@pytest.fixture
def root_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty folder that the app takes for its root, and a cache of this test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = tmp_path / "root"
    root.mkdir()
    monkeypatch.setattr("ui.root.root", lambda: root)
    return root


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch) -> Opener:
    """`open_page("pages/1_Simplex_labels.py", seed="nan")`: the page after its first run, with that URL."""
    monkeypatch.setattr("ui.machine.warm_up", lambda: None)  # no thread may import torch beside the tests
    monkeypatch.setattr("ui.server.memory.keep_level", lambda: None)
    # No fragment ticks here, so a look at a run is as far from the next as a page takes to run.
    monkeypatch.setitem(Run.__init__.__kwdefaults__, "limits", Limits(heartbeat=PATIENCE))

    def opened(script: str, **query: str | list[str]) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE)
        if script != "app.py":
            app.switch_page(script)
        for name, value in query.items():
            app.query_params[name] = value
        return app.run()

    return opened
