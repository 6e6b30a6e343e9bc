"""No temperature makes a softmax of cosines a Weibit: the best line through a curve."""

import numpy as np

from analysis.rules.findings import Drawing, Findings, Line
from analysis.rules.kinds import Above
from analysis.rules.numbers import exactly
from analysis.rules.verdict import Part
from claims.claim import Claim, Effort, PlayOn, Source, Watch

TOPS = (0.5, 0.7, 0.9, 0.95, 0.99, 0.999)  # cosines up to which the two are held together
JUDGED = 0.9
SCORES = (0.15, 0.45, 0.70, 0.90)
EXPONENT = 0.8
FAR, TOLD = 0.1, 0.001
_ARITHMETIC = 1e-9


def measure(_effort: Effort, _seed: int, watch: Watch) -> Findings:
    """Exact; the seed changes nothing, and the quick form is the full one."""
    watch(0, 1)
    gaps = tuple(least_gap(0.0, top) for top in TOPS)
    divergence, temperature = least_divergence(np.array(SCORES), EXPONENT)
    numbers = {
        "gap": exactly(least_gap(0.0, JUDGED), _ARITHMETIC),
        "divergence": exactly(divergence, _ARITHMETIC),
        "weights": exactly(np.log((1 - 0.0) / (1 - JUDGED)), _ARITHMETIC),
        "temperature": exactly(temperature, 1e-6),
    }
    line = Line("Largest gap left by the best temperature", "weibit", TOPS, gaps)
    return Findings(numbers, {"gaps": (line,)})


def least_gap(low: float, high: float) -> float:
    """Smallest, over temperatures and offsets, of the largest |s / tau + c - (-log(1 - s))| on [low, high].

    -log(1 - s) is convex, so the best line is parallel to the chord and half way to the tangent (Chebyshev).
    """
    ends = [-np.log1p(-low), -np.log1p(-high)]
    slope = (ends[1] - ends[0]) / (high - low)
    touch = 1 - 1 / slope  # where the curve has the chord's slope
    chord = ends[0] + slope * (touch - low)
    return float(chord + np.log1p(-touch)) / 2


def least_divergence(scores: np.ndarray, exponent: float) -> tuple[float, float]:
    """Smallest KL of a softmax of the scores (K,) from p_j ~ (1 - s_j)^-exponent over temperatures, and that one."""
    from toy_models.noise_floor.maximum_likelihood import fit_slopes

    log_p = -exponent * np.log1p(-scores)
    log_p -= np.logaddexp.reduce(log_p)
    slope = float(fit_slopes(scores, np.exp(log_p)))
    log_q = slope * scores - np.logaddexp.reduce(slope * scores)
    return float(np.exp(log_p) @ (log_p - log_q)), 1 / slope


CLAIM = Claim(
    name="two_coordinates",
    title="No temperature turns one coordinate into the other",
    statement="A softmax of cosines at any temperature and a Weibit of the same cosines are different losses.",
    source=Source(
        (
            "weince"
        ), (
            "Follows from the abstract's two likelihoods, Gumbel and Weibull; that no temperature helps, we computed."
        )
    ),
    formula=r"\min_{\tau, c}\; \max_{s \in [0, 0.9]} \Bigl| \tfrac{s}{\tau} + c + \log(1 - s) \Bigr| > 0",
    measured="Exact, on cosines from 0 to 0.9 and on the released scores (0.15, 0.45, 0.70, 0.90).",
    parts=(
        Part("gap", "Largest gap of the logits at the best temperature", "nats", Above(FAR)),
        Part("divergence", "KL of the choice at the best temperature", "nats", Above(TOLD)),
        Part("weights", "Log ratio of the coordinate's slopes at 0.9 and at 0; a softmax has 0", "", Above(1.0)),
    ),
    headline="gap",
    drawings=(
        Drawing(
            "gaps",
            "How far apart does the best temperature leave them?",
            "Largest cosine there is",
            "Largest gap of the logits, nats",
            (
                "For each range of cosines from 0 on, the temperature and the offset were chosen that bring s / tau"
                " nearest to -log(1 - s). What is left rises as the cosines come near 1."
            ),
        ),
    ),
    changes=(
        "Cosines that stay low. Up to 0.5 the best temperature leaves less than the threshold, and a softmax is a"
        " Weibit for all that can be seen; nearly all pairs of random directions in many dimensions are there."
    ),
    caveats=(
        "Two losses that differ need not train different encoders: see the claim on WEINCE beside NT-Xent.",
        "An encoder can bend its cosines itself; this compares losses of the same cosines.",
    ),
    play_on=(PlayOn("coordinate_lens", "Both coordinates and their weights, at any blend"),),
    measure=measure,
)  # fmt: skip
