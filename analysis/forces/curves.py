"""The derivative of every loss on one pair of a scene, along a similarity, a temperature or a size."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.forces.of_head_scene import HEAD, of_head, on_simplex
from analysis.forces.of_scene import EMBEDDING, OnePair, blend_slopes, of_embeddings
from analysis.forces.scene import AXES, Points, Role, Scene, points
from losses.catalog import CATALOG
from losses.errors import LabError
from losses.records import Choosing, Contrast

CURVE_LOSSES = (*EMBEDDING, *HEAD)
"""All but soft distribution InfoNCE, whose derivative is a random draw: label InfoNCE's on labels drawn."""

_LARGEST_BATCH = 4096
_HALVINGS = 60


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """One loss along M points: its derivative by the pair, its value, its chance level and its floor; nats, (M,)."""

    name: str
    force: np.ndarray
    loss: np.ndarray
    chance: np.ndarray
    floor: np.ndarray


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the axis where something is computed to happen to a loss: "sign", its derivative changes sign, or
    "endpoint", the slope 1/(1-s) of a blend by evidence outgrows its slope 1/tau."""

    name: str
    kind: str
    at: float


@dataclass(frozen=True, slots=True, eq=False)
class ForceCurves:
    """Curves of losses on one pair, of `role`, along `axis`, one of `AXES`, at `values` (M,)."""

    scene: Scene
    role: Role
    axis: str
    values: np.ndarray
    curves: tuple[Curve, ...]
    marks: tuple[Mark, ...]


def grid(scene: Scene, axis: str) -> np.ndarray:
    """Where a curve along `axis` is evaluated. Batch sizes are whole numbers of classes."""
    if axis == "similarity":
        return np.linspace(-1, 1, 401)
    if axis == "shortfall":
        return np.geomspace(1e-5, 2, 301)
    if axis == "temperature":
        return np.geomspace(0.02, 2, 301)
    if axis == "batch_size":
        most = max(_LARGEST_BATCH // scene.class_size, 2 * scene.classes, 4)
        return scene.class_size * np.unique(np.round(np.geomspace(2, most, 200)))
    if axis == "class_size":
        return np.unique(np.round(np.geomspace(2, scene.batch_size - 1, 200)))
    raise LabError("axis", f"must be one of {', '.join(AXES)}", repr(axis))


def force_curves(scene: Scene, losses: Sequence[str], role: Role, axis: str) -> ForceCurves:
    """The curves of `losses`, names of `CURVE_LOSSES`, and what is marked on them."""
    unknown = [name for name in losses if name not in CURVE_LOSSES]
    if unknown:
        raise LabError("loss", f"must be one of {', '.join(CURVE_LOSSES)}", repr(unknown[0]))
    values = grid(scene, axis)
    at = points(scene, role, axis, values)
    curves = tuple(_curve(name, at) for name in losses)
    return ForceCurves(scene, role, axis, values, curves, marks(scene, losses, role, axis))


def marks(scene: Scene, losses: Sequence[str], role: Role, axis: str) -> tuple[Mark, ...]:
    """The sign changes of every derivative; and where WEINCE's endpoint takes over. Roots found by bisection.

    Sizes of a class head move in whole classes, so that along them only the losses of embeddings have roots.
    """
    found = []
    for name in losses:
        if name in EMBEDDING or not axis.endswith("_size"):
            roots = _roots(scene, role, axis, _force_of(name))
            found += [Mark(name, "sign", root) for root in roots]
    blends = [name for name in losses if name in EMBEDDING and CATALOG[name].contrast.evidence]
    for name in blends:
        found += [Mark(name, "endpoint", root) for root in _roots(scene, role, axis, _endpoint_excess)]
    return tuple(found)


def evaluate(name: str, at: Points) -> OnePair:
    """A loss of `CURVE_LOSSES` and its derivative by the varied pair."""
    return (of_embeddings if name in EMBEDDING else of_head)(CATALOG[name], at)


def chance_levels(name: str, at: Points) -> np.ndarray:
    """The loss where all embeddings, or all logits, are equal: the loss itself, evaluated there. (M,)"""
    return evaluate(name, _equal(at, 1.0, 1.0, 1.0)).loss


def floors(name: str, at: Points) -> np.ndarray:
    """The least that the loss can be with these counts: positives at cosine 1 and noise at -1. (M,)

    To a loss of views, or of a head's columns, the rest of the class is noise. Cross-entropy is least where the
    softmax is the target, if cosines can make it so, and a density where its mean is. Not every batch can reach all of
    it at once: it is a bound.
    """
    record = CATALOG[name].record
    if isinstance(record, Choosing) and record.soft and record.candidates == "classes":
        return _least_cross_entropy(at)
    if isinstance(record, Choosing) and record.is_density:
        return _least_of_density(at)
    if isinstance(record, Contrast) and record.is_soft:
        return _least_to_targets(record, at, CATALOG[name].defaults)
    against_own = isinstance(record, Choosing) and record.by_column
    others = -1.0 if against_own or (isinstance(record, Contrast) and record.positives == "view") else 1.0
    return evaluate(name, _equal(at, 1.0, others, -1.0)).loss


def _curve(name: str, at: Points) -> Curve:
    found = evaluate(name, at)
    return Curve(name, found.force, found.loss, chance_levels(name, at), floors(name, at))


def _equal(at: Points, pair: float, positive: float, noise: float) -> Points:
    """The points with a positive pair and all others at these cosines."""
    scene = replace(at.scene, positive=positive, noise=noise)
    return replace(at, scene=scene, role="positive", pair=np.full_like(at.pair, pair))


def _least_cross_entropy(at: Points) -> np.ndarray:
    """The own logit d above all others gives log(1 + (K-1) e^(-d/tau)) + softness d/tau; d in -2 to 2 by cosines."""
    softness, others = at.scene.softness, at.classes - 1
    best = np.full_like(at.pair, np.inf)
    if softness > 0:
        best = np.log(np.maximum((1 - softness) * others / softness, np.finfo(float).tiny))
    gap = np.clip(best, -2 / at.temperature, 2 / at.temperature)
    return np.logaddexp(0, np.log(others) - gap) + softness * gap


def _least_to_targets(record: Contrast, at: Points, settings: Mapping[str, float]) -> np.ndarray:
    """Positives as far above noise as their targets say, or as cosines go: 2 / tau."""
    gap = np.minimum(2 / at.temperature, record.target_gap(settings))
    above = at.noise * record.noise_target(settings)
    return np.log(at.positives + at.noise * np.exp(-gap)) + gap * above / (at.positives + above)


def _least_of_density(at: Points) -> np.ndarray:
    """The least of log C - (1 - softness) d, convex in d, the own logit above all others; d in -2/tau to 2/tau."""
    low, high = -2 / at.temperature, 2 / at.temperature
    counts = np.stack([np.ones_like(at.pair), at.classes - 1], axis=1)

    def at_gap(gap: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        log_normaliser, means = on_simplex(np.stack([gap, np.zeros_like(gap)], axis=1), counts)
        return log_normaliser - (1 - at.scene.softness) * gap, means[:, 0] > 1 - at.scene.softness

    for _ in range(_HALVINGS // 2):  # a value at its least is right to twice the digits of its place
        middle = (low + high) / 2
        beyond = at_gap(middle)[1]
        low, high = np.where(beyond, low, middle), np.where(beyond, middle, high)
    return at_gap((low + high) / 2)[0]


def _force_of(name: str) -> Callable[[Points], np.ndarray]:
    return lambda at: evaluate(name, at).force


def _endpoint_excess(at: Points) -> np.ndarray:
    straight, curved = blend_slopes(at)
    return curved - straight


def _roots(scene: Scene, role: Role, axis: str, height: Callable[[Points], np.ndarray]) -> list[float]:
    """Where `height` changes sign along the axis, each to the last digits; between grid points by bisection."""
    values = grid(scene, axis)
    heights = height(points(scene, role, axis, values))
    acts = heights != 0  # a derivative that rounds to 0, or is clamped, has no sign
    values, heights = values[acts], heights[acts]
    crossing = np.flatnonzero(np.sign(heights[:-1]) != np.sign(heights[1:]))
    if not len(crossing):
        return []
    low, high, rising = values[crossing], values[crossing + 1], heights[crossing] < 0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        below = (height(points(scene, role, axis, middle)) < 0) == rising
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return [float(root) for root in (low + high) / 2]
