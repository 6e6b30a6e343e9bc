"""What is said of exported files and of a training's snapshots."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from checkpoints import inspect, series
from checkpoints.exporting import columns, files
from checkpoints.exporting.own_arrays import MARK
from checkpoints.opening import open_outputs
from checkpoints.snapshots import Snapshot, check_items, read_snapshot
from checkpoints.training import run
from checkpoints.zoo import FOLDER
from tests.checkpoints.hostile_data import TEST, bundle
from tests.sentences.of_commands import trained
from tests.sentences.of_pages import opened

Said = Callable[[Path], object]
ZOO = str(FOLDER / "supcon.safetensors")
UNIT = np.eye(6, dtype=np.float32)[np.arange(TEST) % 4]


def own(about: object = None, **changes: np.ndarray | None) -> Said:
    """An exported file with some of it changed."""
    facts = {"schema": 1, "temperature": 1.0, "labelled": 1, "split_seed": 0, "facts": {}} if about is None else about
    arrays: dict[str, np.ndarray | None] = {MARK: np.array(json.dumps(facts).encode())}
    arrays |= {"class_names": np.array(list("abcd")), "test_embeddings": UNIT, "test_labels": np.arange(TEST) % 4}
    arrays |= {"test_ids": np.arange(TEST).astype(str), **changes}

    def read(folder: Path) -> object:
        np.savez(buffer := io.BytesIO(), **{name: each for name, each in arrays.items() if each is not None})
        (folder / "own.npz").write_bytes(buffer.getvalue())
        return open_outputs(folder / "own.npz")

    return read


def exported(*options: str, to: str = "{}/out.npz") -> Said:
    return lambda folder: inspect.main([*options, "--export", to.format(folder)])


def too_large(folder: Path) -> object:
    (folder / "a.npz").write_bytes(bundle())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "MOST_BYTES", 1000)
        return columns.check_size(open_outputs(folder / "a.npz"))


def weights(folder: Path) -> object:
    torch.save({"weight": torch.zeros(2, 2)}, folder / "last.pth")
    return inspect.main([str(folder / "last.pth"), "--export", str(folder / "out.npz")])


def other_items(folder: Path) -> object:
    (folder / "epoch_1.npz").write_bytes(bundle())
    (folder / "epoch_2.npz").write_bytes(bundle(test_labels=np.roll(np.arange(TEST) % 4, 1)))
    first, other = (read_snapshot(Snapshot(epoch, folder / f"epoch_{epoch}.npz")) for epoch in (1, 2))
    return check_items(other, first)


def half_written(folder: Path) -> object:
    for epoch in (1, 2):
        (folder / f"epoch_{epoch}.npz").write_bytes(bundle()[:500])
    return opened("2_Checkpoints", rooted=True, source="training")(folder)


def no_place_for_snapshots(folder: Path) -> object:
    (folder / "run_epochs").touch()
    return run.snapshots_in(folder / "run.safetensors")


SAID: tuple[Said, ...] = (
    own(test_embeddings=None),
    own(test_embeddings=3 * UNIT),
    own(test_embeddings=np.arange(TEST)),
    own(test_labels=np.zeros(TEST)),
    own(test_ids=np.arange(TEST)),
    own(test_features=np.full((TEST, 2), np.nan)),
    own(test_logits=np.zeros((TEST, 2))),
    own(test_probabilities=np.ones((TEST, 4))),
    own(**{MARK: np.arange(3)}),
    own({"schema": 1, "temperature": -1, "labelled": 1, "split_seed": 0, "facts": {}}),
    own([]),
    exported(ZOO, "--contents"),
    exported(ZOO, to="{}/out.csv"),
    exported(ZOO, to="{}/nowhere/out.npz"),
    too_large,
    weights,
    lambda _: files.vectors(np.zeros((2, 0))),
    lambda folder: series.main([str(folder)]),
    lambda folder: series.main([str(folder / "nowhere")]),
    other_items,
    half_written,
    opened("2_Checkpoints", rooted=True, source="training"),
    no_place_for_snapshots,
    trained("--loss", "supcon", "--every", "-1"),
)
