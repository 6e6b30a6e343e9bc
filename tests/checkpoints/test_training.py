from itertools import combinations

import numpy as np
import pytest
import torch

from checkpoints.native import file as native
from checkpoints.native.datasets import DATASETS
from checkpoints.native.objectives import OBJECTIVES
from checkpoints.opening import open_outputs
from checkpoints.reading import safetensors_file
from checkpoints.training import resume
from checkpoints.training.run import train
from checkpoints.training.steps import STEPS
from losses.errors import LabError


class Killed(Exception):
    pass


def killed_after(epochs: int):
    def report(log):
        if len(log) == epochs:
            raise Killed

    return report


@pytest.fixture
def out(tmp_path):
    return tmp_path / "model.safetensors"


def trained(recipe, out) -> bytes:
    train(recipe, out)
    data = out.read_bytes()
    out.unlink()
    return data


@pytest.mark.parametrize("loss", OBJECTIVES)
def test_the_same_recipe_gives_the_same_bytes_killed_or_not(recipe_for, out, loss):
    recipe = recipe_for(loss)
    uninterrupted = trained(recipe, out)
    for epochs in (1, 3):
        with pytest.raises(Killed):
            train(recipe, out, killed_after(epochs))
        assert not out.exists()
    assert trained(recipe, out) == uninterrupted
    assert list(out.parent.iterdir()) == []


def test_the_number_of_threads_does_not_matter_and_is_given_back(recipe_for, out):
    before = torch.get_num_threads()
    first = trained(recipe_for(), out)
    torch.set_num_threads(before % 2 + 1)
    try:
        assert trained(recipe_for(), out) == first
        assert torch.get_num_threads() == before % 2 + 1
    finally:
        torch.set_num_threads(before)


def test_seed_and_epoch_decide_weights_and_batches_and_the_process_is_not_seeded(recipe_for, out, monkeypatch):
    before, firsts, batches, supcon = torch.get_rng_state(), [], [], STEPS["supcon"]

    def recorded(model, batch, *rest):
        firsts.append(model.head[0].weight.detach().clone())
        batches.append(batch.images.clone())
        return supcon(model, batch, *rest)

    monkeypatch.setitem(STEPS, "supcon", recorded)
    for seed in (1, 1, 2):
        train(recipe_for(seed=seed, epochs=2), out)  # 64 images in batches of 32: 4 steps
    assert torch.equal(firsts[0], firsts[4])
    assert not torch.equal(firsts[0], firsts[8])
    assert all(torch.equal(batches[step], batches[4 + step]) for step in range(4))
    assert len(torch.cat(batches[:2]).flatten(1).unique(dim=0)) == 64  # an epoch sees every image once
    different = [batches[0], batches[1], batches[2], batches[3], batches[8], batches[10]]
    assert not any(torch.equal(one, other) for one, other in combinations(different, 2))
    assert torch.equal(torch.get_rng_state(), before)


def test_training_learns(recipe_for, out):
    metadata = train(recipe_for("nll", epochs=30), out)
    assert metadata.log[-1].loss < 0.5 * metadata.log[0].loss
    assert metadata.metrics["class_accuracy"] == 1.0


def test_the_learning_rate_falls_along_half_a_cosine(recipe_for, out, monkeypatch):
    rates, step = [], torch.optim.AdamW.step

    def recorded(optimiser):
        rates.append(optimiser.param_groups[0]["lr"])
        step(optimiser)

    monkeypatch.setattr(torch.optim.AdamW, "step", recorded)
    train(recipe_for(epochs=4), out)  # 64 images in batches of 32: 8 steps
    np.testing.assert_allclose(rates, 0.003 * 0.5 * (1 + np.cos(np.pi * np.arange(8) / 8)))


def test_the_file_says_how_it_was_made(recipe_for, out):
    recipe = recipe_for("eps_sup_infonce")
    written = train(recipe, out)
    about = native.peek(out).metadata
    assert about == written
    assert about.recipe == recipe
    assert about.command == recipe.command(str(out))
    assert len(about.log) == recipe.epochs
    assert about.libraries["torch"] == torch.__version__
    assert str(out.parent) not in out.read_bytes().decode("latin1").replace(about.command, "")


