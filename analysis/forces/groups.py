"""What the forces of a matrix add up to: over its same-class pairs and noise, and over every group of pairs."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analysis.forces.matrix import ForceMatrix
from losses.errors import LabError


@dataclass(frozen=True, slots=True)
class Balance:
    """The forces of one matrix added up, in nats per unit of cosine, over all anchors.

    pull, push: on same-class pairs; noise_push: on pairs of different classes. A row of forces of a softmax of
    cosines sums to 0, so pull = push + noise_push. `push_to_pull` is None where nothing pulls.
    """

    pairs: int
    repelling: int
    pull: float
    push: float
    noise_push: float

    @property
    def repelling_share(self) -> float:
        """Share of same-class pairs (ordered: an anchor and a positive) that the loss pushes apart."""
        return self.repelling / self.pairs

    @property
    def push_to_pull(self) -> float | None:
        return self.push / self.pull if self.pull else None


@dataclass(frozen=True, slots=True)
class GroupSum:
    """The forces on one group of cells, in nats: pull is minus the sum of those below 0, push the sum of the others."""

    group: str
    cells: int
    repelling: int
    pull: float
    push: float

    @property
    def net(self) -> float:
        return self.push - self.pull


def balance(matrix: ForceMatrix) -> Balance:
    """Pull against push, over same-class pairs and over noise."""
    same = matrix.forces[matrix.same_class]
    return Balance(
        pairs=len(same),
        repelling=int((same > 0).sum()),
        pull=float(-same[same < 0].sum()),
        push=float(same[same > 0].sum()),
        noise_push=float(matrix.forces[matrix.other_class].sum()),
    )


def pair_groups(matrix: ForceMatrix, hard_quantile: float) -> dict[str, np.ndarray]:
    """Disjoint masks (N, N) that cover all pairs.

    Positives are the loss's own; other pairs of one class are noise to a loss of views. Noise of other classes is
    hard from the `hard_quantile` of its cosines over the batch on.
    """
    hard = hard_cells(matrix.cosines, matrix.other_class, hard_quantile)
    return {
        "positives": matrix.positives,
        "same class, not positive": matrix.same_class & ~matrix.positives,
        "hard noise": hard,
        "easy noise": matrix.other_class & ~hard,
    }


def hard_cells(scores: np.ndarray, noise: np.ndarray, quantile: float) -> np.ndarray:
    """The cells of `noise` whose score is at or above the `quantile` of all of them; a bool mask of their shape."""
    if not 0 <= quantile <= 1:
        raise LabError("hard quantile", "must lie in 0 to 1", quantile)
    if not noise.any():
        return noise
    return noise & (scores >= np.quantile(scores[noise], quantile))


def group_sums(forces: np.ndarray, groups: Mapping[str, np.ndarray]) -> tuple[GroupSum, ...]:
    """The forces of each group added up, in the groups' order."""
    return tuple(_sum(name, forces[mask]) for name, mask in groups.items())


def _sum(name: str, forces: np.ndarray) -> GroupSum:
    repels = forces > 0
    return GroupSum(name, len(forces), int(repels.sum()), float(-forces[~repels].sum()), float(forces[repels].sum()))
