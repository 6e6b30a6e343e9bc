"""The shipped files: there, small, good, and as their README says."""

import json
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from checkpoints import peek
from checkpoints.inspect import inspect_file
from checkpoints.zoo import FOLDER, other_seeds, remake, shipped
from checkpoints.zoo.recipes import OTHER_SEEDS, RECIPES

ROOT = FOLDER.parents[1]
NAMES = [
    "nll", "soft_target_cross_entropy", "label_infonce", "soft_distribution_infonce", "soft_target_infonce", "supcon",
    "sincere", "eps_sup_infonce", "nt_xent", "weince",
]  # fmt: skip


@pytest.fixture(scope="module")
def entries():
    return {entry.name: entry for entry in shipped()}


def test_every_loss_has_its_checkpoint(entries):
    assert list(entries) == NAMES == list(RECIPES)
    assert all(entry.loss == name for name, entry in entries.items())


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_file_is_small_and_says_the_command_that_made_it(entries, name):
    entry, about = entries[name], peek(entries[name].path)
    assert entry.size <= 250_000
    assert about.metadata.recipe == RECIPES[name]
    assert entry.command == RECIPES[name].command(f"checkpoints/zoo/{name}.safetensors")
    assert (ROOT / shlex.split(entry.command)[-1]).samefile(entry.path)
    assert len(about.metadata.log) == about.metadata.recipe.epochs


def test_each_loss_has_two_more_seeds():
    assert [f"seeds/{entry.name}" for entry in other_seeds()] == list(OTHER_SEEDS)
    assert list(OTHER_SEEDS) == [f"seeds/{name}_seed_{seed}" for name in NAMES for seed in (1, 2)]


@pytest.mark.parametrize("entry", other_seeds(), ids=lambda entry: entry.name)
def test_another_seed_is_a_shipped_recipe_with_its_seed_alone_changed(entry):
    recipe, metadata = OTHER_SEEDS[f"seeds/{entry.name}"], peek(entry.path).metadata
    assert replace(recipe, seed=0) == RECIPES[entry.loss]
    assert metadata.recipe == recipe != RECIPES[entry.loss]
    assert entry.path == FOLDER / "seeds" / f"{entry.name}.safetensors"
    assert entry.command == recipe.command(f"checkpoints/zoo/seeds/{entry.name}.safetensors")
    assert entry.size <= 250_000
    assert entry.digest in (FOLDER / "README.md").read_text()
    assert metadata.metrics["knn_accuracy"] >= 0.96


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_model_is_a_good_one_and_its_row_is_its_own(entries, name):
    numbers = inspect_file(str(entries[name].path))
    assert numbers["knn_accuracy"] >= 0.97
    assert numbers["probe_accuracy"] >= 0.93
    assert numbers["margin"] > 0
    row = next(line for line in (FOLDER / "README.md").read_text().splitlines() if line.startswith(f"| `{name}."))
    assert f"{numbers['knn_accuracy']:.3f} (" in row
    assert f"| {numbers['margin']:.3f} |" in row
    assert entries[name].digest in (FOLDER / "README.md").read_text()


def test_the_logged_accuracy_is_the_inspected_one(entries):
    logged = peek(entries["sincere"].path).metadata.metrics["knn_accuracy"]
    assert inspect_file(str(entries["sincere"].path))["knn_accuracy"] == pytest.approx(logged, abs=2.5 / 539)


def test_the_list_needs_neither_torch_nor_scikit_learn():
    code = "import sys, json; from checkpoints.zoo import shipped; shipped(); print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"torch", "sklearn", "umap", "streamlit"} & set(json.loads(done.stdout))


def test_a_checkpoint_is_made_again_by_its_own_command(entries, monkeypatch, capsys):
    ran = []
    monkeypatch.setattr("checkpoints.train.main", lambda words: ran.append((Path.cwd(), words)) or 0)
    assert remake.remake("nll") == 0
    assert ran == [(ROOT, shlex.split(entries["nll"].command)[3:])]
    assert capsys.readouterr().out == "nll: the same bytes\n"


def test_a_command_that_fails_ends_the_remaking(monkeypatch):
    monkeypatch.setattr("checkpoints.train.main", lambda words: 130)
    assert remake.main([]) == 130


def test_an_unknown_name_is_refused(capsys):
    assert remake.main(["triplet"]) == 2
    assert "checkpoint must be one of nll, " in capsys.readouterr().err
