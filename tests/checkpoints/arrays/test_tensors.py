"""Torch files that scripts leave behind: lists of batches, labels in Python lists, tensors that cannot be read."""

import numpy as np
import pytest
import torch

from checkpoints.arrays.opening import listing_of, open_arrays
from checkpoints.arrays.roles import propose, said
from checkpoints.arrays.tensors import batches_in
from checkpoints.inspect import inspect_file
from checkpoints.opening import needs_of
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
    assert [each.shape[0] for each in listing.arrays] == [40, 40]
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


def test_numpy_arrays_in_a_pickle_are_no_module(tmp_path):
    torch.save({"embeddings": ROWS.numpy(), "labels": LABELS.numpy()}, tmp_path / "a.pt")
    step = str(inspect_file(str(tmp_path / "a.pt"))["next"])
    assert step.startswith("a.pt must hold tensors, but holds numpy arrays in a pickle. Save them with numpy.savez")
