"""A loss is one entry: no name of a loss decides anything outside of losses/, and a new entry is at home everywhere."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from losses.catalog import CATALOG, entry_of
from losses.errors import LabError

ROOT = Path(__file__).parents[1]
PLACES = ("commands", "analysis", "toy_models", "checkpoints", "claims", "talks", "ui", "pages")
# Words that are also something else: a link of the noise floor, a measure, a layout of files.
OTHER_MEANINGS = {
    ("toy_models/noise_floor/maximum_likelihood.py", "weibit"),
    ("analysis/comparison/measured.py", "nll"),
    ("checkpoints/foreign/about.py", "supcon"),
}


def named(node: ast.expr) -> set[str]:
    """Losses whose names stand in an operand of a comparison."""
    return {each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and each.value in set(CATALOG)}


def decisions(source: str) -> set[str]:
    """Losses that are compared with, asked for by `in`, or matched."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare):
            found |= named(node.left).union(*map(named, node.comparators))
        elif isinstance(node, ast.match_case):
            found |= {each.value.value for each in ast.walk(node.pattern) if isinstance(each, ast.MatchValue)} & set(
                CATALOG
            )
    return found


def test_no_name_of_a_loss_decides_anything_outside_of_losses():
    found = {
        (path.relative_to(ROOT).as_posix(), loss)
        for place in PLACES
        for path in (ROOT / place).rglob("*.py")
        for loss in decisions(path.read_text())
    }
    assert found - OTHER_MEANINGS == set()


@pytest.mark.parametrize("line", ['loss == "supcon"', 'loss in ("sincere", "nll")', '"weince" in losses', 'x != "nll"'])
def test_a_decision_would_be_seen(line):
    assert decisions(f"if {line}:\n    pass\n")


def test_a_name_without_an_entry_is_a_mistake_and_never_a_default():
    with pytest.raises(LabError, match=r"^loss must be one of nll, .*, but is 'supcon_in'"):
        entry_of("supcon_in")


def test_a_new_entry_of_each_family_is_at_home_everywhere():
    command = [sys.executable, "-m", "tests.made_up_losses"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    assert done.stdout.endswith("walked\n")
