"""Against double loops over plain Python floats, written from the definitions and nothing else."""

from math import exp, log

import pytest
import torch
from torch.testing import assert_close

import losses

TAU = 0.3


def softmax_loss(scores, own):
    return log(sum(exp(score) for score in scores)) - scores[own]


def supcon(s, y, i):
    others = [a for a in range(len(y)) if a != i]
    positives = [p for p in others if y[p] == y[i]]
    total = sum(exp(s[i][a] / TAU) for a in others)
    return -sum(log(exp(s[i][p] / TAU) / total) for p in positives) / len(positives)


def eps_sup_infonce(s, y, i, epsilon):
    positives = [p for p in range(len(y)) if p != i and y[p] == y[i]]
    noise = sum(exp(s[i][n] / TAU) for n in range(len(y)) if y[n] != y[i])
    ratios = [exp(s[i][p] / TAU) / (exp(s[i][p] / TAU - epsilon) + noise) for p in positives]
    return -sum(log(ratio) for ratio in ratios) / len(positives)


@pytest.mark.parametrize("views", [1, 3])
def test_labelled(sphere, views):
    z, y = sphere(9, views, 4), torch.tensor([0, 1, 2, 0, 1, 2, 2, 2, 0])
    flat = z.flatten(0, 1)
    s, labels = (flat @ flat.T).tolist(), y.repeat_interleave(views).tolist()
    anchors = range(len(labels))
    embeddings = z if views > 1 else z[:, 0]
    expected = [supcon(s, labels, i) for i in anchors]
    assert losses.supcon(embeddings, y, temperature=TAU, reduction="none").tolist() == pytest.approx(
        expected, rel=1e-12
    )
    for epsilon in (0.0, 0.7):
        expected = [eps_sup_infonce(s, labels, i, epsilon) for i in anchors]
        found = losses.eps_sup_infonce(embeddings, y, temperature=TAU, epsilon=epsilon, reduction="none")
        assert found.tolist() == pytest.approx(expected, rel=1e-12)
    assert losses.sincere(embeddings, y, temperature=TAU).item() == pytest.approx(
        sum(eps_sup_infonce(s, labels, i, 0.0) for i in anchors) / len(labels), rel=1e-12
    )


def test_class_head(head):
    logits, targets, labels, prior = head(7, 4)
    f, w, y, eta = logits.tolist(), targets.tolist(), labels.tolist(), prior.tolist()
    rows, classes = range(7), range(4)
    scaled = [[f[i][k] / TAU for k in classes] for i in rows]
    expected = [softmax_loss(scaled[i], y[i]) for i in rows]
    assert losses.nll(logits, labels, temperature=TAU, reduction="none").tolist() == pytest.approx(expected)
    expected = [sum(w[i][k] * softmax_loss(scaled[i], k) for k in classes) for i in rows]
    found = losses.soft_target_cross_entropy(logits, targets, temperature=TAU, reduction="none")
    assert found.tolist() == pytest.approx(expected, rel=1e-12)
    for name, has_own in (("ntce", True), ("nonl", False)):
        below = [[j for j in rows if has_own or y[j] != y[i]] for i in rows]
        sums = [log(sum(exp(scaled[j][y[i]]) for j in below[i])) for i in rows]
        expected = [sums[i] - scaled[i][y[i]] for i in rows]
        found = getattr(losses, name)(logits, labels, temperature=TAU, reduction="none")
        assert found.tolist() == pytest.approx(expected, rel=1e-12)
        kept = [i for i in rows if y[i] != 1]
        ignoring = getattr(losses, name)(logits, labels, ignore_index=1)
        alone = getattr(losses, name)(logits[kept], labels[kept])
        assert ignoring.item() == pytest.approx(alone.item(), rel=1e-12)
    hard = [[scaled[i][y[j]] - log(eta[y[j]]) for j in rows] for i in rows]
    expected = [softmax_loss(hard[i], i) for i in rows]
    found = losses.label_infonce(logits, labels, prior, temperature=TAU, reduction="none")
    assert found.tolist() == pytest.approx(expected, rel=1e-12)
    soft = [[sum(w[j][k] * (scaled[i][k] - log(eta[k])) for k in classes) for j in rows] for i in rows]
    expected = [softmax_loss(soft[i], i) for i in rows]
    found = losses.soft_target_infonce(logits, targets, prior, temperature=TAU, reduction="none")
    assert found.tolist() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("loss", "link"),
    [
        (lambda a, b: losses.nt_xent(a, b, temperature=TAU, reduction="none"), lambda s: s / TAU),
        (lambda a, b: losses.weibit(a, b, beta=2.5, reduction="none"), lambda s: -2.5 * log(1 - s)),
    ],
)
def test_paired(sphere, loss, link):
    a, b = sphere(5, 4), sphere(5, 4)
    z = torch.cat([a, b])
    s = (z @ z.T).tolist()
    expected = []
    for i in range(10):
        others = [j for j in range(10) if j != i]
        expected.append(softmax_loss([link(s[i][j]) for j in others], others.index((i + 5) % 10)))
    assert loss(a, b).tolist() == pytest.approx(expected, rel=1e-12)


def test_mean_is_the_mean_of_the_anchors(sphere, head):
    z, y = sphere(10, 3), torch.arange(10) % 3
    for loss in (losses.supcon, losses.sincere, losses.eps_sup_infonce, losses.x_clr):
        assert_close(loss(z, y), loss(z, y, reduction="none").mean())
    for loss in (losses.nt_xent, losses.weibit, losses.weince):
        assert_close(loss(z[:5], z[5:]), loss(z[:5], z[5:], reduction="none").mean())
    logits, targets, labels, prior = head(6, 3)
    for loss, answers in (
        (losses.nll, (labels,)),
        (losses.soft_target_cross_entropy, (targets,)),
        (losses.continuous_categorical, (targets,)),
        (losses.label_infonce, (labels, prior)),
        (losses.soft_target_infonce, (targets, prior)),
    ):
        assert_close(loss(logits, *answers), loss(logits, *answers, reduction="none").mean())
