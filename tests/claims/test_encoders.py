"""Claims on encoders, each held against another path: scikit-learn, scipy, a double loop, the zoo's own table."""

import numpy as np
import pytest
import torch
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

import losses
from checkpoints.native.datasets import digits
from claims.catalogue import (
    calibrated_head,
    extra_terms,
    probe_and_transfer,
    separation,
    weibull_tails,
)
from claims.encoders import Training, of_classes, of_loss, trained, trained_and_judged


def unit(rows, dimensions, seed):
    z = np.random.default_rng(seed).standard_normal((rows, dimensions))
    return z / np.linalg.norm(z, axis=1, keepdims=True)


def test_margin_and_area_are_those_of_a_double_loop():
    how = Training("projection", 1, 3)
    outputs = trained(of_loss("supcon", {"temperature": 0.1}), digits(), how)
    target, noise = [], []
    for z, label in zip(outputs.test.embeddings, outputs.test.labels, strict=True):
        cosines = np.clip(outputs.train.embeddings @ z, -1, 1)
        own = outputs.train.labels == label
        target.append(cosines[own].max())
        noise.append(cosines[~own].max())
    area = roc_auc_score([1] * len(target) + [0] * len(noise), target + noise)
    found = separation.separated("supcon", 0.1, 1, 3)
    assert found == pytest.approx((np.median(target) - np.median(noise), area), abs=1e-5)


def test_probes_are_scikit_learns_on_digits_seen_and_never_seen():
    seen, unseen = of_classes(digits(), range(5)), of_classes(digits(), range(5, 10))
    assert set(seen.train.labels) == set(unseen.train.labels) == set(range(5))
    assert not set(seen.train.ids) & set(unseen.train.ids)
    step = of_loss("sincere", {"temperature": 0.1})
    outputs = trained_and_judged(step, seen, (seen, unseen), Training("projection", 1, 0))
    found = []
    for each in outputs:
        probe = LogisticRegression(C=1.0, max_iter=5000).fit(each.train.features, each.train.labels)
        found.append(probe.score(each.test.features, each.test.labels))
    assert probe_and_transfer.probed("sincere", 1, 0) == pytest.approx(tuple(found))


def test_training_is_the_same_again_and_begins_the_same_under_every_loss():
    data = of_classes(digits(), range(2))
    first, again = (trained(of_loss("supcon", {"temperature": 0.1}), data, Training("projection", 1, 5)) for _ in "ab")
    assert np.array_equal(first.test.embeddings, again.test.embeddings)
    starts = [
        trained(of_loss(loss, {"temperature": 0.1}), data, Training("projection", 0, 5)).test.embeddings
        for loss in ("supcon", "sincere")
    ]
    assert np.array_equal(*starts)
    assert not np.array_equal(starts[0], first.test.embeddings)


def test_extra_terms_are_those_of_a_double_loop():
    first, second = (torch.from_numpy(unit(40, 8, seed)) for seed in (1, 2))
    z = torch.cat([first, second]).numpy()
    expected = []
    for i in range(80):
        own, others = (i + 40) % 80, [j for j in range(80) if j not in (i, (i + 40) % 80)]
        hardest = sorted((z[i] @ z[j] for j in others), reverse=True)[:50]
        scores = np.array([z[i] @ z[own], *hardest]) / extra_terms.TEMPERATURE
        expected.append(np.log(np.exp(scores - scores[0]).sum()))
    assert float(extra_terms.added("nt_xent", first, second)) == pytest.approx(0.5 * np.mean(expected))


def test_extra_terms_are_the_options_of_weince():
    first, second = (torch.from_numpy(unit(40, 8, seed)).requires_grad_() for seed in (1, 2))
    without, with_both = (
        losses.weince(first, second, temperature=0.5, weibull_weight=weight, softmax_weight=weight)
        for weight in (0.0, 0.5)
    )
    found = extra_terms.added("weince", first, second)
    assert found.item() == pytest.approx((with_both - without).item(), abs=1e-12)
    assert found.item() > extra_terms.added("nt_xent", first, second).item() + 0.1
    found.backward()
    assert torch.isfinite(first.grad).all()
    assert first.grad.abs().max() > 0


def test_calibration_errors_are_those_of_a_loop():
    outputs = trained(of_loss("nll", {}), digits(), Training("classes", 1, 2))
    logits = outputs.test.logits.astype(np.float64)
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == outputs.test.labels
    error = 0.0
    for low in range(15):
        within = (confidence > low / 15) & (confidence <= (low + 1) / 15)
        if within.any():
            error += within.mean() * abs(right[within].mean() - confidence[within].mean())
    assert calibrated_head.head_of("nll", 1, 2) == pytest.approx((error, right.mean()))


def test_the_shipped_heads_differ_as_the_zoos_table_says():
    found = calibrated_head.of_shipped(*calibrated_head.FILES[:2], 0)
    assert found.value == pytest.approx(0.137 - 0.010, abs=0.001)
    assert found.over == "539 test items"


def test_the_shape_of_random_directions_is_the_published_and_scipys():
    assert weibull_tails.exact_shape(64, 0.99) == pytest.approx(-0.11, abs=0.01)
    cosines = 2 * stats.beta(15.5, 15.5).rvs(200_000, random_state=0) - 1
    cut = np.quantile(cosines, 0.99)
    shape = stats.genpareto.fit(cosines[cosines > cut] - cut, floc=0)[0]
    assert weibull_tails.exact_shape(32, 0.99) == pytest.approx(shape, abs=0.06)


def test_random_directions_are_unit_and_no_two_are_of_one_class():
    rows = weibull_tails.random_directions((50, 32), 0)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(50), abs=1e-6)
