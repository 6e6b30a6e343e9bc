"""What one model does with every test item, and the measures that two models are compared by."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from analysis.accuracy.probe import ClassProbabilities, Source, class_probabilities, linear_probe
from analysis.geometry.item_statistics import Geometry, ItemStatistic, geometry
from analysis.neighbours.nearest import Nearest, nearest_similarity
from analysis.neighbours.retrieval import recall_at
from analysis.neighbours.separation import pairs_in_order
from analysis.neighbours.vote import vote
from analysis.outputs import NO_HEAD, Outputs
from analysis.statistics.bootstrap import Unavailable

Better = Literal["higher", "lower"]
Values = np.ndarray | Unavailable


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the table. `better` is None where no direction is: a collapsed encoder has the highest target
    similarity and the best alignment of all."""

    key: str
    title: str
    unit: str
    better: Better | None


MEASURES: dict[str, Measure] = {
    measure.key: measure
    for measure in (
        Measure("nearest_target", "Nearest target", "median cosine", None),
        Measure("nearest_noise", "Nearest noise", "median cosine", None),
        Measure("margin", "Margin", "cosine, target less noise", "higher"),
        Measure("target_noise_auc", "AUC", "pairs of target and noise in order", "higher"),
        Measure("recall_at_5", "R@5", "share of items", "higher"),
        Measure("knn_accuracy", "kNN accuracy", "share of items", "higher"),
        Measure("probe_accuracy", "Probe accuracy", "share of items", "higher"),
        Measure("class_head_accuracy", "Head accuracy", "share of items", "higher"),
        Measure("ece", "ECE", "share of items", "lower"),
        Measure("nll", "NLL", "nats", "lower"),
        Measure("brier", "Brier score", "squared error, 0 to 2", "lower"),
        Measure("alignment", "Alignment", "squared distance in a class", None),
        Measure("uniformity", "Uniformity", "nats, less is more even", None),
        Measure("effective_rank", "Effective rank", "directions", None),
    )
}
AREA, RECALL, RECALL_K = "target_noise_auc", "recall_at_5", 5
FEWEST_ITEMS = 20  # for what rests on the normal law
MEDIANS = ("nearest_target", "nearest_noise", "margin")


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredModel:
    """One model on M test items. target, noise (M,) nearest similarities, to be read where `comparable` (M,) bool.

    labels (M,) int64: the items' classes; voted (M,) int64: those that the k nearest train items vote for. head: None
    for a model without a class head. judged (M,) bool: the items that the vote is judged on, None for all, or why it
    is not judged. first (M,): the place of the nearest item of the same class, None where nobody looked.
    within: the similarities are those within the test items.
    """

    name: str
    target: np.ndarray
    noise: np.ndarray
    comparable: np.ndarray
    labels: np.ndarray
    voted: np.ndarray
    k: int
    probe: ClassProbabilities | Unavailable
    head: ClassProbabilities | Unavailable | None
    geometry: Geometry
    judged: np.ndarray | Unavailable | None = None
    first: np.ndarray | None = None
    within: bool = False

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def right(self) -> np.ndarray:
        """(M,) bool: the vote is the item's class."""
        return self.voted == self.labels

    @property
    def margins(self) -> np.ndarray:
        """(M,) float32: target less noise of each item, to be read where `comparable`."""
        with np.errstate(invalid="ignore"):
            return self.target - self.noise

    def reading(self, source: Source) -> ClassProbabilities | Unavailable:
        """The class probabilities of this source."""
        if source == "linear probe":
            return self.probe
        if isinstance(self.head, Unavailable):
            return Unavailable(f"{self.name}: {self.head.reason}")
        return Unavailable(f"{self.name} has no class head") if self.head is None else self.head


def measure_outputs(name: str, outputs: Outputs, *, k: int = 1, nearest: Nearest | None = None) -> MeasuredModel:
    """`measure` with all that it takes made here where it is not given.

    LabError for a k below 1 or above the number of train items.
    """
    nearest = nearest_similarity(outputs, k=max(k, RECALL_K) if k > 0 else k) if nearest is None else nearest
    return measure(name, outputs, nearest, linear_probe(outputs), geometry(outputs.test), k=k)


