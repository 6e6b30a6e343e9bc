from dataclasses import replace

import numpy as np
import pytest

from analysis.accuracy.probe import class_probabilities
from analysis.comparison.matching import matched
from analysis.outputs import Outputs, Split
from losses.errors import LabError


def reordered(split: Split, order: np.ndarray) -> Split:
    logits = None if split.logits is None else split.logits[order]
    return Split(split.embeddings[order], split.labels[order], logits, split.images[order], split.ids[order])


def changed(outputs: Outputs, side: str, **fields: np.ndarray) -> Outputs:
    return replace(outputs, **{side: replace(getattr(outputs, side), **fields)})


def test_test_items_come_in_the_order_of_the_first(clustered, rng):
    first = clustered(head=True)
    order = rng.permutation(len(first.test))
    other = replace(first, test=reordered(first.test, order), train=reordered(first.train, np.arange(120)[::-1]))
    found = matched({"first": first, "other": other})
    assert found["first"] is first
    for name in ("embeddings", "labels", "logits", "images", "ids"):
        np.testing.assert_array_equal(getattr(found["other"].test, name), getattr(first.test, name))


def test_items_in_order_are_not_copied(clustered):
    first = clustered()
    assert matched({"a": first, "b": replace(first, temperature=1.0)})["b"].test is first.test


def swapped(array: np.ndarray, at: int, value: object) -> np.ndarray:
    copy = array.copy()
    copy[at] = value
    return copy


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda o: replace(o, class_names=("class 0", "b", "class 2", "class 3")), "class names of other must be"),
        (lambda o: changed(o, "test", ids=swapped(o.test.ids, 3, "99")), "1 is missing, first '3'; 1 is unknown there"),
        (lambda o: changed(o, "test", ids=swapped(o.test.ids, 3, "4")), "id of their own, but '4' stands twice"),
        (lambda o: changed(o, "test", labels=swapped(o.test.labels, 5, 3)), "first '5': 'class 3', there 'class 1'"),
        (lambda o: changed(o, "test", images=swapped(o.test.images, 5, 0)), "the same ids with other images"),
        (lambda o: changed(o, "train", labels=swapped(o.train.labels, 5, 3)), "train items of other must be those of"),
        (lambda o: replace(o, test=reordered(o.test, np.arange(59))), "1 is missing, first '59'."),
    ],
)  # fmt: skip
def test_other_data_are_refused_in_one_sentence(clustered, spoil, sentence):
    first = clustered()
    with pytest.raises(LabError) as refusal:
        matched({"first": first, "other": spoil(first)})
    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("count", [0, 1, 7])
def test_two_to_six(clustered, count):
    with pytest.raises(LabError, match=f"must number 2 to 6 to be compared, but number {count}"):
        matched(dict.fromkeys("abcdefg"[:count], clustered()))


def test_text_from_a_file_is_quoted_and_cut(clustered):
    first = clustered()
    hostile = changed(first, "test", ids=swapped(first.test.ids.astype("<U200"), 3, "\u202e\n" + "x" * 150))
    with pytest.raises(LabError) as refusal:
        matched({"first": first, "other": hostile})
    assert "'\\u202e\\nxxx" in str(refusal.value)
    assert len(str(refusal.value)) < 250


def test_the_same_images_prepared_in_another_way_are_the_same_items(clustered):
    first = clustered()
    blurred = np.clip(first.test.images.astype(int) + np.arange(64).reshape(8, 8) % 7, 0, 255).astype(np.uint8)
    smaller = first.test.images[:, ::2, ::2]
    for images in (blurred, smaller):
        other = changed(first, "test", images=images)
        assert matched({"first": first, "other": other})["other"] is other


def test_a_head_wider_than_the_data_is_compared_with_one_that_is_not(clustered):
    """Classes without items are added to the narrower one, and change none of its numbers."""
    narrow = clustered(head=True)
    place = np.array([0, 2, 3, 5])  # of its four classes among six
    names = ("class 0", "other", "class 1", "class 2", "another", "class 3")
    sides = {
        side: replace(getattr(narrow, side), labels=place[getattr(narrow, side).labels]) for side in ("train", "test")
    }
    wide = np.full((60, 6), -3, np.float32)
    wide[:, place] = narrow.test.logits
    sides["test"] = replace(sides["test"], logits=wide)
    found = matched({"narrow": narrow, "wide": replace(narrow, class_names=names, **sides)})
    assert found["narrow"].class_names == found["wide"].class_names == names
    np.testing.assert_array_equal(found["narrow"].test.labels, found["wide"].test.labels)
    before, after = class_probabilities(narrow), class_probabilities(found["narrow"])
    np.testing.assert_array_equal(after.probabilities[:, place], before.probabilities)
    np.testing.assert_array_equal(after.losses, before.losses)
    assert (after.probabilities[:, [1, 4]] == 0).all()


def test_other_classes_with_items_are_still_refused(clustered):
    first = clustered()
    other = replace(first, class_names=("class 0", "class 1", "class 2", "new"))
    with pytest.raises(LabError, match="class names of b must be those of a"):
        matched({"a": first, "b": other})
