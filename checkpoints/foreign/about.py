"""A foreign checkpoint beside images, each looked at before anything is computed; and what is to be said of both."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from analysis.outputs import NO_HEAD
from checkpoints.brought.network import Brought
from checkpoints.foreign.cache import key_of
from checkpoints.foreign.plan import Plan
from checkpoints.foreign.preparation import Preparation
from checkpoints.foreign.spec import ForeignSpec
from checkpoints.foreign.weights import Weights
from checkpoints.images.source import ImageData, Side
from checkpoints.reading.quoting import printable, shown
from checkpoints.reading.torch_file.contents import TorchContents
from checkpoints.reading.torch_file.layouts import Network
from checkpoints.reading.torch_file.naming import plain
from losses.errors import plural

VERSION = 4  # of what is computed: another one makes kept outputs anew
_NAMED = 6
_TEMPERATURES = {"vit": "t", "supcon": "temp"}


@dataclass(frozen=True, slots=True, eq=False)
class Pass:
    """A forward pass to be made: a checkpoint, images, and which of them (`rows` by side)."""

    path: Path
    contents: TorchContents
    weights: Weights
    plan: Plan | Brought
    images: ImageData
    preparation: Preparation
    rows: Mapping[str, np.ndarray]
    spec: ForeignSpec
    device: torch.device

    @property
    def sides(self) -> tuple[tuple[str, Side], ...]:
        return ("train", self.images.train), ("test", self.images.test)

    @property
    def compares_outputs(self) -> bool:
        """Whether embeddings are what the head gives; else they are the encoder's features."""
        return self.plan.role == "projection" and self.spec.space == "head"

    @property
    def has_logits(self) -> bool:
        """Whether the head gives one for each class of the images."""
        return self.plan.role == "logits" and self.plan.outputs == len(self.images.class_names)

    def key(self) -> str:
        """Digest of all that the outputs depend on: of the bytes of weights and images, and of how they are used."""
        about: dict[str, object] = {
            "version": (VERSION, torch.__version__, self.device.type),
            "checkpoint": self.contents.digest,
            "plan": self.plan,
            "preparation": self.preparation,
            "space": self.spec.space,
            "weights": next(iter(self.weights.places.values()), ""),
            "names": (self.images.name, self.images.class_names, self.contents.name),
        }
        for name, side in self.sides:
            about[name] = (self.rows[name].tobytes().hex(), side.content(self.rows[name]).hex())
        return key_of(about)

    def temperature(self) -> float:
        """The one in the file's options; 1 where there is none, or for a head that was trained without."""
        found = options_of(self.contents).get(_TEMPERATURES.get(self.plan.layout, ""))
        return float(found) if isinstance(found, int | float) and 1e-4 <= found <= 1e3 else 1.0


def options_of(contents: TorchContents) -> dict[str, object]:
    """The training script's own options, as the file has them."""
    places = ("opt/", "args/", "hyper_parameters/", "hparams/", "config/")
    return {name.split("/", 1)[1]: value for name, value in contents.values.items() if name.startswith(places)}


def notes_on(made: Pass) -> list[str]:
    """What a reader must know: what was left out, and what had to be assumed."""
    return [*_on_file(made), *made.images.notes, *_on_limit(made)]


def provenance(made: Pass, notes: list[str]) -> dict[str, object]:
    """Where the outputs come from, as plain JSON values."""
    contents = made.contents
    options = {name: value for name, value in options_of(contents).items() if isinstance(value, str | int | float)}
    return {
        "digest": made.key(),  # of file and images: what is computed on the outputs is kept by it
        "file": printable(contents.name),
        "sha256": contents.digest,
        "bytes": contents.size,
        "loss": printable(str(options.get("method", options.get("loss", "a loss that the file does not name"))))[:80],
        "data": f"{made.images.name} ({made.images.kind})",
        "layout": made.weights.layout.title,
        **_weights(made),
        "network": made.plan.title,
        **({"builder": made.spec.network} if made.spec.network else {}),
        "preprocessing": made.preparation.words,
        "embeddings": _embeddings(made),
        "device": made.device.type,
        "options": {printable(str(name))[:60]: printable(str(value))[:200] for name, value in options.items()},
        "notes": "; ".join(notes),
        **_no_head(made),
        "versions": {"torch": torch.__version__},
    }


def _no_head(made: Pass) -> dict[str, object]:
    """Why a head of class logits is not used, where that is so."""
    if made.plan.role != "logits" or made.has_logits:
        return {}
    return {NO_HEAD: f"the head has {made.plan.outputs:,} classes and the images {len(made.images.class_names):,}"}


def _embeddings(made: Pass) -> str:
    if made.compares_outputs:
        return "the head's output at unit length, which the loss saw"
    other = "" if made.plan.role != "projection" else "; the loss saw the head's output"
    return f"the encoder's features at unit length{other}"


def _weights(made: Pass) -> dict[str, object]:
    """Which set was taken, where the file has several."""
    network = made.weights.network
    return {} if network is None or not network.also else {"weights": printable(network.name)[:200]}


def _on_file(made: Pass) -> list[str]:
    notes, classes = [f"assumed: {each}" for each in made.preparation.assumed], made.images.class_names
    notes += [*made.plan.notes, *_on_place(made.weights.network)]
    if made.plan.layout == "supcon" and "ckpt" in options_of(made.contents):
        notes.append("the file is from the linear stage, whose script saves the encoder and not the classifier")
    if made.has_logits:
        few = ", ".join(classes[:4]) + (", ..." if len(classes) > 4 else "")
        notes.append(f"logit k is taken for class k of the images, in the order {few}")
    elif made.plan.role == "logits":
        notes.append(
            f"the head has {made.plan.outputs:,} classes and the images {len(classes):,}: its logits are left out, and"
            " class probabilities come from a linear probe"
        )
    return notes


def _on_place(network: Network | None) -> list[str]:
    """Which of several networks was taken, and what was left out of its names and beside it."""
    if network is None:
        return []
    notes = [f"all names begin with {shown(network.prefix)} in the file, which was left out"] if network.prefix else []
    if network.wrappers:
        notes.append(f"left out of its names, as it only wraps modules: {', '.join(network.wrappers)}")
    if network.also:
        others = ", ".join(shown(each) for each in network.also[:_NAMED])
        more = f" and {len(network.also) - _NAMED:,} more" if len(network.also) > _NAMED else ""
        notes.append(
            f"the weights are those of {shown(network.name)}; the file has others in {others}{more}: --weights"
        )
    return notes + _on_rest(network)


def _on_rest(network: Network) -> list[str]:
    """Tensors in the same dict that have no part in what is computed."""
    notes = []
    if network.last:
        notes.append(f"{shown(plain(network.last[0]))} and what else stands behind the head is left out")
    if network.beside:
        few = ", ".join(shown(plain(name)) for name in network.beside[:3]) + (
            ", ..." if len(network.beside) > 3 else ""
        )
        notes.append(f"{plural(len(network.beside), 'tensor')} beside the network left out: {few}")
    return notes


def _on_limit(made: Pass) -> list[str]:
    return [
        f"{len(made.rows[name]):,} of {len(side):,} {name} images, the first of each class evenly"
        for name, side in made.sides
        if len(made.rows[name]) < len(side)
    ]
