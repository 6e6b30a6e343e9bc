"""World 3: how long a noise floor, a tail with its interval, and a training run on two views take."""

import time
from collections.abc import Callable, Iterable

import numpy as np

from analysis.tails.excesses import fit_anchors, fit_tail
from analysis.tails.fit import fit_excesses
from analysis.tails.of_sphere import random_cosines
from toy_models.noise_floor import NoiseFloorSpec
from toy_models.noise_floor import simulate as repeat
from toy_models.two_views import TwoViewsSpec
from toy_models.two_views import simulate as train

Row = tuple[str, float, str, float]


def rows() -> Iterable[Row]:
    floor = NoiseFloorSpec()
    fits = 2 * floor.repetitions * len(floor.draws)
    yield f"Noise floor: {fits:,} fits", seconds(lambda: list(repeat(floor))), "s", 2
    yield from tail_rows()
    for encoder in ("points", "network"):
        spec = TwoViewsSpec(encoder=encoder)
        list(train(TwoViewsSpec(encoder=encoder, steps=10)))  # imports and first calls
        run = f"Two views, {encoder}: {len(spec.losses)} losses x {spec.seeds} seeds x {spec.steps} steps"
        yield run, seconds(lambda spec=spec: list(train(spec))), "s", 15
        alone = [
            TwoViewsSpec((name,), encoder, steps=50, seed=seed, seeds=1) for name in spec.losses for seed in range(4)
        ]
        stacked = seconds(lambda encoder=encoder: list(train(TwoViewsSpec(encoder=encoder, steps=50))))
        apart = seconds(lambda alone=alone: [list(train(each)) for each in alone])
        yield f"Two views, {encoder}: stacked beside one run at a time", stacked / apart, "x", 1


def tail_rows() -> Iterable[Row]:
    cosines = random_cosines(16, 2_000_000, np.random.default_rng(0))
    excesses = np.sort(cosines)[-20_000:] - np.quantile(cosines, 0.99)
    yield "Tail: one fit to 20,000 excesses", seconds(lambda: fit_excesses(excesses.clip(0))), "s", 0.2
    weights = np.random.default_rng(0).multinomial(1000, np.full(1000, 1e-3), size=200)
    yield (
        "Tail: 200 resampled fits to 1,000 excesses",
        seconds(lambda: fit_excesses(excesses[::20], weights)),
        "s",
        0.5,
    )
    pairs = cosines[:1_000_000].reshape(500, 2000)
    yield "Tail: 500 x 2,000 cosines, 200 resamples of anchors", seconds(lambda: fit_tail(pairs)), "s", 3
    yield "Tail: one fit to each of 500 anchors", seconds(lambda: fit_anchors(pairs)), "s", 1


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
