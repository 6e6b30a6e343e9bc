"""STL-10's binary files: images lie by column, labels begin at 1."""

import numpy as np
import pytest

from checkpoints.images.finding import image_data
from losses.errors import LabError

IMAGES = np.random.default_rng(0).integers(0, 256, (3, 96, 96, 3), dtype=np.uint8)
LABELS = np.array([1, 10, 4], np.uint8)


@pytest.fixture
def folder(tmp_path):
    inner = tmp_path / "stl10_binary"
    inner.mkdir()
    for side in ("train", "test"):
        (inner / f"{side}_X.bin").write_bytes(IMAGES.transpose(0, 3, 2, 1).tobytes())
        (inner / f"{side}_y.bin").write_bytes(LABELS.tobytes())
    (inner / "class_names.txt").write_text("\n".join(f"class {k}" for k in range(10)))
    (inner / "unlabeled_X.bin").touch()
    return tmp_path


def test_images_and_labels(folder):
    with image_data(folder) as data:
        assert (data.train.labels.tolist(), data.class_names[9]) == ([0, 9, 3], "class 9")
        for row in (2, 0, 1):
            np.testing.assert_array_equal(data.test.read(row), IMAGES[row])
        assert data.notes == ("unlabeled_X.bin is left out: it has no labels",)


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("train_X.bin", bytes(100), "must have 27,648 bytes for each of 3 labels, but has 100"),
        ("test_y.bin", bytes([1, 2, 11]), "must have labels from 1 to 10, but has 11"),
        ("test_y.bin", bytes([1, 0, 2]), "must have labels from 1 to 10, but has 0"),
    ],
)
def test_files_that_do_not_fit_are_one_sentence(folder, name, data, sentence):
    (folder / "stl10_binary" / name).write_bytes(data)
    with pytest.raises(LabError, match=sentence), image_data(folder):
        pass
