"""Which differences matter: a smallest difference of interest for each measure, beside what chance allows.

With enough items any difference is more than chance, that of a rounded copy too. So a verdict needs both; and where the
whole interval lies within the smallest difference of interest on both sides, the two are the same for that purpose
(two one-sided tests, Schuirmann 1987; each at 2.5 %, not corrected for their number).
"""

from collections.abc import Mapping
from typing import Literal

from analysis.comparison.measured import MEASURES, Measure
from analysis.digits import decimals, fixed
from analysis.statistics.bootstrap import Estimate
from losses.errors import LabError

ALPHA = 0.05
Verdict = Literal["better", "worse", "different", "too small", "the same", "not distinguishable"]
TOLD: tuple[Verdict, ...] = ("better", "worse", "different")

# Conventions, not results: half a percent of the items, of the cosine's range or of a squared error's; a hundredth of a
# nat; a tenth of a direction. The page and the command change them.
SMALLEST: dict[str, float] = {
    "nearest_target": 0.005,
    "nearest_noise": 0.005,
    "margin": 0.005,
    "target_noise_auc": 0.005,
    "recall_at_5": 0.005,
    "knn_accuracy": 0.005,
    "probe_accuracy": 0.005,
    "class_head_accuracy": 0.005,
    "ece": 0.005,
    "nll": 0.01,
    "brier": 0.005,
    "alignment": 0.01,
    "uniformity": 0.01,
    "effective_rank": 0.1,
}
LARGEST = 1000.0


def smallest_of_interest(changed: Mapping[str, float]) -> dict[str, float]:
    """All of `SMALLEST`, some of them changed; 0 asks for significance alone. LabError for an unknown name or value."""
    for key, value in changed.items():
        if key not in SMALLEST:
            raise LabError("smallest", "must name a measure", key, f"The measures are {', '.join(SMALLEST)}.")
        if not 0 <= value <= LARGEST:
            raise LabError(f"smallest {key}", f"must lie in 0 to {LARGEST:g}", value)
    return SMALLEST | dict(changed)


def verdict(measure: Measure, difference: Estimate, adjusted: float, smallest: float = 0.0) -> Verdict:
    """Told apart is what is more than chance (p-value corrected and interval) and not below `smallest`."""
    if -smallest <= difference.low and difference.high <= smallest:
        return "the same"
    if adjusted > ALPHA or difference.low <= 0 <= difference.high:
        return "not distinguishable"
    if abs(difference.value) < smallest:
        return "too small"
    if measure.better is None:
        return "different"
    return "better" if (difference.value > 0) == (measure.better == "higher") else "worse"


def in_words(said: Verdict, reference: str, value: str, smallest: float) -> str:
    """The verdict as a sentence's end; reference and value as they are shown beside it."""
    if said == "the same":
        return "the same to the digits shown" if reference == value else f"the same within ±{smallest:g}"
    if said == "too small":
        return f"more than chance, but below {smallest:g}"
    return said


def shown_values(reference: float, value: float, difference: Estimate, said: Verdict, smallest: float) -> list[str]:
    """The two values with the digits that their difference needs; what is the same, with those that matter."""
    width = smallest if said == "the same" and smallest else difference.high - difference.low
    places = decimals(width, least=3)
    return [fixed(each, min(places, 15), most=15) for each in (reference, value)]


assert set(SMALLEST) == set(MEASURES)
