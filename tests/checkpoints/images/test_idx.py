"""IDX files, plain and gzipped, as MNIST comes; what they declare is held against what they have."""

import gzip
import struct

import numpy as np
import pytest

from checkpoints.images import idx
from checkpoints.images.finding import image_data
from losses.errors import LabError

IMAGES = np.random.default_rng(0).integers(0, 256, (5, 28, 28), dtype=np.uint8)
LABELS = np.array([3, 0, 9, 1, 1], dtype=np.uint8)


def encoded(array):
    return b"\0\0\x08" + bytes([array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


@pytest.fixture
def folder(tmp_path):
    for stem, count in (("train", 5), ("t10k", 3)):
        (tmp_path / f"{stem}-images-idx3-ubyte").write_bytes(encoded(IMAGES[:count]))
        (tmp_path / f"{stem}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(encoded(LABELS[:count])))
    return tmp_path


def test_images_and_labels(folder):
    with image_data(folder) as data:
        assert (len(data.train), len(data.test), len(data.class_names)) == (5, 3, 10)
        np.testing.assert_array_equal(data.train.labels, LABELS)
        np.testing.assert_array_equal(data.test.read(2), IMAGES[2])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (encoded(IMAGES)[:-1], "must be whole, but declares"),
        (encoded(IMAGES) + b"x", "must be whole"),
        (b"\0\0\x08\x03" + struct.pack(">3I", 2**31, 2**31, 2**31), "must be whole"),
        (b"\0\0\x08\x03" + struct.pack(">3I", 0, 2**20, 5), "must be whole"),
        (b"\0\0\x0d\x03" + bytes(12), "must be IDX bytes in 3 dimensions"),
        (encoded(LABELS), "must be IDX bytes in 3 dimensions"),
        (b"", "must be IDX bytes"),
        (gzip.compress(encoded(IMAGES))[:-9], "must be a whole gzip file, but is cut off"),
        (b"\x1f\x8b" + b"x" * 50, "must be a whole gzip file, but is a broken one"),
        (encoded(IMAGES[:2]), "labels must number 2, one an image"),
    ],
    ids=range(10),
)
def test_a_broken_file_is_one_sentence(folder, content, sentence):
    (folder / "train-images-idx3-ubyte").write_bytes(content)
    with pytest.raises(LabError, match=sentence), image_data(folder):
        pass


def test_a_gzip_bomb_ends_at_the_limit(folder, monkeypatch):
    monkeypatch.setattr(idx, "MOST_BYTES", 10_000)
    (folder / "train-images-idx3-ubyte").write_bytes(gzip.compress(encoded(np.zeros((100, 28, 28), np.uint8))))
    with pytest.raises(LabError, match="must unpack to at most 10,000 bytes"), image_data(folder):
        pass


def test_a_missing_companion_is_named(folder):
    (folder / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(LabError, match="must have t10k-labels-idx1-ubyte"), image_data(folder):
        pass


@pytest.mark.parametrize("given", ["", "MNIST", "MNIST/raw"])
def test_as_torchvision_keeps_them(folder, tmp_path, given):
    raw = tmp_path / "kept/MNIST/raw"
    raw.mkdir(parents=True)
    for file in folder.glob("*ubyte*"):
        file.rename(raw / file.name)
    with image_data(tmp_path / "kept" / given) as data:
        np.testing.assert_array_equal(data.train.labels, LABELS)


def test_a_root_with_two_data_sets_must_be_told_apart(tmp_path):
    for name in ("MNIST", "FashionMNIST"):
        (tmp_path / name / "raw").mkdir(parents=True)
        (tmp_path / name / "raw/train-images-idx3-ubyte").write_bytes(encoded(IMAGES))
    sentence = r"must have one data set, but has MNIST and FashionMNIST\. Give the folder of"
    with pytest.raises(LabError, match=sentence), image_data(tmp_path):
        pass
