"""What a loss is with unlimited data and an unlimited batch: a log-partition function, exact on the grid.

Each loss of this world, batch by batch the mean of -score(own label) + log sum exp(scores of the candidates), tends to

    log N + mean over x of [ log sum_g m_g exp(v_g . f(x)) - t(x) . f(x) ] - offset

with candidate vectors v, their base measure m (marginal probability over correction), and t(x) the mean of v given x.
It is convex in f, and its optimum is the member of m's exponential family whose mean is t(x).
Two losses measure the others: KL(p(w|x) || implied density) is the excess of the one with exact noise, KL(E[w|x] ||
softmax f) the excess of soft cross-entropy.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from toy_models.minimise import minimise
from toy_models.simplex.triangle import TriangleSum
from toy_models.simplex.world import World


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """A loss in that limit: moments t (X, K), log_partition (..., K) -> (...) the log sum over m, offset in nats."""

    moments: Tensor
    log_partition: Callable[[Tensor], Tensor]
    offset: float

    @property
    def prior(self) -> Tensor:
        """Class prior eta (K,): the mean of the label vectors over x."""
        return self.moments.mean(dim=0)

    def excess(self, logits: Tensor, least: Tensor) -> Tensor:
        """How much worse than logits `least` (X, K) logits (..., X, K) are, in nats: (...)."""
        return self.risk(logits) - self.risk(least)

    def risk(self, logits: Tensor) -> Tensor:
        """Mean over x of the log-partition minus t . f: logits (..., X, K) -> (...) nats."""
        logits = logits.double()
        return (self.log_partition(logits) - (self.moments * logits).sum(dim=-1)).mean(dim=-1)

    def bound(self, logits: Tensor) -> Tensor:
        """Lower bound of I(X; W), log N - loss for an unlimited batch: logits (..., X, K) -> (...) nats.

        For NLL and soft cross-entropy it is H(label) - loss, the same bound (Barber & Agakov) in the same limit.
        """
        return self.offset - self.risk(logits)

    def optimum(self) -> Tensor:
        """Logits (X, K) of least risk, by full-batch LBFGS in float64."""
        # A sum over x and not the mean: then each position's gradient is small enough.
        return minimise(lambda logits: self.risk(logits) * len(logits), torch.zeros_like(self.moments), 1e-10)


def of_classes(probs: Tensor) -> Population:
    """Labels that are classes with probabilities (X, K): NLL, cross-entropy, and InfoNCE on labels.

    The noise is the class marginal and the correction its log, so m = 1 and all four fit softmax f = probs.
    """
    marginal = probs.mean(dim=0)
    entropy = -torch.special.xlogy(marginal, marginal).sum().item()
    return Population(probs, lambda logits: logits.logsumexp(dim=-1), entropy)


def of_soft_labels(world: World, correction: Tensor) -> Population:
    """Candidates that are soft labels drawn from p(w), with scores w . f - correction (G,)."""
    expected = (world.log_marginal.exp() * correction).sum().item()
    return Population(world.mean_labels, TriangleSum(world, world.log_marginal - correction), -expected)


def class_prior(world: World) -> Population:
    """Soft target InfoNCE: the correction sum_k w_k log eta_k with eta the mean target."""
    return of_soft_labels(world, class_prior_correction(world))


def class_prior_correction(world: World) -> Tensor:
    return world.labels @ world.mean_labels.mean(dim=0).log()


def exact_noise(world: World) -> Population:
    """Soft target InfoNCE with correction log p(w) - log b(w): m = b, so the optimum is the true density."""
    return of_soft_labels(world, world.log_marginal - world.log_base)
