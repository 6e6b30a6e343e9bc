"""Soft distribution InfoNCE draws labels from soft targets: what that does to the loss and its gradient on one batch.

Held against soft target InfoNCE on the same logits, targets and prior, and against the exact expectation over all label
tuples where these can be counted through. Letters: N samples, K classes, R draws of N labels. Nats throughout.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.statistics.intervals import (
    GROUPS,
    Interval,
    deviations,
    distance_interval,
    mean_interval,
    scaled,
    shifted,
    variance_interval,
)
from losses.errors import LabError

if TYPE_CHECKING:
    from torch import Tensor

MOST_TUPLES = 2**16
SOFTNESSES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
_AT_ONCE = 2**20  # logits of all draws that are in memory together
_LEAST = 8
SWEEP_DRAWS = 2000


@dataclass(frozen=True, slots=True)
class SamplingSpec:
    """A random batch and how often its labels are drawn.

    Sample i belongs to class i mod K. Targets (1 - softness) onehot + softness Dirichlet(1, ..., 1): certain at 0, any
    point of the simplex alike at 1. Logits confidence * onehot + N(0, I). The prior is the mean target.
    """

    samples: int = 6
    classes: int = 4
    softness: float = 0.5
    confidence: float = 2.0
    temperature: float = 1.0
    draws: int = 4000
    seed: int = 0

    def __post_init__(self) -> None:
        for name, low, high in (("samples", 2, 64), ("classes", 2, 10), ("draws", 100, 10_000)):
            if not low <= getattr(self, name) <= high:
                raise LabError(name, f"must be a whole number from {low} to {high:,}", getattr(self, name))
        for name, least, most in (("softness", 0.0, 1.0), ("confidence", 0.0, 20.0), ("temperature", 0.05, 10.0)):
            if not least <= getattr(self, name) <= most:
                raise LabError(name, f"must be a number from {least:g} to {most:g}", getattr(self, name))
        if self.seed < 0:
            raise LabError("seed", "must not be negative", self.seed)

    @property
    def tuples(self) -> int:
        """Ways to label the batch, K^N."""
        return self.classes**self.samples

    @property
    def countable(self) -> bool:
        return self.tuples <= MOST_TUPLES


@dataclass(frozen=True, slots=True)
class Exact:
    """Moments over all label tuples: of the loss (nats), and of the gradient as in `Study`."""

    mean: float
    variance: float
    gradient_along: float
    gradient_bias: float
    gradient_variance: float


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """R sampled losses and gradients of the mean loss, against soft target InfoNCE.

    losses (R,); soft_loss; along (R,): the sampled gradient's component along soft target InfoNCE's, in units of the
    latter's length, so 1 is no error. gap: mean sampled loss - soft_loss, the Jensen gap, at least 0 in expectation.
    variance: of one sampled loss, nats squared. gradient_bias: length of the expected gradient's difference from soft
    target InfoNCE's; gradient_variance: trace of one sampled gradient's covariance; both over the latter's length or
    its square. `along` and these two are NaN where soft target InfoNCE has no gradient. exact: None where the tuples
    are too many to count through.
    """

    spec: SamplingSpec
    losses: np.ndarray
    soft_loss: float
    along: np.ndarray
    gap: Interval
    variance: Interval
    gradient_bias: Interval
    gradient_variance: Interval
    averaged: tuple["Averaged", ...]
    exact: Exact | None


@dataclass(frozen=True, slots=True)
class Averaged:
    """What a mean of n draws is like: the gap as the first n estimate it, the variance of the mean loss of n, and the
    mean squared distance of the mean gradient of n from soft target InfoNCE's, over the latter's squared length.

    None where that many draws give no interval: below `_LEAST` for the gap, below `GROUPS` means for the others.
    """

    draws: int
    gap: Interval | None
    variance: Interval | None
    gradient_error: Interval | None


@dataclass(frozen=True, slots=True, eq=False)
class SoftLabelBatch:
    """logits and targets (N, K), prior (K,), in float64."""

    logits: "Tensor"
    targets: "Tensor"
    prior: "Tensor"


def sampling_study(spec: SamplingSpec) -> Study:
    """Draw, differentiate, count through. The same spec gives the same study."""
    batch = random_batch(spec)
    soft_loss, soft = soft_target(batch, spec.temperature)
    losses, gradients = _sampled(batch, spec)
    length = float(np.linalg.norm(soft)) or np.nan
    flat = gradients.reshape(len(losses), -1)
    return Study(
        spec=spec,
        losses=losses,
        soft_loss=soft_loss,
        along=flat @ soft.ravel() / length**2,
        gap=shifted(mean_interval(losses), -soft_loss),
        variance=variance_interval(losses),
        gradient_bias=scaled(distance_interval(flat, soft.ravel()), 1 / length),
        gradient_variance=scaled(mean_interval(deviations(flat)), 1 / length**2),
        averaged=tuple(_averaged(losses - soft_loss, (flat - soft.ravel()) / length)),
        exact=enumerate_labels(batch, spec.temperature) if spec.countable else None,
    )


def over_softness(spec: SamplingSpec) -> tuple[Study, ...]:
    """The study at each of `SOFTNESSES`: the same classes, logits and Dirichlet draws, at most `SWEEP_DRAWS` draws."""
    spec = replace(spec, draws=min(spec.draws, SWEEP_DRAWS))
    return tuple(sampling_study(replace(spec, softness=softness)) for softness in SOFTNESSES)


def _averaged(gaps: np.ndarray, errors: np.ndarray) -> Iterator[Averaged]:
    """For n = 1, 2, 4, ... up to R, over disjoint groups of n draws.

    gaps (R,) sampled loss - soft target InfoNCE; errors (R, M) the same of gradients.
    """
    for count in (2**power for power in range(len(gaps).bit_length())):
        groups = len(gaps) // count
        gap = mean_interval(gaps[:count]) if count >= _LEAST else None
        if groups < GROUPS:
            yield Averaged(count, gap, None, None)
            continue
        losses = gaps[: groups * count].reshape(groups, count).mean(axis=1)
        means = errors[: groups * count].reshape(groups, count, -1).mean(axis=1)
        yield Averaged(count, gap, variance_interval(losses), mean_interval((means**2).sum(axis=1)))


def random_batch(spec: SamplingSpec) -> SoftLabelBatch:
    """The batch of a spec; its softness and confidence change no random number."""
    import torch

    rng = np.random.default_rng(spec.seed)
    own = np.eye(spec.classes)[np.arange(spec.samples) % spec.classes]
    mixed = rng.dirichlet(np.ones(spec.classes), spec.samples)
    noise = rng.standard_normal((spec.samples, spec.classes))
    targets = torch.from_numpy((1 - spec.softness) * own + spec.softness * mixed)
    return SoftLabelBatch(torch.from_numpy(spec.confidence * own + noise), targets, targets.mean(dim=0))


def soft_target(batch: SoftLabelBatch, temperature: float) -> tuple[float, np.ndarray]:
    """Soft target InfoNCE, and its gradient (N, K) with respect to the logits."""
    import losses
    from losses.forces import soft_target_infonce_forces

    inputs = (batch.logits, batch.targets, batch.prior)
    forces = soft_target_infonce_forces(*inputs, temperature=temperature)
    return losses.soft_target_infonce(*inputs, temperature=temperature).item(), forces.numpy() / len(forces)


def of_labels(batch: SoftLabelBatch, labels: "Tensor", temperature: float) -> tuple[np.ndarray, np.ndarray]:
    """Label InfoNCE of every row of labels (R, N): losses (R,), gradients (R, N, K)."""
    from torch.func import vmap

    import losses
    from losses.forces import label_infonce_forces

    def loss(y: "Tensor") -> "Tensor":
        return losses.label_infonce(batch.logits, y, batch.prior, temperature=temperature)

    def gradient(y: "Tensor") -> "Tensor":
        return label_infonce_forces(batch.logits, y, batch.prior, temperature=temperature) / len(y)

    return vmap(loss)(labels).numpy(), vmap(gradient)(labels).numpy()


def enumerate_labels(batch: SoftLabelBatch, temperature: float) -> Exact:
    """Every label tuple weighed by its probability. LabError where there are more than `MOST_TUPLES`."""
    samples, classes = batch.targets.shape
    if classes**samples > MOST_TUPLES:
        raise LabError(
            "K^N",
            f"must be at most {MOST_TUPLES:,} label tuples",
            f"{classes}^{samples}",
            "Take fewer samples or classes.",
        )
    soft_loss, soft = soft_target(batch, temperature)
    length = float(np.linalg.norm(soft)) or np.nan
    mean = squares = gradient_squares = 0.0
    gradient = np.zeros_like(soft)
    for labels, weights in _tuples(batch):
        losses, gradients = of_labels(batch, labels, temperature)
        mean += float(weights @ losses)
        squares += float(weights @ (losses - soft_loss) ** 2)  # about a point nearby: no cancellation
        gradient += np.tensordot(weights, gradients, 1)
        gradient_squares += float(weights @ ((gradients - soft) ** 2).sum(axis=(1, 2)))
    bias = float(np.linalg.norm(gradient - soft))
    return Exact(
        mean=mean,
        variance=max(0.0, squares - (mean - soft_loss) ** 2),
        gradient_along=float((gradient * soft).sum()) / length**2,
        gradient_bias=bias / length,
        gradient_variance=max(0.0, gradient_squares - bias**2) / length**2,
    )


def _tuples(batch: SoftLabelBatch) -> Iterator[tuple["Tensor", np.ndarray]]:
    """Label tuples (R, N) that have a probability above 0, and these (R,), some at a time."""
    import torch

    targets = batch.targets.numpy()
    samples, classes = targets.shape
    at_once = max(1, _AT_ONCE // targets.size)
    for start in range(0, classes**samples, at_once):
        codes = np.arange(start, min(start + at_once, classes**samples))
        labels = codes[:, None] // classes ** np.arange(samples) % classes
        weights = targets[np.arange(samples), labels].prod(axis=1)
        if (weights > 0).any():
            yield torch.from_numpy(labels[weights > 0]), weights[weights > 0]


def _sampled(batch: SoftLabelBatch, spec: SamplingSpec) -> tuple[np.ndarray, np.ndarray]:
    import torch

    generator = torch.Generator().manual_seed(spec.seed)
    labels = batch.targets.multinomial(spec.draws, replacement=True, generator=generator).mT.contiguous()
    parts = labels.split(max(1, _AT_ONCE // batch.targets.numel()))
    found = [of_labels(batch, part, spec.temperature) for part in parts]
    return np.concatenate([losses for losses, _ in found]), np.concatenate([gradients for _, gradients in found])
