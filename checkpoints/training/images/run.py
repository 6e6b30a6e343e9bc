"""One run from its recipe to its two files: train, or continue, then judge what is written and write it."""

import json
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import torch

from checkpoints.foreign.forward import device_of
from checkpoints.images.source import evenly
from checkpoints.reading.atomic import check_writable
from checkpoints.training.images import joined, resume
from checkpoints.training.images.data import ImageSet
from checkpoints.training.images.encoders import plan_of
from checkpoints.training.images.evaluation import Seen, evaluated
from checkpoints.training.images.files import Ran, halved, outputs_path, write_outputs, write_weights
from checkpoints.training.images.loop import Log, OnDevice, Trainer, run, tuned
from checkpoints.training.images.recipe import ImageRecipe
from checkpoints.training.images.seeing import rows_of, seen, without_images
from checkpoints.training.images.snapshots import following
from checkpoints.training.run import snapshots_in

_SECONDS = 5.0
SHIPPED_TRAIN = 3000


@dataclass(frozen=True, slots=True)
class Run:
    """How a recipe is carried out: what it decides nothing of but the last digits. kept: train items whose outputs are
    written, evenly from the classes, the first of each; None for all. every: after so many epochs, and after the first
    and the last, the outputs as they are then, see `snapshots`; 0 for none."""

    out: Path
    device: str = "auto"
    kept: int | None = SHIPPED_TRAIN
    every: int = 0

    def check(self) -> None:
        """LabError for a place that cannot be written to, or a device that is not here."""
        if joined.rank() == 0:
            check_writable(self.out)
            check_writable(outputs_path(self.out))
            if self.every:
                check_writable(snapshots_in(self.out) / "epoch_0001.npz")
        device_of(self.device)


def train(
    recipe: ImageRecipe, data: ImageSet, how: Run, report: Callable[[int, float, float], None] = lambda *_: None
) -> Ran:
    """Train by the recipe and write both files; continue where an earlier run of it was killed. Of several processes
    (see `joined`) the first writes, and all return the same.

    `report` hears the epoch from 1, its mean loss in nats and its images a second. LabError for an unwritable place, a
    batch larger than the data, a loss that diverges.
    """
    joined.agreed(how.check)
    start, device = time.perf_counter(), device_of(how.device)
    with tuned():
        trainer = Trainer(recipe, OnDevice.of(data, device), len(data.class_names), device)
        about = _about(recipe, data, device)
        log = resume.load_together(how.out, trainer, about)
        run(trainer, log, _keeping(data, how, trainer, about), report)
        trained = time.perf_counter() - start
        state = halved(trainer.model.state_dict() if trainer.average is None else trainer.average.tensors)
        trainer.model.load_state_dict(state)  # what is judged is what is written
        train_side, test_side = seen(trainer, data.train), seen(trainer, data.test)
        classes, temperature = len(data.class_names), recipe.parameters.get("temperature", 1.0)
        evaluation = joined.from_first(lambda: evaluated(train_side, test_side, classes, temperature))
    title = plan_of(recipe, classes).title
    ran = Ran(recipe, title, data.mean, data.std, log, evaluation, _environment(device, trained))
    joined.from_first(lambda: _write(how, state, ran, data, (train_side, test_side)))
    return ran


def _write(how: Run, state: dict[str, torch.Tensor], ran: Ran, data: ImageSet, sides: tuple[Seen, Seen]) -> None:
    few = evenly(data.train.labels, how.kept)
    write_weights(how.out, state, ran)
    write_outputs(
        outputs_path(how.out), ran, data.class_names, (without_images(data.train, few), rows_of(sides[0], few)),
        (data.test, sides[1]),
    )  # fmt: skip
    resume.resume_path(how.out).unlink(missing_ok=True)


def _keeping(data: ImageSet, how: Run, trainer: Trainer, about: str) -> Callable[[Log], None]:
    """After an epoch a snapshot, where one is due, and the state, though not more often than every few seconds: a small
    epoch takes less."""
    last, follow = float("-inf"), following(trainer, data, how.out, how.kept, how.every)

    def keep(log: Log) -> None:
        nonlocal last
        follow(log)
        if joined.rank() == 0 and (now := time.monotonic()) - last >= _SECONDS:
            resume.save(how.out, trainer, about, log)
            last = now

    return keep


def _about(recipe: ImageRecipe, data: ImageSet, device: torch.device) -> str:
    """What must be the same for a run to go on: recipe, images, libraries, kind of device."""
    images = (len(data.train), len(data.test), data.class_names, data.mean, data.std)
    return json.dumps([recipe.plain(), images, torch.__version__, device.type], sort_keys=True)


def _environment(device: torch.device, seconds: float) -> dict[str, object]:
    libraries = {name: version(name) for name in ("torch", "numpy")} | {"python": platform.python_version()}
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else device.type
    return {"device": name, "training_seconds": round(seconds, 1), "versions": libraries}
