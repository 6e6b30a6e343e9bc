"""SVHN's MATLAB files: images lie along the last axis, and 10 is the digit 0."""

import numpy as np
import pytest
from scipy.io import savemat

from checkpoints.images.finding import image_data
from losses.errors import LabError

IMAGES = np.random.default_rng(0).integers(0, 256, (5, 32, 32, 3), dtype=np.uint8)
LABELS = np.array([[1], [10], [9], [2], [10]], np.uint8)


def written(folder, **changed):
    for side, count in (("train", 5), ("test", 3)):
        arrays = {"X": IMAGES[:count].transpose(1, 2, 3, 0), "y": LABELS[:count]} | changed
        savemat(folder / f"{side}_32x32.mat", arrays, do_compression=side == "train")
    return folder


@pytest.mark.parametrize("inner", ["", "svhn"])
def test_images_and_labels(tmp_path, inner):
    (tmp_path / inner).mkdir(exist_ok=True)
    (written(tmp_path / inner) / "extra_32x32.mat").touch()
    with image_data(tmp_path) as data:
        assert (len(data.train), len(data.test), data.class_names) == (5, 3, tuple("0123456789"))
        assert data.train.labels.tolist() == [1, 0, 9, 2, 0]
        for row in (2, 0, 1):
            np.testing.assert_array_equal(data.test.read(row), IMAGES[row])
        assert data.notes == ("extra_32x32.mat is left out: it is neither train nor test",)


def test_a_side_of_one_image(tmp_path):
    written(tmp_path, X=IMAGES[0], y=np.array([[4]], np.uint8))
    with image_data(tmp_path) as data:
        np.testing.assert_array_equal(data.test.read(0), IMAGES[0])
        assert data.test.labels.tolist() == [4]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"X": np.zeros((32, 32, 3, 5))}, r"train_32x32\.mat: X must be uint8 images .*, but is float64 of shape"),
        ({"X": IMAGES}, r"train_32x32\.mat: X must be uint8 images \(32, 32, 3, N\), but is uint8 of shape \(5, 32"),
        ({"y": LABELS[:4]}, r"train_32x32\.mat: y must number 5, one an image, but number 4"),
        ({"y": LABELS + 1}, r"train_32x32\.mat: y must be from 1 to 10, which is digit 0, but has others"),
    ],
)
def test_files_that_do_not_fit_are_one_sentence(tmp_path, changed, sentence):
    with pytest.raises(LabError, match=sentence), image_data(written(tmp_path, **changed)):
        pass


def test_a_file_without_labels_is_one_sentence(tmp_path):
    for side in ("train", "test"):
        savemat(tmp_path / f"{side}_32x32.mat", {"X": IMAGES.transpose(1, 2, 3, 0)})
    sentence = r"train_32x32\.mat must have the arrays X and y, but has no y"
    with pytest.raises(LabError, match=sentence), image_data(tmp_path):
        pass
