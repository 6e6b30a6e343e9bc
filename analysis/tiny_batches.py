"""Batches small enough to be looked at candidate by candidate, all float64 and drawn by a seed."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.batches import BatchSpec, random_batch

if TYPE_CHECKING:
    from torch import Tensor

    from losses.pairs import Roles

SAMPLES, CLASSES = 6, 4
_LETTERS = "ABC"


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddingBatch:
    """embeddings (N, D) unit rows, labels (N,), who is what to whom, and a short name for each."""

    embeddings: "Tensor"
    labels: "Tensor"
    roles: "Roles"
    names: tuple[str, ...]


def class_head_batch(loss: str, seed: int) -> "tuple[Tensor, Tensor]":
    """Logits and targets (6, 4): soft, or one-hot where the loss takes labels or draws them from its targets.

    The last class has no weight in any target.
    """
    import torch

    from losses.class_head import sample_labels

    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(SAMPLES, CLASSES, generator=generator, dtype=torch.float64)
    weights = torch.rand(SAMPLES, CLASSES - 1, generator=generator, dtype=torch.float64).square()
    targets = torch.nn.functional.pad(weights / weights.sum(dim=1, keepdim=True), (0, 1))
    if loss in ("nll", "label_infonce", "soft_distribution_infonce"):
        targets = torch.nn.functional.one_hot(sample_labels(targets, generator), CLASSES).double()
    return logits, targets


def embedding_batch(family: str, seed: int) -> EmbeddingBatch:
    """3 classes of 3 samples, or 6 pairs of views: all first views, then all second."""
    return _views(seed) if family == "paired views" else _classes(seed)


def _classes(seed: int) -> EmbeddingBatch:
    import torch

    from losses.pairs import roles_by_label

    batch = random_batch(BatchSpec(classes=3, per_class=3, dimension=8, spread=0.3, seed=seed))
    labels = torch.from_numpy(batch.labels)
    names = tuple(f"{letter}{sample}" for letter in _LETTERS for sample in (1, 2, 3))
    return EmbeddingBatch(torch.from_numpy(batch.embeddings), labels, roles_by_label(labels), names)


def _views(seed: int) -> EmbeddingBatch:
    import torch

    from losses.pairs import roles_by_view

    batch = random_batch(BatchSpec(classes=6, per_class=2, dimension=8, spread=0.3, seed=seed))
    stacked = np.concatenate([np.arange(0, 12, 2), np.arange(1, 12, 2)])
    embeddings, labels = torch.from_numpy(batch.embeddings[stacked]), torch.from_numpy(batch.labels[stacked])
    names = tuple(f"{sample}{view}" for view in "ab" for sample in range(1, 7))
    return EmbeddingBatch(embeddings, labels, roles_by_view(12, embeddings.device), names)
