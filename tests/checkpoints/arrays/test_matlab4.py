"""MATLAB's version 4: what scipy reads, told from other files without a mark of its own."""

import struct

import numpy as np
import pytest
from scipy.io import loadmat, savemat

from checkpoints.arrays.matlab4 import list_matlab4, load_matlab4
from checkpoints.arrays.opening import listing_of, open_arrays
from checkpoints.contents import contents_at
from checkpoints.reading.array_spec import ArraySpec
from checkpoints.reading.content import kind_of
from losses.errors import LabError

RNG = np.random.default_rng(0)
ARRAYS = {
    "wide": RNG.normal(size=(2, 123)),  # 123 is the letter that safetensors has in that place
    "single": RNG.normal(size=(5, 3)).astype("f4"),
    **{f"of_{code}": np.arange(12).astype(code).reshape(3, 4) for code in ("i4", "i2", "u2", "u1")},
    "row": RNG.normal(size=7),
    "letters": np.array(["ab", "cde"]),
    "wave": np.ones((2, 2)) * 1j,
    "none": np.empty((0, 3)),
}


def test_it_holds_what_scipy_reads(tmp_path):
    path = tmp_path / "a.mat"
    savemat(path, ARRAYS, format="4")
    assert kind_of(path.read_bytes()[:4096]) == "matlab 4"
    found, listed = load_matlab4(path, set(ARRAYS) - {"wave"}).arrays, {each.name: each for each in list_matlab4(path)}
    assert list(listed) == list(ARRAYS)
    assert (listed["wave"].refused, listed["letters"].dtype) == ("complex numbers", "text")
    for name, there in loadmat(path).items():
        if name in found and name != "letters":
            there = there.reshape(-1) if 1 in there.shape else there
            assert np.array_equal(found[name], there)
            assert (found[name].dtype, listed[name].shape) == (there.dtype, there.shape)
    assert found["letters"].tolist() == ["ab", "cde"]
    with pytest.raises(LabError, match="wave' must hold plain numbers or texts, but holds complex numbers"):
        load_matlab4(path, {"wave"})


def test_big_endian_files_too(tmp_path):
    X = RNG.normal(size=(3, 2))
    (tmp_path / "a.mat").write_bytes(struct.pack(">5i", 1000, 3, 2, 0, 2) + b"X\0" + X.astype(">f8").tobytes("F"))
    assert np.array_equal(load_matlab4(tmp_path / "a.mat", {"X"}).arrays["X"], X)


def test_it_opens_as_others_do(tmp_path):
    y = np.arange(60) % 3
    savemat(tmp_path / "a.mat", {"X": np.eye(3)[y] + 0.1 * RNG.normal(size=(60, 3)), "y": y.astype(float)}, format="4")
    outputs = open_arrays(tmp_path / "a.mat", spec=ArraySpec(mapping="embeddings=X,labels=y"))
    assert (len(outputs.test), len(outputs.class_names)) == (60, 3)
    assert contents_at(tmp_path / "a.mat").verdict.level == "yes"


@pytest.mark.parametrize("data", [bytes(400), struct.pack("<5i", 0, 1, 1, 0, 2) + b"1\0", b"\0\0\0\0{" + bytes(90)])
def test_what_begins_with_zeros_is_not_one(data):
    assert kind_of(data) != "matlab 4"


def test_a_files_content_is_said_where_its_name_says_something_else(tmp_path):
    """The same on the page, by the command and in File contents."""
    path = tmp_path / "mine.npz"
    path.write_text("e0,e1,e2,label\n" + "".join(f"{row},0.5,{row % 3},{row % 2}\n" for row in range(40)))
    assert listing_of(path).whole_form == "a table, though its name ends in .npz"
    with pytest.raises(LabError, match=r"the page Checkpoints asks\. It is a table, though its name ends in \.npz\."):
        open_arrays(path)
    opened = open_arrays(path, spec=ArraySpec(mapping="embeddings=e0-e2,labels=label"))
    assert str(opened.provenance["notes"]).startswith("mine.npz is a table, though its name ends in .npz")
    assert contents_at(path).title == "A table, though its name ends in .npz"
    savemat(tmp_path / "a.npy", {"X": np.ones((3, 2))})
    assert listing_of(tmp_path / "a.npy").whole_form == "a MATLAB file, though its name ends in .npy"
    savemat(tmp_path / "b.mat", {"X": np.ones((3, 2))})
    assert listing_of(tmp_path / "b.mat").whole_form == "a MATLAB file"
