"""What a loss is with unlimited data and an unlimited batch: a log-partition function, exact on the labels.

Each loss of this world, batch by batch the mean of -score(own label) + log sum exp(scores of the candidates), tends to

    log N + average over x of [ log sum_g m_g exp(v_g . f(x)) - t(x) . f(x) ] - offset

with candidate vectors v, their base measure m (marginal probability over correction), and t(x) the mean of v given x.
It is convex in f, and its optimum is the member of m's exponential family whose mean is t(x).
Two losses measure the others: KL(p(w|x) || implied density) is the excess of the one with exact noise, KL(E[w|x] ||
softmax f) the excess of soft cross-entropy.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from losses.simplex_integral import integral_and_mean
from toy_models.minimise import match_moments
from toy_models.simplex.process import LogSum
from toy_models.simplex.world import SimplexWorld

_CORRECTIONS = 24
_NEAR_EDGE = 1e-15
_SURE = 1e-300  # a class of no probability at all has finite logits too


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """A loss in that limit: moments t (X, K), weights (X,) of the positions, log_partition the log sum over m.

    offset is what the bound of I(X; W) starts from and least the risk of the truth itself, both in nats; `optimum()`
    are the logits (X, K) of least risk.
    """

    moments: Tensor
    weights: Tensor
    log_partition: LogSum
    offset: float
    least: float
    optimum: Callable[[], Tensor]

    @property
    def prior(self) -> Tensor:
        """Class prior eta (K,): the average of the label vectors."""
        return self.weights @ self.moments

    def excess(self, logits: Tensor) -> Tensor:
        """How much worse than the truth logits (..., X, K) are, in nats: (...). The truth may be out of reach."""
        return self.risk(logits) - self.least

    def risk(self, logits: Tensor) -> Tensor:
        """Average over x of the log-partition minus t . f: logits (..., X, K) -> (...) nats."""
        logits = logits.double()
        return (self.log_partition(logits) - (self.moments * logits).sum(dim=-1)) @ self.weights

    def bound(self, logits: Tensor) -> Tensor:
        """Lower bound of I(X; W), log N - loss for an unlimited batch: logits (..., X, K) -> (...) nats.

        For NLL and soft cross-entropy it is H(label) - loss, the same bound (Barber & Agakov) in the same limit.
        """
        return self.offset - self.risk(logits)


def of_classes(world: SimplexWorld, probs: Tensor) -> Population:
    """Labels that are classes with probabilities (X, K): NLL, cross-entropy, and InfoNCE on labels.

    The noise is the class marginal and the correction its log, so m = 1 and all four fit softmax f = probs.
    """
    marginal = world.weights @ probs
    given = -torch.special.xlogy(probs, probs).sum(dim=1)
    return Population(
        moments=probs,
        weights=world.weights,
        log_partition=lambda logits: logits.double().logsumexp(dim=-1),
        offset=-torch.special.xlogy(marginal, marginal).sum().item(),
        least=float(given @ world.weights),
        optimum=lambda: probs.clamp_min(_SURE).log(),
    )


def of_soft_labels(world: SimplexWorld, correction: Tensor) -> Population:
    """Candidates that are soft labels drawn from p(w), with scores w . f - correction (G,)."""
    log_measure, means = world.log_marginal - correction, world.mean_labels
    return Population(
        moments=means,
        weights=world.weights,
        log_partition=world.process.log_sum(log_measure),
        offset=-(world.log_marginal.exp() * correction).sum().item(),
        least=-float(world.mean(world.divergence_from(log_measure))),
        optimum=lambda: match_moments(world.labels, log_measure, means),
    )


def density_of_mean(means: Tensor) -> Tensor:
    """Logits (X, K), 0 the largest of each row, of the density exp(w . f) on the simplex with these means (X, K).

    A saddle point has 1 / (c - f_k) for the mean of w_k: f is moved by what that misses, which halves the error at
    least, relative to the mean, however near to the simplex's edge that is.
    """
    wanted = 1 / means.clamp_min(_NEAR_EDGE)
    logits = -wanted
    for _ in range(_CORRECTIONS):
        logits = logits - logits.amax(dim=-1, keepdim=True)
        logits = logits + 1 / integral_and_mean(logits)[1] - wanted
    return logits - logits.amax(dim=-1, keepdim=True)


def class_prior(world: SimplexWorld) -> Population:
    """Soft target InfoNCE: the correction sum_k w_k log eta_k with eta the mean target."""
    return of_soft_labels(world, class_prior_correction(world))


def class_prior_correction(world: SimplexWorld) -> Tensor:
    return world.labels @ world.mean(world.mean_labels).log()


def of_density(world: SimplexWorld) -> Population:
    """The likelihood of the continuous categorical: m is the uniform measure on the whole simplex, and no noise.

    Its optimum has the mean label as its mean. Labels that are a few points of the simplex have no density there: then
    the truth has no risk, and the bound says nothing.
    """
    means = world.mean_labels
    uniform = torch.full_like(world.log_base, -math.log(len(world.labels)))
    spread = world.process.fills_simplex
    return Population(
        moments=means,
        weights=world.weights,
        log_partition=lambda logits: integral_and_mean(logits)[0],
        offset=-(world.log_marginal.exp() * (world.log_marginal - uniform)).sum().item() if spread else -math.inf,
        least=-float(world.mean(world.divergence_from(uniform))) if spread else -math.inf,
        optimum=lambda: density_of_mean(means),
    )


def exact_noise(world: SimplexWorld) -> Population:
    """Soft target InfoNCE with correction log p(w) - log b(w): m = b, so the optimum is the density nearest the true.

    It is the true one wherever that is a tilt of b: for every process but mixup.
    """
    return of_soft_labels(world, world.log_marginal - world.log_base)
