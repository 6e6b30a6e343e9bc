"""The shipped encoders of CIFAR-10: there, small, as their README says, and what they state comes out again."""

import numpy as np
import pytest
import torch

from analysis.calibration.top_label import calibration
from analysis.neighbours.class_means import class_means
from checkpoints import open_outputs
from checkpoints.foreign.opening import network_in
from checkpoints.foreign.spec import ForeignSpec
from checkpoints.reading.torch_file.contents import torch_contents
from checkpoints.training.images.recipe import ImageRecipe
from checkpoints.zoo import FOLDER, cifar, of_images, run_of

HERE = FOLDER / "cifar10"
ENTRIES = {entry.path.stem: entry for entry in of_images()}


@pytest.fixture(scope="module")
def outputs():
    return {name: open_outputs(entry.path) for name, entry in ENTRIES.items()}


def row_of(name: str, table: int) -> list[str]:
    rows = [line for line in (HERE / "README.md").read_text().splitlines() if line.startswith(f"| `{name}` |")]
    return [cell.strip() for cell in rows[table].strip("|").split("|")]


def test_all_runs_of_the_list_are_there_and_take_forty_megabytes():
    assert set(ENTRIES) == set(cifar.RUNS)
    assert {path.stem for path in HERE.glob("*.pth")} == set(cifar.WITH_WEIGHTS)
    assert {ENTRIES[name].loss for name in cifar.WITH_WEIGHTS} == {entry.loss for entry in ENTRIES.values()}
    assert sum(path.stat().st_size for path in HERE.iterdir()) <= 40_000_000


@pytest.mark.parametrize("name", ENTRIES)
def test_a_file_is_of_its_recipe_and_its_row_is_its_own(name, outputs):
    run, found = run_of(ENTRIES[name]), outputs[name]
    assert _plainly(run.recipe) == _plainly(cifar.RUNS[name])
    assert len(run.losses) == run.recipe.epochs
    assert (len(found.train), len(found.test), found.test.embeddings.shape[1]) == (3000, 10_000, 128)
    assert found.test.images is None
    assert row_of(name, 0)[2] == f"{run.stated['knn_1']:.4f}"
    means = class_means(found)
    assert row_of(name, 1)[-3:] == [f"{each:.4f}" for each in (*means.medians, means.train_apart)]
    assert ENTRIES[name].digest in (HERE / "README.md").read_text()


def _plainly(recipe: ImageRecipe) -> dict[str, object]:
    """Without what the command line of a machine may change."""
    return {name: each for name, each in recipe.plain().items() if name not in ("epochs", "precision", "channels_last")}


@pytest.mark.parametrize("name", [name for name, entry in ENTRIES.items() if run_of(entry).recipe.head == "classes"])
def test_what_a_head_states_comes_out_of_its_logits(name, outputs):
    test, stated = outputs[name].test, run_of(ENTRIES[name]).stated
    scores = torch.from_numpy(test.logits.astype(np.float64))
    again = calibration(scores.softmax(dim=1).numpy(), test.labels, bins=15)
    assert np.mean(test.logits.argmax(axis=1) == test.labels) == pytest.approx(stated["head"], abs=3e-4)
    assert again.bins.ece == pytest.approx(stated["ece"], abs=5e-4)
    assert again.nll == pytest.approx(stated["nll"], abs=5e-4)


@pytest.mark.parametrize("name", ["sincere_tau_0.1_seed_0", "weince_seed_0"])
def test_nearest_target_and_noise_come_out_of_the_embeddings(name, outputs):
    train, test = outputs[name].train, outputs[name].test
    cosines, same = test.embeddings @ train.embeddings.T, test.labels[:, None] == train.labels
    target, noise = np.where(same, cosines, -2).max(axis=1), np.where(same, -2, cosines).max(axis=1)
    assert row_of(name, 1)[4:6] == [f"{np.median(target):.4f}", f"{np.median(noise):.4f}"]
    stated = run_of(ENTRIES[name]).stated  # among seventeen times as many train items both are nearer
    assert stated["target"] > np.median(target)
    assert stated["noise"] > np.median(noise)


@pytest.mark.parametrize("name", cifar.WITH_WEIGHTS)
def test_the_weights_are_a_network_in_supcontrasts_names(name):
    path = ENTRIES[name].path.with_suffix(".pth")
    weights, plan = network_in(torch_contents(path), ForeignSpec(), path)
    assert weights.layout.name in ("supcon", "supce")
    assert plan.title == run_of(ENTRIES[name]).network
    assert sum(int(np.prod(shape)) for shape in weights.shapes.values()) == pytest.approx(0.7e6, rel=0.05)


def test_at_one_temperature_sincere_has_the_wider_margin_and_a_lower_temperature_the_narrower(outputs):
    margin = {name: class_means(each).margin for name, each in outputs.items()}
    for tau in ("0.1", "0.05"):
        assert margin[f"sincere_tau_{tau}_seed_0"].low > margin[f"supcon_tau_{tau}_seed_0"].high
    assert margin["sincere_resnet18_tau_0.1_seed_0"].low > margin["supcon_resnet18_tau_0.1_seed_0"].high
    for loss in ("supcon", "sincere"):
        assert margin[f"{loss}_tau_0.1_seed_0"].low > margin[f"{loss}_tau_0.05_seed_0"].high


def test_only_the_larger_network_tells_its_train_images_apart(outputs):
    apart = {name: class_means(each).train_apart for name, each in outputs.items()}
    assert {name for name, share in apart.items() if share > 0.99} == {name for name in apart if "resnet18" in name}
