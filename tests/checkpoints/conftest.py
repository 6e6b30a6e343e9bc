"""A tiny data set, a tiny model and small native files that the checkpoint tests share."""

import json

import numpy as np
import pytest
import torch

from checkpoints.native.datasets import DATASETS, DataSet, Images
from checkpoints.native.encoders import SmallConvSpec
from checkpoints.native.epochs import Epoch
from checkpoints.native.file import write
from checkpoints.native.metadata import Metadata
from checkpoints.native.objectives import OBJECTIVES
from checkpoints.native.recipes import Recipe
from checkpoints.native.small_conv import initialise
from checkpoints.native.weights import weights_of


def bars(items: int, seed: int) -> Images:
    """8 x 8 images of a bright bar whose row is the class, under noise."""
    rng = np.random.default_rng(seed)
    labels = np.arange(items) % 4
    images = rng.integers(0, 80, (items, 8, 8), dtype=np.uint8)
    images[np.arange(items), 2 * labels] += 170
    return Images(images, labels.astype(np.int64), np.array([f"bar {row}" for row in range(items)]))


@pytest.fixture
def bars_data(monkeypatch):
    """The registry with a data set "bars": 64 train and 24 test images of 4 classes."""
    data = DataSet(bars(64, 1), bars(24, 2), ("first", "second", "third", "fourth"))
    monkeypatch.setitem(DATASETS, "bars", lambda: data)
    return data


@pytest.fixture
def recipe_for(bars_data):
    def recipe(loss: str = "supcon", **changes) -> Recipe:
        fields = {"data": "bars", "seed": 3, "epochs": 3, "batch_size": 32, "learning_rate": 0.003}
        fields |= {"weight_decay": 0.0001, "parameters": dict(OBJECTIVES.get(loss, OBJECTIVES["nll"]).parameters)}
        return Recipe(loss=loss, **(fields | changes))

    return recipe


@pytest.fixture
def model_for():
    def model(spec: SmallConvSpec, seed: int = 0):
        built = spec.build()
        initialise(built, torch.Generator().manual_seed(seed))
        return built

    return model


@pytest.fixture
def native_file(tmp_path, recipe_for, model_for):
    """Write a native file of a small untrained model with the given head; returns its path."""

    def file(head: str = "projection", name: str = "model.safetensors"):
        spec = SmallConvSpec(head, 4 if head == "classes" else 6, features=16, width=4)
        recipe = recipe_for("supcon" if head == "projection" else "nll")
        metadata = Metadata(
            "small_conv", spec, recipe, ("first", "second", "third", "fourth"), {"loss": 1.5},
            (Epoch(1.5, 0.1, 0.9),), recipe.command(name), {"torch": "2.13.0"},
        )  # fmt: skip
        write(tmp_path / name, weights_of(model_for(spec)), metadata)
        return tmp_path / name

    return file


@pytest.fixture
def rewrite():
    """Write a safetensors file again with its header changed by a function, or with another body."""

    def change(path, edit=lambda header: header, body=lambda data: data):
        data = path.read_bytes()
        length = int.from_bytes(data[:8], "little")
        header = edit(json.loads(data[8 : 8 + length]))
        text = header if isinstance(header, bytes) else json.dumps(header).encode()
        path.write_bytes(len(text).to_bytes(8, "little") + text + body(data[8 + length :]))
        return path

    return change


@pytest.fixture
def rewrite_metadata(rewrite):
    """Write a native file again with its `nce_lab` object changed by a function."""

    def change(path, edit):
        def of_header(header):
            about = json.loads(header["__metadata__"]["nce_lab"])
            header["__metadata__"]["nce_lab"] = json.dumps(edit(about))
            return header

        return rewrite(path, of_header)

    return change
