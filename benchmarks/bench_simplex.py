"""World 1: how long its runs take, against a plain loop over losses and seeds, and whether they learn what they should.

The loop is timed over `LOOPED` steps of each loss, for one seed, and counted for all seeds and steps: it has no other
cost than its steps. `python -m benchmarks.bench_simplex whole` runs all of it instead (minutes).
"""

import sys
import time
from collections.abc import Iterable

from benchmarks.simplex_loop import train_alone
from toy_models.simplex import SimplexSpec, reference, simulate
from toy_models.threads import one_thread

Row = tuple[str, float, str, float]

LOOPED = 100


def rows() -> Iterable[Row]:
    spec = SimplexSpec()
    list(simulate(SimplexSpec(steps=10)))  # imports and first calls
    began = time.perf_counter()
    last = list(simulate(spec))[-1]
    run = f"World 1: {len(spec.losses)} losses x {spec.seeds} seed x {spec.steps:,} steps"
    yield run, time.perf_counter() - began, "s", 15
    exact = spec.losses.index("soft_target_infonce_exact_noise")
    yield "World 1: KL to the true density of exact-noise InfoNCE after it", last.kl_density[exact, 0], "nats", 0.02
    began = time.perf_counter()
    reference(spec)
    yield "World 1: exact optima of all losses", time.perf_counter() - began, "s", 5
    yield from against_the_loop(SimplexSpec(seeds=8, steps=2000, batch_size=256))


def against_the_loop(spec: SimplexSpec) -> Iterable[Row]:
    began = time.perf_counter()
    list(simulate(spec))
    ours = time.perf_counter() - began
    size = f"{len(spec.losses)} losses x {spec.seeds} seeds x {spec.steps:,} steps, batch {spec.batch_size}"
    yield f"World 1: {size}", ours, "s", 30
    loop = plain_seconds(spec, LOOPED) * spec.seeds * spec.steps / LOOPED
    yield f"World 1: the same as a share of the plain loop over losses and seeds ({loop:.0f} s)", ours / loop, "", 0.2


def plain_seconds(spec: SimplexSpec, steps: int) -> float:
    """Seconds that one seed of all losses takes for `steps` steps, on one thread: such small networks gain by no more.

    The first step of each loss, which loads and allocates, does not count.
    """
    total = 0.0
    with one_thread():
        for name in spec.losses:
            train_alone(spec, name, 0, 1)
            began = time.perf_counter()
            train_alone(spec, name, 0, steps)
            total += time.perf_counter() - began
    return total


def whole(spec: SimplexSpec) -> None:
    """The loop in full, on one thread as our run is."""
    began = time.perf_counter()
    with one_thread():
        for name in spec.losses:
            for seed in range(spec.seeds):
                train_alone(spec, name, seed)
    print(f"plain loop, whole: {time.perf_counter() - began:.1f} s")


if __name__ == "__main__" and sys.argv[1:] == ["whole"]:
    whole(SimplexSpec(seeds=8, steps=2000, batch_size=256))
