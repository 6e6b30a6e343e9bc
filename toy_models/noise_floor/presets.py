"""Runs of the noise floor worth a look."""

from collections.abc import Mapping

from toy_models.noise_floor.spec import NoiseFloorSpec
from toy_models.presets import Preset

_DRAWS = (200, 500, 1000, 5000)
"""Of the released notebook's first three experiments, whose numbers of repetitions the last three presets have too."""

PRESETS: Mapping[str, Preset[NoiseFloorSpec]] = {
    "paper": Preset(
        "The paper's four scores",
        "The Weibit error keeps falling as 1/n, the softmax error stops at the floor that its wrong coordinate leaves.",
        NoiseFloorSpec(),
    ),
    "crowded_endpoint": Preset(
        "Crowded at the endpoint",
        "Scores that are close for a softmax lie far apart for Weibit, so the floor is well above the paper's.",
        NoiseFloorSpec(scores=(0.15, 0.70, 0.90, 0.95, 0.98)),
    ),
    "too_close": Preset(
        "Failure: scores too close",
        "On scores this close the two coordinates are one line, so the floor all but vanishes and nobody can tell.",
        NoiseFloorSpec(scores=(0.30, 0.31, 0.32, 0.33)),
    ),
    "no_preference": Preset(
        "Failure: exponent 0",
        "When scores do not matter, slope 0 is right on every coordinate: both links are exact, and there is no floor.",
        NoiseFloorSpec(exponent=0.0),
    ),
    "always_the_top": Preset(
        "Failure: the top always wins",
        "With a steep exponent few draws have a loser, the likelihood has no maximum, and those repetitions are counted"
        " out: the small n have no honest error.",
        NoiseFloorSpec(scores=(0.1, 0.5, 0.9), exponent=4.0, draws=(10, 20, 50, 100, 1000, 10_000)),
    ),
    "two_scores": Preset(
        "Failure: two scores only",
        "One slope fits one log-odds through any coordinate: with two scores the links agree to the last digit.",
        NoiseFloorSpec(scores=(0.2, 0.9)),
    ),
    "any_temperature": Preset(
        "Two scores at any temperature",
        "With p = 0.75, n times the variance of the log-odds tends to 1 / (p (1 - p)) = 5.333, and a temperature only"
        " changes the unit in which the gap is reported.",
        NoiseFloorSpec(scores=(0.25, 0.75), exponent=1.0, draws=_DRAWS, repetitions=20_000),
        show="variance",
    ),
    "unrestricted": Preset(
        "A utility for every score",
        "A softmax that is free to fit every score has no floor, but its log-odds of the top scatter with 12.109 / n"
        " where one slope on the right coordinate gives 7.136 / n.",
        NoiseFloorSpec(draws=_DRAWS, repetitions=12_000),
        show="variance",
    ),
    "restricted": Preset(
        "Failure: one slope on s",
        "The slope tends to 2.5661 with n times variance 23.71 (13.34 of the log-odds), so even around its wrong limit"
        " it scatters more than both others.",
        NoiseFloorSpec(draws=_DRAWS, repetitions=10_000),
        show="variance",
    ),
}
