"""A search of blocks finds what a search of everything finds, also from a file, and from several places."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.neighbours import large
from analysis.neighbours.large import merged, nearest_from, search
from analysis.neighbours.nearest import nearest_similarity
from analysis.outputs import Outputs, Split
from losses.errors import LabError

CLASSES, K = 7, 10


@pytest.fixture
def outputs():
    rng = np.random.default_rng(0)

    def split(items):
        rows = rng.standard_normal((items, 12)).astype(np.float32)
        rows[-5:] = rows[:5]  # copies
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return Split(rows, rng.integers(0, CLASSES - 1, items))  # of the last class there is nothing

    return Outputs(split(1_000), split(60), tuple("abcdefg"), 0.1, {"digest": "0"})


def same(found, expected):
    np.testing.assert_allclose(found.class_maxima, expected.class_maxima, atol=1e-6)
    np.testing.assert_array_equal(found.neighbours.indices, expected.neighbours.indices)
    np.testing.assert_allclose(found.neighbours.similarities, expected.neighbours.similarities, atol=1e-6)
    np.testing.assert_array_equal(found.copies, expected.copies)


@pytest.mark.parametrize("block", [1, 7, 333, 1_000])
def test_blocks_find_what_one_pass_finds(outputs, monkeypatch, block):
    monkeypatch.setattr(large, "BLOCK", block)
    train = outputs.train
    found = search(outputs.test.embeddings, train.embeddings, train.labels, classes=CLASSES, k=K)
    same(nearest_from(found, outputs), nearest_similarity(outputs, k=K))
    assert np.isneginf(found.maxima[:, -1]).all()


def test_rows_on_disk_are_mapped_a_block_at_a_time(outputs, monkeypatch, tmp_path):
    np.save(tmp_path / "train.npy", outputs.train.embeddings)
    mapped = np.load(tmp_path / "train.npy", mmap_mode="r")
    monkeypatch.setattr(large, "BLOCK", 300)
    sizes, rows = [], large._rows
    monkeypatch.setattr(large, "_rows", lambda *where: sizes.append(len(rows(*where))) or rows(*where))
    found = search(outputs.test.embeddings, mapped, outputs.train.labels, classes=CLASSES, k=K)
    same(nearest_from(found, outputs), nearest_similarity(outputs, k=K))
    assert sizes == [300, 300, 300, 100]
    sizes.clear()
    on_disk = replace(outputs, train=replace(outputs.train, embeddings=mapped))
    same(nearest_similarity(on_disk, k=K), nearest_similarity(outputs, k=K))
    assert sizes == [300, 300, 300, 100]
    assert np.shares_memory(rows(outputs.train.embeddings, 3, 5), outputs.train.embeddings)


def test_what_several_places_found_is_merged(outputs):
    train, parts = outputs.train, []
    for start, stop in ((0, 4), (4, 400), (400, 1_000)):  # fewer than k in the first
        rows, labels = train.embeddings[start:stop], train.labels[start:stop]
        parts.append(search(outputs.test.embeddings, rows, labels, classes=CLASSES, k=K, first=start))
    assert parts[0].neighbours.k == 4
    same(nearest_from(merged(parts, k=K), outputs), nearest_similarity(outputs, k=K))


def test_nothing_to_search_is_refused(outputs):
    with pytest.raises(LabError, match="train items must be at least 1, but is 0"):
        search(outputs.test.embeddings, np.empty((0, 12), np.float32), np.empty(0, int), classes=1, k=1)
