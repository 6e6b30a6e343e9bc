import hashlib

import numpy as np
import pytest
from sklearn.datasets import load_digits

from checkpoints.native.datasets import digits, digits_validation


def digest(items) -> str:
    return hashlib.sha256(" ".join(items.ids).encode()).hexdigest()


def test_the_splits_are_fixed():
    """Digests of the held-out ids: every shipped number rests on the first split, every setting on the second."""
    data, validation = digits(), digits_validation()
    assert (len(data.train), len(data.test)) == (1258, 539)
    assert (len(validation.train), len(validation.test)) == (943, 315)
    assert digest(data.test) == "d64699030b67cf66a676965dde348e4a5646d60ddc44e1b7a3fab16ebbb0df94"
    assert digest(validation.test) == "c482f6c8827426b1a0ad326715e01c931674ecbc98647f0de4f3a81499337c06"


def test_every_item_is_on_one_side_with_its_own_image_and_label():
    bunch, data = load_digits(), digits()
    rows = {}
    for side in (data.train, data.test):
        for image, label, name in zip(side.images, side.labels, side.ids, strict=True):
            row = int(name.removeprefix("digits-"))
            rows[row] = True
            assert label == bunch.target[row]
            np.testing.assert_allclose(image * (16 / 255), bunch.images[row], atol=0.04)
    assert len(rows) == len(data.train) + len(data.test) == 1797


@pytest.mark.parametrize("load", [digits, digits_validation])
def test_every_class_has_its_share_on_both_sides(load):
    data = load()
    train, test = np.bincount(data.train.labels), np.bincount(data.test.labels)
    share = {digits: 0.3, digits_validation: 0.25}[load]
    assert (np.abs(test - share * (train + test)) <= 0.5).all()
    assert data.class_names == tuple("0123456789")


def test_settings_are_never_chosen_on_test_items():
    chosen_on, judged_on = digits_validation(), digits()
    seen = set(chosen_on.train.ids) | set(chosen_on.test.ids)
    assert seen == set(judged_on.train.ids)
    assert not set(chosen_on.train.ids) & set(chosen_on.test.ids)


def test_images_are_bytes():
    train = digits().train
    assert (train.images.dtype, train.images.shape[1:], train.images.max()) == (np.uint8, (8, 8), 255)
    assert train.labels.dtype == np.int64
