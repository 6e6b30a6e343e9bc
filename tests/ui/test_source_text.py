"""The source that a page shows, and that nothing is parsed for it, nor at any other moment while a page is drawn."""

import ast
import inspect
import threading
import tomllib
import traceback
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

import pytest
from streamlit import config

from losses.catalog import CATALOG
from tests.ui.conftest import ROOT
from ui import source_text
from ui.source_text import source_of

SHOWN = sorted({name for entry in CATALOG.values() for name in entry.code})
PAGES = ["app.py", *sorted(f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py"))]

TEXT = """X = 1


@dec(
    1,
)
@other
class Two:
    a = 1

    def f(self):
        return 2


def three():
    return 3
"""


@pytest.fixture
def unread():
    source_text._source_of.cache_clear()
    source_text._lines.cache_clear()


@pytest.mark.parametrize("name", SHOWN)
def test_it_is_what_python_itself_finds(name, unread):
    module, attribute = name.split(".")
    expected = inspect.getsource(getattr(import_module(f"losses.{module}"), attribute))
    assert source_of(f"losses.{module}", attribute) == expected


def test_decorators_and_whole_bodies(tmp_path, monkeypatch, unread):
    text = TEXT
    (tmp_path / "sourced.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    assert source_of("sourced", "Two") == text[text.index("@dec") : text.index("\n\ndef three")]
    assert source_of("sourced", "three") == "def three():\n    return 3\n"
    for name in ("f", "Tw", "four"):
        with pytest.raises(LookupError):
            source_of("sourced", name)
    with pytest.raises(LookupError):
        source_of("no_such_module", "f")


def test_sixteen_sessions_read_each_file_once(monkeypatch, unread):
    read, real = [], Path.read_text
    monkeypatch.setattr(Path, "read_text", lambda self, **kind: read.append(self.name) or real(self, **kind))
    start = threading.Barrier(16)

    def session(_):
        start.wait(10)
        return [source_of("losses." + name.split(".")[0], name.split(".")[1]) for name in SHOWN]

    with ThreadPoolExecutor(16) as sessions:
        found = list(sessions.map(session, range(16)))
    assert all(each == found[0] for each in found)
    assert sorted(read) == sorted({name.split(".")[0] + ".py" for name in SHOWN})


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_drawn_without_parsing(page, open_page, monkeypatch):
    """But for what it imports and for numpy's headers of kept maps: these take turns, see `ui.server.parsing`."""
    served = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["runner"]["magicEnabled"]
    real_option, real_parse, parsed = config.get_option, ast.parse, []

    def option(name):  # AppTest reads no configuration file
        return served if name == "runner.magicEnabled" else real_option(name)

    def watched(*arguments, **options):
        stack = [frame.filename for frame in traceback.extract_stack()]
        in_turn = any("importlib._bootstrap" in name or name.endswith("numpy/lib/_format_impl.py") for name in stack)
        if threading.current_thread() is not threading.main_thread() and not in_turn:
            parsed.append(stack[-4:])
        return real_parse(*arguments, **options)

    monkeypatch.setattr(config, "get_option", option)
    monkeypatch.setattr(ast, "parse", watched)
    app = open_page(page, **({"loss": "soft_target_infonce"} if "Losses" in page else {}))
    assert not app.exception
    assert parsed == []
