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

    with x = straight s / tau - curved log(1 - s) + lower log(1 + s) of a cosine s. `positives`: whoever shares the
    anchor's class, or the anchor's other view alone. `others_below`: do the other positives stand below the bar?
    `own_below`: does the positive itself? `evidence`: each anchor blends the two coordinates by what its own negatives
    show: straight = 1 - lam, curved = lam beta. `target_temperature` tau_s: there are no positives alone above the bar
    but all others, weighted by the softmax of G / tau_s, G being 1 within the anchor's class and 0 on noise.

    Of two views alone: `power` q and `density` lam put a power in the logarithm's place, with D what stands below:
    ((lam D)^q - e^{q x_p}) / q. `bias` b: there is no bar, each pair is a logistic regression of its own, and the
    anchor's loss the sum log(1 + e^{-x_p - b}) + sum over noise log(1 + e^{x_n + b}). `across`: an anchor meets the
    other view of the batch alone.
    """

    positives: Literal["class", "view"]
    others_below: bool
    margin: Number = 0.0
    straight: Number = 1.0
    curved: Number = 0.0
    lower: float = 0.0
    evidence: bool = False
    own_below: bool = True
    power: Number | None = None
    density: Number = 1.0
    bias: Number | None = None
    across: bool = False
    target_temperature: Number | None = None

    def weights(self, settings: Mapping[str, float]) -> tuple[float, float]:
        """straight and curved; under `evidence` from `lam` and `beta` among the settings."""
        if self.evidence:
            return 1 - settings["lam"], settings["lam"] * settings["beta"]
        return _value(self.straight, settings), _value(self.curved, settings)

    def margin_of(self, settings: Mapping[str, float]) -> float:
        return _value(self.margin, settings)

    def power_of(self, settings: Mapping[str, float]) -> tuple[float, float]:
        """q and log lam; 0 and 0 for a logarithm."""
        if self.power is None:
            return 0.0, 0.0
        return _value(self.power, settings), math.log(_value(self.density, settings))

    def noise_target(self, settings: Mapping[str, float]) -> float:
        """w: above the bar each positive has the weight 1 / (|P| + |Nz| w), each noise pair w times that.

        >>> Contrast("class", others_below=True).noise_target({})
        0.0
        """
        return math.exp(-self.target_gap(settings))

    def target_gap(self, settings: Mapping[str, float]) -> float:
        """By how much a positive's exponent is to exceed that of noise: 1 / tau_s, or by as much as can be."""
        return math.inf if self.target_temperature is None else 1 / _value(self.target_temperature, settings)

    def bias_of(self, settings: Mapping[str, float]) -> float:
        """b of pairs that are each for themselves; 0 for a loss with a bar."""
        return 0.0 if self.bias is None else _value(self.bias, settings)

    @property
    def each_pair(self) -> bool:
        """Is every pair a logistic regression of its own, without a shared denominator?"""
        return self.bias is not None

    @property
    def is_cosine(self) -> bool:
        """Is the exponent s / tau, without a curved part?"""
        return not self.evidence and self.straight == 1.0 and self.curved == 0.0

    @property
    def is_soft(self) -> bool:
        """Does noise stand above the bar too, with the weight of its similarity?"""
        return self.target_temperature is not None

    @property
    def is_share(self) -> bool:
        """Is the derivative by a cosine a softmax share, less the weight above the bar, over tau?"""
        return self.is_cosine and self.own_below and self.power is None and not self.each_pair

    @property
    def has_temperature(self) -> bool:
        return self.evidence or self.straight != 0.0

    @property
    def depends_on_level(self) -> bool:
        """Does the loss change where the same is added to all exponents?"""
        return self.power is not None or self.each_pair

    def noise_of_pairs(self, pairs: int) -> int:
        """How many noise pairs an anchor has in a batch of two views of `pairs` samples."""
        return pairs - 1 if self.across else 2 * pairs - 2

    def loss_apart(self, gap: float, positives: float, noise: float, settings: Mapping[str, float]) -> float:
        """The loss, in nats, of an anchor whose positives all have cosine 1 and whose noise lies `gap` below it in the
        exponent.

        gap 0 is the chance level. Without noise, a loss whose other positives do not stand below is 0.
        """
        if self.depends_on_level:
            return self._loss_at(1 / settings["temperature"], gap, noise, settings)
        if not self.own_below:
            return math.log(noise) - gap
        if self.others_below:
            above = noise * self.noise_target(settings)  # beside the positives
            return math.log(positives + noise * math.exp(-gap)) + gap * above / (positives + above)
        if noise == 0:
            return 0.0
        return math.log(math.exp(-self.margin_of(settings)) + noise * math.exp(-gap))

    def _loss_at(self, top: float, gap: float, noise: float, settings: Mapping[str, float]) -> float:
        """The same with one positive, of exponent `top`, for a loss that depends on it."""
        if self.each_pair:
            b = self.bias_of(settings)
            return _softplus(-top - b) + noise * _softplus(top - gap + b)
        q, log_density = self.power_of(settings)
        return raised(top + math.log1p(noise * math.exp(-gap)) + log_density, top, q)


def raised(log_below: float, above: float, q: float) -> float:
    """(e^{q log_below} - e^{q above}) / q, at q = 0 its limit log_below - above.

    >>> raised(2.0, 0.5, 0.0), round(raised(2.0, 0.5, 1e-9), 6), round(raised(math.log(5), math.log(2), 1.0), 6)
    (1.5, 1.5, 3.0)
    """
    return log_below - above if q == 0 else (math.expm1(q * log_below) - math.expm1(q * above)) / q


def _softplus(x: float) -> float:
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


@dataclass(frozen=True, slots=True)
class Choosing:
    """A loss of a class head: a sample is to choose what it is given among `candidates` by their scores.

    `given`: the sample's label, its soft target, or a label drawn from it. `candidates`: all classes, with scores
    f / tau, of which the loss takes the mean under what is given; what all samples of the batch are given, v, with
    scores v . (f / tau - log prior); all points v of the simplex under the uniform measure, with v . f / tau; or all
    inputs of the batch, with the scores f / tau of the sample's class for them. `own_class_below`: do the inputs of
    that class, the sample among them, stand below the bar?
    """

    given: Literal["label", "target", "drawn label"]
    candidates: Literal["classes", "batch", "simplex", "inputs"]
    own_class_below: bool = True

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
    def by_column(self) -> bool:
        """Does a class choose among inputs, and not an input among classes?"""
        return self.candidates == "inputs"

    @property
    def has_prior(self) -> bool:
        return self.candidates == "batch"


def _value(number: Number, settings: Mapping[str, float]) -> float:
    return settings[number] if isinstance(number, str) else number
