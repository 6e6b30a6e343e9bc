"""World 1: how long the default run takes, and whether it learns what it should in that time."""

import time
from collections.abc import Iterable

from toy_models.simplex import SimplexSpec, reference, simulate

Row = tuple[str, float, str, float]


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
