"""Does SupCon's repulsion get worse as more images share a label? Where it does, and where it levels off."""

from collections.abc import Sequence

import numpy as np

from analysis.rules.findings import Drawing, Findings, Line, estimates
from analysis.rules.kinds import Above, Greater
from analysis.rules.numbers import mean_of
from analysis.rules.verdict import Part
from claims.claim import Claim, Effort, PlayOn, Source, Watch

DRAWS = {Effort.QUICK: 10, Effort.FULL: 60}
TEMPERATURES, SPREADS = (0.05, 0.1, 0.2, 0.5), (0.1, 0.3, 1.0)
RISE = 0.02  # of push over pull: what counts as worse
SILENT = 0.005


def measure(effort: Effort, seed: int, watch: Watch) -> Findings:
    """Push over pull on same-class pairs of random clusters, nested in class size, paired within draws."""
    from toy_models.repulsion.class_size import StudySpec, study
    from toy_models.repulsion.verdict import curve

    draws = DRAWS[effort]
    spec = StudySpec(TEMPERATURES, SPREADS, draws=draws, seed=seed)
    found = study(spec, lambda index: watch(index, draws))
    sizes = spec.sizes
    middle, tight = curve(found, "balanced", 0.1, 0.3), curve(found, "balanced", 0.1, 0.1)
    warm, grown = curve(found, "balanced", 0.5, 0.3), curve(found, "fixed_noise", 0.1, 0.3)
    at = {size: place for place, size in enumerate(sizes)}
    numbers = {
        "small": mean_of(middle[at[8]] - middle[at[2]], "draws"),
        "large": mean_of(middle[at[128]] - middle[at[64]], "draws"),
        "tight": mean_of(tight[at[128]] - tight[at[4]], "draws"),
        "grown": mean_of(grown[at[8]] - grown[at[2]], "draws"),
        "warm": mean_of(warm[at[128]], "draws"),
    }
    lines = [
        _line(f"spread {spread:g}", style, sizes, curve(found, "balanced", 0.1, spread))
        for spread, style in zip(SPREADS, ("sincere", "supcon", "nt_xent"), strict=True)
    ]
    lines.append(_line("spread 0.3 at temperature 0.5", "weibit", sizes, warm))
    return Findings(numbers, {"sizes": tuple(lines)})


def _line(name: str, style: str, sizes: Sequence[int], ratios: np.ndarray) -> Line:
    """Of (size, draw)."""
    return estimates(name, style, sizes, [mean_of(row, "draws") for row in ratios])


CLAIM = Claim(
    name="class_size",
    title="Worse with class size",
    statement="The more images share a label, the more SupCon pushes them apart.",
    source=Source("sincere", "The abstract says that the repulsion gets worse as more images share a label."),
    formula=r"\frac{\sum_{i,p} \max(0,\, q_{ip} - 1/|P(i)|)}{\sum_{i,p} \max(0,\, 1/|P(i)| - q_{ip})}",
    measured=(
        "Push over pull on the same-class pairs of random clusters, 8 classes in 16 dimensions, class sizes 2 to 128;"
        " without training."
    ),
    parts=(
        Part("small", "Classes of 8 against classes of 2", "of pull", Greater(RISE)),
        Part("grown", "A class of 8 against one of 2, the noise fixed", "of pull", Greater(RISE)),
        Part("large", "Classes of 128 against classes of 64", "of pull", Greater(RISE)),
        Part("tight", "Tight classes (spread 0.1): 128 against 4", "of pull", Greater(RISE)),
        Part("warm", "At temperature 0.5 something repels at all", "of pull", Above(SILENT)),
    ),
    headline="large",
    drawings=(
        Drawing(
            "sizes",
            "Where does push over pull stop rising?",
            "Vectors that share a label",
            "Push over pull on same-class pairs",
            (
                "All that SupCon pushes same-class pairs apart over all that it pulls them together, at temperature"
                " 0.1 unless said, means over draws with 95 % intervals. 1 is as much push as pull."
            ),
            log_x=True,
        ),
    ),
    changes=(
        "Temperature and spread decide: it levels off where a class has most of the denominator, earlier for tight"
        " classes, later for cold losses; at high temperature no pair's share exceeds 1/|P| and nothing repels."
    ),
    caveats=(
        (
            "The abstract names no settings. Push over pull rises here as it says up to some 32 vectors a class, and"
            " hardly beyond."
        ),
        "Random clusters stand for a batch in the middle of training, and are not trained.",
    ),
    play_on=(
        PlayOn("repulsion", "The same study over temperature and spread, and the training itself"),
        PlayOn("force_curves", "The derivative on one pair as its class grows"),
    ),
    measure=measure,
)  # fmt: skip
