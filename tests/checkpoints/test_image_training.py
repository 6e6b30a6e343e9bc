"""Training on images, tiny ones: the curve is a function of the recipe, broken off or not; what is written opens."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from checkpoints.native.objectives import OBJECTIVES
from checkpoints.opening import open_outputs
from checkpoints.snapshots import find_series
from checkpoints.training.images import resume, run
from checkpoints.training.images.data import ImageSet, Pixels
from checkpoints.training.images.loop import OnDevice, Trainer
from checkpoints.training.images.recipe import ImageRecipe, Views
from checkpoints.training.images.run import Run, train
from losses.errors import LabError

CALM = Views(crop=0.8, flip=0.0, jitter=0.0, jittered=0.0, grey=0.0)


def recipe(loss: str = "nll", **changes: object) -> ImageRecipe:
    plain = {"encoder": "resnet8", "width": 4, "side": 8, "epochs": 3, "batch_size": 16, "learning_rate": 0.1}
    return ImageRecipe(loss, OBJECTIVES[loss].parameters, "colours", **(plain | {"views": CALM} | changes))


def colours(items: int = 48, *, shuffled: bool = False) -> ImageSet:
    """Three classes that a colour tells apart, or labels that nothing tells."""
    generator = np.random.default_rng(0)

    def side(count: int, name: str) -> Pixels:
        labels = np.arange(count) % 3
        images = generator.integers(0, 60, (count, 8, 8, 3))
        images[np.arange(count), :, :, labels] += 150
        shown = generator.permutation(labels) if shuffled else labels
        return Pixels(images.astype(np.uint8), shown, np.array([f"{name}/{row}.png" for row in range(count)]))

    return ImageSet(
        "colours", ("red", "green", "blue"), side(items, "train"), side(30, "test"), (), (0.4,) * 3, (0.3,) * 3
    )


def curve(recipe: ImageRecipe, data: ImageSet) -> list[float]:
    trainer = Trainer(recipe, OnDevice.of(data, torch.device("cpu")), 3, torch.device("cpu"))
    return [trainer.epoch(number) for number in range(recipe.epochs)]


@pytest.mark.parametrize("loss", OBJECTIVES)
def test_the_same_seed_gives_the_same_curve_and_another_seed_another(loss):
    data = colours()
    first = curve(recipe(loss, epochs=2), data)
    assert first == curve(recipe(loss, epochs=2), data)
    assert first != curve(recipe(loss, epochs=2, seed=1), data)


def test_colours_are_told_apart_and_shuffled_labels_are_not(tmp_path):
    ran = train(recipe(epochs=8), colours(96), Run(tmp_path / "a.pth", "cpu"))
    assert ran.evaluation["head"] == 1.0
    assert ran.log[-1]["loss"] < ran.log[0]["loss"]
    lost = train(recipe(epochs=8), colours(96, shuffled=True), Run(tmp_path / "b.pth", "cpu"))
    low, high = lost.evaluation["head_interval"]
    assert low <= 1 / 3 <= high


@pytest.mark.parametrize("optimiser", ["sgd", "adamw"])
def test_broken_off_after_any_epoch_the_files_are_those_of_an_unbroken_run(tmp_path, monkeypatch, optimiser):
    monkeypatch.setattr(run, "_SECONDS", 0.0)
    wanted, data = recipe("sincere", optimiser=optimiser, learning_rate=0.01), colours()
    train(wanted, data, Run(tmp_path / "whole.pth", "cpu"))
    for stop in (1, 2):
        out = tmp_path / f"broken_{stop}.pth"

        def breaks(epoch: int, _loss: float, _speed: float, stop: int = stop) -> None:
            if epoch == stop + 1:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            train(wanted, data, Run(out, "cpu"), breaks)
        assert resume.resume_path(out).exists()
        train(wanted, data, Run(out, "cpu"))
        assert not resume.resume_path(out).exists()
        assert weights(out) == weights(tmp_path / "whole.pth")


def weights(path) -> dict[str, bytes]:
    found = torch.load(path, weights_only=True)["model"]
    return {name: each.numpy().tobytes() for name, each in found.items()}


def test_what_another_command_left_is_not_continued(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "_SECONDS", 0.0)
    out = tmp_path / "a.pth"

    def breaks(*_: object) -> None:
        if resume.resume_path(out).exists():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(recipe(), colours(), Run(out, "cpu"), breaks)
    with pytest.raises(LabError, match="must be of this very command, these images and these library versions"):
        train(recipe(seed=1), colours(), Run(out, "cpu"))


def test_the_outputs_open_with_the_numbers_that_were_stated(tmp_path):
    from checkpoints.inspection import inspect_outputs

    ran = train(recipe("supcon", epochs=4), colours(), Run(tmp_path / "a.pth", "cpu", kept=None))
    outputs = open_outputs(tmp_path / "a.npz")
    found = inspect_outputs(outputs)
    assert outputs.test.ids[3] == "test/3.png"
    assert outputs.provenance["loss"] == "supcon"
    assert outputs.temperature == 0.1
    assert found.margin.margin.value == pytest.approx(ran.evaluation["margin"], abs=3e-3)


def test_a_class_head_brings_logits(tmp_path):
    ran = train(recipe(epochs=4), colours(), Run(tmp_path / "a.pth", "cpu", kept=None))
    outputs = open_outputs(tmp_path / "a.npz")
    assert np.mean(outputs.test.logits.argmax(axis=1) == outputs.test.labels) == ran.evaluation["head"]


def test_only_some_train_items_are_kept_evenly(tmp_path):
    train(recipe(), colours(), Run(tmp_path / "a.pth", "cpu", kept=9))
    assert np.bincount(open_outputs(tmp_path / "a.npz").train.labels).tolist() == [3, 3, 3]


def test_a_loss_that_is_no_number_ends_the_run_and_leaves_nothing(tmp_path):
    broken = replace(colours(), mean=(float("nan"),) * 3)
    with pytest.raises(LabError, match="the training's loss must stay finite, but is nan in epoch 1"):
        train(recipe(), broken, Run(tmp_path / "a.pth", "cpu"))
    assert list(tmp_path.iterdir()) == []


def test_a_batch_that_the_data_do_not_fill_is_refused(tmp_path):
    with pytest.raises(LabError, match="batch size must be at most the 48 train images, but is 64"):
        train(recipe(batch_size=64), colours(), Run(tmp_path / "a.pth", "cpu"))


@pytest.mark.parametrize("ema", [0.0, 0.9])
def test_snapshots_are_a_series_and_leave_the_curve_as_it_is(tmp_path, ema):
    own, without = recipe("sincere", epochs=5, ema=ema), Run(tmp_path / "without.pth", "cpu", kept=12)
    followed = train(own, colours(), replace(without, out=tmp_path / "run.pth", every=2))
    assert followed.log == train(own, colours(), without).log
    weights, plain = (torch.load(tmp_path / name, weights_only=True)["model"] for name in ("run.pth", "without.pth"))
    assert all(torch.equal(each, plain[name]) for name, each in weights.items())
    found = find_series(tmp_path / "run_epochs")
    assert [each.epoch for each in found.snapshots] == [1, 2, 4, 5]
    assert found.left_out == ""
    last, written = open_outputs(found.snapshots[-1].path), open_outputs(tmp_path / "run.npz")
    assert len(last.train) == len(written.train) == 12
    assert np.array_equal(last.test.labels, written.test.labels)
    assert (last.test.embeddings * written.test.embeddings).sum(axis=1).min() > 0.999  # those are of float16 weights
    first = open_outputs(found.snapshots[0].path)
    assert (first.test.embeddings * last.test.embeddings).sum(axis=1).min() < 0.99


def test_snapshots_of_a_class_head_have_its_logits(tmp_path):
    train(recipe(), colours(), Run(tmp_path / "run.pth", "cpu", every=3))
    last, written = (open_outputs(tmp_path / name) for name in ("run_epochs/epoch_0003.npz", "run.npz"))
    assert np.array_equal(last.test.logits.argmax(axis=1), written.test.logits.argmax(axis=1))
