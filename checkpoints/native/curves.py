"""A checkpoint's training log as curves, with the levels of its loss. Free of torch until the levels are computed."""

from pathlib import Path

import numpy as np

from analysis.forces.training_log import Curves, Line, loss_lines
from checkpoints.native.datasets import DATASETS
from checkpoints.native.epochs import COLUMNS
from checkpoints.native.file import peek
from checkpoints.native.image_run import RUN, read_run
from checkpoints.native.metadata import Metadata
from checkpoints.reading.npz import read_npz
from checkpoints.reading.safe_files import open_regular
from losses.errors import LabError

_ALWAYS = ("loss", "gradient_norm", "knn_accuracy")


def log_curves(path: str | Path, name: str = "") -> Curves:
    """The training log of a native checkpoint as curves, called `name`, or by its loss. LabError for any other file."""
    metadata = peek(path).metadata
    log = metadata.log
    values = {name: np.array([getattr(epoch, name) for epoch in log]) for name in _ALWAYS}
    known = [epoch.dynamics for epoch in log if epoch.dynamics is not None]
    layers: dict[str, np.ndarray] = {}
    if len(known) == len(log):
        values |= {name: np.array([getattr(each, name) for each in known], dtype=float) for name in COLUMNS}
        names = [name for name, _ in known[0].layers] if known else []
        layers = {name: np.array([each.layers[at][1] for each in known]) for at, name in enumerate(names)}
    times = np.arange(1, len(log) + 1)
    return Curves(metadata.recipe.loss, times, values, layers, {"loss": _lines(metadata)}, name)


def run_curves(path: str | Path, name: str = "") -> Curves:
    """The training log in the outputs of a run on images: its loss alone, with its levels. LabError for any other."""
    path = Path(path)
    with open_regular(path) as (file, _):
        arrays, _ = read_npz(file, name=path.name, only=(RUN, "class_names"))
    if missing := [each for each in (RUN, "class_names") if each not in arrays]:
        raise LabError(path.name, f"must have the array {missing[0]}", but="has none")
    run = read_run(arrays[RUN], path.name)
    recipe, losses = run.recipe, np.array(run.losses)
    lines = loss_lines(recipe.loss, recipe.batch_size, len(arrays["class_names"]), recipe.parameters)
    return Curves(recipe.loss, np.arange(1, len(losses) + 1), {"loss": losses}, {}, {"loss": lines}, name)


def _lines(metadata: Metadata) -> tuple[Line, ...]:
    """The levels of the loss for the batches that it was trained on."""
    recipe, images = metadata.recipe, len(DATASETS[metadata.recipe.data]().train)
    batch = -(-images // -(-images // recipe.batch_size))  # batches are of nearly one size
    return loss_lines(recipe.loss, batch, len(metadata.class_names), recipe.parameters)
