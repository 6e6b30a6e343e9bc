"""Outputs after some of the epochs, as a series that the app follows while a training runs: run.pth has run_epochs
beside it, with epoch_0001.npz and so on.

They are what the encoder gives then, of the items whose outputs are written in the end; the training's numbers are the
same with and without them.
"""

from collections.abc import Callable
from pathlib import Path

import torch

from checkpoints.images.source import evenly
from checkpoints.training.images import joined
from checkpoints.training.images.averaging import averaged
from checkpoints.training.images.data import ImageSet
from checkpoints.training.images.evaluation import Seen
from checkpoints.training.images.loop import Log, Trainer
from checkpoints.training.images.seeing import seen
from checkpoints.training.run import snapshot_folder
from losses.snapshots import snapshot


def following(trainer: Trainer, data: ImageSet, out: Path, kept: int | None, every: int) -> Callable[[Log], None]:
    """Called after each epoch with the log: of several processes each sees its part, the first writes. `kept` train
    items, None for all; nothing for `every` 0."""

    def follow(log: Log) -> None:
        if not every or not (len(log) % every == 0 or len(log) in (1, trainer.recipe.epochs)):
            return
        train = data.train.take(evenly(data.train.labels, kept))
        with averaged(trainer.model, trainer.average):
            sides = seen(trainer, train), seen(trainer, data.test)
        if joined.rank() == 0:
            path = snapshot_folder(out) / f"epoch_{len(log):04}.npz"
            snapshot(path, _given, *([(side, side.labels)] for side in sides), limit=max(map(_items, sides)))

    return follow


def _given(side: Seen) -> tuple[torch.Tensor, ...]:
    return (side.embeddings,) if side.logits is None else (side.embeddings, side.logits)


def _items(side: Seen) -> int:
    return len(side.labels)
