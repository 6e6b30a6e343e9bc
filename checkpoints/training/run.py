"""Training a checkpoint: the same recipe gives the same bytes on one machine, interrupted or not.

What that rests on: local generators seeded from (seed, epoch), one torch thread (sums in one order, whatever the
number of cores), operations that are deterministic on a CPU, and a file without time or place.
"""

import math
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from torch import Generator

from checkpoints.native import file as native
from checkpoints.native.datasets import DATASETS, DataSet
from checkpoints.native.encoders import SmallConvSpec
from checkpoints.native.epochs import Dynamics, Epoch
from checkpoints.native.forward import as_tensor, forward
from checkpoints.native.metadata import Metadata
from checkpoints.native.objectives import OBJECTIVES
from checkpoints.native.recipes import Recipe
from checkpoints.native.small_conv import SmallConv, initialise
from checkpoints.native.weights import weights_of
from checkpoints.reading.atomic import check_writable
from checkpoints.training import resume
from checkpoints.training.steps import STEPS, TrainingBatch
from checkpoints.training.watching import PAIRS_EVERY, Gradients, first_batch, outputs_of
from losses.errors import LabError

EMBEDDING_DIMENSIONS = 32

Report = Callable[[list[Epoch]], None]


def snapshot_folder(out: Path) -> Path:
    """Where the snapshots of the training to `out` go: run.safetensors has run_epochs beside it."""
    return out.with_name(f"{out.stem}_epochs")


def train(recipe: Recipe, out: Path, report: Report = lambda log: None, *, every: int = 0) -> Metadata:
    """Train by `recipe` and write the checkpoint to `out`; continue where an earlier run of it was killed.

    `report` is called with the log so far, first before any new epoch and then after each. `every`: after so many
    epochs, and after the first and the last, a snapshot in `snapshot_folder`, a checkpoint like the finished one; 0
    for none. The bytes of `out` are the same. LabError for an
    unwritable `out`, a batch larger than the data, a loss that diverges.
    """
    check_writable(out)
    data = DATASETS[recipe.data]()
    if recipe.batch_size > len(data.train):
        raise LabError("batch size", f"must be at most the {len(data.train):,} train images", recipe.batch_size)
    spec = _encoder_for(recipe, data)
    if every:
        check_writable(snapshots_in(out) / "epoch_0001.safetensors")
    with _one_thread():

        def keep(model: SmallConv, log: list[Epoch]) -> None:
            report(log)
            if every and log and (len(log) % every == 0 or len(log) in (1, recipe.epochs)):
                path = snapshot_folder(out) / f"epoch_{len(log):04}.safetensors"
                native.write(path, weights_of(model), _metadata(recipe, spec, data, model, log, out))

        model, log = _run(recipe, data, spec, out, keep)
        metadata = _metadata(recipe, spec, data, model, log, out)
    native.write(out, weights_of(model), metadata)
    resume.resume_path(out).unlink(missing_ok=True)
    return metadata


def _metadata(
    recipe: Recipe, spec: SmallConvSpec, data: DataSet, model: SmallConv, log: list[Epoch], out: Path
) -> Metadata:
    """Of the model as it is after the epochs in `log`."""
    return Metadata(
        "small_conv", spec, recipe, data.class_names, _final_metrics(model, data, log), tuple(log),
        recipe.command(str(out)), library_versions(),
    )  # fmt: skip


def snapshots_in(out: Path) -> Path:
    """`snapshot_folder`, made where it is missing. LabError where that cannot be."""
    folder = snapshot_folder(out)
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        rule = f"cannot be the folder of the snapshots ({error.strerror})"
        raise LabError(str(folder), rule) from error
    return folder


def library_versions() -> dict[str, str]:
    """The versions that decide the bytes of a checkpoint."""
    libraries = {name: version(name) for name in ("torch", "numpy", "scikit-learn")}
    return {"python": platform.python_version()} | libraries


