"""The file beside an unfinished run: model, optimiser and log after the last whole epoch.

A safetensors file, read as carefully as a stranger's. It needs no generator state: see `loop`.
"""

import json
import os
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from checkpoints.reading import safetensors_file, strict_json
from checkpoints.reading.atomic import write_atomic
from checkpoints.reading.fields import Fields
from checkpoints.training.images import joined
from checkpoints.training.images.loop import Log, Trainer
from losses.errors import LabError

KEY = "nce_lab_images_resume"
_OTHERS = "of others"


def resume_path(out: Path) -> Path:
    """Where the state of an unfinished run to `out` lies."""
    return out.with_name(out.name + ".resume")


def save(out: Path, trainer: Trainer, about: str, log: Log) -> None:
    """Write the state after the epochs in `log`; `about` is what must be the same to continue."""
    arrays = {name: each.detach().cpu().contiguous().numpy() for name, each in _tensors(trainer).items()}
    text = json.dumps({"about": about, "losses": [entry["loss"] for entry in log]}, allow_nan=False)
    write_atomic(resume_path(out), safetensors_file.encode(arrays, {KEY: text}))


def load(out: Path, trainer: Trainer, about: str) -> Log:
    """Bring the trainer to the state of an earlier run and return its log; [] without such a file.

    LabError where the file is of another command, other images or other library versions.
    """
    path = resume_path(out)
    if not os.path.lexists(path):
        return []
    file = safetensors_file.read(path)
    text = file.header.metadata.get(KEY, "")
    with Fields(strict_json.parse(text, name=path.name, brackets=100), path.name) as fields:
        found, numbers = fields.text("about", 100_000), fields.items("losses", 10_000)
    if found != about or not all(isinstance(each, int | float) for each in numbers):
        rule = "must be of this very command, these images and these library versions"
        raise LabError(str(path), rule, _OTHERS, "Delete it to start anew.")
    _prepare(trainer)
    _restore(file.arrays(), _tensors(trainer), path)
    return [{"loss": float(each)} for each in numbers]  # type: ignore[arg-type]


def load_together(out: Path, trainer: Trainer, about: str) -> Log:
    """`load` by the first process, whose machine has the file, and its state for all."""
    log = joined.from_first(lambda: load(out, trainer, about))
    if log and joined.count() > 1:
        if joined.rank() > 0:
            _prepare(trainer)
        joined.same_as_first(list(_tensors(trainer).values()))
    return log


def _tensors(trainer: Trainer) -> dict[str, Tensor]:
    """Everything that an epoch changes, by name."""
    found = {f"model.{name}": each for name, each in trainer.model.state_dict().items()}
    if trainer.average is not None:
        found |= {f"average.{name}": each for name, each in trainer.average.tensors.items()}
    for name, parameter in trainer.model.named_parameters():
        for moment, value in trainer.optimiser.state[parameter].items():
            if isinstance(value, Tensor):
                found[f"{moment}.{name}"] = value
    return found


def _prepare(trainer: Trainer) -> None:
    """The optimiser's state comes to be with its first step: one of nothing, before all is overwritten."""
    for parameter in trainer.model.parameters():
        parameter.grad = torch.zeros_like(parameter)
    trainer.optimiser.step()


def _restore(arrays: dict[str, np.ndarray], tensors: dict[str, Tensor], path: Path) -> None:
    fits = arrays.keys() == tensors.keys() and all(
        arrays[name].shape == tuple(each.shape) for name, each in tensors.items()
    )
    if not fits:
        raise LabError(str(path), "must have the tensors of this run", _OTHERS, "Delete it to start anew.")
    with torch.no_grad():
        for name, each in tensors.items():
            each.copy_(torch.from_numpy(arrays[name].copy()))
