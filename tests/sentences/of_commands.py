"""What the commands say: of options, of files of arrays, of what is written."""

import io
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from checkpoints import bundle, compare, inspect, listing, train
from checkpoints.foreign.spec import ForeignSpec
from checkpoints.reading.array_rules import Notes, class_labels
from checkpoints.reading.array_spec import ArraySpec
from checkpoints.reading.atomic import check_writable, write_atomic
from checkpoints.zoo import FOLDER, remake
from tests.checkpoints.hostile import Hostile
from tests.checkpoints.hostile_data import TEST
from tests.checkpoints.hostile_data import bundle as arrays
from toy_models import __main__ as toy_models

ZOO = str(FOLDER / "supcon.safetensors")
Said = Callable[[Path], object]


def inspected(data: bytes, *options: str, name: str = "my.npz") -> Said:
    """The command on a file of these bytes."""
    return lambda folder: inspect.main([str(Hostile(name, data).write(folder)), *options])


def of_arrays(*options: str, **changes: object) -> Said:
    return inspected(arrays(**changes), *options)


def trained(*options: str, out: str = "{}/made.safetensors") -> Said:
    return lambda folder: train.main([*options, "--out", out.format(folder)])


def folder_of(**files: np.ndarray) -> Said:
    """A folder of .npy arrays with these."""

    def opened(folder: Path) -> object:
        for name, array in files.items():
            np.save(folder / f"{name}.npy", array)
        return bundle.open_folder(folder)

    return opened


def npy(array: np.ndarray) -> bytes:
    np.save(buffer := io.BytesIO(), array)
    return buffer.getvalue()


def _read_only(folder: Path) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "access", lambda *_: False)
        return check_writable(folder / "made.safetensors")


def _a_folder(path: Path) -> Path:
    path.mkdir()
    return path


FAST = ("--steps", "10", "--batch-size", "8", "--seeds", "1", "--hidden", "4", "--losses", "nll")
LABELS, SCORES = np.arange(TEST) % 4, np.full((TEST, 4), 0.3)

SAID: tuple[Said, ...] = (
    of_arrays("--scores", "logits"),
    of_arrays("--data", "images"),
    of_arrays("--scores", "probabilities", test_logits=SCORES),
    of_arrays("--columns", "text", test_logits=SCORES),
    of_arrays("--k", "0"),
    of_arrays("--limit", "0"),
    of_arrays("--mean", "0.5"),
    of_arrays("--mean", "0.5,x,0.5"),
    of_arrays("--mean", "0.5,0.5,0.5"),
    of_arrays("--mean", "127,127,127", "--std", "1,1,1"),
    of_arrays("--side", "4"),
    of_arrays("--device", "abacus"),
    of_arrays("--neighbours", "3"),
    inspected(b"", name="empty.npz"),
    inspected(b"PK\x05\x06" + bytes(18), name="without_arrays.npz"),
    inspected(b"id,x\n0,1.5\n", name="table.csv"),
    inspected(b"\x89PNG\r\n\x1a\n", name="picture.png"),
    inspected(npy(np.eye(3)), name="embeddings.npy"),
    lambda folder: inspect.main([str(folder / "nowhere.npz")]),
    lambda _: inspect.main([ZOO, "--data", "images"]),
    lambda _: inspect.main([ZOO, "--scores", "logits"]),
    lambda _: compare.main([ZOO]),
    lambda _: compare.main([ZOO, ZOO, "--data", "images"]),
    lambda _: compare.main([ZOO, ZOO, "--smallest", "margin"]),
    lambda _: compare.main([ZOO, ZOO, "--smallest", "size=1"]),
    lambda _: compare.main([ZOO, ZOO, "--bins", "0"]),
    lambda _: compare.main([ZOO, ZOO, "--k", "0"]),
    lambda _: compare.main([]),
    lambda _: remake.main(["triplet"]),
    lambda _: ForeignSpec(device="abacus"),
    lambda _: ForeignSpec(space="middle"),
    lambda _: ArraySpec(scores="guess"),
    folder_of(test_labels=LABELS),
    of_arrays("--seed", "3"),
    of_arrays(ids=np.arange(3)),
    of_arrays(ids=np.full(TEST, 0.5)),
    of_arrays(coordinates=np.zeros((TEST, 3))),
    of_arrays(coordinates=np.array([["a", "b"]] * TEST)),
    folder_of(test_embeds=np.zeros((4, 2))),
    folder_of(labels=LABELS, preds=LABELS),
    folder_of(logits=SCORES),
    lambda _: ArraySpec(seed=-1),
    folder_of(**{f"{side}_{what}": np.arange(3).astype("M8[s]") for side in ("train", "test") for what in ("embeds",)}),
    trained("--loss", "triplet"),
    trained("--loss", "supcon", "--data", "mnist"),
    trained("--loss", "supcon", "--epsilon", "0.1"),
    trained("--loss", "supcon", "--epochs", "0"),
    trained("--loss", "supcon", "--learning-rate", "nan"),
    trained("--loss", "supcon", "--learning-rate", "2"),
    trained("--loss", "supcon", "--batch-size", "4096"),
    trained("--loss", "supcon", out="{}/made.pth"),
    trained("--loss", "supcon", out="{}/a\u202eb.safetensors"),
    trained("--loss", "supcon", out="{}/nowhere/made.safetensors"),
    trained("--seed", "0"),
    lambda folder: check_writable(folder),
    _read_only,
    lambda _: class_labels(np.zeros(2, "M8[s]"), "labels.npy", Notes()),
    lambda folder: toy_models.main(["simplex", "--preset", "tilted", *FAST, "--out", str(_a_folder(folder / "t.npz"))]),
    lambda _: write_atomic(Path("/proc/made.safetensors"), b""),
    lambda folder: listing.inside(folder, "a\0b"),
    lambda folder: listing.inside(folder, "../b"),
)
