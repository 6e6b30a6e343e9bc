"""`.npz` of images as numpy writes them, stored and deflated, by MedMNIST's names and Keras's; rows in any order."""

import numpy as np
import pytest

from checkpoints.images import array_file
from checkpoints.images.finding import image_data
from losses.errors import LabError

COLOURED = np.random.default_rng(0).integers(0, 256, (5, 6, 4, 3), dtype=np.uint8)
LABELS = np.array([[3], [0], [1], [1], [0]], np.uint8)


def medical(**changed):
    sides = {
        f"{side}_{what}": array
        for side in ("train", "val", "test")
        for what, array in (("images", COLOURED), ("labels", LABELS))
    }
    return sides | changed


@pytest.mark.parametrize("write", [np.savez, np.savez_compressed])
def test_medmnist(tmp_path, write):
    write(tmp_path / "pathmnist.npz", **medical(test_images=COLOURED[::-1]))
    with image_data(tmp_path / "pathmnist.npz") as data:
        assert data.class_names == ("0", "1", "2", "3")
        np.testing.assert_array_equal(data.train.labels, LABELS[:, 0])
        for row in (0, 2, 3, 1, 4, 0):
            np.testing.assert_array_equal(data.train.read(row), COLOURED[row])
            np.testing.assert_array_equal(data.test.read(row), COLOURED[4 - row])
        assert data.notes[1] == "left out of the file: 'val_images', 'val_labels'"


def test_keras_in_grey(tmp_path):
    grey = {"x_train": COLOURED[..., 0], "y_train": LABELS[:, 0], "x_test": COLOURED[..., :1], "y_test": LABELS[:, 0]}
    np.savez(tmp_path / "mnist.npz", **grey)
    with image_data(tmp_path / "mnist.npz") as data:
        np.testing.assert_array_equal(data.train.read(4), COLOURED[4, ..., 0])
        np.testing.assert_array_equal(data.test.read(4), COLOURED[4, ..., 0])


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"train_labels": np.zeros((5, 14), np.uint8)}, "must be one whole number an image, but is uint8 of shape"),
        ({"train_labels": LABELS[:4]}, "must number 5, one an image, but number 4"),
        ({"train_labels": LABELS.astype(np.int64) - 1}, "must be from 0 to 9,999, but is -1"),
        ({"train_images": COLOURED.astype(np.float32)}, "must be uint8 images .*, but is 'f4' of shape"),
        ({"train_images": np.asfortranarray(COLOURED)}, "columns first"),
        ({"train_images": np.zeros((5, 8, 8, 8), np.uint8)}, "must be uint8 images"),
        ({"train_images": np.zeros(5, np.uint8)}, "must be uint8 images"),
        ({"train_images": np.array([None] * 5)}, "must be uint8 images"),
        ({"train_images": np.zeros((0, 2, 2), np.uint8), "train_labels": LABELS[:0]}, "at least one train image"),
    ],
    ids=range(9),
)
def test_other_arrays_are_one_sentence(tmp_path, changed, sentence):
    np.savez(tmp_path / "a.npz", **medical(**changed))
    with pytest.raises(LabError, match=sentence), image_data(tmp_path / "a.npz"):
        pass


def test_a_bomb_is_refused_before_anything_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(array_file, "_FREE", 0)
    np.savez_compressed(tmp_path / "a.npz", **medical(val_images=np.zeros((500, 64, 64), np.uint8)))
    monkeypatch.setattr(array_file, "MOST_UNPACKED", 5)
    with pytest.raises(LabError, match="must unpack to at most"), image_data(tmp_path / "a.npz"):
        pass


def test_damaged_images_are_named(tmp_path):
    np.savez(tmp_path / "a.npz", **medical())
    data = (tmp_path / "a.npz").read_bytes()
    (tmp_path / "a.npz").write_bytes(data.replace(COLOURED[4].tobytes(), COLOURED[0].tobytes(), 1))
    with pytest.raises(LabError, match=r"a\.npz: train_images\.npy must be whole, but is damaged"), image_data(
        tmp_path / "a.npz"
    ) as found:  # fmt: skip
        found.train.read(4)