def test_the_logged_accuracy_is_that_of_the_outputs(recipe_for, out):
    """By a double loop over test and train."""
    metadata = train(recipe_for(epochs=2), out)
    outputs = open_outputs(out)
    hits = 0
    for embedding, label in zip(outputs.test.embeddings, outputs.test.labels, strict=True):
        cosines = [float(embedding @ other) for other in outputs.train.embeddings]
        hits += outputs.train.labels[int(np.argmax(cosines))] == label
    assert metadata.metrics["knn_accuracy"] == pytest.approx(hits / len(outputs.test), abs=1e-6)


def test_a_loss_that_is_not_finite_ends_the_run(recipe_for, out, monkeypatch):
    monkeypatch.setitem(STEPS, "supcon", lambda model, *_: sum(p.sum() for p in model.parameters()) * torch.nan)
    with pytest.raises(LabError, match=r"loss must stay finite, but is nan in epoch 1\. Lower the learning rate"):
        train(recipe_for(), out)
    assert list(out.parent.iterdir()) == []


def test_a_batch_larger_than_the_data_is_refused(recipe_for, out):
    with pytest.raises(LabError, match="batch size must be at most the 64 train images, but is 65"):
        train(recipe_for(batch_size=65), out)


def test_an_unwritable_place_is_refused_before_the_data_are_touched(recipe_for, tmp_path, monkeypatch):
    recipe = recipe_for()
    monkeypatch.delitem(DATASETS, "bars")
    with pytest.raises(LabError, match="must lie in an existing folder"):
        train(recipe, tmp_path / "none" / "model.safetensors")


@pytest.fixture
def unfinished(recipe_for, out):
    """The resume file of a run killed after its first epoch."""
    with pytest.raises(Killed):
        train(recipe_for(), out, killed_after(1))
    return resume.resume_path(out)


def test_the_resume_file_of_another_command_is_refused(unfinished, recipe_for, out):
    with pytest.raises(LabError, match=r"must be of this very command .* Delete it to start anew"):
        train(recipe_for(seed=99), out)
    assert unfinished.exists()


def test_the_resume_file_of_other_versions_is_refused(unfinished, recipe_for, out, monkeypatch):
    monkeypatch.setattr("checkpoints.training.run.library_versions", lambda: {"torch": "1.0"})
    with pytest.raises(LabError, match="these library versions"):
        train(recipe_for(), out)


def changed(path, **changes):
    """Write a resume file again with some of its arrays replaced, or dropped where None is given."""
    file = safetensors_file.read(path)
    arrays = {**file.arrays(), **changes}
    kept = {name: array for name, array in arrays.items() if array is not None}
    path.write_bytes(safetensors_file.encode(kept, file.header.metadata))


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"exp_avg.head.2.bias": None}, "but is missing"),
        ({"step.head.2.bias": np.ones(3, np.float32)}, "must be float32 of shape"),
        ({"model.head.2.bias": np.full(32, np.nan, np.float32)}, "must be finite"),
        ({"spare": np.ones(1, np.float32)}, "must be one of the encoder"),
    ],
)
def test_a_damaged_resume_file_is_refused(unfinished, recipe_for, out, change, rule):
    changed(unfinished, **change)
    with pytest.raises(LabError, match=rule):
        train(recipe_for(), out)


def test_a_truncated_resume_file_is_refused(unfinished, recipe_for, out):
    unfinished.write_bytes(unfinished.read_bytes()[:-10])
    with pytest.raises(LabError, match="must be whole"):
        train(recipe_for(), out)


def test_a_resume_file_that_is_a_link_is_refused(unfinished, recipe_for, out):
    unfinished.rename(out.parent / "elsewhere")
    unfinished.symlink_to(out.parent / "elsewhere")
    with pytest.raises(LabError, match="not a symbolic link"):
        train(recipe_for(), out)
