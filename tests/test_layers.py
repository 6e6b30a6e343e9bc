"""Imports point inward, the arithmetic never sees the screen, and the start page pays for no heavy library."""

import ast
import re
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAYERS = ("losses", "commands", "toy_models", "analysis", "checkpoints", "claims", "talks", "ui", "pages")
OURS = {
    "losses": {"losses"},
    "commands": {"losses", "commands"},
    "toy_models": {"losses", "commands", "toy_models"},
    "analysis": {"losses", "analysis"},
    "analysis/figures": {"losses", "analysis", "toy_models"},
    "checkpoints": {"losses", "commands", "analysis", "checkpoints"},
    "claims": {"losses", "commands", "analysis", "analysis/figures", "toy_models", "checkpoints", "claims"},
    "talks": {"losses", "commands", "analysis", "checkpoints", "claims", "talks"},
    "ui": {"losses", "analysis", "toy_models", "checkpoints", "claims", "talks", "ui"},
    "pages": {"losses", "analysis", "toy_models", "checkpoints", "claims", "talks", "ui"},
}
SCREEN = {"streamlit": {"ui", "pages"}, "plotly": {"analysis/figures", "ui"}}
PLACES = {*LAYERS, "tests", "benchmarks"}
TREES = {path: ast.parse(path.read_text()) for layer in LAYERS for path in sorted((ROOT / layer).rglob("*.py"))}


def layer_of(path: Path) -> str:
    inside = path.relative_to(ROOT).as_posix()
    return "analysis/figures" if inside.startswith("analysis/figures") else inside.split("/")[0]


def imports(path: Path) -> set[str]:
    """Top-level names of all modules a file imports, also inside functions and under TYPE_CHECKING."""
    nodes = list(ast.walk(TREES[path]))
    plain = {alias.name.split(".")[0] for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {source(node, path) for node in nodes if isinstance(node, ast.ImportFrom)}


def source(node: ast.ImportFrom, path: Path) -> str:
    """Where `from ... import` takes its names from; a relative one stays below the top folder of its file."""
    return path.relative_to(ROOT).parts[0] if node.level else (node.module or "").split(".")[0]


def imported_by(statement: str, *names: str) -> set[str]:
    """Which of `names` a fresh interpreter has loaded after `statement`."""
    code = f"import sys; {statement}; print(*({set(names)!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def offenders(holds: Callable[[Path], bool], *layers: str) -> list[str]:
    """Files of these layers (all, if none is named) for which `holds` is false."""
    within = [path for path in TREES if not layers or layer_of(path) in layers]
    assert within
    return [path.relative_to(ROOT).as_posix() for path in within if not holds(path)]


def test_imports_point_inward():
    assert offenders(lambda path: imports(path) & PLACES <= OURS[layer_of(path)]) == []


def test_the_arithmetic_never_sees_the_screen():
    def unseen(path: Path) -> bool:
        return all(library not in imports(path) or layer_of(path) in layers for library, layers in SCREEN.items())

    assert offenders(unseen) == []


def test_the_losses_need_torch_alone():
    assert offenders(lambda path: imports(path) <= {"losses", "torch", *sys.stdlib_module_names}, "losses") == []


def test_each_room_says_at_its_door_what_lives_there():
    folders = {path.parent for path in TREES if layer_of(path) != "pages"}
    assert [str(each) for each in folders if not ast.get_docstring(TREES[each / "__init__.py"])] == []


def test_the_map_names_every_room():
    rooms = re.findall(r"`([a-z_/]+)`", (ROOT / "CONTRIBUTING.md").read_text().split("| rooms |")[1].split("\n\n")[0])
    folders = {path.parent.relative_to(ROOT) for path in TREES}
    assert {folder.name for folder in folders} - {Path(room).name for room in rooms} == set()
    assert {Path(room).name for room in rooms if room.endswith("/")} >= {folder.parts[0] for folder in folders}


def test_what_the_app_imports_heads_its_requirements_and_nothing_else_does():
    first_block = (ROOT / "requirements.txt").read_text().split("\n\n")[0]
    named = {line.split("==")[0] for line in first_block.splitlines() if not line.startswith("#")}
    tops = set[str]().union(*map(imports, TREES)) - PLACES - set(sys.stdlib_module_names)
    by = packages_distributions()
    assert {by[top][0].lower() for top in tops} == named


def test_a_page_is_thin():
    assert offenders(lambda path: len(path.read_text().splitlines()) <= 60, "pages") == []


def test_nobody_seeds_the_process():
    seeds = {"torch.manual_seed", "np.random.seed", "numpy.random.seed", "random.seed"}

    def local(path: Path) -> bool:
        return not seeds & {ast.unparse(node.func) for node in ast.walk(TREES[path]) if isinstance(node, ast.Call)}

    assert offenders(local) == []


def test_an_offender_is_named(tmp_path, monkeypatch):
    page = tmp_path / "losses" / "fast" / "bad.py"
    page.parent.mkdir(parents=True)
    page.write_text("import streamlit\n\nfrom ..pairs import roles\n\ntorch.manual_seed(0)\n")
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    monkeypatch.setitem(globals(), "TREES", {page: ast.parse(page.read_text())})
    assert imports(page) == {"streamlit", "losses"}
    for test in (
        test_the_arithmetic_never_sees_the_screen,
        test_the_losses_need_torch_alone,
        test_nobody_seeds_the_process,
    ):
        with pytest.raises(AssertionError, match=r"losses/fast/bad\.py"):
            test()


@pytest.mark.parametrize("module", ["losses", "losses.catalog", "analysis.outputs", "checkpoints", "ui.frame"])
def test_looking_around_costs_no_heavy_library(module):
    assert imported_by(f"import {module}", "torch", "umap", "sklearn", "numba") == set()
