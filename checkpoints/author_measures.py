"""What the authors' scripts report beside the margin: recall at k, a sharper vote, the top five, an area, losses."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analysis.accuracy.probe import ClassProbabilities
from analysis.accuracy.top_k import top_accuracy
from analysis.neighbours.nearest import Nearest
from analysis.neighbours.retrieval import Recalls, recall_at
from analysis.neighbours.separation import Separation, separation
from analysis.neighbours.vote import SHARP, vote
from analysis.objectives.of_outputs import Objective, objectives
from analysis.outputs import Outputs
from analysis.statistics.bootstrap import Estimate, Unavailable


@dataclass(frozen=True, slots=True, eq=False)
class AuthorMeasures:
    """separation: area under the ROC of nearest target against nearest noise. sharp: accuracy of the vote of as many
    neighbours as `Inspection.k`, each weighing exp(cosine / 0.1). top: of the class head's five highest scores."""

    separation: Separation | Unavailable
    sharp: Estimate | Unavailable
    recalls: Recalls
    top: Estimate | Unavailable
    objectives: tuple[Objective, ...]

    def numbers(self) -> dict[str, object]:
        """Flat and ready for JSON; the losses under one name."""
        auc = self.separation
        found: dict[str, object] = flat("target_noise_auc", auc if isinstance(auc, Unavailable) else auc.auc)
        found |= {"target_noise_auc_items": None if isinstance(auc, Unavailable) else auc.items}
        found |= flat("sharp_knn_accuracy", self.sharp)
        for k, rate in self.recalls.rates.items():
            found |= flat(f"recall_at_{k}", rate)
        found |= {"recall_items": int(self.recalls.judged.sum()) or None}
        found |= flat("class_head_top_5_accuracy", self.top)
        others = {each.name: each.loss.reason for each in self.objectives if isinstance(each.loss, Unavailable)}
        losses = {each.name: _loss(each) for each in self.objectives if each.name not in others}
        return found | {"losses": losses, "losses_not_applied": others}

    def reasons(self) -> Mapping[str, str]:
        parts = {
            "target_noise_auc": self.separation,
            "sharp_knn_accuracy": self.sharp,
            **{f"recall_at_{k}": rate for k, rate in self.recalls.rates.items()},
            "class_head_top_5_accuracy": self.top,
        }
        return {name: part.reason for name, part in parts.items() if isinstance(part, Unavailable)}


def author_measures(
    outputs: Outputs, nearest: Nearest, k: int, head: ClassProbabilities | Unavailable
) -> AuthorMeasures:
    """On the test items; `head` as `class_probabilities` gives it, or why there is none."""
    return AuthorMeasures(
        separation(nearest),
        vote(nearest.neighbours, outputs, k, temperature=SHARP).accuracy,
        recall_at(nearest.neighbours, outputs),
        head if isinstance(head, Unavailable) else top_accuracy(head),
        objectives(outputs),
    )


def flat(name: str, estimate: Estimate | Unavailable) -> dict[str, object]:
    """A number and its interval as [low, high]; null where there is none."""
    if isinstance(estimate, Unavailable):
        return {name: None, f"{name}_interval": None}
    return {name: estimate.value, f"{name}_interval": [estimate.low, estimate.high]}


def _loss(each: Objective) -> dict[str, object]:
    """In nats."""
    assert isinstance(each.loss, Estimate)
    chance = each.chance if each.chance is not None and np.isfinite(each.chance) else None
    values = {"value": each.loss.value, "low": each.loss.low, "high": each.loss.high, "at_chance": chance}
    return {**values, "batch": each.batch, "anchors": each.items, "own": each.own, **each.parameters}
