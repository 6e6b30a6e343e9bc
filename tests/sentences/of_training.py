"""What somebody hears who trains on images, and gives what cannot be trained on or written."""

import json
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from checkpoints import zoo
from checkpoints.native.curves import run_curves
from checkpoints.native.image_run import read_run
from checkpoints.train import main
from checkpoints.training.images import data, run
from checkpoints.training.images.recipe import ImageRecipe
from checkpoints.training.images.run import Run, train
from checkpoints.zoo import cifar, transfer
from tests.checkpoints.test_image_training import colours, recipe

Said = Callable[[Path], object]


def trained(*words: str, data: str = "images.zip", out: str = "a.pth", encoder: bool = True) -> Said:
    """The command with these words."""

    def said(folder: Path) -> object:
        plain = ["--loss", "nll", "--data", data, "--out", str(folder / out)]
        return main([*plain, *(["--encoder", "resnet8"] if encoder else []), *words])

    return said


def made(*words: str, out: str = "") -> Said:
    """The zoo's command with these words."""
    return lambda folder: cifar.main([*words, "--data", str(folder), "--out", str(folder / out)])


def read(*names: str, side: int = 8, limit: int | None = None) -> Said:
    """Images of one colour under these names."""

    def said(folder: Path) -> object:
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(folder / name)
        return data.read_images(folder, side, name="mine", limit=limit)

    return said


BOTH = ("train/a/0.png", "train/b/0.png", "test/a/0.png", "test/b/0.png")


def _too_large(folder: Path) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data, "_MOST_BYTES", 100)
        return read(*BOTH)(folder)


def _changing(folder: Path) -> object:
    """A worker met a broken image that is whole when it is looked at again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data, "_FEW", 0)
        patch.setattr(data, "_CHUNK", 1)
        patch.setattr(data, "_by_processes", lambda path, name, parts, *_: [None for _ in parts])
        return data.read_images(_folder(folder), 8, name="mine", workers=2)


def _ended(folder: Path) -> object:
    class Ended:
        def __init__(self, *_: object) -> None:
            raise BrokenProcessPool

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data, "_FEW", 0)
        patch.setattr(data, "_CHUNK", 1)
        patch.setattr(data, "ProcessPoolExecutor", Ended)
        return data.read_images(_folder(folder), 8, name="mine", workers=2)


def _folder(folder: Path) -> Path:
    read(*BOTH)(folder)
    return folder


def _resumed(folder: Path, wanted: ImageRecipe, found: ImageRecipe, spoil: Callable[[Path], None]) -> object:
    out = folder / "a.pth"

    def breaks(*_: object) -> None:
        if run.resume.resume_path(out).exists():
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "_SECONDS", 0.0)
        with pytest.raises(KeyboardInterrupt):
            train(wanted, colours(), Run(out, "cpu"), breaks)
    spoil(run.resume.resume_path(out))
    return train(found, colours(), Run(out, "cpu"))


def _without_a_tensor(path: Path) -> None:
    from checkpoints.reading import safetensors_file

    file = safetensors_file.read(path)
    arrays = {name: each for name, each in file.arrays().items() if not name.endswith("fc.bias")}
    path.write_bytes(safetensors_file.encode(arrays, dict(file.header.metadata)))


def _there(folder: Path) -> object:
    for name in cifar.RUNS:
        (folder / f"{name}.npz").write_bytes(b"")
    return made()(folder)


def stated(**changes: object) -> Said:
    """What a run says of itself, with other fields; a text alone where there is one called so."""
    evaluation: dict[str, object] = {"knn_1": 0.5, "knn_1_interval": [0.4, 0.6]}
    about = {
        "schema": 1, "recipe": recipe().plain(), "network": "small", "mean": [0.5] * 3, "std": [0.5] * 3,
        "log": [{"loss": 1.0}], "evaluation": evaluation,
        "environment": {"device": "cpu", "training_seconds": 1.0, "versions": {}},
    } | changes  # fmt: skip
    return lambda _: read_run(np.array(json.dumps(about).encode()), "a.npz: nce_lab_run")


def _npz_of_labels(folder: Path) -> Path:
    np.savez(folder / "a.npz", labels=np.zeros(2))
    return folder / "a.npz"


def _without_a_run(folder: Path) -> object:
    return zoo._of_outputs(_npz_of_labels(folder), 0)


def _odd_transfer(folder: Path) -> object:
    about = {"train_items": 1, "test_items": 1, "encoders": {"a": [0.5]}, "beside": {}, "areas": {}}
    (folder / "transfer.json").write_text(json.dumps(about))
    return transfer._read(folder / "transfer.json", 0)


def _without_weights(folder: Path) -> object:
    entry = replace(zoo.of_images()[0], name="cifar10/another", path=folder / "another.npz")
    return transfer._of(entry)


def _no_encoders() -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transfer, "of_images", lambda: ())
        return transfer.measured()


SAID: tuple[Said, ...] = (
    stated(recipe=recipe().plain() | {"channels_last": 1}),
    stated(evaluation={"knn_1_interval": [0.5, "high"]}),
    lambda _: read_run(np.zeros(2), "a.npz: nce_lab_run"),
    _without_a_run,
    lambda folder: run_curves(_npz_of_labels(folder)),
    _odd_transfer,
    lambda _: _no_encoders(),
    _without_weights,
    trained("--device", "cpu", encoder=False, data="digits"),
    trained("--every", "-1"),
    trained(data="digits"),
    trained("--name", "a\nb"),
    trained(out="a.safetensors"),
    trained("--limit", "0"),
    trained("--loss", "triplet"),
    trained("--epsilon", "1"),
    lambda _: replace(recipe(), parameters={}),
    read("train/a/0.png", "test/a/0.png"),
    read("train/a/0.png", "test/b/0.png"),
    _too_large,
    _changing,
    _ended,
    lambda folder: train(recipe(batch_size=64), colours(), Run(folder / "a.pth", "cpu")),
    lambda folder: train(recipe(), replace(colours(), std=(float("nan"),) * 3), Run(folder / "a.pth", "cpu")),
    lambda folder: _resumed(folder, recipe(), recipe(seed=1), lambda _: None),
    lambda folder: _resumed(folder, recipe(), recipe(), _without_a_tensor),
    made("--minutes", "0"),
    made(out="none"),
    made("triplet"),
    made("--shard", "2/2"),
    _there,
)
