"""The numbers of a checkpoint, in one frozen object: what `python -m checkpoints.inspect` and the zoo's table show."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from analysis.accuracy.probe import ALONE, ClassProbabilities, On, Source, class_probabilities, in_words, linear_probe
from analysis.calibration.top_label import Calibration, calibration
from analysis.degenerate import warnings
from analysis.neighbours.nearest import Margin, margin, nearest_similarity
from analysis.neighbours.retrieval import KS
from analysis.neighbours.separation import Separation
from analysis.neighbours.vote import Vote, vote
from analysis.outputs import Outputs
from analysis.statistics.bootstrap import Estimate, Unavailable
from checkpoints.author_measures import AuthorMeasures, author_measures
from checkpoints.author_measures import flat as _estimate
from checkpoints.by_class import by_class
from checkpoints.ranks import current
from checkpoints.ranks import nearest as shared_nearest

BINS = 15


@dataclass(frozen=True, slots=True)
class Inspection:
    """All on the test items, and each `Unavailable`, with its reason, where no number can be given honestly.

    `class_head` is the accuracy of the model's own head, `probe` that of a linear probe on what `probe_on` says.
    `items`: of each number, over how many test items it is; those that an analysis leaves out are not in it.
    `calibration` is of the class head's probabilities where there is one, else of the probe's: `probabilities` says.
    `warnings`: what a reader must know of degenerate data. by_class: see there; empty where it was not asked for.
    """

    margin: Margin | Unavailable
    k: int
    knn: Estimate | Unavailable
    probe: Estimate | Unavailable
    probe_on: str
    class_head: Estimate | Unavailable
    probabilities: Source
    calibration: Calibration | Unavailable
    measures: AuthorMeasures
    warnings: tuple[str, ...] = ()
    items: Mapping[str, int] = field(default_factory=dict)
    by_class: tuple[Mapping[str, object], ...] | Unavailable = ()

    @property
    def separation(self) -> Separation | Unavailable:
        """The area under the ROC of nearest target against nearest noise."""
        return self.measures.separation

    def numbers(self) -> dict[str, object]:
        """Flat and ready for JSON: null where unavailable, `unavailable` with the reasons, intervals as [low, high].

        Similarities are cosines, the margin is signed, accuracies, ECE and MCE lie in [0, 1], NLL is in nats.
        """
        return (
            _similarity(self.margin)
            | self._over("margin")
            | {"knn_k": self.k}
            | _estimate("knn_accuracy", self.knn)
            | self._over("knn_accuracy")
            | _estimate("probe_accuracy", self.probe)
            | self._over("probe_accuracy")
            | {"probe_on": self.probe_on}
            | _estimate("class_head_accuracy", self.class_head)
            | self._over("class_head_accuracy")
            | {"probabilities": self.probabilities}
            | _calibration(self.calibration)
            | self._over("calibration")
            | self.measures.numbers()
            | self._single_classes()
            | {"warnings": list(self.warnings), "unavailable": self._reasons()}
        )

    def _over(self, name: str) -> dict[str, object]:
        return {f"{name}_items": self.items.get(name)}

    def _single_classes(self) -> dict[str, object]:
        if isinstance(self.by_class, Unavailable):
            return {"nearest_by_class": None}
        return {"nearest_by_class": list(self.by_class)} if self.by_class else {}

    def _reasons(self) -> Mapping[str, str]:
        parts = {
            "margin": self.margin,
            "knn_accuracy": self.knn,
            "probe_accuracy": self.probe,
            "class_head_accuracy": self.class_head,
            "ece": self.calibration,
            "nearest_by_class": self.by_class,
        }
        reasons = {name: part.reason for name, part in parts.items() if isinstance(part, Unavailable)}
        if isinstance(self.calibration, Calibration) and self.calibration.impossible:
            alone = ", and the file has no logits" if self.probabilities == ALONE else ""
            reasons["nll"] = f"infinite: {self.calibration.impossible} labels had probability 0{alone}"
        return {**reasons, **self.measures.reasons()}


def inspect_outputs(outputs: Outputs, *, k: int = 1, on: On = "features", each_class: bool = False) -> Inspection:
    """Every number of the inspection; `on` is what the probe sees, with `each_class` those of single classes too.

    LabError for a `k` below 1 or above the number of train items.
    """
    ranks, most = current(), max(k, *KS) if k > 0 else k
    nearest = nearest_similarity(outputs, k=most) if ranks is None else shared_nearest(ranks, outputs, most)
    has_head, probe = outputs.has_head, linear_probe(outputs, on=on)
    probabilities = class_probabilities(outputs) if has_head else probe
    source: Source = "class head" if has_head else "linear probe"
    found, voted = margin(nearest), vote(nearest.neighbours, outputs, k)
    return Inspection(
        found,
        k,
        voted.accuracy,
        _accuracy(probe),
        in_words(outputs, on),
        _accuracy(probabilities) if has_head else Unavailable(outputs.no_head),
        probabilities.source if isinstance(probabilities, ClassProbabilities) else source,
        _calibrated(probabilities) if isinstance(probabilities, ClassProbabilities) else probabilities,
        author_measures(outputs, nearest, k, probabilities if has_head else Unavailable(outputs.no_head)),
        warnings(outputs),
        _items(voted, found, probe, probabilities if has_head else None, probabilities),
        by_class(nearest, outputs.class_names) if each_class and isinstance(found, Margin) else (),
    )


def _items(
    voted: Vote,
    found: Margin | Unavailable,
    probe: ClassProbabilities | Unavailable,
    head: ClassProbabilities | Unavailable | None,
    calibrated: ClassProbabilities | Unavailable,
) -> dict[str, int]:
    """How many test items each number is over; a number that is not there has none."""
    items = {} if isinstance(found, Unavailable) else {"margin": found.items}
    items |= {"knn_accuracy": int(voted.judged.sum())} if voted.k else {}
    named = {"probe_accuracy": probe, "class_head_accuracy": head, "calibration": calibrated}
    return items | {name: len(each.items) for name, each in named.items() if isinstance(each, ClassProbabilities)}


def _accuracy(probabilities: ClassProbabilities | Unavailable) -> Estimate | Unavailable:
    return probabilities if isinstance(probabilities, Unavailable) else probabilities.accuracy


def _calibrated(probabilities: ClassProbabilities) -> Calibration:
    return calibration(probabilities.probabilities, probabilities.labels, bins=BINS, losses=probabilities.losses)


def _similarity(found: Margin | Unavailable) -> dict[str, object]:
    if isinstance(found, Unavailable):
        return {"nearest_target_similarity": None, "nearest_noise_similarity": None} | _estimate("margin", found)
    medians: dict[str, object] = {"nearest_target_similarity": found.target, "nearest_noise_similarity": found.noise}
    return medians | _estimate("margin", found.margin)


def _calibration(found: Calibration | Unavailable) -> dict[str, object]:
    if isinstance(found, Unavailable):
        return dict.fromkeys(("ece", "ece_if_calibrated", "mce", "bins", "nll", "brier"))
    return {
        "ece": found.bins.ece,
        "ece_if_calibrated": list(found.null.ece),
        "mce": found.bins.mce,
        "bins": len(found.bins.count),
        "nll": found.nll if np.isfinite(found.nll) else None,
        "brier": found.brier,
    }
