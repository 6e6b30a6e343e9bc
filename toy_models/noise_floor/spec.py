"""What a run of the noise floor is: the widget contract, cache key, URL and test parameter at once."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from losses.errors import LabError
from toy_models.bounds import Bound
from toy_models.specs import WorldSpec

LINKS: Mapping[str, str] = {"weibit": "Weibit link, on -log(1 - s)", "softmax": "Softmax, on s"}
"""The links that are fitted, name -> title, in the order of every figure; names as in the loss catalogue."""

BLOCK = 50
"""Repetitions a step."""
MOST_FRAMES = 80
MOST_SCORES, MOST_DRAWS = 32, 12
MOST_LOG_ODDS = 20.0
"""Beyond, the last score loses less than once in 10^8 draws: there is nothing to estimate from."""
SCORE = Bound(-1.0, 0.999999)
DRAW = Bound(10, 1_000_000, whole=True)


@dataclass(frozen=True, slots=True)
class NoiseFloorSpec(WorldSpec):
    """Winners among `scores` are drawn with p_j proportional to (1 - s_j)^(-exponent): the endpoint is 1.

    For each n in `draws` and each of `repetitions`, the log-odds of the last score against the first are estimated
    from n winners, by each of `LINKS`. Both lists ascend. LabError for a value outside `BOUNDS`.
    """

    scores: tuple[float, ...] = (0.15, 0.45, 0.70, 0.90)
    exponent: float = 0.8
    draws: tuple[int, ...] = (100, 200, 500, 1000, 2000, 5000, 10_000)
    repetitions: int = 4000
    seed: int = 0

    BOUNDS: ClassVar[Mapping[str, Bound]] = {
        "exponent": Bound(-10.0, 20.0),
        "repetitions": Bound(BLOCK, 50_000, whole=True),
        "seed": Bound(0, 2**31 - 1, whole=True),
    }

    def __post_init__(self) -> None:
        self.check_bounds()
        _check_list("scores", self.scores, SCORE, 2, MOST_SCORES)
        _check_list("draws", self.draws, DRAW, 1, MOST_DRAWS)
        if self.scores[0] == self.scores[-1]:
            raise LabError("scores", "must not all be the same", but=f"all are {self.scores[0]}")
        if abs(self.log_odds) > MOST_LOG_ODDS:
            rule = f"must leave the log-odds of the last score within {MOST_LOG_ODDS:g}"
            but = f"is {self.exponent}, which makes them {self.log_odds:.1f}"
            raise LabError("exponent", rule, remedy="Take one nearer to 0, or scores further below 1.", but=but)

    @property
    def log_odds(self) -> float:
        """The true log-odds of the last score against the first, nats."""
        return self.exponent * (math.log1p(-self.scores[0]) - math.log1p(-self.scores[-1]))

    @property
    def steps(self) -> int:
        """Blocks of `BLOCK` repetitions; the last may be smaller."""
        return -(-self.repetitions // BLOCK)

    @property
    def frames(self) -> tuple[int, ...]:
        """The steps after which a frame is recorded, 1 and the last among them: at most `MOST_FRAMES`, geometric."""
        even = {round(self.steps ** (i / (MOST_FRAMES - 1))) for i in range(MOST_FRAMES)}
        return tuple(sorted(even))


def _check_list(name: str, values: Sequence[float], bound: Bound, fewest: int, most: int) -> None:
    if not fewest <= len(values) <= most:
        raise LabError(name, f"must have {fewest} to {most} numbers", len(values))
    for value in values:
        bound.check(name, value)
    if list(values) != sorted(values):
        raise LabError(name, "must ascend", ", ".join(map(str, values)), "Sort them.")
