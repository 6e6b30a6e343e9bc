"""What claims say of the shipped encoders of CIFAR-10, against loops over their files and scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from checkpoints.zoo import FOLDER
from claims.photographs import apart

LARGE = ("sincere_resnet18_tau_0.1_seed_0", "supcon_resnet18_tau_0.1_seed_0")
SMALL = ("sincere_tau_0.1_seed_0", "supcon_tau_0.1_seed_0", "supcon_tau_0.05_seed_0")


@pytest.fixture(scope="module")
def found():
    return apart((*LARGE, *SMALL), seed=0)


@pytest.fixture(scope="module")
def sides():
    return {name: by_hand(name) for name in (*LARGE, *SMALL)}


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows.astype(np.float64), axis=1, keepdims=True)


def by_hand(name: str) -> tuple[np.ndarray, np.ndarray]:
    with np.load(FOLDER / "cifar10" / f"{name}.npz") as file:
        arrays = {key: file[key] for key in file.files}
    train, test = (unit(arrays[f"{side}_embeddings"]) for side in ("train", "test"))
    labels = arrays["train_labels"]
    means = np.array([train[labels == label].sum(axis=0) for label in range(10)])
    cosines = test @ unit(means).T
    own = np.array([row[label] for row, label in zip(cosines, arrays["test_labels"], strict=True)])
    other = np.array([np.delete(row, label).max() for row, label in zip(cosines, arrays["test_labels"], strict=True)])
    return own, other


def test_margins_and_areas(found, sides):
    for name, (own, other) in sides.items():
        assert found.margins[name] == pytest.approx(np.median(own) - np.median(other), abs=1e-6)
        truth, scores = np.repeat([1, 0], len(own)), np.concatenate([own, other])
        assert found.areas[name] == pytest.approx(roc_auc_score(truth, scores), abs=1e-6)


def test_gaps_have_the_spread_of_a_bootstrap(found, sides):
    rng, gaps, areas = np.random.default_rng(5), [], []
    for _ in range(60):
        rows = rng.integers(10_000, size=10_000)
        (a, b), (c, d) = (tuple(side[rows] for side in sides[name]) for name in LARGE)
        gaps.append(np.median(a) - np.median(b) - np.median(c) + np.median(d))
        truth = np.repeat([1, 0], len(rows))
        areas.append(roc_auc_score(truth, np.concatenate([a, b])) - roc_auc_score(truth, np.concatenate([c, d])))
    assert found.margin_gap(*LARGE).error == pytest.approx(np.std(gaps), rel=0.35)
    assert found.area_gap(*LARGE).error == pytest.approx(np.std(areas), rel=0.35)


def test_the_share_of_a_gap_that_stays(found):
    sincere, equal, published = (found.margins[name] for name in SMALL)
    share = found.share_of_gap(*SMALL)
    assert share.value == pytest.approx((sincere - equal) / (sincere - published))
    assert found.share_of_gap(SMALL[0], SMALL[1], SMALL[1]).value == 1
    assert share.interval().low < share.value < share.interval().high
