"""From a batch to its loss: what kind of loss it is decides, under the names of `objectives.OBJECTIVES`.

Letters: N images of a batch, S their side, K classes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import torch
from torch import Generator, Tensor, nn

import losses
from checkpoints.training.augmentations import mixup, smooth, view
from losses.catalog import CATALOG, LossEntry
from losses.records import Choosing


@dataclass(frozen=True, slots=True, eq=False)
class TrainingBatch:
    """images (N, 1, S, S) in [0, 1]; labels (N,); prior (K,) class shares of the train side."""

    images: Tensor
    labels: Tensor
    prior: Tensor


Step = Callable[[nn.Module, TrainingBatch, Mapping[str, float], Generator], Tensor]


def _of_labels(
    loss: str, model: nn.Module, batch: TrainingBatch, p: Mapping[str, float], generator: Generator
) -> Tensor:
    """A class head's loss of labels on one view of each image."""
    logits = model(view(batch.images, generator))
    prior = (batch.prior,) if CATALOG[loss].choosing.has_prior else ()
    return getattr(losses, loss)(logits, batch.labels, *prior, **_own(loss, p))


def _of_targets(
    loss: str, model: nn.Module, batch: TrainingBatch, p: Mapping[str, float], generator: Generator
) -> Tensor:
    """A class head's loss of soft targets on smoothed, mixed views."""
    logits, targets, mean = _soft(model, batch, p, generator)
    prior = (mean,) if CATALOG[loss].choosing.has_prior else ()
    drawn = {"generator": generator} if CATALOG[loss].choosing.drawn else {}
    return getattr(losses, loss)(logits, targets, *prior, **_own(loss, p), **drawn)


def _of_classes(
    loss: str, model: nn.Module, batch: TrainingBatch, p: Mapping[str, float], generator: Generator
) -> Tensor:
    """A loss of labelled embeddings on two views of each image."""
    return getattr(losses, loss)(_two_views(model, batch, generator), batch.labels, **_own(loss, p))


def _of_views(
    loss: str, model: nn.Module, batch: TrainingBatch, p: Mapping[str, float], generator: Generator
) -> Tensor:
    """A loss of two views."""
    return getattr(losses, loss)(*_two_views(model, batch, generator).unbind(1), **_own(loss, p))


def _own(loss: str, p: Mapping[str, float]) -> dict[str, float]:
    """Those parameters of a run that are the loss's, and not how its targets are made."""
    return {name: value for name, value in p.items() if name in CATALOG[loss].defaults}


def _step(entry: LossEntry) -> Step:
    if isinstance(entry.record, Choosing):
        return partial(_of_targets if entry.record.soft else _of_labels, entry.name)
    return partial(_of_views if entry.record.positives == "view" else _of_classes, entry.name)


STEPS: dict[str, Step] = {name: _step(entry) for name, entry in CATALOG.items()}


def _soft(
    model: nn.Module, batch: TrainingBatch, p: Mapping[str, float], generator: Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """Logits (N, K) and soft targets (N, K) of smoothed, mixed views, and the prior (K,) of such targets."""
    classes, smoothing = len(batch.prior), p["smoothing"]
    targets = smooth(batch.labels, classes, smoothing)
    images, targets = mixup(view(batch.images, generator), targets, p["mixup"], generator)
    # Mixing leaves the mean target as it is; smoothing draws it towards the uniform one.
    return model(images), targets, (1 - smoothing) * batch.prior + smoothing / classes


def _two_views(model: nn.Module, batch: TrainingBatch, generator: Generator) -> Tensor:
    """Unit embeddings (N, 2, D) of two random views, in one pass."""
    views = torch.cat([view(batch.images, generator), view(batch.images, generator)])
    return torch.stack(model(views).chunk(2), dim=1)
