"""From a batch to its loss: one small function a loss, under the names of `objectives.OBJECTIVES`.

Letters: N images of a batch, S their side, K classes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Generator, Tensor, nn

import losses
from checkpoints.augmentations import mixup, smooth, view


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """images (N, 1, S, S) in [0, 1]; labels (N,); prior (K,) class shares of the train side."""

    images: Tensor
    labels: Tensor
    prior: Tensor


Step = Callable[[nn.Module, Batch, Mapping[str, float], Generator], Tensor]


def _nll(model: nn.Module, batch: Batch, p: Mapping[str, float], generator: Generator) -> Tensor:
    logits = model(view(batch.images, generator))
    return losses.nll(logits, batch.labels, temperature=p["temperature"])


def _label_infonce(model: nn.Module, batch: Batch, p: Mapping[str, float], generator: Generator) -> Tensor:
    logits = model(view(batch.images, generator))
    return losses.label_infonce(logits, batch.labels, batch.prior, temperature=p["temperature"])


def _soft_cross_entropy(model: nn.Module, batch: Batch, p: Mapping[str, float], generator: Generator) -> Tensor:
    logits, targets, _ = _soft(model, batch, p, generator)
    return losses.soft_target_cross_entropy(logits, targets, temperature=p["temperature"])


def _soft_distribution(model: nn.Module, batch: Batch, p: Mapping[str, float], generator: Generator) -> Tensor:
    logits, targets, prior = _soft(model, batch, p, generator)
    return losses.soft_distribution_infonce(logits, targets, prior, temperature=p["temperature"], generator=generator)


def _soft_target(model: nn.Module, batch: Batch, p: Mapping[str, float], generator: Generator) -> Tensor:
    logits, targets, prior = _soft(model, batch, p, generator)
    return losses.soft_target_infonce(logits, targets, prior, temperature=p["temperature"])


def _supcon(model: nn.Module, batch: Batch, p: Mapping[str, float], generator: Generator) -> Tensor:
    return losses.supcon(_two_views(model, batch, generator), batch.labels, temperature=p["temperature"])


def _sincere(model: nn.Module, batch: Batch, p: Mapping[str, float], generator: Generator) -> Tensor:
    return losses.sincere(_two_views(model, batch, generator), batch.labels, temperature=p["temperature"])


def _eps_sup_infonce(model: nn.Module, batch: Batch, p: Mapping[str, float], generator: Generator) -> Tensor:
    embeddings = _two_views(model, batch, generator)
    return losses.eps_sup_infonce(embeddings, batch.labels, temperature=p["temperature"], epsilon=p["epsilon"])


def _nt_xent(model: nn.Module, batch: Batch, p: Mapping[str, float], generator: Generator) -> Tensor:
    view_a, view_b = _two_views(model, batch, generator).unbind(1)
    return losses.nt_xent(view_a, view_b, temperature=p["temperature"])


def _weibit(model: nn.Module, batch: Batch, p: Mapping[str, float], generator: Generator) -> Tensor:
    view_a, view_b = _two_views(model, batch, generator).unbind(1)
    return losses.weibit(view_a, view_b, beta=p["beta"])


def _weince(model: nn.Module, batch: Batch, p: Mapping[str, float], generator: Generator) -> Tensor:
    view_a, view_b = _two_views(model, batch, generator).unbind(1)
    return losses.weince(view_a, view_b, temperature=p["temperature"])


STEPS: dict[str, Step] = {
    "nll": _nll,
    "soft_target_cross_entropy": _soft_cross_entropy,
    "label_infonce": _label_infonce,
    "soft_distribution_infonce": _soft_distribution,
    "soft_target_infonce": _soft_target,
    "supcon": _supcon,
    "sincere": _sincere,
    "eps_sup_infonce": _eps_sup_infonce,
    "nt_xent": _nt_xent,
    "weibit": _weibit,
    "weince": _weince,
}


def _soft(
    model: nn.Module, batch: Batch, p: Mapping[str, float], generator: Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """Logits (N, K) and soft targets (N, K) of smoothed, mixed views, and the prior (K,) of such targets."""
    classes, smoothing = len(batch.prior), p["smoothing"]
    targets = smooth(batch.labels, classes, smoothing)
    images, targets = mixup(view(batch.images, generator), targets, p["mixup"], generator)
    # Mixing leaves the mean target as it is; smoothing draws it towards the uniform one.
    return model(images), targets, (1 - smoothing) * batch.prior + smoothing / classes


def _two_views(model: nn.Module, batch: Batch, generator: Generator) -> Tensor:
    """Unit embeddings (N, 2, D) of two random views, in one pass."""
    views = torch.cat([view(batch.images, generator), view(batch.images, generator)])
    return torch.stack(model(views).chunk(2), dim=1)
