"""The weights of a foreign checkpoint: which of its tensors they are, and copied out into a module, strictly."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import nn

from checkpoints.reading import safetensors_file
from checkpoints.reading.content import kind_of
from checkpoints.reading.quoting import printable
from checkpoints.reading.safe_files import open_regular, read_head
from checkpoints.reading.torch_file.contents import TorchContents, archive_of
from checkpoints.reading.torch_file.layouts import UNKNOWN, Layout, Network, chosen, plain
from checkpoints.reading.torch_file.tensors import StoredTensor
from losses.errors import LabError, plural

_COUNTER = "num_batches_tracked"
_SHOWN = 12


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """The tensors of the network, by their names in it; `place` is where all lie in the file, `places` where each.

    `network`: the set of weights that they are, None where the layout is not known.
    """

    layout: Layout
    place: str
    tensors: Mapping[str, StoredTensor]
    places: Mapping[str, str]
    network: Network | None = None

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        return {name: tensor.shape for name, tensor in self.tensors.items()}

    def without(self, head: str) -> "Weights":
        """The same without the tensors of the head of that name."""
        if not head:
            return self
        kept = {name: each for name, each in self.tensors.items() if not name.startswith(f"{head}.")}
        return replace(self, tensors=kept, places={name: self.places[name] for name in kept})

    def said(self, name: str) -> str:
        """What a tensor of the network is called in the file, or would be."""
        if self.network is None or self.network.layout.name not in ("resnet", "vit"):
            return printable(name)[:100]
        if name in self.places:
            return printable(plain(self.places[name]))[:100]
        return printable(self.network.prefix + name.removeprefix("encoder."))[:100]


def weights_in(contents: TorchContents, asked: str = "") -> Weights:
    """The state_dict of a torch file whose layout is known; of one that is not, all tensors by their names there.

    What wraps modules, and what stands before all names, is left out of them. `asked`: which of several sets. LabError
    where there is none so called, or where it is not one network's.
    """
    network = chosen(contents.networks, asked, file=contents.name)
    if network is None:
        return Weights(UNKNOWN, "", contents.tensors, {})
    _check_whole(contents, network)
    _check_named_once(contents, network)
    for full in network.names.values():
        if full in contents.refused:
            raise LabError(
                f"{contents.name}: tensor {printable(full)[:120]}", "must be plain numbers", contents.refused[full]
            )
    tensors = {name: contents.tensors[full] for name, full in network.names.items()}
    return Weights(network.layout, network.place, tensors, network.names, network)


def _check_whole(contents: TorchContents, network: Network) -> None:
    """What stands between an encoder's own tensors and is no head changes what the encoder gives."""
    if network.strangers:
        few = ", ".join(printable(name)[:60] for name in network.strangers[:3])
        raise LabError(
            contents.name, f"must have just the weights of its layout ({network.layout.title})",
            but=f"has {plural(len(network.strangers), 'other tensor')} between them, such as {few}",
            remedy="Its embeddings and labels, computed with its own code, open as an .npz.",
        )  # fmt: skip


def _check_named_once(contents: TorchContents, network: Network) -> None:
    seen = set[str]()
    for full in (*contents.tensors, *contents.refused):
        if full.rpartition("/")[0] == network.place:
            if plain(full) in seen:
                raise LabError(contents.name, "must name each tensor once", but=f"names {printable(plain(full))} twice")
            seen.add(plain(full))


def load(model: nn.Module, weights: Weights, contents: TorchContents, path: Path) -> None:
    """Give `model`, which has no memory yet, the file's weights as float32. LabError names all that does not fit."""
    expected = {name: tuple(like.shape) for name, like in model.state_dict().items() if not name.endswith(_COUNTER)}
    _check_fit(expected, weights, contents.name)
    state = {name: torch.zeros((), dtype=torch.int64) for name in model.state_dict() if name.endswith(_COUNTER)}
    model.load_state_dict(state | read_tensors(expected, weights, contents, path), strict=True, assign=True)


def read_tensors(
    names: Iterable[str], weights: Weights, contents: TorchContents, path: Path
) -> dict[str, torch.Tensor]:
    """The network's tensors of these names as float32, each checked. LabError for a file that has changed meanwhile."""
    if contents.shards:
        return {name: each for shard in contents.shards for name, each in _of_shard(names, weights, *shard).items()}
    reader = _from_safetensors if kind_of(read_head(path)) == "safetensors" else _from_torch
    return reader(names, weights, contents, path)


def _of_shard(names: Iterable[str], weights: Weights, path: Path, contents: TorchContents) -> dict[str, torch.Tensor]:
    inside = [name for name in names if weights.places[name] in contents.tensors]
    return read_tensors(inside, weights, contents, path)


def _from_safetensors(
    expected: Iterable[str], weights: Weights, contents: TorchContents, path: Path
) -> dict[str, torch.Tensor]:
    file = safetensors_file.read(path)
    if file.content.digest != contents.digest:
        raise LabError(contents.name, "must not change while it is read", remedy="Open it again.")
    found = {tensor.name: tensor for tensor in file.header.tensors}
    places = {name: found[weights.places[name]] for name in expected}
    return {
        name: torch.from_numpy(_checked(f"{contents.name}: tensor {name}", each.array(file.content.data)))
        for name, each in places.items()
    }


def _from_torch(
    expected: Iterable[str], weights: Weights, contents: TorchContents, path: Path
) -> dict[str, torch.Tensor]:
    with open_regular(path) as (file, size):
        if hashlib.file_digest(file, "sha256").hexdigest() != contents.digest:  # type: ignore[arg-type]
            raise LabError(contents.name, "must not change while it is read", remedy="Open it again.")
        archive = archive_of(file, name=contents.name, size=size)
        # A tensor is read with its whole storage: one that many share would be read as many times.
        if sum(archive.size_of(weights.tensors[name].key) or 0 for name in expected) > 4 * size:
            raise LabError(contents.name, "must have a storage for each tensor", but="has many tensors in one")
        return {
            name: torch.from_numpy(_checked(f"{contents.name}: tensor {name}", weights.tensors[name].array(archive)))
            for name in expected
        }


def _check_fit(expected: Mapping[str, tuple[int, ...]], weights: Weights, file: str) -> None:
    found = {name: tensor for name, tensor in weights.tensors.items() if not name.endswith(_COUNTER)}
    wrong = [f"{weights.said(name)} is missing" for name in expected if name not in found]
    wrong += [f"{weights.said(name)} is not one of them" for name in found if name not in expected]
    for name in expected.keys() & found.keys():
        tensor = found[name]
        if tensor.shape != expected[name]:
            wrong.append(f"{weights.said(name)} is {tensor.shape} where {expected[name]} is needed")
        elif tensor.dtype not in ("<f2", "<f4", "<f8", "bfloat16"):
            wrong.append(f"{weights.said(name)} has the dtype {tensor.dtype.lstrip('<|')}")
    if wrong:
        more = f" and {len(wrong) - _SHOWN:,} more" if len(wrong) > _SHOWN else ""
        raise LabError(
            file, f"must have just the weights of its layout ({weights.layout.title}), but "
            + "; ".join(sorted(wrong)[:_SHOWN]) + more
        )  # fmt: skip


def _checked(name: str, array: np.ndarray) -> np.ndarray:
    largest = np.abs(array).max(initial=0)
    if not np.isfinite(largest) or largest > np.finfo(np.float32).max:
        raise LabError(name, "must be finite float32 numbers", "not so in some entries")
    return array.astype(np.float32, copy=False)
