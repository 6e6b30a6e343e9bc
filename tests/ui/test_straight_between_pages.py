"""From page to page where both have a control of one name: each keeps its own value, whatever the session holds."""

import ast
from functools import cache
from itertools import pairwise, permutations
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ui.frame import PAGES, ROOT

KINDS = {"integer", "number", "real", "numbers", "choice", "choices", "several", "switch"}
OF_A_SPEC = {"whole": "integer", "real": "real"}
SCRIPT = """
import sys
import streamlit as st
from ui.controls import panel
from ui.session import session

session().enter({page!r})
options = {{name: name for name in ("start", {page!r}, "moved")}}
with panel() as controls:
    for key, kind in {controls!r}:
        match kind:
            case "integer":
                value = controls.integer(key, key, default={own}, low=0, high={own} + 1)
            case "number" | "real":
                value = getattr(controls, kind)(key, key, default={own}.0, low=0.0, high={own} + 1.0, step=1.0)
            case "numbers":
                value = controls.numbers(key, key, default=({own}.0,), low=0, high=99)
            case "choice":
                value = controls.choice(key, key, options, default={page!r})
            case "choices":
                value = controls.choices(key, key, options, default=({page!r},))
            case "several":
                value = controls.several(key, key, options)
            case "switch":
                value = controls.switch(key, key, default=bool({own} % 2))
        st.session_state.setdefault("told", {{}})[key] = value
"""


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def imported(module: Path) -> frozenset[Path]:
    """A script, and what it imports of ui/ from there on."""
    found, waiting = set(), [module]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        for node in ast.walk(parsed(path)):
            names = [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            names += [f"{name}.{alias.name}" for name in names for alias in node.names]
            files = (ROOT / Path(*name.split(".")).with_suffix(".py") for name in names if name.startswith("ui"))
            waiting += [file for file in files if file.exists()]
    return frozenset(found)


def constants(tree: ast.Module) -> dict[str, str]:
    """The texts that a module has names for."""
    named = [(node.targets[0], node.value) for node in tree.body if isinstance(node, ast.Assign)]
    return {ast.unparse(name): str(value.value) for name, value in named if isinstance(value, ast.Constant)}


def controls_of(page: str) -> dict[str, str]:
    """Key -> kind of what a page may draw, off the source."""
    found = {}
    for path in imported(ROOT / PAGES[page].script):
        names = constants(parsed(path))
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and len(node.args) > 1:
                owner, kind, key = ast.unparse(node.func.value), node.func.attr, node.args[1]
                kind = OF_A_SPEC.get(kind, "") if owner == "numbers" else kind if owner == "controls" else ""
                name = str(key.value) if isinstance(key, ast.Constant) else names.get(ast.unparse(key), "")
                if kind in KINDS and name:
                    found[name] = kind
    return found


@cache
def shared() -> dict[str, dict[str, str]]:
    """Page -> the controls that another page has too."""
    all_of = {page: controls_of(page) for page in PAGES}
    return {
        page: own
        for page, its in all_of.items()
        if (own := {key: kind for key, kind in its.items() if sum(key in each for each in all_of.values()) > 1})
    }


def test_the_source_shows_what_pages_share():
    found = shared()
    assert {"show", "loss", "seed", "checkpoint"} <= set().union(*found.values())
    assert "show" in found["checkpoints"].keys() & found["compare"].keys()
    assert "loss" in found["losses"].keys() & found["forces"].keys()


@pytest.fixture
def lab(tmp_path: Path) -> AppTest:
    """A page for each of the lab's, with the controls that it shares, and values of its own."""
    (tmp_path / "pages").mkdir()
    (tmp_path / "app.py").write_text("import streamlit as st\nst.title('Start')\n")
    for own, (page, its) in enumerate(shared().items(), 1):
        script = SCRIPT.format(page=page, controls=list(its.items()), own=own)
        (tmp_path / "pages" / f"{page}.py").write_text(script)
    return AppTest.from_file(str(tmp_path / "app.py"), default_timeout=60).run()


def go(app: AppTest, page: str) -> dict[str, object]:
    app.switch_page(f"pages/{page}.py")
    app.query_params.clear()
    app.run()
    assert not app.exception, (page, app.exception[0].value)
    assert not app.warning
    return dict(app.session_state["told"])


def every_way(pages: list[str]) -> list[str]:
    """A walk that begins where the last of `pages` ends, with each ordered pair in it."""
    walk = [pages[-1]]
    for place, page in enumerate(pages[:-1]):
        walk += [page, *(step for other in pages[place + 1 :] for step in (other, page))]
    return walk


def test_the_walk_has_every_ordered_pair():
    assert set(permutations("abcde", 2)) <= set(pairwise(every_way(list("abcde"))))


def test_every_way_between_two_pages_that_share_a_control(lab):
    pages = shared()
    alone = {page: {key: value for key, value in go(lab, page).items() if key in pages[page]} for page in pages}
    for here, there in pairwise(every_way(list(pages))):
        told = go(lab, there)
        assert {key: told[key] for key in pages[there]} == alone[there], (here, there)


def test_a_value_comes_back_with_its_page(lab):
    go(lab, "losses")
    lab.selectbox("loss").set_value("moved").run()
    assert go(lab, "forces")["loss"] == ("forces",)
    assert go(lab, "losses")["loss"] == "moved"
    assert go(lab, "forces")["loss"] == ("forces",)


@pytest.mark.parametrize("way", [("2_Checkpoints", "2_Compare"), ("4_Losses", "3_Forces")], ids="-".join)
def test_the_pages_themselves(open_page, way):
    app = open_page(f"pages/{way[0]}.py")
    for page in (way[1], way[0]):
        app.switch_page(f"pages/{page}.py")
        app.query_params.clear()
        app.run()
        assert not app.exception
