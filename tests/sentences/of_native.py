"""What is said of NCE Lab's own files: headers, metadata, weights, and of training them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from checkpoints.native import file as native
from checkpoints.native.datasets import DATASETS
from checkpoints.native.encoders import SmallConvSpec
from checkpoints.native.epochs import Epoch
from checkpoints.native.forward import scaled_rows, unit_rows
from checkpoints.native.metadata import Metadata, read_metadata
from checkpoints.native.outputs import open_native
from checkpoints.reading import safetensors_file, safetensors_header
from checkpoints.training import run
from checkpoints.training.resume import resume_path
from checkpoints.training.run import train
from checkpoints.zoo import FOLDER

Said = Callable[[Path], object]
GOOD = native.read(FOLDER / "supcon.safetensors")
ABOUT = GOOD.about.metadata
FAST = replace(ABOUT.recipe, epochs=1)


def stored(arrays: Mapping[str, np.ndarray] = GOOD.arrays, about: Metadata | None = ABOUT, **texts: str) -> Said:
    """Open a file with these weights and this said of it."""

    def opened(folder: Path) -> object:
        metadata = texts if about is None else {native.KEY: about.to_json()} | texts
        (folder / "mine.safetensors").write_bytes(safetensors_file.encode(arrays, metadata))
        return open_native(folder / "mine.safetensors", None)

    return opened


def said(**changes: Any) -> Said:
    """Read the metadata with some fields changed; None leaves one out."""
    about = json.loads(ABOUT.to_json()) | changes
    text = json.dumps({name: value for name, value in about.items() if value is not None})
    return lambda _: read_metadata(text, name="mine.safetensors")


def header(text: bytes, length: int | None = None, body: bytes = b"") -> Said:
    """Parse a file with this header."""
    size = len(text) if length is None else length
    return lambda _: safetensors_header.parse_header(size.to_bytes(8, "little") + text + body, name="mine.safetensors")


def tensor(**changes: Any) -> Said:
    return header(
        json.dumps({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]} | changes}).encode(), body=bytes(4)
    )


def _many_tensors(_: Path) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(safetensors_header, "MAX_TENSORS", 5)
        entry = {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}
        return header(json.dumps(dict.fromkeys("abcdef", entry)).encode())(Path())


def _resumed(folder: Path) -> object:
    """The rest of another command."""
    out = folder / "mine.safetensors"

    def stop(log: list[Epoch]) -> None:
        if log:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(replace(FAST, epochs=2), out, stop)
    assert resume_path(out).exists()
    return train(replace(FAST, epochs=2, seed=5), out)


def _diverging(folder: Path) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(run.STEPS, "supcon", lambda model, batch, *_: model(batch.images).sum() * np.nan)
        return train(FAST, folder / "mine.safetensors")


def _other_data(folder: Path) -> object:
    """A data set of another size than the file's images."""
    data = DATASETS["digits"]()
    small = replace(data, train=replace(data.train, images=data.train.images[:, :6, :6]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(DATASETS, "digits", lambda: small)
        return stored()(folder)


def _weighed(factor: float, head: str) -> Said:
    """A class head's model whose last layer is out of range."""
    good = native.read(FOLDER / "nll.safetensors")
    arrays = {name: np.full_like(each, factor) if name.startswith(head) else each for name, each in good.arrays.items()}
    return stored(arrays, good.about.metadata)


NAN = np.full((2, 3), np.nan, np.float32)
LAYERS = [{"name": "first", "norm": [None]}]
LOG = [{"loss": 1.0, "gradient_norm": 1.0, "knn_accuracy": 1.0}]

SAID: tuple[Said, ...] = (
    stored(about=None),
    stored(other="text"),
    stored({name: each for name, each in GOOD.arrays.items() if name != "head.2.bias"}),
    stored(GOOD.arrays | {"more": np.zeros(1, np.float32)}),
    stored({name: 0 * each for name, each in GOOD.arrays.items()}),
    stored(about=replace(ABOUT, class_names=("a", "b"))),
    _weighed(3e38, "head"),
    _other_data,
    lambda _: SmallConvSpec("middle", 4),  # type: ignore[arg-type]
    lambda _: SmallConvSpec("classes", 0),
    lambda _: SmallConvSpec("classes", 4, side=7),
    lambda _: replace(ABOUT, encoder=SmallConvSpec("classes", 4)),
    lambda _: replace(FAST, loss="triplet"),
    lambda _: replace(FAST, parameters={}),
    lambda _: scaled_rows(NAN),
    lambda _: unit_rows(np.zeros((2, 3), np.float32)),
    said(schema=2),
    said(metrics={"loss": "low"}),
    said(class_names="all"),
    said(command="a\nb"),
    said(more=1),
    said(libraries=None),
    said(log=LOG, dynamics={"layers": LAYERS}),
    said(log=LOG, dynamics={"layers": [], "signal_to_noise": ["high"]}),
    said(log=LOG, dynamics={"layers": [], "signal_to_noise": [1.0, 2.0]}),
    header(b"{}", 90),
    header(b"\xff\xff"),
    header(b'{"a": 1'),
    header(b"[" * 400_001),
    header(b""),
    tensor(dtype="F8"),
    tensor(data_offsets=[0]),
    _many_tensors,
    _resumed,
    _diverging,
    lambda folder: train(replace(FAST, batch_size=4096), folder / "mine.safetensors"),
)
