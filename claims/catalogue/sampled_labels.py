"""Does drawing labels from soft targets cost only noise? Every label tuple of small batches is counted through."""

from typing import TYPE_CHECKING

import numpy as np

from analysis.rules.findings import Drawing, Findings, Line, estimates
from analysis.rules.kinds import Above, Below, Same
from analysis.rules.numbers import mean_of
from analysis.rules.verdict import Part
from claims.claim import Claim, Effort, PlayOn, Source, Watch

if TYPE_CHECKING:
    from analysis.forces.sampling import SamplingSpec, SoftLabelBatch

BATCHES = {Effort.QUICK: 8, Effort.FULL: 32}
SOFTNESSES = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)
JUDGED = 0.5
VALUE, GRADIENT, NOISE = 0.01, 0.02, 0.1


def measure(effort: Effort, seed: int, watch: Watch) -> Findings:
    """Exact expectations in each of some random batches; the interval is over batches."""
    from analysis.forces.sampling import SamplingSpec

    batches = BATCHES[effort]
    found = np.empty((len(SOFTNESSES), batches, 5))
    for batch in range(batches):
        watch(batch, batches)
        for row, softness in enumerate(SOFTNESSES):
            found[row, batch] = costs(SamplingSpec(samples=5, classes=4, softness=softness, seed=seed + batch))
    judged = found[SOFTNESSES.index(JUDGED)]
    keys = ("ce_value", "ce_gradient", "nce_value", "nce_gradient", "noise")
    numbers = {key: mean_of(judged[:, column], "batches") for column, key in enumerate(keys)}
    lines = (
        _line(found, 1, "Cross-entropy", "soft_target_cross_entropy"),
        _line(found, 3, "InfoNCE", "soft_distribution_infonce"),
    )
    return Findings(numbers, {"bias": lines})


def costs(spec: "SamplingSpec") -> tuple[float, float, float, float, float]:
    """Of one batch: the bias of cross-entropy's value (nats) and gradient, of InfoNCE's value (nats) and gradient, and
    the standard deviation of InfoNCE's gradient; gradients over the length of the soft one."""
    from analysis.forces.sampling import enumerate_labels, random_batch, soft_target

    batch = random_batch(spec)
    exact, (soft_loss, _) = enumerate_labels(batch, spec.temperature), soft_target(batch, spec.temperature)
    value, gradient = of_cross_entropy(batch)
    return value, gradient, exact.mean - soft_loss, exact.gradient_bias, exact.gradient_variance**0.5


def of_cross_entropy(batch: "SoftLabelBatch") -> tuple[float, float]:
    """Bias of the value (nats) and of the gradient of NLL on drawn labels against soft-target cross-entropy: an item's
    label is drawn for itself, so that the expectation is a sum over its own classes."""
    import torch

    import losses

    logits, targets = batch.logits.requires_grad_(), batch.targets
    every = [
        losses.nll(logits, torch.full((len(logits),), label), reduction="none") for label in range(targets.shape[1])
    ]
    drawn = (torch.stack(every, dim=1) * targets).sum(dim=1).mean()
    soft = losses.soft_target_cross_entropy(logits, targets)
    gradients = [torch.autograd.grad(each, logits)[0] for each in (drawn, soft)]
    length = float(gradients[1].norm())
    return float((drawn - soft).detach()), float((gradients[0] - gradients[1]).norm()) / length


def _line(found: np.ndarray, column: int, title: str, style: str) -> Line:
    """Means over batches with 95 % intervals."""
    return estimates(title, style, SOFTNESSES, [mean_of(row[:, column], "batches") for row in found])


CLAIM = Claim(
    name="sampled_labels",
    title="Labels drawn from soft targets",
    statement=(
        "Drawing a hard label from each soft target gives the soft-target loss on average, in value and in gradient,"
        " and costs noise alone: so for cross-entropy, and so for InfoNCE."
    ),
    source=Source(
        "soft_target",
        (
            "The abstract says that sampling labels from soft distributions is discussed; the question as we put it"
            " is ours."
        ),
    ),
    formula=(
        r"\mathbb{E}_{y \sim w}\bigl[\ell(f, y)\bigr] \overset{?}{=} \ell(f, w), \qquad"
        r" \mathbb{E}_{y \sim w}\bigl[\nabla \ell(f, y)\bigr] \overset{?}{=} \nabla \ell(f, w)"
    ),
    measured="Random batches of 5 samples in 4 classes, targets of softness 0.5; all 1,024 label tuples of each.",
    parts=(
        Part("ce_value", "Cross-entropy: bias of the value", "nats", Same(VALUE)),
        Part("ce_gradient", "Cross-entropy: bias of the gradient, over its length", "", Below(GRADIENT)),
        Part("nce_value", "InfoNCE: bias of the value", "nats", Same(VALUE)),
        Part("nce_gradient", "InfoNCE: bias of the gradient, over its length", "", Below(GRADIENT)),
        Part("noise", "InfoNCE: standard deviation of the gradient, over its length", "", Above(NOISE)),
    ),
    headline="nce_gradient",
    drawings=(
        Drawing(
            "bias",
            "How wrong is the gradient on average when labels are drawn?",
            "Softness of the targets, 0 is one-hot",
            "Bias of the gradient, over its length",
            (
                "Means over batches with 95 % intervals, each batch's expectation exact. 0 is a gradient that is"
                " right on average, so that more draws make it right; above 0 no number of draws does."
            ),
        ),
    ),
    changes=(
        "Targets that are nearly one-hot, where there is nothing to draw. For InfoNCE the drawn labels stand in the"
        " denominator too, so by Jensen's inequality the value lies above the soft loss, and the gradient is another"
        " one."
    ),
    caveats=(
        (
            "Drawing is not wrong for that. On average it follows another loss, InfoNCE on labels, whose optimum in the"
            " simplex world has the right mean label, as cross-entropy's has."
        ),
        (
            "The released soft distribution InfoNCE takes the label from before mixing and draws nothing; ours draws,"
            " as the abstract says."
        ),
        (
            "Batches of 5. A larger batch does not cure it: the denominator then averages exponentials of drawn scores,"
            " and the mean of an exponential stays above the exponential of the mean."
        ),
    ),
    play_on=(PlayOn("sampling", "The distribution of one batch, and what averaging is worth"),),
    measure=measure,
)
