"""Small encoders trained on digits while a claim is measured: as `checkpoints.training`, but shorter, and nothing is
written. The same seed gives the same weights on one machine, and the same first weights and batches to every loss.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from torch import Generator, Tensor, nn

    from analysis.outputs import Outputs
    from checkpoints.native.datasets import DataSet, Images
    from checkpoints.native.small_conv import SmallConv
    from checkpoints.training.steps import TrainingBatch

    Step = Callable[[nn.Module, TrainingBatch, Generator], Tensor]

WIDTH, DIMENSIONS, BATCH = 8, 32, 256
RATE, DECAY = 0.003, 1e-4


@dataclass(frozen=True, slots=True)
class Training:
    """How an encoder is trained, beside its loss."""

    head: Literal["classes", "projection"]
    epochs: int
    seed: int


def of_loss(name: str, parameters: Mapping[str, float]) -> "Step":
    """The step of a loss of the catalogue, its other settings those that checkpoints are trained with."""
    from checkpoints.native.objectives import OBJECTIVES
    from checkpoints.training.steps import STEPS

    own = {**OBJECTIVES[name].parameters, **parameters}
    return lambda model, batch, generator: STEPS[name](model, batch, own, generator)


def trained(step: "Step", data: "DataSet", how: Training, temperature: float = 1.0) -> "Outputs":
    """The outputs on `data` of an encoder after training by `step` on its train side."""
    return trained_and_judged(step, data, (data,), how, temperature)[0]


def trained_and_judged(
    step: "Step", data: "DataSet", judged: "Sequence[DataSet]", how: Training, temperature: float = 1.0
) -> "list[Outputs]":
    """The same encoder's outputs on each of `judged`."""
    import torch

    from checkpoints.native.encoders import SmallConvSpec
    from checkpoints.native.small_conv import initialise
    from toy_models.threads import one_thread

    outputs = len(data.class_names) if how.head == "classes" else DIMENSIONS
    model = SmallConvSpec(how.head, outputs, width=WIDTH, side=data.train.images.shape[1]).build()
    generator = torch.Generator().manual_seed(how.seed)
    initialise(model, generator)
    with one_thread():
        _train(step, model, data, how, generator)
        return [_outputs(model, each, temperature) for each in judged]


def _train(step: "Step", model: "SmallConv", data: "DataSet", how: Training, generator: "Generator") -> None:
    import torch

    from checkpoints.native.forward import as_tensor
    from checkpoints.training.steps import TrainingBatch

    images, labels = as_tensor(data.train.images), torch.tensor(data.train.labels)
    prior = labels.bincount(minlength=len(data.class_names)) / len(labels)
    optimiser = torch.optim.AdamW(model.parameters(), RATE, weight_decay=DECAY)
    parts = math.ceil(len(labels) / BATCH)
    total = how.epochs * parts
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, total)
    for _ in range(how.epochs):
        for rows in torch.randperm(len(labels), generator=generator).tensor_split(parts):
            loss = step(model, TrainingBatch(images[rows], labels[rows], prior), generator)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()


def _outputs(model: "SmallConv", data: "DataSet", temperature: float) -> "Outputs":
    from analysis.outputs import Outputs, Split
    from checkpoints.native.forward import encoder_features, forward

    def split(items: "Images") -> Split:
        embeddings, logits = forward(model, items.images)
        features = encoder_features(model, items.images)
        return Split(embeddings, items.labels, logits, ids=items.ids, features=features)

    return Outputs(split(data.train), split(data.test), data.class_names, temperature, {"digest": ""})


def of_classes(data: "DataSet", labels: range) -> "DataSet":
    """The items of some classes, numbered from 0."""
    from checkpoints.native.datasets import DataSet, Images

    def chosen(items: "Images") -> Images:
        taken = items.take(np.flatnonzero(np.isin(items.labels, list(labels))))
        return Images(taken.images, taken.labels - labels.start, taken.ids)

    return DataSet(chosen(data.train), chosen(data.test), data.class_names[labels.start : labels.stop])
