"""Torch files that scripts leave behind: lists of batches, labels in Python lists, tensors that cannot be read."""

import pickle
from collections import deque
from fractions import Fraction

import numpy as np
import pytest
import torch

from checkpoints.arrays.opening import listing_of, open_arrays
from checkpoints.arrays.roles import propose, said
from checkpoints.arrays.tensors import batches_in
from checkpoints.opening import is_of_arrays, needs_of
from checkpoints.reading.array_spec import ArraySpec
from losses.errors import LabError

RNG = np.random.default_rng(4)
ROWS = torch.tensor(RNG.normal(size=(40, 6)), dtype=torch.float32)
LABELS = torch.arange(40) % 4
NAMES = [["cat", "dog", "owl", "fox"][label] for label in LABELS]

SAVED = {
    "batches, the last shorter": {"embeddings": list(ROWS.split(16)), "labels": list(LABELS.split(16))},
    "whole batches": {"embeddings": list(ROWS.split(10)), "labels": list(LABELS.split(10))},
    "a tensor an item": {"embeddings": list(ROWS), "labels": list(LABELS)},
    "bfloat16 items": {"embeddings": list(ROWS.bfloat16()), "labels": LABELS.to(torch.uint8)},
    "a list of numbers": {"embeddings": ROWS, "labels": LABELS.tolist()},
    "a list of floats": {"embeddings": ROWS, "labels": LABELS.double().tolist(), "lr": [0.1, 0.01]},
    "a list of names": {"embeddings": ROWS, "labels": NAMES, "history": [0.5, 0.25, 0.125]},
    "a tuple of both": (ROWS, NAMES),
}


@pytest.mark.parametrize("name", SAVED)
def test_every_item_and_its_label_is_there(tmp_path, name):
    torch.save(SAVED[name], tmp_path / "a.pt")
    listing = listing_of(tmp_path / "a.pt")
    assert [each.shape[0] for each in listing.arrays if not each.refused] == [40, 40]
    outputs = open_arrays(tmp_path / "a.pt", spec=ArraySpec(mapping=said(listing, propose(listing).roles)))
    near = 1e-2 if "bfloat16" in name else 1e-6
    np.testing.assert_allclose(outputs.test.embeddings, torch.nn.functional.normalize(ROWS), atol=near)
    called = np.array(outputs.class_names)[outputs.test.labels].tolist()
    assert called in (NAMES, [str(label) for label in LABELS.tolist()])


def test_train_and_test_in_a_list_are_not_joined():
    assert batches_in({"embeddings/0": (60, 8), "embeddings/1": (40, 8)}) == {}
    assert batches_in({"0": (5, 2), "1": (5, 2), "2": (5, 2)}) == {}
    assert batches_in({"x/0": (5, 2), "x/1": (4, 2), "x/2": (5, 2)}) == {}
    assert batches_in({"x/0": (5, 2), "x/1": (5, 2), "x/2": (1, 2)}) == {"x/0-2": ["x/0", "x/1", "x/2"]}


@pytest.mark.parametrize(
    ("tensor", "holds"),
    [
        (ROWS.to(torch.complex64), "embeddings holds a tensor of complex numbers"),
        (ROWS.to_sparse(), "embeddings holds a sparse tensor"),
        (ROWS[:1].clone().expand(40, 6), "embeddings holds a tensor with more elements than its storage has"),
    ],
)
def test_embeddings_that_cannot_be_read_are_named(tmp_path, tensor, holds):
    torch.save({"embeddings": tensor, "labels": LABELS}, tmp_path / "a.pt")
    assert needs_of(tmp_path / "a.pt") == "mapping"
    with pytest.raises(LabError, match=holds):
        open_arrays(tmp_path / "a.pt")


NUMPY = {
    "arrays": {"embeddings": ROWS.numpy(), "labels": LABELS.numpy()},
    "an array of texts": {"embeddings": ROWS, "labels": np.array(NAMES)},
    "an array of objects": {"embeddings": ROWS, "labels": np.array(NAMES, object)},
    "numpy's texts": {"embeddings": ROWS, "labels": [np.str_(name) for name in NAMES]},
    "numpy's numbers": {"embeddings": ROWS, "labels": list(LABELS.numpy())},
    "numpy's small floats": {"embeddings": ROWS, "labels": list(LABELS.numpy().astype(np.float16))},
    "arrays an item": {"embeddings": list(ROWS.numpy()), "labels": LABELS},
    "Fortran's order": {"embeddings": np.asfortranarray(ROWS.numpy()), "labels": LABELS},
    "big endian": {"embeddings": ROWS.numpy().astype(">f4"), "labels": LABELS.numpy().astype(">i2")},
    "texts of bytes": {"embeddings": ROWS, "labels": np.array(NAMES, "S")},
    "a queue": {"embeddings": ROWS, "labels": deque(NAMES)},
    "a tuple an item": [(row, name) for row, name in zip(ROWS, NAMES, strict=True)],
    "a dict an item": [{"vec": row, "y": int(y)} for row, y in zip(ROWS, LABELS, strict=True)],
    "a vector and its number": [(row, y) for row, y in zip(ROWS, LABELS, strict=True)],
}


