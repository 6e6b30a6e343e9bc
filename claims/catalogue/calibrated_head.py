"""Is a head that soft target InfoNCE trained calibrated, beside soft-target cross-entropy and NLL?"""

from pathlib import Path

import numpy as np

from analysis.rules.findings import Drawing, Findings, marks
from analysis.rules.kinds import Greater, Same
from analysis.rules.numbers import Number, mean_of, resampled
from analysis.rules.verdict import Part
from claims.claim import Claim, Effort, PlayOn, Source, Watch
from claims.code_version import ROOT
from claims.photographs import file_of

SEEDS = {Effort.QUICK: 4, Effort.FULL: 10}
EPOCHS = {Effort.QUICK: 8, Effort.FULL: 30}
ARMS = {
    "soft_target_infonce": "Soft target InfoNCE",
    "soft_target_cross_entropy": "Soft-target cross-entropy",
    "nll": "NLL",
}
FILES = tuple(f"checkpoints/zoo/{name}.safetensors" for name in ARMS)
PHOTOGRAPHS = tuple(file_of(f"{name}_seed_0") for name in ARMS)
BETTER, PAR = 0.01, 0.01
_SOFT_LESS_OURS = "ECE of soft-target cross-entropy less soft target InfoNCE's"
_HARD_LESS_OURS = "ECE of NLL less soft target InfoNCE's"


def measure(effort: Effort, seed: int, watch: Watch) -> Findings:
    """ECE and accuracy (arms, seeds) of freshly trained heads; then of the shipped ones, over test items."""
    seeds = SEEDS[effort]
    total = seeds * len(ARMS) + 1
    found = np.empty((len(ARMS), seeds, 2))
    for place in range(seeds):
        for arm, loss in enumerate(ARMS):
            watch(place * len(ARMS) + arm, total)
            found[arm, place] = head_of(loss, EPOCHS[effort], seed + place)
    watch(total - 1, total)
    ours, soft, hard = found
    numbers = {
        "soft": mean_of(soft[:, 0] - ours[:, 0], "seeds"),
        "hard": mean_of(hard[:, 0] - ours[:, 0], "seeds"),
        "shipped": of_shipped(FILES[0], FILES[1], seed),
        "photographs": of_shipped(PHOTOGRAPHS[0], PHOTOGRAPHS[1], seed),
        "photographs_hard": of_shipped(PHOTOGRAPHS[0], PHOTOGRAPHS[2], seed),
        "accuracy": mean_of(ours[:, 1] - soft[:, 1], "seeds"),
    }
    places = range(seed, seed + seeds)
    lines = tuple(marks(title, name, places, found[arm, :, 0]) for arm, (name, title) in enumerate(ARMS.items()))
    return Findings(numbers, {"seeds": lines})


def head_of(loss: str, epochs: int, seed: int) -> tuple[float, float]:
    """Expected calibration error (15 equal bins, top label) and accuracy of a class head on test items."""
    from analysis.accuracy.probe import softmax
    from analysis.calibration.top_label import bin_confidences
    from checkpoints.native.datasets import digits
    from claims.encoders import Training, of_loss, trained

    outputs = trained(of_loss(loss, {}), digits(), Training("classes", epochs, seed))
    assert outputs.test.logits is not None
    probabilities = softmax(outputs.test.logits, outputs.temperature)
    right = probabilities.argmax(axis=1) == outputs.test.labels
    return bin_confidences(probabilities.max(axis=1), right).ece, float(right.mean())


def of_shipped(ours: str, other: str, seed: int) -> Number:
    """ECE of another shipped head less that of ours, test items resampled together."""
    from analysis.accuracy.probe import class_probabilities
    from analysis.calibration.ece_difference import calibration_errors
    from analysis.statistics.bootstrap import Unavailable
    from checkpoints.opening import open_outputs

    readings = [class_probabilities(open_outputs(ROOT / Path(name))) for name in (ours, other)]
    known = [each for each in readings if not isinstance(each, Unavailable)]
    first, second = calibration_errors(known, seed=seed)
    return resampled(second.ece - first.ece, second.draws - first.draws, len(known[0].labels), "test items")


CLAIM = Claim(
    name="calibrated_head",
    title="Calibrated without trying",
    statement=(
        "A head trained by soft target InfoNCE is better calibrated than one trained by soft-target cross-entropy or by"
        " NLL, and as accurate as the former."
    ),
    source=Source(
        "soft_target",
        (
            "The abstract speaks of accuracy, on par with soft-target cross-entropy and above hard losses;"
            " calibration is our question."
        ),
    ),
    formula=r"\text{ECE} = \sum_b \tfrac{n_b}{n} \bigl| \text{accuracy}_b - \text{confidence}_b \bigr|",
    measured=(
        "Small encoders with a class head on digits, smoothing 0.1 and mixup 0.4 where targets are soft, a seed each;"
        " and the shipped heads on the same 539 test items of digits, and on the 10,000 of CIFAR-10 (ResNet-14, 36"
        " epochs). Softmax of the logits is taken for the probabilities."
    ),
    parts=(
        Part("soft", _SOFT_LESS_OURS, "", Greater(BETTER)),
        Part("hard", _HARD_LESS_OURS, "", Greater(BETTER)),
        Part("shipped", f"Shipped heads of digits: {_SOFT_LESS_OURS}", "", Greater(BETTER)),
        Part("photographs", f"Shipped heads of CIFAR-10: {_SOFT_LESS_OURS}", "", Greater(BETTER)),
        Part("photographs_hard", f"Shipped heads of CIFAR-10: {_HARD_LESS_OURS}", "", Greater(BETTER)),
        Part("accuracy", "Accuracy, soft target InfoNCE less soft-target cross-entropy", "of items", Same(PAR)),
    ),
    headline="soft",
    drawings=(
        Drawing(
            "seeds",
            "Which head is calibrated, seed by seed?",
            "Seed",
            "Expected calibration error, share of items",
            "Lower is better. A head that is perfectly calibrated has about 0.01 to 0.02 on so few items, not 0.",
            joined=False,
        ),
    ),
    changes=(
        "A temperature fitted on held-out data: under-confidence from smoothed and mixed targets is what a"
        " temperature mends, and may leave nothing between the heads."
    ),
    caveats=(
        (
            "Soft targets ask cross-entropy to be less confident than it is right; here hard labels of test items judge"
            " it."
        ),
        (
            "Best epoch: the paper reports the best epoch on the evaluation split for all losses. Here the last one"
            " counts."
        ),
        "Of each head of CIFAR-10 there is one training: its intervals count test items, not seeds.",
    ),
    play_on=(
        PlayOn("compare", "Reliability diagrams of the shipped heads, on shared axes"),
        PlayOn("simplex_labels", "Calibration of each loss's exact optimum under smoothing", "labels=smoothing&v=1"),
    ),
    measure=measure,
    files=(*FILES, *PHOTOGRAPHS),
)
