"""What a run leaves: FILE.pth with the weights, and FILE.npz beside it with what the model gives for the images.

The weights are float16 in the layout of SupContrast's files ({'opt', 'model', 'epoch'}), whose code loads them. The
outputs open in the lab without any image. Both hold the whole recipe, the training's log and the evaluation.
"""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from checkpoints.exporting.own_arrays import MARK, SCHEMA
from checkpoints.native.image_run import RUN
from checkpoints.reading.atomic import write_atomic
from checkpoints.training.images.data import Pixels
from checkpoints.training.images.evaluation import Seen
from checkpoints.training.images.recipe import ImageRecipe

GRID = 1024
"""Embeddings are kept to a whole number of 1024ths: a cosine of 128 dimensions is off by 0.0004 or so, and the file
is smaller by a third."""
_MADE_AT = (1980, 1, 1, 0, 0, 0)  # the same run gives the same bytes
_SCALES = {"projection": "the projection head's unit output, which the loss saw", "classes": "the encoder's features at"
           " unit length; the loss saw the logits of the class head"}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Ran:
    """All that is said of a run: its recipe, the images' mean and std, the log, the evaluation, and where it ran."""

    recipe: ImageRecipe
    title: str
    mean: tuple[float, ...]
    std: tuple[float, ...]
    log: list[dict[str, float]]
    evaluation: Mapping[str, object]
    environment: Mapping[str, object]

    def plain(self) -> dict[str, object]:
        """As JSON values."""
        return {
            "schema": 1,
            "recipe": self.recipe.plain(),
            "network": self.title,
            "mean": list(self.mean),
            "std": list(self.std),
            "log": self.log,
            "evaluation": dict(self.evaluation),
            "environment": dict(self.environment),
        }


def outputs_path(out: Path) -> Path:
    """Where the outputs of the weights at `out` go."""
    return out.with_suffix(".npz")


def halved(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The state_dict with float16 for float32, on a CPU; counters as they are."""
    return {
        name: each.detach().cpu().contiguous().half() if each.is_floating_point() else each.detach().cpu()
        for name, each in state.items()
    }


def write_weights(path: Path, state: Mapping[str, Tensor], ran: Ran) -> None:
    """`state` as `halved` gives it. `opt` has the names of SupContrast's options, so that any reader of its files finds
    temperature, size and normalisation."""
    recipe = ran.recipe
    options = {
        "dataset": recipe.data, "model": recipe.encoder, "method": recipe.loss, "size": recipe.side,
        "mean": str(tuple(ran.mean)), "std": str(tuple(ran.std)), "temp": recipe.parameters.get("temperature", 1.0),
        "batch_size": recipe.batch_size, "epochs": recipe.epochs, "learning_rate": recipe.learning_rate,
        "momentum": recipe.momentum, "weight_decay": recipe.weight_decay, "seed": recipe.seed,
    }  # fmt: skip
    whole = {"opt": options, "model": dict(state), "epoch": len(ran.log), "nce_lab": json.dumps(ran.plain())}
    buffer = io.BytesIO()
    torch.save(whole, buffer)
    write_atomic(path, buffer.getvalue())


def write_outputs(
    path: Path, ran: Ran, class_names: tuple[str, ...], train: tuple[Pixels, Seen], test: tuple[Pixels, Seen]
) -> None:
    """The items of both sides: embeddings and logits float16, labels, names. No image."""
    recipe = ran.recipe
    facts = {
        "loss": recipe.loss, "data": recipe.data, "seed": recipe.seed, "embeddings": _SCALES[recipe.head],
        "network": ran.title,
    }  # fmt: skip
    about = {
        "schema": SCHEMA, "temperature": recipe.parameters.get("temperature", 1.0), "labelled": 1, "split_seed": 0,
        "facts": facts,
    }  # fmt: skip
    arrays = {MARK: _text(about), RUN: _text(ran.plain()), "class_names": np.array(class_names, np.str_)}
    for side, (items, seen) in (("train", train), ("test", test)):
        # A dimension after the other: items of a class stand together, and what is alike is packed well.
        arrays[f"{side}_embeddings"] = np.asfortranarray(on_grid(seen.embeddings.cpu().numpy()))
        if seen.logits is not None:
            arrays[f"{side}_logits"] = seen.logits.cpu().numpy().astype(np.float16)
        arrays[f"{side}_labels"] = items.labels.astype(np.int16)
        arrays[f"{side}_ids"] = items.ids
    write_atomic(path, _zipped(arrays))


def on_grid(embeddings: np.ndarray) -> np.ndarray:
    """Unit rows as float16, each number a whole number of 1024ths: the reader scales them to unit length again."""
    return (np.round(embeddings * GRID) / GRID).astype(np.float16)


def _text(value: object) -> np.ndarray:
    return np.array(json.dumps(value, sort_keys=True, allow_nan=False).encode("ascii"))


def _zipped(arrays: Mapping[str, np.ndarray]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.save(member, array, allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", _MADE_AT)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, member.getvalue(), compresslevel=9)
    return buffer.getvalue()
