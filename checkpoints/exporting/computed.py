"""What stands beside the outputs in an exported file: similarities, predictions, a map."""

from dataclasses import dataclass

import numpy as np

from analysis.accuracy.probe import ClassProbabilities, class_probabilities
from analysis.maps.projection import pca
from analysis.neighbours.nearest import Nearest, nearest_similarity
from analysis.outputs import Outputs
from analysis.statistics.bootstrap import Unavailable
from losses.errors import LabError

EVERY = "every"


@dataclass(frozen=True, slots=True, eq=False)
class PlacedItems:
    """A map: coordinates (M, 2) of `items` (M,) of the split "train" or "test", or of `EVERY` item, train first."""

    name: str
    split: str
    items: np.ndarray
    coordinates: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Computed:
    """Of the test items: the nearest pass and class probabilities; a map; None for what was not or cannot be made."""

    nearest: Nearest | None = None
    probabilities: ClassProbabilities | None = None
    placed: PlacedItems | None = None


def compute(outputs: Outputs) -> Computed:
    """All of it, by PCA for the map."""
    if not outputs.test.embeddings.shape[1]:
        return Computed(probabilities=known(class_probabilities(outputs)))
    return Computed(nearest_similarity(outputs, k=1), known(class_probabilities(outputs)), pca_of_every(outputs))


def known(found: ClassProbabilities | Unavailable) -> ClassProbabilities | None:
    """None where there are none."""
    return found if isinstance(found, ClassProbabilities) else None


def pca_of_every(outputs: Outputs) -> PlacedItems | None:
    """Train and test items in one plane; None where all are one point."""
    rows = np.concatenate([outputs.train.embeddings, outputs.test.embeddings])
    try:
        return PlacedItems("PCA", EVERY, np.arange(len(rows)), pca(rows).coordinates)
    except LabError:
        return None
