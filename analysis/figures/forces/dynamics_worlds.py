"""Runs of worlds 1 and 2 as the curves that a training log has, with what is known exactly beside them."""

import numpy as np
import torch

from analysis.forces.dynamics import nearest_simplex, pair_dynamics, tangent_gradient, toward
from analysis.forces.training_log import Curves, Line, loss_lines
from losses.catalog import CATALOG
from toy_models.repulsion import Reference, Trace, reference
from toy_models.repulsion.arrows import force_of
from toy_models.repulsion.batch import RepulsionBatch
from toy_models.simplex.gradients import GradientTrace
from toy_models.simplex.process import CLASSES

_OVER_SEEDS = ("loss", "repelling_share", "push_to_pull")
_OF_PAIRS = ("other_view", "same_class", "noise")


def repulsion_dynamics(trace: Trace) -> list[Curves]:
    """One run a loss. Loss, gradient and repelling pairs are medians over seeds; what each group of pairs does and the
    cosine to the optimum are those of the first seed, whose vectors a trace keeps."""
    answer = reference(trace.spec)
    return [_of_loss(trace, answer, index) for index in range(len(trace.spec.losses))]


def _of_loss(trace: Trace, answer: Reference, index: int) -> Curves:
    values = {name: np.median(getattr(trace, name)[:, index], axis=1) for name in _OVER_SEEDS}
    values["outputs"] = np.median(trace.gradient_norm[:, index], axis=1)
    read = np.array([_read(trace, index, at) for at in range(len(trace.steps))], dtype=float)  # None becomes NaN
    values |= dict(zip((*_OF_PAIRS, "toward_optimum"), read.T, strict=True))
    optimum = answer.optima[index]
    if optimum is None:
        values["toward_optimum"] = np.full(len(trace.steps), np.nan)
    lines = {} if optimum is None else {"loss": (Line("least, at the optimum", optimum.loss),)}
    return Curves(trace.spec.losses[index], trace.steps, values, {}, lines)


def _read(trace: Trace, index: int, at: int) -> tuple[float | None, ...]:
    """What acts on the first seed's vectors at one frame: by group, and towards the nearest optimum."""
    loss, positions = trace.spec.losses[index], trace.positions[at, index]
    z, batch = torch.from_numpy(positions), RepulsionBatch.of(trace.spec)
    forces = torch.from_numpy(force_of(trace.spec, loss, positions))
    by_view = CATALOG[loss].contrast.positives == "view"
    found = pair_dynamics(z, forces, batch.labels, batch.views if by_view else None)
    goal = nearest_simplex(z, batch.views if by_view else batch.labels)
    cosine = None if goal is None else toward(z, tangent_gradient(z, forces), goal)
    return (*(getattr(found, name) for name in _OF_PAIRS), cosine)


_OF_NETWORKS = ("loss", "gradient_norm", "signal_to_noise", "toward_optimum")


def simplex_dynamics(trace: GradientTrace) -> list[Curves]:
    """One run a loss, medians over seeds."""
    spec = trace.spec
    return [
        Curves(
            loss=name,
            times=trace.steps,
            values={each: np.median(getattr(trace, each)[:, index], axis=1) for each in _OF_NETWORKS},
            layers={},
            lines={"loss": loss_lines(name, spec.batch_size, CLASSES, {})[:1]},
        )
        for index, name in enumerate(spec.losses)
    ]
