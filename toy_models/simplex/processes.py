"""The label processes of this world by name. A new one is one class and one line."""

from collections.abc import Callable, Mapping
from functools import lru_cache

from toy_models.simplex.annotators import Annotators
from toy_models.simplex.mixup import Mixup
from toy_models.simplex.plane import Gaussians
from toy_models.simplex.process import Process
from toy_models.simplex.smoothed import Smoothed
from toy_models.simplex.spec import SimplexSpec
from toy_models.simplex.tilted import Tilted
from toy_models.simplex.world import SimplexWorld

BUILDERS: Mapping[str, Callable[[SimplexSpec], Process]] = {
    "tilted": lambda spec: Tilted(spec.side, spec.concentration, spec.sharpness),
    "hard": lambda spec: Smoothed(gaussians(spec), 0.0),
    "smoothing": lambda spec: Smoothed(gaussians(spec), spec.epsilon),
    "annotators": lambda spec: Annotators(gaussians(spec), spec.annotators),
    "mixup": lambda spec: Mixup(gaussians(spec), spec.mixup),
}


def gaussians(spec: SimplexSpec) -> Gaussians:
    """Where the items of the plane processes come from."""
    return Gaussians(spec.spread, spec.imbalance, spec.flipped)


@lru_cache(maxsize=4)
def process_of(spec: SimplexSpec) -> Process:
    """The process a spec names; what it has worked out is kept for the last few."""
    return BUILDERS[spec.labels](spec)


def world_of(spec: SimplexSpec) -> SimplexWorld:
    """Its world."""
    return SimplexWorld.of(process_of(spec))
