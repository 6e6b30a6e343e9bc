"""What a trained encoder is worth, on the device: neighbours, a linear probe, nearest target and noise, its own head.

Letters: M test items, N train items, D dimensions, F features, K classes.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from analysis.neighbours.separation import area_estimate
from analysis.statistics.bootstrap import Estimate, median_difference, proportion

KS = (1, 5, 200)
_VOTE = 0.1  # an item votes by exp(cosine / this), as in Wu et al. 2018 and the released WEINCE
_ROWS = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """One side through the model: unit embeddings (N, D), features (N, F) as they come, logits (N, K) or None."""

    embeddings: Tensor
    features: Tensor
    logits: Tensor | None
    labels: Tensor


def evaluated(train: Seen, test: Seen, classes: int, temperature: float) -> dict[str, object]:
    """Numbers and 95 % bootstrap intervals over test items, against all train items that are given.

    knn_1, knn_5, knn_200: weighted votes on the encoder's features; probe: multinomial logistic regression on the
    features at unit length, L2 penalty 1; target, noise: medians of the nearest cosine in either, on the embeddings;
    auc: share of pairs of a target and a noise in order; head, nll (nats), ece (15 bins): of a class head.
    """
    numbers: dict[str, object] = {"train_items": len(train.labels), "test_items": len(test.labels)}
    for k, hits in neighbours(train, test, classes).items():
        numbers |= _share(f"knn_{k}", hits)
    target, noise = nearest(train, test)
    gap = median_difference(target, noise)
    numbers |= {"target": _short(np.median(target)), "noise": _short(np.median(noise))}
    numbers |= _estimate("margin", gap) if isinstance(gap, Estimate) else {}
    numbers |= _estimate("auc", area_estimate(target, noise))
    probe = probed(F.normalize(train.features, dim=1), train.labels, F.normalize(test.features, dim=1), classes)
    numbers |= _share("probe", (probe.argmax(dim=1) == test.labels).cpu().numpy())
    if test.logits is not None:
        numbers |= _of_head(test.logits / temperature, test.labels)
    return numbers


def neighbours(train: Seen, test: Seen, classes: int) -> dict[int, np.ndarray]:
    """k -> (M,) bool, whether the vote of the k nearest by cosine of the features is right."""
    against, queries = F.normalize(train.features, dim=1), F.normalize(test.features, dim=1)
    most, hits = min(max(KS), len(against)), {k: list[Tensor]() for k in KS}
    for start in range(0, len(queries), _ROWS):
        found, rows = (queries[start : start + _ROWS] @ against.T).topk(most, dim=1)
        weights, labels = ((found - found[:, :1]) / _VOTE).exp(), train.labels[rows]
        for k in KS:
            votes = torch.zeros(len(rows), classes, device=rows.device)
            votes.scatter_add_(1, labels[:, :k], weights[:, :k])
            hits[k].append(votes.argmax(dim=1) == test.labels[start : start + _ROWS])
    return {k: torch.cat(each).cpu().numpy() for k, each in hits.items()}


def nearest(train: Seen, test: Seen) -> tuple[np.ndarray, np.ndarray]:
    """(M,) cosine of each test item to the nearest train item of its class, and of any other, on the embeddings."""
    target, noise = [], []
    for start in range(0, len(test.labels), _ROWS):
        cosines = test.embeddings[start : start + _ROWS] @ train.embeddings.T
        same = test.labels[start : start + _ROWS, None] == train.labels
        target.append(cosines.masked_fill(~same, -2).amax(dim=1))
        noise.append(cosines.masked_fill(same, -2).amax(dim=1))
    first, second = (torch.cat(each).cpu().numpy().astype(np.float64) for each in (target, noise))
    return first, second


def probed(train: Tensor, labels: Tensor, test: Tensor, classes: int, *, rounds: int = 200) -> Tensor:
    """(M, K) logits of multinomial logistic regression with an L2 penalty of 1 (scikit-learn's C = 1), by L-BFGS from
    zeros. train (N, F), labels (N,), test (M, F)."""
    weight = torch.zeros(classes, train.shape[1], device=train.device, requires_grad=True)
    bias = torch.zeros(classes, device=train.device, requires_grad=True)
    solver = torch.optim.LBFGS([weight, bias], max_iter=rounds, history_size=10, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        solver.zero_grad()
        value = F.cross_entropy(train @ weight.T + bias, labels) + weight.square().sum() / (2 * len(labels))
        value.backward()
        return value

    solver.step(closure)
    return (test @ weight.T + bias).detach()


def _of_head(logits: Tensor, labels: Tensor) -> dict[str, object]:
    """Accuracy, log-loss and expected calibration error of softmax(logits)."""
    sure, said = logits.softmax(dim=1).max(dim=1)
    hits, bins = (said == labels).double(), (sure * 15).long().clamp(max=14)
    gaps = torch.zeros(15, dtype=torch.float64, device=bins.device).scatter_add_(0, bins, hits - sure.double())
    return {
        **_share("head", hits.bool().cpu().numpy()),
        "nll": _short(F.cross_entropy(logits, labels).item()),
        "ece": _short(gaps.abs().sum().item() / len(labels)),
    }


def _share(name: str, hits: np.ndarray) -> dict[str, object]:
    found = proportion(hits)
    return _estimate(name, found) if isinstance(found, Estimate) else {}


def _estimate(name: str, found: Estimate) -> dict[str, object]:
    return {name: _short(found.value), f"{name}_interval": [_short(found.low), _short(found.high)]}


def _short(value: float) -> float:
    return float(f"{float(value):.6g}")


def in_words(numbers: Mapping[str, object]) -> str:
    """The main ones in a line."""
    named = ("knn_1", "knn_200", "probe", "head", "target", "noise", "margin", "auc", "ece")
    return ", ".join(f"{name} {numbers[name]:.4g}" for name in named if name in numbers)
