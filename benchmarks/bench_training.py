"""What does training on images take beside what it cannot do without: the encoder's forward and backward?

The two are measured in turn, step by step, so that what else runs on the machine meets both; medians. The loop has
order, views, loss, gradients and the optimiser's step; bare is the same encoder on pixels that lie ready, with a
gradient of ones.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Generator, Tensor

import losses
from checkpoints.native.objectives import OBJECTIVES
from checkpoints.training.images.data import ImageSet, Pixels
from checkpoints.training.images.loop import OnDevice, Trainer, tuned
from checkpoints.training.images.recipe import ImageRecipe

ITEMS, SIDE, BATCH, ROUNDS, THREADS = 256, 32, 256, 7, 2


def rows() -> Iterable[tuple[str, float, str, float]]:
    """Shares and multiples of a step of the shipped encoders' network on this machine's processors."""
    torch.set_num_threads(THREADS)
    loop, bare, loss = seconds(torch.device("cpu"), ITEMS)
    yield f"ResNet-14, {BATCH} images, two views: whole step, multiples of bare", loop / bare, "x", 1.2
    yield f"SINCERE's share of a whole step of ResNet-14, {BATCH} images", 100 * loss / loop, "%", 10.0


def seconds(device: torch.device, items: int, **recipe: Any) -> tuple[float, float, float]:
    """Of a whole step, of the encoder's two passes in it, of the loss in it; batches of `BATCH` unless `recipe` says
    otherwise. On a device with a queue each waits until it is empty."""
    trainer = _trainer(device, items, recipe)
    batch, steps = trainer.recipe.batch_size, trainer.steps
    pixels = torch.rand(2 * batch, 3, SIDE, SIDE, generator=Generator().manual_seed(0)).to(device)
    outputs = F.normalize(torch.randn(batch, 2, 128, generator=Generator().manual_seed(1)), dim=2).to(device)
    labels = torch.arange(batch, device=device) % 10

    def steps_of(once: Callable[[], object]) -> Callable[[], object]:
        return lambda: [once() for _ in range(steps)]

    works = (
        lambda: trainer.epoch(0),
        steps_of(lambda: _bare(trainer, pixels)),
        steps_of(lambda: _loss(outputs.clone(), labels)),
    )
    with tuned():
        loop, bare, loss = _in_turn(*works, wait=torch.cuda.synchronize if device.type == "cuda" else _nothing)
    return loop / steps, bare / steps, loss / steps


def _nothing() -> None:
    """A processor has no queue."""


def _trainer(device: torch.device, items: int, changed: Mapping[str, Any]) -> Trainer:
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (items, SIDE, SIDE, 3), np.uint8)
    side = Pixels(images, np.arange(items) % 10, np.arange(items).astype(np.str_))
    data = ImageSet("noise", tuple("abcdefghij"), side, side, (), (0.5,) * 3, (0.25,) * 3)
    own = {"batch_size": BATCH, "channels_last": True, "learning_rate": 1e-4} | dict(changed)
    recipe = ImageRecipe("sincere", OBJECTIVES["sincere"].parameters, "noise", **own)
    return Trainer(recipe, OnDevice.of(data, device), 10, device)


def _bare(trainer: Trainer, pixels: Tensor) -> None:
    outputs = trainer.outputs(pixels)
    outputs.backward(torch.ones_like(outputs))


def _loss(outputs: Tensor, labels: Tensor) -> None:
    losses.sincere(outputs.requires_grad_(), labels).backward()


def _in_turn(*works: Callable[[], object], wait: Callable[[], object]) -> list[float]:
    """The median seconds of each until `wait` is over, one after the other, again and again."""
    found: list[list[float]] = [[] for _ in works]
    for number in range(ROUNDS + 1):
        for times, work in zip(found, works, strict=True):
            start = time.perf_counter()
            work()
            wait()
            if number:  # the first warms up
                times.append(time.perf_counter() - start)
    return [float(np.median(times)) for times in found]
