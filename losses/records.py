"""What a loss contrasts, as data: the one record from which forces, anatomy, curves, chance level and floor follow.

No torch here. `losses.contrasts` has the arithmetic on tensors; formulas and fast paths are written by hand, and the
tests hold them to the record.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

ENDPOINT_GAP = 1e-6
"""A cosine is held below 1 by this much where a coordinate is made of log(1 - s)."""

Number = float | str
"""A number, or the name of the parameter that gives it."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """A loss of embeddings: an anchor's mean over its positives p of

        -log( e^{x_p} / (e^{x_p - margin} + [sum over other positives e^{x_a}] + sum over noise e^{x_n}) )

    with x = straight s / tau - curved log(1 - s) of a cosine s. `positives`: whoever shares the anchor's class, or
    the anchor's other view alone. `others_below`: do the other positives stand below the bar? `evidence`: each anchor
    blends the two coordinates by what its own negatives show: straight = 1 - lam, curved = lam beta.
    """

    positives: Literal["class", "view"]
    others_below: bool
    margin: Number = 0.0
    straight: Number = 1.0
    curved: Number = 0.0
    evidence: bool = False

    def weights(self, settings: Mapping[str, float]) -> tuple[float, float]:
        """straight and curved; under `evidence` from `lam` and `beta` among the settings."""
        if self.evidence:
            return 1 - settings["lam"], settings["lam"] * settings["beta"]
        return _value(self.straight, settings), _value(self.curved, settings)

    def margin_of(self, settings: Mapping[str, float]) -> float:
        return _value(self.margin, settings)

    @property
    def is_cosine(self) -> bool:
        """Is the exponent s / tau, without a curved part?"""
        return not self.evidence and self.straight == 1.0 and self.curved == 0.0

    @property
    def has_temperature(self) -> bool:
        return self.evidence or self.straight != 0.0

    def loss_apart(self, gap: float, positives: float, noise: float, settings: Mapping[str, float]) -> float:
        """The loss, in nats, of an anchor whose positives all have one exponent and whose noise lies `gap` below it.

        gap 0 is the chance level. Without noise, a loss whose other positives do not stand below is 0.
        """
        if self.others_below:
            return math.log(positives + noise * math.exp(-gap))
        if noise == 0:
            return 0.0
        return math.log(math.exp(-self.margin_of(settings)) + noise * math.exp(-gap))


@dataclass(frozen=True, slots=True)
class Choosing:
    """A loss of a class head: a sample is to choose what it is given among `candidates` by their scores.

        `given`: the sample's label, its soft target, or a label drawn from it. `candidates`: all classes, with scores
    f / tau, of which the loss takes the mean under what is given; what all samples of the batch are given, v, with
        scores v . (f / tau - log prior); or all points v of the simplex under the uniform measure, with v . f / tau.
    """

    given: Literal["label", "target", "drawn label"]
    candidates: Literal["classes", "batch", "simplex"]

    @property
    def soft(self) -> bool:
        """Does the public function take soft targets (N, K), and not labels (N,)?"""
        return self.given != "label"

    @property
    def drawn(self) -> bool:
        return self.given == "drawn label"

    @property
    def is_density(self) -> bool:
        """Is the loss the negative logarithm of a density on the simplex? It is 0 at chance, and can be below."""
        return self.candidates == "simplex"

    @property
    def has_prior(self) -> bool:
        return self.candidates == "batch"


def _value(number: Number, settings: Mapping[str, float]) -> float:
    return settings[number] if isinstance(number, str) else number