def measure(
    name: str,
    outputs: Outputs,
    nearest: Nearest,
    probe: ClassProbabilities | Unavailable,
    geometry: Geometry,
    *,
    k: int = 1,
) -> MeasuredModel:
    """Gather what `compare` takes. LabError for a k above the neighbours that `nearest` has."""
    head = class_probabilities(outputs) if outputs.has_head else _no_head(outputs)
    voted, labels = vote(nearest.neighbours, outputs, k), outputs.test.labels
    judged = voted.accuracy if isinstance(voted.accuracy, Unavailable) else voted.judged
    sides = (nearest.target, nearest.noise, nearest.comparable)
    first = recall_at(nearest.neighbours, outputs, (), voted.judged).first
    return MeasuredModel(name, *sides, labels, voted.predicted, k, probe, head, geometry, judged, first, nearest.within)


def _no_head(outputs: Outputs) -> Unavailable | None:
    """Why a file's own class scores are not used; None where it has none."""
    return Unavailable(outputs.no_head) if NO_HEAD in outputs.provenance else None


def common_source(measured: Sequence[MeasuredModel]) -> Source:
    """Where class probabilities can come from for all: their heads if each has one, else a linear probe for each."""
    return "class head" if all(isinstance(model.head, ClassProbabilities) for model in measured) else "linear probe"


def item_values(model: MeasuredModel, key: str, source: Source, among: np.ndarray | None = None) -> Values:
    """Values (M,) float64 whose mean over the items that take part is the measure `key`; NaN for the others.

    among (M,) bool: the items that an area is over, by itself all that are comparable.
    """
    if key == AREA:
        return _area(model, model.comparable if among is None else among & model.comparable)
    if key in ("knn_accuracy", RECALL):
        return _hits(model, key)
    if key in ("alignment", "uniformity", "effective_rank"):
        found: ItemStatistic | Unavailable = getattr(model.geometry, key)
        return found if isinstance(found, Unavailable) else found.values
    reading = model.reading(_source_of(key, source))
    if isinstance(reading, Unavailable):
        return reading
    values = np.full(len(model), np.nan)
    values[reading.items] = _scores(reading, key)
    if np.isinf(values).any():
        return Unavailable(f"infinite for {model.name}: {np.isinf(values).sum():,} labels had probability 0")
    return values


def _hits(model: MeasuredModel, key: str) -> Values:
    """Right or wrong by the nearest neighbours, where they are judged."""
    if isinstance(model.judged, Unavailable):
        return Unavailable(f"{model.name}: {model.judged.reason}")
    if key == RECALL and model.first is None:
        return Unavailable(f"{model.name}: the places of its neighbours are not known")
    hits = model.right if model.first is None or key != RECALL else model.first <= RECALL_K
    values = hits.astype(np.float64)
    return values if model.judged is None else np.where(model.judged, values, np.nan)


def _area(model: MeasuredModel, chosen: np.ndarray) -> Values:
    """The area plus each item's influence on it, as of a statistic of pairs (see `item_statistics`)."""
    if chosen.sum() < FEWEST_ITEMS:
        return Unavailable(f"{chosen.sum()} test items have a target and a noise, {FEWEST_ITEMS} are needed")
    area, influence = pairs_in_order(model.target[chosen], model.noise[chosen])
    values = np.full(len(model), np.nan)
    values[chosen] = area + influence
    return values


def _source_of(key: str, source: Source) -> Source:
    own: dict[str, Source] = {"probe_accuracy": "linear probe", "class_head_accuracy": "class head"}
    return own.get(key, source)


def _scores(reading: ClassProbabilities, key: str) -> np.ndarray:
    """Per item: right or wrong, minus log probability of its class (nats), or squared error summed over classes."""
    truth = reading.probabilities[np.arange(len(reading.labels)), reading.labels]
    if key == "nll":
        return reading.losses
    if key == "brier":
        return (reading.probabilities**2).sum(axis=1) - 2 * truth + 1
    return (reading.predicted == reading.labels).astype(np.float64)
