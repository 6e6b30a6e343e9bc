"""Imports point inward, the arithmetic never sees the screen, and the start page pays for no heavy library."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAYERS = ("losses", "toy_models", "analysis", "checkpoints", "ui", "pages")
OURS = {
    "losses": {"losses"},
    "toy_models": {"losses", "toy_models"},
    "analysis": {"losses", "analysis"},
    "analysis/figures": {"losses", "analysis", "toy_models", "checkpoints"},
    "checkpoints": {"losses", "analysis", "checkpoints"},
    "ui": {"losses", "analysis", "toy_models", "checkpoints", "ui"},
    "pages": {"losses", "analysis", "toy_models", "checkpoints", "ui"},
}
SCREEN = {"streamlit": {"ui", "pages"}, "plotly": {"analysis/figures", "ui"}}
SOURCES = sorted(path for layer in LAYERS for path in (ROOT / layer).rglob("*.py"))


def layer_of(path: Path) -> str:
    inside = path.relative_to(ROOT).as_posix()
    return "analysis/figures" if inside.startswith("analysis/figures") else inside.split("/")[0]


def imports(path: Path) -> set[str]:
    """Top-level names of all modules a file imports, also inside functions and under TYPE_CHECKING."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    plain = {alias.name.split(".")[0] for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {(node.module or "").split(".")[0] for node in nodes if isinstance(node, ast.ImportFrom)}


def imported_by(statement: str, *names: str) -> set[str]:
    """Which of `names` a fresh interpreter has loaded after `statement`."""
    code = f"import sys; {statement}; print(*({set(names)!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_point_inward(path):
    ours = imports(path) & {"losses", "toy_models", "analysis", "checkpoints", "ui", "pages", "tests", "benchmarks"}
    assert ours <= OURS[layer_of(path)]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_arithmetic_never_sees_the_screen(path):
    for library, layers in SCREEN.items():
        assert library not in imports(path) or layer_of(path) in layers


@pytest.mark.parametrize("path", [p for p in SOURCES if layer_of(p) == "losses"], ids=lambda path: path.name)
def test_the_losses_need_torch_alone(path):
    assert imports(path) <= {"losses", "torch", *sys.stdlib_module_names}


@pytest.mark.parametrize("path", [p for p in SOURCES if layer_of(p) == "pages"], ids=lambda path: path.name)
def test_a_page_is_thin(path):
    assert len(path.read_text().splitlines()) <= 60


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nobody_seeds_the_process(path):
    calls = [ast.unparse(node.func) for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    assert not {"torch.manual_seed", "np.random.seed", "numpy.random.seed", "random.seed"} & set(calls)


@pytest.mark.parametrize("module", ["losses", "losses.catalog", "analysis.outputs", "checkpoints", "ui.frame"])
def test_looking_around_costs_no_heavy_library(module):
    assert imported_by(f"import {module}", "torch", "umap", "sklearn", "numba") == set()