@pytest.mark.parametrize("protocol", [2, 4])
@pytest.mark.parametrize("name", NUMPY)
def test_what_numpy_left_in_a_torch_file_is_read(tmp_path, name, protocol):
    torch.save(NUMPY[name], tmp_path / "a.pt", pickle_protocol=protocol)
    listing = listing_of(tmp_path / "a.pt")
    roles = propose(listing).roles
    assert set(roles) == {"embeddings", "labels"}
    outputs = open_arrays(tmp_path / "a.pt", spec=ArraySpec(mapping=said(listing, roles)))
    np.testing.assert_allclose(outputs.test.embeddings, torch.nn.functional.normalize(ROWS), atol=1e-6)
    called = np.array(outputs.class_names)[outputs.test.labels].tolist()
    assert called in (NAMES, [str(label) for label in LABELS.tolist()])


def test_vectors_by_id(tmp_path):
    torch.save({f"a/{place}.jpg": row.clone() for place, row in enumerate(ROWS)}, tmp_path / "a.pt")
    with pytest.raises(LabError, match=r"--map embeddings=vectors,ids=ids;"):
        open_arrays(tmp_path / "a.pt")
    outputs = open_arrays(tmp_path / "a.pt", spec=ArraySpec(mapping="embeddings=vectors,ids=ids"))
    np.testing.assert_allclose(outputs.test.embeddings, torch.nn.functional.normalize(ROWS), atol=1e-6)
    assert outputs.test.ids.tolist() == [f"{place}.jpg" for place in range(40)]


def saved(content, path):
    with path.open("wb") as file:
        torch.save(content, path) if path.suffix == ".pt" else pickle.dump(content, file)
    return path


@pytest.mark.parametrize("ending", ["pt", "pkl"])
@pytest.mark.parametrize("called", ["classes", "names", "class_names"])
def test_names_of_classes_beside_their_numbers_are_used(tmp_path, called, ending):
    names, content = ["ant", "bee", "cat", "dog"], {"embeddings": ROWS.numpy(), "labels": (LABELS % 4).numpy()}
    outputs = open_arrays(saved({**content, called: names}, tmp_path / f"a.{ending}"))
    assert outputs.class_names == tuple(names)
    few = open_arrays(saved({**content, called: names[:2]}, tmp_path / f"few.{ending}"))
    assert few.class_names == ("0", "1", "2", "3")
    assert f"{called}: left out, for names must have a name for each label from 0 on" in few.provenance["notes"]
    others = open_arrays(saved({**content, "augmentations": ["crop", "flip"]}, tmp_path / f"b.{ending}"))
    assert "augmentations" in str(others.provenance["unused_arrays"])


@pytest.mark.parametrize(
    ("labels", "holds"),
    [
        ([*NAMES, "one"], "labels holds a list of 41 values, and no array beside it has so many rows"),
        ([{"name": name} for name in NAMES], "labels holds a list of 40 values that are not all texts or all numbers"),
        (
            {f"{place}.jpg": name for place, name in enumerate(NAMES)},
            "labels holds a dict of 40 values: save the values",
        ),
        (set(NAMES), "labels holds a set, which has no order: save a list"),
        (Fraction(1, 3), "labels holds an object of fractions.Fraction, which only its code can make"),
    ],
)
def test_labels_that_cannot_be_read_are_named(tmp_path, labels, holds):
    torch.save({"embeddings": ROWS, "labels": labels}, tmp_path / "a.pt")
    with pytest.raises(LabError, match=rf"must say which array is what.*{holds}"):
        open_arrays(tmp_path / "a.pt")
    outputs = open_arrays(tmp_path / "a.pt", spec=ArraySpec(mapping="embeddings=embeddings"))
    assert holds.removeprefix("labels holds ") in str(outputs.provenance["unused_arrays"])


def test_other_lists_beside_known_names_make_no_question(tmp_path):
    content = {"embeddings": ROWS, "labels": NAMES, "lr": [0.1, 0.01], "args": Fraction(1, 3), "options": {"a": 1}}
    torch.save(content, tmp_path / "a.pt")
    assert {"lr", "args"} == set(open_arrays(tmp_path / "a.pt").provenance["unused_arrays"])


def test_labels_with_gaps_are_unlabelled(tmp_path):
    for gaps in ([None if place % 4 == 0 else name for place, name in enumerate(NAMES)], [None, *LABELS.tolist()[1:]]):
        torch.save({"embeddings": ROWS, "labels": gaps}, tmp_path / "a.pt")
        outputs = open_arrays(tmp_path / "a.pt")
        assert len(outputs.test) == 40 - gaps.count(None)
        assert "without a label" in str(outputs.provenance["notes"])


def test_weights_of_one_length_are_no_vectors_by_id(tmp_path):
    for content in (
        {"norm.weight": ROWS[0].clone(), "norm.bias": ROWS[1].clone(), "norm.running_mean": ROWS[2].clone()},
        {"a": ROWS[0].clone(), "b": ROWS[1].clone()},
        {"a": ROWS[0].clone(), "b": ROWS[1].clone(), "c": ROWS[2, :3].clone()},
    ):
        torch.save(content, tmp_path / "a.pt")
        assert not is_of_arrays(tmp_path / "a.pt")
