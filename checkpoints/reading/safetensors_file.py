"""Safetensors as plain arrays, both ways, without torch; the same arrays always give the same bytes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from checkpoints.reading.content import check_kind
from checkpoints.reading.quoting import file_name, shown
from checkpoints.reading.safe_files import FileContent, open_regular, read_whole
from checkpoints.reading.safetensors_header import DTYPES, MAX_HEADER, Header, parse_header
from losses.errors import LabError

MAX_BYTES = 1 << 30

_NAMES = {np.dtype(code): name for name, code in DTYPES.items()}


@dataclass(frozen=True, slots=True)
class TensorFile:
    """A checked safetensors file in memory."""

    content: FileContent
    header: Header

    def arrays(self) -> dict[str, np.ndarray]:
        """name -> array; refuses a tensor with a value that is not finite."""
        arrays = {tensor.name: tensor.array(self.content.data) for tensor in self.header.tensors}
        for name, array in arrays.items():
            if array.dtype.kind == "f" and not np.isfinite(array).all():
                raise LabError(f"{self.content.name}: tensor {shown(name)}", "must be finite", "not so in some entries")
        return arrays


def read(path: str | Path) -> TensorFile:
    """Read and check a safetensors file. LabError names what it is instead, or the rule it breaks."""
    content = read_whole(path, limit=MAX_BYTES)
    check_kind(content.data[:4096], "safetensors", name=content.name)
    return TensorFile(content, parse_header(content.data, name=content.name))


def read_header(path: str | Path) -> Header:
    """What a safetensors file declares, checked, without reading its tensors."""
    with open_regular(path) as (file, size):
        head, name = file.read(4096), file_name(path)
        check_kind(head, "safetensors", name=name)
        file.seek(0)
        return parse_header(file.read(8 + min(int.from_bytes(head[:8], "little"), MAX_HEADER)), name=name, size=size)


def encode(arrays: Mapping[str, np.ndarray], metadata: Mapping[str, str]) -> bytes:
    """The bytes of a safetensors file: widest items first, so that every tensor is aligned, then by name."""
    names = sorted(arrays, key=lambda name: (-arrays[name].dtype.itemsize, name))
    header: dict[str, object] = {"__metadata__": dict(metadata)}
    position = 0
    for name in names:
        array = arrays[name]
        header[name] = {
            "dtype": _NAMES[array.dtype],
            "shape": list(array.shape),
            "data_offsets": [position, position + array.nbytes],
        }
        position += array.nbytes
    text = json.dumps(header, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + b"".join(arrays[name].tobytes() for name in names)
