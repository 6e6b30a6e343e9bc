"""One anchor's loss with its numbers: who stands above a fraction bar, who below, and what each of them feels.

Every loss of the family is a weighted sum of terms -log( e^{x of one candidate} / sum e^{x of those below} ), where the
exponent x is made of a candidate's score: a cosine, a logit, or a score of a label or target. From the marks alone
follow all numbers: a candidate's weight above is that of its terms, its weight below the mean of its softmax shares,
and its derivative the difference of the two, times the slope of x.

Two kinds depart from it, and say so in `power` and `one_below`: terms of powers in the logarithm's place, and pairs
that are each a term, with a 1 below the bar beside the one candidate.
"""

from dataclasses import dataclass

import numpy as np

ABOVE, BELOW, OUT = "numerator and denominator", "denominator", "out"
ALONE = "numerator"
INSIDE = "in the loss"


@dataclass(frozen=True, slots=True, eq=False)
class Anatomy:
    """T terms over M candidates.

    scores (M,), what the loss is differentiated by; exponents (M,) and slopes (M,) = d exponent / d score. above, below
    (T, M) bool, with one candidate above in each term; weights (T,) of the terms. margin: what the one above has less
    in the exponent below (epsilon-SupInfoNCE). power q and log_density log lam: a term is ((lam D)^q - e^{q x}) / q,
    D its denominator (RINCE). one_below: a 1 stands below each bar, and above it where no candidate does (SigLIP).
    special: what the definition says where it says something special.
    """

    loss: str
    scored_by: str
    anchor: str
    candidates: tuple[str, ...]
    scores: np.ndarray
    exponents: np.ndarray
    slopes: np.ndarray
    above: np.ndarray
    below: np.ndarray
    weights: np.ndarray
    margin: float = 0.0
    power: float = 0.0
    log_density: float = 0.0
    one_below: bool = False
    special: str = ""

    @property
    def exponents_below(self) -> np.ndarray:
        """(T, M), -inf for who does not stand below."""
        return np.where(self.below, self.exponents - self.margin * self.above, -np.inf)

    @property
    def denominators(self) -> np.ndarray:
        """Logarithm of each term's denominator, (T,)."""
        candidates = np.logaddexp.reduce(self.exponents_below, axis=1)
        return np.logaddexp(candidates, 0) if self.one_below else candidates

    @property
    def terms(self) -> np.ndarray:
        """Each term in nats, not weighted, (T,)."""
        above, below = self.above @ self.exponents, self.denominators + self.log_density
        if not self.power:
            return below - above
        return (np.expm1(self.power * below) - np.expm1(self.power * above)) / self.power

    @property
    def value(self) -> float:
        """The anchor's loss in nats."""
        return float(self.weights @ self.terms)

    @property
    def shares(self) -> np.ndarray:
        """Softmax over each term's denominator, (T, M)."""
        return np.exp(self.exponents_below - self.denominators[:, None])

    @property
    def weight_above(self) -> np.ndarray:
        """(M,), with sum 1, or what the powers make of it."""
        return (self.weights * np.exp(self.power * (self.above @ self.exponents))) @ self.above

    @property
    def weight_below(self) -> np.ndarray:
        """Mean softmax share over the terms, (M,), with sum 1, or what the powers make of it."""
        return (self.weights * np.exp(self.power * (self.denominators + self.log_density))) @ self.shares

    @property
    def forces(self) -> np.ndarray:
        """d loss / d score, (M,): below 0 descent raises the score, above 0 it lowers it."""
        return self.slopes * (self.weight_below - self.weight_above)

    @property
    def contributions(self) -> np.ndarray:
        """What each candidate's own terms give to the loss, (M,) in nats: their sum is the loss."""
        return np.bincount(self.owners, self.weights * self.terms, len(self.candidates))

    @property
    def owners(self) -> np.ndarray:
        """The column of each term's own candidate, (T,): the one above, or the only one below."""
        return np.where(self.above.any(axis=1), self.above.argmax(axis=1), self.below.argmax(axis=1))

    @property
    def numerators(self) -> tuple[str, ...]:
        """Each term's own candidate, (T,)."""
        return tuple(self.candidates[column] for column in self.owners)

    @property
    def out(self) -> np.ndarray:
        """(M,) bool: in no term."""
        return ~(self.above | self.below).any(axis=0)

    @property
    def lowered(self) -> int:
        """How many candidates of a numerator have their score lowered all the same."""
        return int((self.forces[self.above.any(axis=0)] > 0).sum())

    @property
    def places(self) -> np.ndarray:
        """(M,) str: ABOVE, ALONE, BELOW or OUT."""
        above, below = self.above.any(axis=0), self.below.any(axis=0)
        return np.select([above & below, above, below], [ABOVE, ALONE, BELOW], OUT).astype(object)

    @property
    def marks(self) -> tuple[str, ...]:
        """Each place with the share of terms in whose denominator it stands: what tells SupCon from SINCERE."""
        counts = [f"denominator {count}/{len(self.below)}" for count in self.below.sum(axis=0)]
        words = {ABOVE: "numerator, {}", ALONE: ALONE, BELOW: "{}", OUT: OUT}
        return tuple(words[place].format(count) for place, count in zip(self.places, counts, strict=True))


def no_terms(candidates: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """above, below and weights of an anchor that takes no part."""
    none = np.zeros((0, candidates), dtype=bool)
    return none, none, np.zeros(0)


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredAnatomy:
    """What autograd tells of an anchor under a loss whose formula is not known: value and forces, but no places."""

    loss: str
    scored_by: str
    anchor: str
    candidates: tuple[str, ...]
    scores: np.ndarray
    forces: np.ndarray
    value: float
    special: str = ""

    @property
    def places(self) -> np.ndarray:
        """(M,) str: INSIDE where the loss changes with the candidate, else OUT."""
        return np.where(self.forces != 0, INSIDE, OUT).astype(object)
