"""A checkpoint's training log as curves, with the levels of its loss. Free of torch until the levels are computed."""

from pathlib import Path

import numpy as np

from analysis.forces.training_log import Curves, Line, loss_lines
from checkpoints.native.datasets import DATASETS
from checkpoints.native.epochs import COLUMNS
from checkpoints.native.file import peek
from checkpoints.native.metadata import Metadata

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


def _lines(metadata: Metadata) -> tuple[Line, ...]:
    """The levels of the loss for the batches that it was trained on."""
    recipe, images = metadata.recipe, len(DATASETS[metadata.recipe.data]().train)
    batch = -(-images // -(-images // recipe.batch_size))  # batches are of nearly one size
    return loss_lines(recipe.loss, batch, len(metadata.class_names), recipe.parameters)
