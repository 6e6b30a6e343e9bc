"""Is the class among the few most probable ones?"""

import numpy as np

from analysis.accuracy.probe import ClassProbabilities
from analysis.statistics.bootstrap import Estimate, Unavailable, proportion

GUESSES = 5


def top_accuracy(known: ClassProbabilities, guesses: int = GUESSES) -> Estimate | Unavailable:
    """Share of items whose class is among the `guesses` of the highest scores; of equal ones the first classes."""
    classes = known.scores.shape[1]
    if classes <= guesses:
        return Unavailable(f"there are {classes} classes, so {guesses} guesses are all of them")
    return proportion(places(known.scores, known.labels) < guesses)


def places(scores: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """How many classes stand before each item's own, (M,), by scores (M, K); of equal ones the first class does."""
    own = scores[np.arange(len(labels)), labels][:, None]
    earlier = np.arange(scores.shape[1]) < labels[:, None]
    before: np.ndarray = ((scores > own) | ((scores == own) & earlier)).sum(axis=1)
    return before
