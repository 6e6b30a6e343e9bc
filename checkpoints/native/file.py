"""The native checkpoint: one .safetensors file with its weights and, under `nce_lab`, everything about them.

Free of torch: a page lists and describes checkpoints before torch is there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from checkpoints.native.metadata import Metadata, read_metadata
from checkpoints.reading import safetensors_file
from checkpoints.reading.atomic import write_atomic
from losses.errors import LabError

KEY = "nce_lab"


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """Name, safetensors dtype and shape of one tensor."""

    name: str
    dtype: str
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Peek:
    """What a checkpoint says, without its weights: `size` in bytes, `digest` the sha256 of its bytes."""

    name: str
    size: int
    digest: str
    metadata: Metadata
    tensors: tuple[TensorInfo, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Native:
    """A native checkpoint in memory: finite arrays by tensor name, and what the file says."""

    about: Peek
    arrays: Mapping[str, np.ndarray]


def write(path: Path, arrays: Mapping[str, np.ndarray], metadata: Metadata) -> None:
    """Write a checkpoint whole or not at all; the same arguments give the same bytes."""
    write_atomic(path, safetensors_file.encode(arrays, {KEY: metadata.to_json()}))


def read(path: str | Path) -> Native:
    """Read and check a checkpoint. LabError says in one sentence what is wrong with the file."""
    file = safetensors_file.read(path)
    return Native(_about(file), file.arrays())


def peek(path: str | Path) -> Peek:
    """Metadata, size, digest and declared tensors of a checkpoint, checked as `read` checks them."""
    return _about(safetensors_file.read(path))


def is_native(path: str | Path) -> bool:
    """Whether a safetensors file has the metadata of NCE Lab. LabError for one that is broken."""
    return KEY in safetensors_file.read_header(path).metadata


def _about(file: safetensors_file.TensorFile) -> Peek:
    name, metadata = file.content.name, file.header.metadata
    if KEY not in metadata:
        raise LabError(
            name,
            f"must have {KEY} metadata to be opened",
            but="has none",
            remedy="Files of python -m checkpoints.train have it; the page File contents shows what is in others.",
        )
    if len(metadata) > 1:
        raise LabError(
            name, f"must have no metadata but {KEY}", but=f"has {', '.join(sorted(map(repr, metadata)))[:200]}"
        )
    tensors = tuple(TensorInfo(tensor.name, tensor.dtype, tensor.shape) for tensor in file.header.tensors)
    return Peek(
        name, len(file.content.data), file.content.digest, read_metadata(metadata[KEY], name=f"{name}: {KEY}"), tensors
    )
