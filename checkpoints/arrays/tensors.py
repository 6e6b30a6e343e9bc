"""Tensors that are no network's: those of a .safetensors file, and of a torch file that holds one or a dict of them."""

import hashlib
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import IO

import numpy as np

from checkpoints.arrays.listed import HEAD, ListedArray, LoadedArrays
from checkpoints.reading.quoting import file_name
from checkpoints.reading.safe_files import open_regular
from checkpoints.reading.safetensors_file import read_header
from checkpoints.reading.safetensors_header import Tensor
from checkpoints.reading.torch_file.archive import Archive
from checkpoints.reading.torch_file.contents import open_torch
from checkpoints.reading.torch_file.layouts import network_of
from checkpoints.reading.torch_file.tensors import StoredTensor
from losses.errors import LabError

_WEIGHTS = re.compile(r"(^|[._/])(weight|bias|weight_[vg]|running_(mean|var)|num_batches_tracked|kernel|gamma|beta)$")
MOST_BYTES = 2 << 30
_MOST = 200  # tensors; a state_dict of other names has more
_NARROW = {"BF16": "bfloat16", "F8_E4M3": "float8_e4m3", "F8_E5M2": "float8_e5m2", "BOOL": "bool"}


def are_arrays(shapes: Mapping[str, tuple[int, ...]], *, beside: bool = False) -> bool:
    """Whether tensors of these names and shapes are arrays and not the weights of a network: none is called like a
    weight, none lies deeper than in a dict in a dict, and one is a table. `beside` others of a folder a tensor that is
    all of its file may be any."""
    if beside and set(shapes) == {""}:
        return True
    if not 0 < len(shapes) <= _MOST or network_of(shapes) is not None:
        return False
    weights = any(_WEIGHTS.search(name) or name.count("/") > 1 for name in shapes)
    return not weights and any(len(shape) > 1 and shape[0] > 1 for shape in shapes.values())


def list_safetensors(path: Path) -> tuple[ListedArray, ...]:
    """By the header, and the first bytes of each."""
    tensors = read_header(path).tensors
    with open_regular(path) as (file, _):
        found = []
        for each in tensors:
            file.seek(each.start)
            part = file.read(min(each.stop - each.start, HEAD))
            dtype = _NARROW.get(each.dtype) or each.values(part[:0]).dtype.name
            found.append(ListedArray(each.name, dtype, each.shape, each.values(part)))
    return tuple(found)


def load_safetensors(path: Path, wanted: Collection[str]) -> LoadedArrays:
    """Those that are wanted, one after the other."""
    tensors, name = read_header(path).tensors, file_name(path)
    with open_regular(path) as (file, size):
        if size > MOST_BYTES:
            raise LabError(name, f"must have at most {MOST_BYTES:,} bytes", f"{size:,} bytes long")
        digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        arrays = {each.name: _read(file, each, name) for each in tensors if each.name in wanted}
    return LoadedArrays(arrays, digest, size)


def list_torch(path: Path) -> tuple[ListedArray, ...]:
    """By the pickle, and the first bytes of each storage; what cannot be read is listed with the reason."""
    with open_torch(path, hashed=False) as (contents, archive):
        found = [_listed(_name(place, path), each, archive) for place, each in contents.tensors.items()]
    refused = [ListedArray(_name(place, path), "other", (), refused=why) for place, why in contents.refused.items()]
    return (*found, *refused)


def load_torch(path: Path, wanted: Collection[str]) -> LoadedArrays:
    """Those that are wanted, as `StoredTensor.array` gives them."""
    with open_torch(path) as (contents, archive):
        named = {_name(place, path): each for place, each in contents.tensors.items()}
        arrays = {name: each.array(archive) for name, each in named.items() if name in wanted}
        return LoadedArrays(arrays, contents.digest, contents.size)


def shapes_in(path: Path, kind: str) -> dict[str, tuple[int, ...]]:
    """Of a torch or a safetensors file, by name."""
    if kind == "safetensors":
        return {each.name: each.shape for each in read_header(path).tensors}
    with open_torch(path, hashed=False) as (contents, _):
        return {place: each.shape for place, each in contents.tensors.items()}


def _name(place: str, path: Path) -> str:
    """A tensor alone is called like its file."""
    return place or path.stem


def _read(file: IO[bytes], tensor: Tensor, name: str) -> np.ndarray:
    file.seek(tensor.start)
    part = file.read(tensor.stop - tensor.start)
    if len(part) != tensor.stop - tensor.start:
        raise LabError(name, "must not change while it is read", remedy="Open it again.")
    return tensor.values(part).reshape(tensor.shape).copy()


def _listed(name: str, tensor: StoredTensor, archive: Archive) -> ListedArray:
    return ListedArray(name, tensor.numpy_name, tensor.shape, tensor.first(archive, HEAD))
