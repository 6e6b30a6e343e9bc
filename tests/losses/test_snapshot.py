"""A snapshot opens in the lab with the model's very numbers, and leaves model and file as they should be."""

import numpy as np
import pytest
import torch
from torch import nn

from checkpoints import open_outputs
from losses import LabError, snapshot


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.drop, self.head = nn.Linear(4, 6), nn.Dropout(0.9), nn.Linear(6, 3)

    def forward(self, inputs):
        embeddings = self.drop(self.body(inputs))
        return embeddings, self.head(embeddings)


@pytest.fixture
def batches():
    generator = torch.Generator().manual_seed(0)
    return [(torch.randn(5, 4, generator=generator), torch.tensor([0, 1, 2, 0, 1])) for _ in range(3)]


def test_the_lab_opens_it_with_the_models_numbers(tmp_path, batches):
    model = Net()
    path = snapshot(tmp_path / "epoch_3.npz", model, batches, batches[:2])
    outputs = open_outputs(path)
    embeddings, logits = (part.detach().numpy() for part in model.eval()(torch.cat([each for each, _ in batches[:2]])))
    unit = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    np.testing.assert_allclose(outputs.test.embeddings, unit, atol=1e-6)
    np.testing.assert_allclose(outputs.test.logits, logits, atol=1e-6)
    assert (len(outputs.train), len(outputs.test)) == (15, 10)
    np.testing.assert_array_equal(outputs.train.labels, [0, 1, 2, 0, 1] * 3)


def test_numpy_reads_it_without_pickles(tmp_path, batches):
    path = snapshot(tmp_path / "a.npz", nn.Linear(4, 2), batches, batches)
    with np.load(path, allow_pickle=False) as found:
        kinds = {name: (found[name].dtype.str, found[name].shape) for name in found.files}
    side = {"embeds": ("<f4", (15, 2)), "labels": ("<i8", (15,))}
    assert kinds == {f"{name}_{part}": kind for name in ("train", "test") for part, kind in side.items()}


@pytest.mark.parametrize("training", [True, False])
def test_the_model_goes_on_as_it_was(tmp_path, batches, training):
    model = Net().train(training)
    snapshot(tmp_path / "a.npz", model, batches, batches)
    assert (model.training, model.drop.training) == (training, training)
    assert all(each.grad is None for each in model.parameters())
    with pytest.raises(RuntimeError):
        snapshot(tmp_path / "a.npz", model, [(torch.zeros(2, 9), torch.zeros(2))], batches)
    assert model.training is training


def test_no_more_items_than_the_limit_are_asked_for(tmp_path, batches):
    seen = []

    def counted():
        for batch in batches:
            seen.append(len(batch[0]))
            yield batch

    outputs = open_outputs(snapshot(tmp_path / "a.npz", Net(), counted(), batches, limit=7))
    assert (len(outputs.train), len(outputs.test), seen) == (7, 7, [5, 5])


def test_a_failed_write_leaves_the_old_file_and_nothing_beside(tmp_path, batches, monkeypatch):
    path = snapshot(tmp_path / "a.npz", Net(), batches, batches)
    before = path.read_bytes()
    monkeypatch.setattr("losses.snapshots._npy", lambda _: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(LabError, match="could not be written"):
        snapshot(path, Net(), batches, batches)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["a.npz"]


def test_its_folder_is_made_and_what_is_no_pair_or_no_tensor_is_said(tmp_path, batches):
    assert snapshot(tmp_path / "runs" / "new" / "a.npz", Net(), batches, batches).exists()
    threes = [(inputs, labels, labels) for inputs, labels in batches]
    with pytest.raises(LabError, match=r"^a batch of train must be a pair \(inputs, labels\), but is 3 parts\. Give"):
        snapshot(tmp_path / "a.npz", Net(), threes, batches)
    with pytest.raises(LabError, match=r"^labels of test must be class numbers"):
        snapshot(tmp_path / "a.npz", Net(), batches, [(inputs, ["a"] * 5) for inputs, _ in batches])
    with pytest.raises(LabError, match=r"^the model on train must give embeddings, .* but is dict"):
        snapshot(tmp_path / "a.npz", lambda inputs: {"z": inputs}, batches, batches)
