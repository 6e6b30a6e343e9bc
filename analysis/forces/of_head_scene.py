"""Any class-head loss of one sample of a scene, with its derivative by the varied logit: its record, in numpy.

Three blocks of classes have one logit each: the sample's own class, the other class that may be varied, and the K - 2
that are left. Arrays (M, 3) have them in this order. The prior is uniform, and falls out of every softmax.
"""

import numpy as np

from analysis.forces.of_scene import OnePair
from analysis.forces.scene import Points, log_count
from losses.catalog import CATALOG, LossEntry
from losses.records import Choosing

OWN, OTHER = 0, 1


def of_head(entry: LossEntry, at: Points) -> OnePair:
    """softmax - what is given, by classes; sum_j p_ij v_j - v_i, by what the batch is given; or E_CC[w] - w_i."""
    given = _targets(at) if entry.choosing.soft else np.broadcast_to(np.eye(3), (len(at.pair), 3, 3))
    if entry.choosing.by_column:
        return _by_column(at, entry.choosing.own_class_below)
    if entry.choosing.is_density:
        return _on_simplex(at, given[:, OWN])
    return _among(at, given) if entry.choosing.candidates == "batch" else _against(at, given[:, OWN])


HEAD = tuple(name for name, entry in CATALOG.items() if isinstance(entry.record, Choosing) and not entry.record.drawn)
"""The losses that `of_head` takes: all but those that draw labels, whose derivative is that of labels, drawn."""


def _against(at: Points, target: np.ndarray) -> OnePair:
    """Cross-entropy of the class probabilities against the weight of `target` (M, 3) on each block."""
    scores = _logits(at) / at.temperature[:, None]
    log_shares = scores + log_count(_multiplicity(at))
    total = np.logaddexp.reduce(log_shares, axis=1)
    varied = OWN if at.role == "positive" else OTHER
    force = (np.exp(log_shares[:, varied] - total) - target[:, varied]) / at.temperature
    return OnePair(total - (target * scores).sum(axis=1), force)


def _among(at: Points, targets: np.ndarray) -> OnePair:
    """InfoNCE among the batch's targets (M, 3, 3): row j, a sample of block j, has these weights on the blocks."""
    scores = (targets @ _logits(at)[:, :, None])[:, :, 0] / at.temperature[:, None]  # (M, 3)
    other = at.noise / (at.classes - 1)
    counts = np.stack([at.class_size, other, other * (at.classes - 2)], axis=1)
    weighted = scores + log_count(counts)
    total = np.logaddexp.reduce(weighted, axis=1)
    shares = np.exp(weighted - total[:, None])
    varied = OWN if at.role == "positive" else OTHER
    expected = (shares * targets[:, :, varied]).sum(axis=1)
    return OnePair(total - scores[:, OWN], (expected - targets[:, OWN, varied]) / at.temperature)


def _by_column(at: Points, own_class_below: bool) -> OnePair:
    """A class's weight among inputs, noise and those of its class, where they stand below; one of them is varied."""
    pair, is_own = at.pair / at.temperature, at.role == "positive"
    own = pair if is_own else np.full_like(pair, at.scene.positive) / at.temperature
    below = log_count(at.noise - (not is_own)) + at.scene.noise / at.temperature
    if not is_own:
        below = np.logaddexp(below, pair)
    total = below
    if own_class_below:
        below = np.logaddexp(below, log_count(at.class_size - 1) + at.scene.positive / at.temperature)
        total = np.logaddexp(below, own)
    share = -np.exp(below - total) if is_own else np.exp(pair - total)
    return OnePair(total - own, share / at.temperature)


def _on_simplex(at: Points, target: np.ndarray) -> OnePair:
    """The density exp(w . f) on the simplex, at `target` (M, 3)."""
    scores, varied = _logits(at) / at.temperature[:, None], OWN if at.role == "positive" else OTHER
    log_normaliser, means = on_simplex(scores, _multiplicity(at))
    return OnePair(
        log_normaliser - (target * scores).sum(axis=1), (means[:, varied] - target[:, varied]) / at.temperature
    )


def on_simplex(scores: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """log C (M,) and the mean of w of each class in a block (M, B), of so many classes, 0 or more, a block."""
    import torch

    from losses.simplex_integral import integral_and_mean

    present = counts > 0
    scores = np.where(present, scores, scores[:, :1])  # an empty block lies nowhere: with the first one
    found, means = integral_and_mean(torch.from_numpy(scores), torch.from_numpy(counts))
    return found.numpy(), means.numpy()


def _logits(at: Points) -> np.ndarray:
    """Cosines of the three blocks, (M, 3)."""
    own, other = np.full_like(at.pair, at.scene.positive), np.full_like(at.pair, at.scene.noise)
    if at.role == "positive":
        return np.stack([at.pair, other, other], axis=1)
    return np.stack([own, at.pair, other], axis=1)


def _multiplicity(at: Points) -> np.ndarray:
    """How many classes each block has, (M, 3)."""
    one = np.ones_like(at.pair)
    return np.stack([one, one, at.classes - 2], axis=1)


def _targets(at: Points) -> np.ndarray:
    """Weight of a soft target of each block on each block, (M, 3, 3)."""
    spread = (at.scene.softness / (at.classes - 1))[:, None, None]
    on_others = spread * _multiplicity(at)[:, None, :] * np.ones((1, 3, 1))
    own = (1 - at.scene.softness - spread) * np.eye(3)
    return on_others + own
