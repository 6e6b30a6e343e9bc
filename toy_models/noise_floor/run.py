"""Repeat the experiment: draw winners, fit both links to all tables of a block at once, keep running means."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from losses.errors import LabError
from toy_models.noise_floor.maximum_likelihood import coordinate, fit_slopes
from toy_models.noise_floor.spec import BLOCK, LINKS, NoiseFloorSpec
from toy_models.noise_floor.theory import Reference, reference, winners
from toy_models.steps import each_step
from toy_models.traces import names_of

BINS = 60


@dataclass(frozen=True, slots=True, eq=False)
class Metrics:
    """What is known of the estimates, as in `Frame`."""

    squared_error: np.ndarray
    standard_error: np.ndarray
    bias: np.ndarray
    infinite: np.ndarray


METRICS = names_of(Metrics)


@dataclass(frozen=True, slots=True, eq=False)
class Frame(Metrics):
    """The first `step` blocks, after `seconds` of computing; L links in the order of `LINKS`, Q values n.

    squared_error (L, Q) mean of (estimate - true log-odds)^2, with its standard_error (L, Q); bias (L, Q) mean of
    estimate - truth; infinite (L, Q) repetitions whose estimate is infinite, counted and left out of the three.
    They are NaN where no repetition is left. errors (L, Q, BINS) the counts of estimate - truth between `error_edges`.
    """

    step: int
    seconds: float
    repetitions: int
    errors: np.ndarray


def simulate(
    spec: NoiseFloorSpec, device: str = "cpu", on_step: Callable[[int], None] | None = None
) -> Iterator[Frame]:
    """Frames of a run, one after each block in `spec.frames`; the same numbers for the same spec.

    More repetitions leave the first ones as they were. `on_step(step)` is called before each block: a live run
    counts, waits or raises there. Counts of a few scores are no work for an accelerator, and float64 is not on all of
    them: whatever the `device`, this is computed on the CPU.
    """
    if device not in ("cpu", "auto"):
        raise LabError("device", "must be cpu", repr(device), "The noise floor needs no other.")
    blocks, sums, recorded, seconds = _Blocks(spec), _Sums(spec, reference(spec)), set(spec.frames), 0.0
    for step in each_step(range(1, spec.steps + 1), on_step):
        began = time.perf_counter()
        sums.add(blocks.next())
        seconds += time.perf_counter() - began
        if step in recorded:
            yield sums.frame(step, seconds)


def error_edges(spec: NoiseFloorSpec, answer: Reference) -> np.ndarray:
    """Edges (BINS + 1,) of the histogram of errors: four standard deviations at the smallest n, around both limits."""
    width = max(4 * (link.variance_rate / spec.draws[0]) ** 0.5 for link in answer.links)
    limits = [link.limit - answer.log_odds for link in answer.links]
    return np.linspace(min(limits) - width, max(limits) + width, BINS + 1)


class _Blocks:
    """The estimates of one block of repetitions after another."""

    def __init__(self, spec: NoiseFloorSpec) -> None:
        self.spec, self.probs, self.left = spec, winners(spec), spec.repetitions
        self.rng = np.random.default_rng(spec.seed)
        self.coordinates = [coordinate(link, np.array(spec.scores)) for link in LINKS]

    def next(self) -> np.ndarray:
        """Estimated log-odds (L, Q, R) from new winners; both links see the same ones."""
        size = min(BLOCK, self.left)
        self.left -= size
        tables = self.rng.multinomial(self.spec.draws, self.probs, size=(size, len(self.spec.draws)))  # (R, Q, K)
        return np.stack([(x[-1] - x[0]) * fit_slopes(x, tables).T for x in self.coordinates])


class _Sums:
    """What is kept of all blocks so far."""

    def __init__(self, spec: NoiseFloorSpec, answer: Reference) -> None:
        self.truth, self.edges = answer.log_odds, error_edges(spec, answer)
        shape = (len(LINKS), len(spec.draws))
        self.powers = np.zeros((4, *shape))  # sums of the errors' powers 1, 2 and 4; and how many are finite
        self.repetitions, self.errors = 0, np.zeros((*shape, BINS), dtype=np.int64)

    def add(self, estimates: np.ndarray) -> None:
        """Estimates (L, Q, R)."""
        finite = np.isfinite(estimates)
        errors = np.where(finite, estimates - self.truth, 0.0)
        squares = errors**2
        self.powers += np.stack([part.sum(axis=-1) for part in (errors, squares, squares**2, finite)])
        self.repetitions += estimates.shape[-1]
        low, width = self.edges[0], self.edges[1] - self.edges[0]
        places = np.clip((errors - low) // width, 0, BINS - 1).astype(np.int64)
        for index in np.ndindex(self.errors.shape[:2]):
            self.errors[index] += np.bincount(places[index][finite[index]], minlength=BINS)

    def frame(self, step: int, seconds: float) -> Frame:
        kept = self.powers[3]
        first, second, fourth = np.divide(self.powers[:3], kept, where=kept > 0, out=np.full((3, *kept.shape), np.nan))
        spread = np.divide(np.maximum(fourth - second**2, 0), kept - 1, where=kept > 1, out=np.full(kept.shape, np.nan))
        return Frame(
            step=step,
            seconds=seconds,
            repetitions=self.repetitions,
            squared_error=second,
            standard_error=np.sqrt(spread),
            bias=first,
            infinite=(self.repetitions - kept).astype(np.int64),
            errors=self.errors.copy(),
        )
