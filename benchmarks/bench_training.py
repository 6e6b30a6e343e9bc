"""What does training on images take beside what it cannot do without: the encoder's forward and backward?

The two are measured in turn, step by step, so that what else runs on the machine meets both; medians. The loop has
order, views, loss, gradients and the optimiser's step; bare is the same encoder on pixels that lie ready, with a
gradient of ones.
"""

import time
from collections.abc import Callable, Iterable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Generator, Tensor

import losses
from checkpoints.native.objectives import OBJECTIVES
from checkpoints.training.images.data import ImageSet, Pixels
from checkpoints.training.images.loop import OnDevice, Trainer
from checkpoints.training.images.recipe import ImageRecipe

ITEMS, SIDE, BATCH, ROUNDS, THREADS = 256, 32, 256, 7, 2


def rows() -> Iterable[tuple[str, float, str, float]]:
    """Shares and multiples of a step of the shipped encoders' network on this machine's processors."""
    torch.set_num_threads(THREADS)
    trainer, pixels = _trainer(), torch.rand(2 * BATCH, 3, SIDE, SIDE, generator=Generator().manual_seed(0))
    outputs = F.normalize(torch.randn(BATCH, 2, 128, generator=Generator().manual_seed(1)), dim=2)
    labels = torch.arange(BATCH) % 10
    loop, bare, loss = _in_turn(
        lambda: trainer.epoch(0), lambda: _bare(trainer, pixels), lambda: _loss(outputs.clone(), labels)
    )
    yield f"ResNet-14, {BATCH} images, two views: whole step, multiples of bare", loop / bare, "x", 1.2
    yield f"SINCERE's share of a whole step of ResNet-14, {BATCH} images", 100 * loss / loop, "%", 10.0


def _trainer() -> Trainer:
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (ITEMS, SIDE, SIDE, 3), np.uint8)
    side = Pixels(images, np.arange(ITEMS) % 10, np.arange(ITEMS).astype(np.str_))
    data = ImageSet("noise", tuple("abcdefghij"), side, side, (), (0.5,) * 3, (0.25,) * 3)
    recipe = ImageRecipe(
        "sincere", OBJECTIVES["sincere"].parameters, "noise", batch_size=BATCH, channels_last=True, learning_rate=1e-4
    )
    cpu = torch.device("cpu")
    return Trainer(recipe, OnDevice.of(data, cpu), 10, cpu)


def _bare(trainer: Trainer, pixels: Tensor) -> None:
    outputs = trainer.outputs(pixels)
    outputs.backward(torch.ones_like(outputs))


def _loss(outputs: Tensor, labels: Tensor) -> None:
    losses.sincere(outputs.requires_grad_(), labels).backward()


def _in_turn(*works: Callable[[], object]) -> list[float]:
    """The median seconds of each, one after the other, again and again."""
    found: list[list[float]] = [[] for _ in works]
    for number in range(ROUNDS + 1):
        for times, work in zip(found, works, strict=True):
            start = time.perf_counter()
            work()
            if number:  # the first warms up
                times.append(time.perf_counter() - start)
    return [float(np.median(times)) for times in found]
