"""The file beside an unfinished checkpoint: model, optimiser and log after the last whole epoch.

It needs no generator state: the randomness of an epoch is a function of seed and epoch alone (`training`). It is a
safetensors file and read as carefully as a stranger's.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from checkpoints.native.epochs import Epoch, log_json, read_log
from checkpoints.native.metadata import read_recipe, recipe_json
from checkpoints.native.recipes import Recipe
from checkpoints.native.weights import checked_tensors, weights_of
from checkpoints.reading import safetensors_file, strict_json
from checkpoints.reading.atomic import write_atomic
from checkpoints.reading.fields import Fields
from losses.errors import LabError

KEY = "nce_lab_resume"
_MOMENTS = ("step", "exp_avg", "exp_avg_sq")


def resume_path(out: Path) -> Path:
    return out.with_name(out.name + ".resume")


def save(
    out: Path, recipe: Recipe, libraries: Mapping[str, str], log: list[Epoch], model: nn.Module,
    optimiser: torch.optim.Optimizer,
) -> None:  # fmt: skip
    """Write the state after the epochs in `log`, replacing the one before."""
    about = {**recipe_json(recipe), "libraries": dict(libraries), **log_json(log)}
    arrays = {f"model.{name}": array for name, array in weights_of(model).items()}
    for name, parameter in model.named_parameters():
        for moment, tensor in optimiser.state[parameter].items():
            arrays[f"{moment}.{name}"] = tensor.numpy()
    text = json.dumps(about, sort_keys=True, allow_nan=False)
    write_atomic(resume_path(out), safetensors_file.encode(arrays, {KEY: text}))


def load(
    out: Path, recipe: Recipe, libraries: Mapping[str, str], model: nn.Module, optimiser: torch.optim.Optimizer
) -> list[Epoch]:
    """Bring `model` and `optimiser` to the state left by an earlier run, and return its log; [] without such a file.

    LabError where the file is of another command or other library versions: its end would be nobody's result.
    """
    path = resume_path(out)
    if not os.path.lexists(path):
        return []
    file = safetensors_file.read(path)
    log = _checked_log(file.header.metadata.get(KEY, ""), path, recipe, libraries)
    _restore(file.arrays(), model, optimiser)
    return log


def _checked_log(text: str, path: Path, recipe: Recipe, libraries: Mapping[str, str]) -> list[Epoch]:
    with Fields(strict_json.parse(text, name=path.name, brackets=30_000), path.name) as fields:
        found, log = (read_recipe(fields), fields.texts("libraries")), list(read_log(fields))
    if found != (recipe, libraries) or len(log) > recipe.epochs:
        raise LabError(
            str(path),
            "must be of this very command and these library versions",
            "of others",
            "Delete it to start anew.",
        )
    return log


def _restore(arrays: Mapping[str, np.ndarray], model: nn.Module, optimiser: torch.optim.Optimizer) -> None:
    expected: dict[str, Tensor] = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
    for name, parameter in model.named_parameters():
        expected |= {f"{moment}.{name}": parameter for moment in _MOMENTS} | {f"step.{name}": torch.zeros(())}
    tensors = checked_tensors(arrays, expected)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(tensors[f"model.{name}"])
            optimiser.state[parameter] = {moment: tensors[f"{moment}.{name}"] for moment in _MOMENTS}
