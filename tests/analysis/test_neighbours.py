"""The kNN vote against scikit-learn's, and the nearest items of one item."""

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from analysis.neighbours.graph import Neighbours
from analysis.neighbours.nearest import nearest_similarity
from analysis.neighbours.vote import nearest_items, nearest_sides, vote
from analysis.outputs import Outputs, Split
from analysis.statistics.bootstrap import Unavailable
from losses.errors import LabError


@pytest.mark.parametrize("k", [1, 5])
def test_vote_agrees_with_scikit_learn(clustered, k):
    outputs = clustered(spread=1.2)
    sklearn = KNeighborsClassifier(k, metric="cosine", weights=lambda distance: 1 - distance, algorithm="brute")
    sklearn.fit(outputs.train.embeddings.astype(np.float64), outputs.train.labels)
    found = vote(nearest_similarity(outputs).neighbours, outputs, k)
    np.testing.assert_array_equal(found.predicted, sklearn.predict(outputs.test.embeddings.astype(np.float64)))
    assert found.accuracy.value == np.mean(found.predicted == outputs.test.labels)
    assert found.accuracy.low < found.accuracy.value < found.accuracy.high


def voters(labels, cosines):
    """One test item whose neighbours are train items 0, 1, 2, ... with these labels and cosines."""
    rows = np.tile(np.float32([[1, 0]]), (len(labels), 1))
    outputs = Outputs(
        Split(rows, np.array(labels)), Split(rows[:1], np.array([0])), ("a", "b", "c"), 1.0, {"digest": "0"}
    )
    return Neighbours(np.arange(len(labels))[None], np.float32([cosines])), outputs


@pytest.mark.parametrize(
    ("labels", "cosines", "winner"),
    [
        ([2, 0, 0], [0.9, 0.5, 0.3], 2),  # weight beats number
        ([2, 0, 0], [0.9, 0.5, 0.45], 0),  # number beats one
        ([2, 0], [0.5, 0.5], 2),  # equal votes: the first neighbour
        ([1, 0, 2], [0.5, 0.5, 0.5], 1),
        ([1, 0, 0], [-0.1, -0.2, -0.2], 1),  # what points away votes against
    ],
)
def test_weights_and_ties(labels, cosines, winner):
    neighbours, outputs = voters(labels, cosines)
    assert vote(neighbours, outputs, len(labels)).predicted.tolist() == [winner]


def test_one_test_item_has_no_interval():
    assert isinstance(vote(*voters([1], [0.5]), 1).accuracy, Unavailable)


@pytest.mark.parametrize("k", [0, 11, 10**9])
def test_impossible_k_is_refused(clustered, k):
    outputs = clustered()
    with pytest.raises(LabError, match="1 to 10"):
        vote(nearest_similarity(outputs, k=10).neighbours, outputs, k)


def test_nearest_items_leave_the_item_itself_out(clustered):
    outputs = clustered()
    item = outputs.test.embeddings[7].astype(np.float64)
    in_train, in_test = nearest_items(outputs, outputs.test, 7, k=4)
    np.testing.assert_array_equal(in_train.indices[0], np.argsort(-outputs.train.embeddings @ item)[:4])
    by_test = np.argsort(-outputs.test.embeddings @ item)
    np.testing.assert_array_equal(in_test.indices[0], by_test[by_test != 7][:4])
    np.testing.assert_allclose(
        in_test.similarities[0], np.sort(np.delete(outputs.test.embeddings @ item, 7))[::-1][:4], atol=1e-6
    )


def test_nearest_items_of_a_lonely_item():
    neighbours, outputs = voters([1, 2], [0.5, 0.5])
    in_train, in_test = nearest_items(outputs, outputs.test, 0, k=5)
    assert in_train.k == 2
    assert in_test.k == 0
    assert neighbours.k == 2


def test_an_item_that_is_not_there_is_refused(clustered):
    outputs = clustered()
    with pytest.raises(LabError, match="0 to 59"):
        nearest_items(outputs, outputs.test, 60)


@pytest.mark.parametrize("split", ["test", "train"])
def test_the_two_sides_of_an_item_are_those_of_a_loop(clustered, split):
    outputs = clustered()
    query = getattr(outputs, split)
    for item in (0, 7, 30):
        best = {True: (-2.0, -1), False: (-2.0, -1)}
        for other, row in enumerate(outputs.train.embeddings.astype(float)):
            alike = bool(outputs.train.labels[other] == query.labels[item])
            if not (query is outputs.train and other == item):
                best[alike] = max(best[alike], (float(row @ query.embeddings[item]), other))
        target, noise = nearest_sides(outputs, query, item)
        assert (target.item, noise.item) == (best[True][1], best[False][1])
        assert (target.similarity, noise.similarity) == pytest.approx((best[True][0], best[False][0]), abs=1e-6)


def test_a_side_that_is_not_there_has_a_reason(unit_rows):
    alone = Outputs(
        Split(unit_rows(4, 3), np.array([0, 0, 0, 1])), Split(unit_rows(1, 3), np.array([2])), ("a", "b", "c"), 1.0, {}
    )
    assert nearest_sides(alone, alone.test, 0)[0] == Unavailable("train has no other item of this class")
    assert nearest_sides(alone, alone.train, 3)[0] == Unavailable("train has no other item of this class")
    same = Outputs(Split(unit_rows(2, 3), np.array([0, 0])), Split(unit_rows(1, 3), np.array([0])), ("a",), 1.0, {})
    assert nearest_sides(same, same.test, 0)[1] == Unavailable("train has no other class")
    with pytest.raises(LabError, match="item must lie in 0 to 0"):
        nearest_sides(alone, alone.test, 1)
