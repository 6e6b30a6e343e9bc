"""Batches: the same spec gives the same one, rows are unit, a split is drawn fairly."""

import numpy as np
import pytest

from analysis.forces.batches import BatchSpec, random_batch, split_batch
from losses.errors import LabError


def test_a_spec_is_a_batch():
    spec = BatchSpec(classes=5, per_class=7, dimension=3, spread=0.4, seed=11)
    first, second = random_batch(spec), random_batch(spec)
    assert np.array_equal(first.embeddings, second.embeddings)
    assert first.embeddings.shape == (35, 3)
    assert np.bincount(first.labels).tolist() == [7] * 5
    np.testing.assert_allclose(np.linalg.norm(first.embeddings, axis=1), 1, rtol=1e-14)
    assert not np.array_equal(first.embeddings, random_batch(BatchSpec(5, 7, 3, 0.4, seed=12)).embeddings)


def test_spread_moves_samples_from_their_centre():
    tight = random_batch(BatchSpec(classes=2, per_class=4, spread=0.0)).embeddings
    np.testing.assert_allclose(tight[:4], np.repeat(tight[:1], 4, axis=0), rtol=0, atol=1e-15)
    cosines = [
        np.mean(batch @ batch[0]) for batch in (random_batch(BatchSpec(1, 64, 16, s)).embeddings for s in (0.1, 0.5))
    ]
    assert cosines[0] > cosines[1]


def test_a_split_gives_distinct_items_of_distinct_classes(clustered):
    outputs = clustered(classes=6, test=120)
    batch = split_batch(outputs.test, outputs.class_names, classes=4, per_class=5, seed=3)
    assert batch.labels.tolist() == sorted([0, 1, 2, 3] * 5)
    assert len(set(batch.class_names)) == 4
    rows = outputs.test.embeddings.astype(np.float64)
    found = [int(np.argmax(rows @ item)) for item in batch.embeddings]
    assert len(set(found)) == 20
    names = [outputs.class_names[outputs.test.labels[item]] for item in found]
    assert names == [batch.class_names[label] for label in batch.labels]
    again = split_batch(outputs.test, outputs.class_names, classes=4, per_class=5, seed=3)
    assert np.array_equal(batch.embeddings, again.embeddings)


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        ({"classes": 0}, "^classes must be at least 1"),
        ({"per_class": 0}, "^per class must be at least 1"),
        ({"classes": 10**9}, "^classes times per class must be at most"),
        ({"dimension": 1}, "^dimension must be at least 2"),
        ({"spread": float("nan")}, "^spread must be a finite number"),
        ({"spread": -0.1}, "^spread"),
        ({"seed": -1}, "^seed must not be negative"),
    ],
)
def test_a_bad_spec_is_named(spec, sentence):
    with pytest.raises(LabError, match=sentence):
        BatchSpec(**spec)


def test_a_split_that_is_too_small_is_named(clustered):
    outputs = clustered(classes=3, test=12)
    with pytest.raises(LabError, match=r"^classes must be at most 0, the classes with 5 items"):
        split_batch(outputs.test, outputs.class_names, classes=2, per_class=5, seed=0)
    with pytest.raises(LabError, match=r"^classes must be at most 3, .* but is 4"):
        split_batch(outputs.test, outputs.class_names, classes=4, per_class=4, seed=0)
