"""One same-class pair of a force matrix taken apart."""

from dataclasses import dataclass

import numpy as np

from analysis.forces.matrix import ForceMatrix
from losses.catalog import CATALOG


@dataclass(frozen=True, slots=True)
class PairTerms:
    """What a force on a same-class pair is made of: q_ip and g_ip are shares of a denominator, in [0, 1].

    share, q_ip: the pair's share among all others of the anchor; noise_share, g_ip: the noise's share against the
    pair alone, B_i / (e^{s_ip/tau - epsilon} + B_i), with epsilon 0 but for eps-SupInfoNCE. `positive` is False where
    the loss takes a pair of one class for noise: two images of it, to a loss of views. target: the positive's weight
    above the bar, t_ip, which is 1/|P| where noise has none there.
    """

    loss: str
    anchor: int
    other: int
    cosine: float
    positives: int
    temperature: float
    positive: bool
    share: float
    noise_share: float
    target: float
    force: float


def most_repelled(matrix: ForceMatrix) -> tuple[int, int]:
    """The same-class pair (anchor, other) with the largest derivative: pushed hardest, or else pulled least."""
    forces = np.where(matrix.same_class, matrix.forces, -np.inf)
    anchor, other = np.unravel_index(forces.argmax(), forces.shape)
    return int(anchor), int(other)


def pair_terms(matrix: ForceMatrix, anchor: int, other: int) -> PairTerms:
    """Take the force on a same-class pair apart."""
    scores = matrix.cosines[anchor] / matrix.temperature
    others = np.arange(len(scores)) != anchor
    noise = np.logaddexp.reduce(scores[matrix.other_class[anchor]], initial=-np.inf)
    entry = CATALOG.get(matrix.loss)  # None for a loss of the user's own
    margin = 0.0 if entry is None else entry.contrast.margin_of(entry.defaults)
    noise_target = 0.0 if entry is None else entry.contrast.noise_target(entry.defaults)
    positives = int(matrix.same_class[anchor].sum())
    return PairTerms(
        loss=matrix.loss,
        anchor=anchor,
        other=other,
        cosine=float(matrix.cosines[anchor, other]),
        positives=positives,
        temperature=matrix.temperature,
        positive=bool(matrix.positives[anchor, other]),
        share=float(np.exp(scores[other] - np.logaddexp.reduce(scores[others]))),
        noise_share=float(np.exp(noise - np.logaddexp(noise, scores[other] - margin))),
        target=1 / (positives + int(matrix.other_class[anchor].sum()) * noise_target),
        force=float(matrix.forces[anchor, other]),
    )
