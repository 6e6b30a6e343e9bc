"""CIFAR's batches, as Python 2 and 3 pickle them and as plain bytes, are the same images; nothing in them is called."""

import os
import pickle
import struct

import numpy as np
import pytest

from checkpoints.images.finding import image_data
from losses.errors import LabError

NAMES = [f"class {k}" for k in range(10)]


@pytest.fixture
def batches():
    """Two train batches and a test batch: pixels (n, 3072) and labels (n,)."""
    rng = np.random.default_rng(0)
    return {
        name: (rng.integers(0, 256, (4, 3072), dtype=np.uint8), rng.permutation(10)[:4])
        for name in ("data_batch_1", "data_batch_2", "test_batch")
    }


def python2(pixels, labels, key=b"labels"):
    """The batch in the opcodes of Python 2's protocol 2: every text and all pixels are byte strings."""

    def text(value):
        return b"U" + bytes([len(value)]) + value

    def whole(value):
        return b"J" + struct.pack("<i", value)

    array = (
        b"cnumpy.core.multiarray\n_reconstruct\nq\x02(cnumpy\nndarray\nq\x03K\x00\x85" + text(b"b") + b"tRq\x04"
        + b"(K\x01" + whole(len(pixels)) + whole(3072) + b"\x86cnumpy\ndtype\nq\x05("
        + text(b"u1") + b"K\x00K\x01tRq\x06"
        + b"(K\x03" + text(b"|") + b"NNN" + whole(-1) + whole(-1) + b"K\x00tb\x89"
        + b"T" + struct.pack("<I", pixels.nbytes) + pixels.tobytes() + b"tb"
    )  # fmt: skip
    listed = b"](" + b"".join(whole(int(label)) for label in labels) + b"e"
    return b"\x80\x02}q\x01(" + text(b"data") + array + text(key) + listed + text(b"batch_label") + text(b"1") + b"u."


def python3(pixels, labels, key="labels", protocol=2):
    return pickle.dumps({"data": pixels, key: labels.tolist(), "filenames": ["a.png"] * len(labels)}, protocol)


def binary(pixels, labels):
    return np.concatenate([labels[:, None].astype(np.uint8), pixels], axis=1).tobytes()


WAYS = {
    "python 2": ("", python2),
    "python 3": ("", python3),
    "protocol 4": ("", lambda *batch: python3(*batch, protocol=4)),
    "binary": (".bin", binary),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("inside", [".", "cifar-10-batches-py"])
def test_batches_in_every_form_are_the_same_images(tmp_path, batches, way, inside):
    ending, written = WAYS[way]
    folder = tmp_path / inside
    folder.mkdir(exist_ok=True)
    for name, batch in batches.items():
        (folder / f"{name}{ending}").write_bytes(written(*batch))
    (folder / ("batches.meta.txt" if ending else "batches.meta")).write_bytes(
        "\n".join(NAMES).encode() if ending else pickle.dumps({b"label_names": [n.encode() for n in NAMES]}, 2)
    )
    with image_data(tmp_path) as data:
        assert data.class_names == tuple(NAMES)
        assert (len(data.train), len(data.test), data.data_set) == (8, 4, "cifar10")
        pixels, labels = batches["data_batch_2"]
        np.testing.assert_array_equal(data.train.labels[4:], labels)
        for row in range(4):
            np.testing.assert_array_equal(data.train.read(4 + row), pixels[row].reshape(3, 32, 32).transpose(1, 2, 0))
        assert data.notes == (
            "3 train batches are not there: " + ", ".join(f"data_batch_{n}{ending}" for n in (3, 4, 5)),
        )


def test_cifar_100_takes_the_fine_labels(tmp_path, batches):
    pixels, _ = batches["test_batch"]
    fine, coarse = [3, 99, 0, 42], [1, 2, 3, 4]
    for name in ("train", "test"):
        content = {b"data": pixels, b"fine_labels": fine, b"coarse_labels": coarse}
        (tmp_path / name).write_bytes(pickle.dumps(content, 2))
        rows = np.concatenate([np.array([coarse, fine], np.uint8).T, pixels], axis=1)
        (tmp_path / "binary").mkdir(exist_ok=True)
        (tmp_path / "binary" / f"{name}.bin").write_bytes(rows.tobytes())
    for folder in (tmp_path, tmp_path / "binary"):
        with image_data(folder) as data:
            assert data.test.labels.tolist() == fine
            assert (data.data_set, len(data.class_names), data.class_names[42]) == ("cifar100", 100, "42")
            assert "numbers stand for them" in data.notes[0]
            np.testing.assert_array_equal(data.test.read(1), pixels[1].reshape(3, 32, 32).transpose(1, 2, 0))


class Touches:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({"data": np.zeros((2, 3072), np.uint8), "labels": [0, 10]}, "must have labels from 0 to 9"),
        ({"data": np.zeros((2, 3072), np.uint8), "labels": [0, 10**30]}, "must have labels from 0 to 999"),
        ({"data": np.zeros((2, 3072), np.uint8), "labels": [0]}, "a label for each"),
        ({"data": np.zeros((2, 5), np.uint8), "labels": [0, 1]}, "rows of 3,072"),
        ({"data": np.zeros((2, 3072), np.float32), "labels": [0, 1]}, "a numpy array of uint8"),
        ({"data": b"x" * 6144, "labels": [0, 1]}, "a numpy array of uint8"),
        ({"labels": [0, 1]}, "must be a CIFAR batch with data and labels"),
        ([1, 2], "must hold a dict"),
    ],
)
def test_a_batch_that_is_none_is_one_sentence(tmp_path, batches, content, sentence):
    (tmp_path / "data_batch_1").write_bytes(python3(*batches["data_batch_1"]))
    (tmp_path / "test_batch").write_bytes(pickle.dumps(content, 2))
    with pytest.raises(LabError, match=rf"test_batch .*{sentence}"), image_data(tmp_path):
        pass


def test_nothing_in_a_batch_is_called(tmp_path, batches):
    marker = tmp_path / "marker"
    (tmp_path / "data_batch_1").write_bytes(python3(*batches["data_batch_1"]))
    for content in (Touches(marker), {"data": Touches(marker), "labels": [0]}):
        (tmp_path / "test_batch").write_bytes(pickle.dumps(content, 2))
        with pytest.raises(LabError, match="test_batch"), image_data(tmp_path):
            pass
    assert not marker.exists()


def test_a_cut_binary_batch_is_refused(tmp_path, batches):
    (tmp_path / "data_batch_1.bin").write_bytes(binary(*batches["data_batch_1"])[:-1])
    (tmp_path / "test_batch.bin").write_bytes(binary(*batches["test_batch"]))
    with pytest.raises(LabError, match=r"data_batch_1\.bin must have rows of 3,073 bytes"), image_data(tmp_path):
        pass
