"""The loss of a model's test items under each loss of the catalogue that can be applied to them.

Losses of labelled embeddings take the embeddings, those of a class head the logits. All items are one batch: a loss
that contrasts with the batch grows with its size, so its chance level stands beside it. No pair of items is held in
memory: the library's functions go block by block.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.maps.projection import map_sample
from analysis.outputs import NO_EMBEDDINGS, NO_LABELS, Outputs
from analysis.statistics.bootstrap import Estimate, Unavailable, mean_estimate
from losses.catalog import CATALOG, LossEntry
from losses.errors import LabError
from losses.records import Choosing

if TYPE_CHECKING:
    from torch import Tensor

MOST_ITEMS = 10_000
_RESAMPLES = 400
_VIEWS = "it needs two views of each item, and there is one"
_TARGETS = "it needs soft targets, and each item has one label"
_NO_LOGITS = "the file has class probabilities and no logits"


@dataclass(frozen=True, slots=True)
class Objective:
    """loss: mean over `items` anchors in a batch of `batch` items, in nats, with a bootstrap interval over anchors
    among the same candidates. chance: the same of embeddings that are all equal, or of constant logits. own: the model
    was trained with it. parameters: those of the loss, the model's where it is its own, else the catalogue's.
    """

    name: str
    title: str
    loss: Estimate | Unavailable
    chance: float | None
    items: int
    batch: int
    parameters: Mapping[str, float]
    own: bool


def objectives(outputs: Outputs) -> tuple[Objective, ...]:
    """Every loss of the catalogue in its order, on at most `MOST_ITEMS` test items, always the same ones."""
    items = map_sample(len(outputs.test), MOST_ITEMS)
    return tuple(_objective(outputs, entry, items) for entry in CATALOG.values())


def _objective(outputs: Outputs, entry: LossEntry, items: np.ndarray) -> Objective:
    own = outputs.provenance.get("loss") == entry.name
    settings = {**entry.defaults, **entry.trained_with}
    trained = outputs.provenance.get("parameters")
    if own and isinstance(trained, Mapping):
        settings |= {name: trained[name] for name in settings if name in trained}
    of = _of_logits if isinstance(entry.record, Choosing) else _of_embeddings
    reason = _not_applicable(outputs, entry)
    try:
        values, chance = (Unavailable(reason), None) if reason else of(outputs, entry, items, settings)
    except LabError as mistake:  # what the loss itself refuses
        values, chance = Unavailable(str(mistake).rstrip(".")), None
    if isinstance(values, Unavailable):
        return Objective(entry.name, entry.title, values, chance, 0, len(items), settings, own)
    return Objective(entry.name, entry.title, _mean(values), chance, len(values), len(items), settings, own)


def _not_applicable(outputs: Outputs, entry: LossEntry) -> str:
    """Why a loss cannot be applied to these outputs, "" where it can."""
    if not outputs.labelled:
        return NO_LABELS
    if isinstance(entry.record, Choosing):
        if entry.record.soft or entry.record.drawn:
            return _TARGETS
        return _no_logits(outputs)
    if entry.record.positives == "view":
        return _VIEWS
    return "" if outputs.has_embeddings else NO_EMBEDDINGS


def _no_logits(outputs: Outputs) -> str:
    if outputs.test.logits is None:
        return _NO_LOGITS if outputs.has_head else outputs.no_head
    columns, classes = outputs.test.logits.shape[1], len(outputs.class_names)
    return "" if columns == classes else f"the class head has {columns} outputs for {classes} classes"


def _of_embeddings(
    outputs: Outputs, entry: LossEntry, items: np.ndarray, settings: Mapping[str, float]
) -> tuple[np.ndarray | Unavailable, float | None]:
    """Losses of the anchors that have a positive, and their mean where all embeddings are one."""
    import torch

    labels = outputs.test.labels[items]
    sizes = np.bincount(labels)[labels]
    anchors = sizes > 1
    if not anchors.any():
        return Unavailable("no class has two items"), None
    tensors = torch.tensor(outputs.test.embeddings[items]), torch.tensor(labels)
    losses = _call(entry.name, tensors, settings)[anchors]
    counts, times = np.unique(sizes[anchors], return_counts=True)
    levels = [entry.contrast.loss_apart(0.0, int(n) - 1, len(labels) - int(n), settings) for n in counts]
    return losses, float(np.average(levels, weights=times))


def _of_logits(
    outputs: Outputs, entry: LossEntry, items: np.ndarray, settings: Mapping[str, float]
) -> tuple[np.ndarray | Unavailable, float | None]:
    """Losses of the items, and their mean for constant logits. The prior is train's, without train the items' own."""
    import torch

    assert outputs.test.logits is not None
    labels, logits = torch.tensor(outputs.test.labels[items]), torch.tensor(outputs.test.logits[items])
    prior: tuple[Tensor, ...] = ()
    if entry.choosing.has_prior:
        shares = np.bincount(outputs.searched.labels, minlength=logits.shape[1]) / len(outputs.searched)
        if (shares[outputs.test.labels[items]] == 0).any():
            return Unavailable("train does not have all classes of the test items, so there is no prior"), None
        prior = (torch.tensor(shares, dtype=logits.dtype),)
    losses = _call(entry.name, (logits, labels, *prior), settings)
    chance = _call(entry.name, (torch.zeros_like(logits), labels, *prior), settings)
    return losses, float(chance.mean())


def _call(name: str, tensors: "tuple[Tensor, ...]", settings: Mapping[str, float]) -> np.ndarray:
    """The library's own function, (N,) float64 in nats."""
    import torch

    import losses

    with torch.no_grad():
        found: np.ndarray = getattr(losses, name)(*tensors, **settings, reduction="none").double().numpy()
    return found


def _mean(values: np.ndarray) -> Estimate | Unavailable:
    infinite = int((~np.isfinite(values)).sum())
    if infinite:
        return Unavailable(f"it is infinite for {infinite:,} items")
    return mean_estimate(values, resamples=_RESAMPLES)
