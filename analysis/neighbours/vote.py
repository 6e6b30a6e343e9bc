"""What the nearest train items say: k-nearest-neighbour accuracy, and the neighbours of one item."""

from dataclasses import dataclass

import numpy as np

from analysis.degenerate import judged, nothing_to_read, too_few
from analysis.neighbours.graph import Neighbours, join, top_k
from analysis.outputs import NO_EMBEDDINGS, NO_LABELS, Outputs, Split
from analysis.statistics.bootstrap import Estimate, Unavailable, proportion
from losses.errors import LabError

SHARP = 0.1  # the temperature of WEINCE's vote


@dataclass(frozen=True, slots=True, eq=False)
class Vote:
    """The k-nearest-neighbour classifier on test: predicted (M,) int64, and the share of `judged` that is right.

    judged (M,) bool: items of a class that train has, that are no copies of a train item (see `degenerate`). Where
    there is nothing to search there is no vote: k is 0 and predicted -1.
    """

    k: int
    predicted: np.ndarray
    accuracy: Estimate | Unavailable
    judged: np.ndarray


def vote(
    neighbours: Neighbours,
    outputs: Outputs,
    k: int,
    among: np.ndarray | None = None,
    *,
    temperature: float | None = None,
) -> Vote:
    """Each of the k nearest train items votes for its class with its cosine as weight (as the SINCERE authors do).

    Without train items, each of the nearest others. Equal votes go to the class of the nearer neighbour; of equally
    near ones, to the lower index. `among`: the items to judge it on where they are known, as `judged` gives them.
    `temperature`: a vote weighs exp(cosine / temperature) instead (Wu et al. 2018, arXiv 1805.01978; WEINCE's authors
    at 0.1).
    """
    if not neighbours.k:
        items = len(outputs.test)
        return Vote(0, np.full(items, -1), Unavailable(nothing_to_read(outputs)), np.zeros(items, bool))
    among = judged(outputs) if among is None else among
    if not 1 <= k <= neighbours.k:
        raise LabError("k", f"must lie in 1 to {neighbours.k}", k)
    labels = outputs.searched.labels[neighbours.indices[:, :k]]
    weights = neighbours.similarities[:, :k].astype(np.float64)
    if temperature is not None:
        weights = np.exp((weights - weights[:, :1]) / temperature)  # the nearest weighs 1
    # score[m, a]: all the votes for the class of neighbour a; the first maximum is the nearest one's.
    score = np.zeros_like(weights)
    for other in range(k):
        score += (labels[:, other, None] == labels) * weights[:, other, None]
    predicted = labels[np.arange(len(labels)), score.argmax(axis=1)]
    reason = nothing_to_read(outputs) or too_few(outputs, among)
    right = (predicted == outputs.test.labels)[among]
    return Vote(k, predicted, Unavailable(reason) if reason else proportion(right), among)


def nearest_items(outputs: Outputs, query: Split, item: int, k: int = 5) -> tuple[Neighbours, Neighbours]:
    """The k nearest train items and the k nearest test items of `query`'s item, itself left out of its own split.

    Fewer than k where a split is smaller. Arrays of shape (1, k).
    """
    if not 0 <= item < len(query):
        raise LabError("item", f"must lie in 0 to {len(query) - 1}", item)
    return _nearest_in(outputs.train, query, item, k), _nearest_in(outputs.test, query, item, k)


@dataclass(frozen=True, slots=True)
class Nearby:
    """One train item by its index, and its cosine to the item that was asked about."""

    item: int
    similarity: float


def nearest_sides(outputs: Outputs, query: Split, item: int) -> tuple[Nearby | Unavailable, Nearby | Unavailable]:
    """The nearest train item of the class of `query`'s item (target) and of any other (noise); of equal ones the first.

    Where there are no train items, the nearest of the other items. No item is its own target.
    """
    if not 0 <= item < len(query):
        raise LabError("item", f"must lie in 0 to {len(query) - 1}", item)
    searched = outputs.searched
    if not (outputs.labelled and outputs.has_embeddings):
        nothing = Unavailable(NO_LABELS if outputs.has_embeddings else NO_EMBEDDINGS)
        return nothing, nothing
    cosines = searched.embeddings @ query.embeddings[item]
    alike = searched.labels == query.labels[item]
    other = ~alike
    if query is searched:
        alike[item] = False
    who = "the items have" if outputs.within else "train has"
    return (
        _nearest_of(cosines, alike, f"{who} no other item of this class"),
        _nearest_of(cosines, other, f"{who} no other class"),
    )


def _nearest_of(cosines: np.ndarray, among: np.ndarray, reason: str) -> Nearby | Unavailable:
    if not among.any():
        return Unavailable(reason)
    best = int(np.where(among, cosines, -np.inf).argmax())
    return Nearby(best, float(np.clip(cosines[best], -1, 1)))


def _nearest_in(split: Split, query: Split, item: int, k: int) -> Neighbours:
    cosines = np.matmul(query.embeddings[item : item + 1], split.embeddings.T)
    if split is query:
        cosines[0, item] = -np.inf
    others = min(k, len(split) - (split is query))
    if others <= 0 or not split.embeddings.shape[1]:
        return Neighbours(np.empty((1, 0), np.int64), np.empty((1, 0), np.float32))
    return join([top_k(cosines, others)])