def _run(
    recipe: Recipe, data: DataSet, spec: SmallConvSpec, out: Path, keep: Callable[[SmallConv, list[Epoch]], None]
) -> tuple[SmallConv, list[Epoch]]:
    model = spec.build()
    initialise(model, _generator(recipe.seed, 0))
    optimiser = torch.optim.AdamW(model.parameters(), recipe.learning_rate, weight_decay=recipe.weight_decay)
    log = resume.load(out, recipe, library_versions(), model, optimiser)
    keep(model, log)
    for epoch in range(len(log), recipe.epochs):
        log.append(_epoch(recipe, data, model, optimiser, epoch))
        resume.save(out, recipe, library_versions(), log, model, optimiser)
        keep(model, log)
    return model, log


def _epoch(recipe: Recipe, data: DataSet, model: SmallConv, optimiser: torch.optim.Optimizer, epoch: int) -> Epoch:
    """Every train image once, in batches of nearly equal size."""
    generator = _generator(recipe.seed, epoch + 1)
    images, labels = as_tensor(data.train.images), torch.tensor(data.train.labels)
    prior = labels.bincount(minlength=len(data.class_names)) / len(labels)
    batches = torch.randperm(len(labels), generator=generator).tensor_split(math.ceil(len(labels) / recipe.batch_size))
    gradients, measured, dynamics = Gradients(model), [], Dynamics()
    for number, rows in enumerate(batches):
        _set_learning_rate(optimiser, recipe, epoch + number / len(batches))
        with outputs_of(model) as seen:
            loss = STEPS[recipe.loss](
                model, TrainingBatch(images[rows], labels[rows], prior), recipe.parameters, generator
            )
        optimiser.zero_grad()
        loss.backward()
        measured.append((loss.item(), gradients.add()))
        if number == 0 and np.isfinite(measured).all():
            dynamics = first_batch(recipe, seen[-1], labels[rows], pairs=epoch % PAIRS_EVERY == 0)
        optimiser.step()
    mean_loss, mean_norm = np.mean(measured, axis=0)
    if not math.isfinite(mean_loss) or not math.isfinite(mean_norm):
        raise LabError(
            "the training's loss", "must stay finite", f"{mean_loss} in epoch {epoch + 1}", "Lower the learning rate."
        )
    dynamics = replace(dynamics, signal_to_noise=gradients.signal_to_noise(), layers=gradients.of_layers())
    return Epoch(_short(mean_loss), _short(mean_norm), _short(_knn_accuracy(model, data)), dynamics)


def _set_learning_rate(optimiser: torch.optim.Optimizer, recipe: Recipe, epochs_done: float) -> None:
    """Half a cosine from the recipe's rate to 0, a function of progress alone: a resumed run needs no memory of it."""
    rate = recipe.learning_rate * 0.5 * (1 + math.cos(math.pi * epochs_done / recipe.epochs))
    for group in optimiser.param_groups:
        group["lr"] = rate


def _final_metrics(model: SmallConv, data: DataSet, log: list[Epoch]) -> dict[str, float]:
    metrics = {"loss": log[-1].loss, "knn_accuracy": log[-1].knn_accuracy}
    _, logits = forward(model, data.test.images)
    if logits is not None:
        metrics["class_accuracy"] = _short(np.mean(logits.argmax(axis=1) == data.test.labels))
    return metrics


def _knn_accuracy(model: SmallConv, data: DataSet) -> float:
    """Share of test images whose nearest train image by cosine has their label. Watched, never optimised."""
    train, test = forward(model, data.train.images)[0], forward(model, data.test.images)[0]
    nearest = (test @ train.T).argmax(axis=1)
    return float(np.mean(data.train.labels[nearest] == data.test.labels))


def _encoder_for(recipe: Recipe, data: DataSet) -> SmallConvSpec:
    head = OBJECTIVES[recipe.loss].head
    outputs = len(data.class_names) if head == "classes" else EMBEDDING_DIMENSIONS
    return SmallConvSpec(head, outputs, side=data.train.images.shape[1])


def _generator(seed: int, stage: int) -> Generator:
    """Stage 0 draws the first weights, stage e + 1 everything in epoch e. Neighbouring seeds share no stream."""
    mixed = np.random.SeedSequence([seed, stage]).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(mixed >> np.uint64(1)))


def _short(value: float) -> float:
    """Six figures: a log to read, not to compute with."""
    return float(f"{value:.6g}")


@contextmanager
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
