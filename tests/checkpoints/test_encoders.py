import numpy as np
import pytest
import torch
import torch.nn.functional as F

from checkpoints.native.encoders import SmallConvSpec
from checkpoints.native.forward import as_tensor, forward, unit_rows
from checkpoints.native.weights import load_weights, weights_of
from losses.errors import LabError

SPEC = SmallConvSpec("projection", 6, features=32, width=4)


def by_hand(weights: dict, images: torch.Tensor) -> torch.Tensor:
    """Features (N, F), written out layer by layer."""
    w = {name: torch.from_numpy(array) for name, array in weights.items()}
    for number, (layer, stride) in enumerate([("0", 1), ("3", 2), ("6", 1)]):
        images = F.conv2d(images, w[f"encoder.{layer}.weight"], stride=stride, padding=1)
        norm = f"encoder.{1 + 3 * number}"
        images = F.relu(F.group_norm(images, 4, w[f"{norm}.weight"], w[f"{norm}.bias"]))
    return F.relu(images.flatten(1) @ w["encoder.10.weight"].T + w["encoder.10.bias"])


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (700, 8, 8), dtype=np.uint8)


def test_a_projection_gives_the_heads_unit_output(model_for, images):
    model = model_for(SPEC)
    w = weights_of(model)
    hidden = np.maximum(by_hand(w, as_tensor(images)).numpy() @ w["head.0.weight"].T + w["head.0.bias"], 0)
    expected = hidden @ w["head.2.weight"].T + w["head.2.bias"]
    embeddings, logits = forward(model, images)
    assert logits is None
    np.testing.assert_allclose(
        embeddings, expected / np.linalg.norm(expected, axis=1, keepdims=True), rtol=0, atol=1e-5
    )
    np.testing.assert_allclose(embeddings, model(as_tensor(images)).detach().numpy(), rtol=0, atol=1e-6)


def test_a_class_head_gives_logits_and_unit_features(model_for, images):
    model = model_for(SmallConvSpec("classes", 4, features=32, width=4))
    w, features = weights_of(model), by_hand(weights_of(model), as_tensor(images)).numpy()
    embeddings, logits = forward(model, images)
    np.testing.assert_allclose(logits, features @ w["head.weight"].T + w["head.bias"], rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(np.linalg.norm(embeddings, axis=1), 1, rtol=0, atol=1e-6)
    np.testing.assert_allclose(embeddings * np.linalg.norm(features, axis=1, keepdims=True), features, atol=1e-4)


def test_an_embedding_does_not_depend_on_the_batch(model_for, images):
    model = model_for(SPEC)
    alone, together = forward(model, images[:1])[0], forward(model, images)[0]
    np.testing.assert_allclose(alone[0], together[0], rtol=0, atol=1e-6)


def test_first_weights_come_from_the_generator_alone(model_for):
    before = torch.get_rng_state()
    first, same, other = (weights_of(model_for(SPEC, seed)) for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), before)
    assert all((first[name] == same[name]).all() for name in first)
    assert (first["encoder.0.weight"] != other["encoder.0.weight"]).any()
    assert all(np.isfinite(array).all() for array in first.values())


def test_weights_go_round(model_for, images):
    model, other = model_for(SPEC, 1), SPEC.build()
    load_weights(other, weights_of(model))
    np.testing.assert_array_equal(forward(other, images)[0], forward(model, images)[0])


@pytest.mark.parametrize(
    "change",
    [{"width": 0}, {"width": 65}, {"features": 10**9}, {"outputs": True}, {"side": 7}, {"side": 2.0}, {"head": "x"}],
)
def test_an_encoder_out_of_bounds_is_refused(change):
    with pytest.raises(LabError, match="encoder"):
        SmallConvSpec(**({"head": "classes", "outputs": 4} | change))


def test_the_largest_encoder_allowed_is_affordable():
    largest = SmallConvSpec("projection", 1024, features=512, width=64, side=64)
    assert sum(tensor.nbytes for tensor in largest.build().state_dict().values()) < 512 << 20


def test_unit_rows_survive_extremes():
    rows = np.array([[3e38, 3e38], [1e-44, 0], [3, 4]], np.float32)
    np.testing.assert_allclose(unit_rows(rows), [[0.5**0.5, 0.5**0.5], [1, 0], [0.6, 0.8]], rtol=1e-6)
