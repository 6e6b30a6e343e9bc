"""The losses of this world: each as it trains on a batch, and as it is in the limit, by its record.

In all of them a sample is to pick its own label vector out of candidate vectors v_j by scores f . v_j - correction_j,
be it out of all points of the simplex.
The published forms are in `losses`, and a test holds these against them; here they are taken apart, so that many
networks can share the work.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from torch import Tensor
from torch.nn.functional import one_hot

from losses.catalog import CATALOG, losses_of_world
from losses.records import Choosing
from toy_models.simplex import population
from toy_models.simplex.population import Population
from toy_models.simplex.process import CLASSES
from toy_models.simplex.sampling import SimplexBatch
from toy_models.simplex.world import SimplexWorld


class Candidates(Enum):
    """Among what a sample picks: all classes, the classes of the batch's labels, its targets, or the whole simplex."""

    CLASSES = "classes"
    LABELS = "labels"
    TARGETS = "targets"
    SIMPLEX = "simplex"


@dataclass(frozen=True, slots=True)
class Objective:
    """One loss: `own(batch)` the label vectors (S, N, K), its candidates, its limit in a world.

    `correction(world)` (G,), for soft labels as candidates, is what is taken from w . f.
    """

    own: Callable[[SimplexBatch], Tensor]
    candidates: Candidates
    population: Callable[[SimplexWorld], Population]
    correction: Callable[[SimplexWorld], Tensor] | None = None


def _argmax(batch: SimplexBatch) -> Tensor:
    return one_hot(batch.argmax_labels, CLASSES).to(batch.targets.dtype)


def _sampled(batch: SimplexBatch) -> Tensor:
    return one_hot(batch.sampled_labels, CLASSES).to(batch.targets.dtype)


def _targets(batch: SimplexBatch) -> Tensor:
    return batch.targets


def _of_argmax(world: SimplexWorld) -> Population:
    return population.of_classes(world, world.argmax_probs)


def _of_mean(world: SimplexWorld) -> Population:
    return population.of_classes(world, world.mean_labels)


def _exact_noise_correction(world: SimplexWorld) -> Tensor:
    return world.log_marginal - world.log_base


_GIVEN = {"label": _argmax, "target": _targets, "drawn label": _sampled}  # drawn by the world's sampler, on the CPU


def _objective(record: Choosing) -> Objective:
    """A loss of the catalogue in this world."""
    own, of_classes = _GIVEN[record.given], _of_argmax if record.given == "label" else _of_mean
    if record.is_density:
        return Objective(own, Candidates.SIMPLEX, population.of_density)
    if record.candidates == "classes":
        return Objective(own, Candidates.CLASSES, of_classes)
    if record.given != "target":
        return Objective(own, Candidates.LABELS, of_classes)
    return Objective(own, Candidates.TARGETS, population.class_prior, population.class_prior_correction)


OBJECTIVES: Mapping[str, Objective] = {
    **{name: _objective(CATALOG[name].choosing) for name in losses_of_world("simplex")},
    # The noise that the candidates really come from in place of the class prior.
    "soft_target_infonce_exact_noise": Objective(
        _targets, Candidates.TARGETS, population.exact_noise, _exact_noise_correction
    ),
}
