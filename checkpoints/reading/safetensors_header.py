"""The header of a safetensors file, parsed by us first: the library accepts duplicate keys and absurd shapes.

Layout: 8 bytes little-endian header length, a JSON object {name: {dtype, shape, data_offsets}} with an optional
`__metadata__` of texts, then the tensors' bytes without gaps (https://huggingface.co/docs/safetensors).
"""

import math
from dataclasses import dataclass

import numpy as np

from checkpoints.reading import strict_json
from checkpoints.reading.fields import Fields
from checkpoints.reading.narrow_floats import NARROW, widened
from checkpoints.reading.quoting import shown
from losses.errors import LabError, plural

MAX_HEADER = 10_000_000
MAX_TENSORS = 100_000
_MAX_DIMENSIONS = 8

DTYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "|i1", "U8": "|u1",
}  # fmt: skip
# How the bytes of each dtype are read: of those that numpy lacks the bits, and a bool may be 7 in a file.
CODES = {**DTYPES, **NARROW, "BOOL": "|u1"}


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor as the header declares it; `start` and `stop` are bytes from the start of the file."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    start: int
    stop: int

    def array(self, data: bytes) -> np.ndarray:
        """The tensor's own copy of its bytes in the whole file: writable and aligned; narrow floats as float32."""
        return self.values(memoryview(data)[self.start : self.stop]).reshape(self.shape).copy()

    def values(self, part: bytes | memoryview) -> np.ndarray:
        """Its own bytes, or the first of them, as a flat array."""
        items = np.frombuffer(part, CODES[self.dtype])
        if self.dtype == "BOOL":
            return items != 0
        return widened(items, self.dtype) if self.dtype in NARROW else items


@dataclass(frozen=True, slots=True)
class Header:
    """What a safetensors file declares, checked against its length."""

    tensors: tuple[Tensor, ...]
    metadata: dict[str, str]


def parse_header(data: bytes, *, name: str, size: int | None = None) -> Header:
    """Check every declaration against the file before anything is allocated. LabError names file and rule.

    `data` is the file, or its start with the whole header, and then `size` the bytes of the file.
    """
    text, where = _header_text(data, name), f"{name}: header"
    origin = 8 + int.from_bytes(data[:8], "little")
    with Fields(strict_json.parse(text, name=where, brackets=4 * MAX_TENSORS), where) as fields:
        metadata = fields.texts("__metadata__", MAX_HEADER) if "__metadata__" in fields.names() else {}
        if len(fields.names()) > MAX_TENSORS:
            raise LabError(where, f"must have at most {MAX_TENSORS:,} tensors", len(fields.names()))
        tensors = [_tensor(fields, key, origin, name) for key in fields.names()]
    _check_contiguous(tensors, origin, len(data) if size is None else size, name)
    return Header(tuple(sorted(tensors, key=lambda tensor: tensor.name)), metadata)


def _header_text(data: bytes, name: str) -> str:
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or length > MAX_HEADER:
        raise LabError(name, f"must declare a header of at most {MAX_HEADER:,} bytes", but=f"declares {length:,}")
    if 8 + length > len(data):
        found = f"cut off after {len(data):,} of at least {8 + length:,} bytes"
        raise LabError(name, "must be whole", found, "Get it again.")
    try:
        return data[8 : 8 + length].decode("utf-8")
    except UnicodeDecodeError as error:
        raise LabError(f"{name}: header", "must be UTF-8 text", f"not so at byte {error.start}") from error


def _tensor(fields: Fields, key: str, origin: int, name: str) -> Tensor:
    with fields.inner(key) as entry:
        dtype = entry.text("dtype")
        # A size of 0 would let another one be 2**62 at no cost in bytes.
        shape = tuple(_integers(entry.items("shape", _MAX_DIMENSIONS), 1, f"{name}: sizes of tensor {shown(key)}"))
        offsets = _integers(entry.items("data_offsets", 2), 0, f"{name}: offsets of tensor {shown(key)}")
    if dtype not in CODES:
        raise LabError(f"{name}: tensor {shown(key)}", f"must have a dtype of {', '.join(CODES)}", shown(dtype))
    if len(offsets) != 2:
        raise LabError(f"{name}: tensor {shown(key)}", "must have two offsets", len(offsets))
    span, declared = offsets[1] - offsets[0], math.prod(shape) * np.dtype(CODES[dtype]).itemsize
    if span != declared:
        rule = f"must span the {shown(declared)} bytes of its shape"
        raise LabError(f"{name}: tensor {shown(key)}", rule, but=f"spans {shown(span)}")
    return Tensor(key, dtype, shape, origin + offsets[0], origin + offsets[1])


def _integers(values: list[object], low: int, name: str) -> list[int]:
    checked = [value for value in values if isinstance(value, int) and not isinstance(value, bool) and value >= low]
    if len(checked) != len(values):
        raise LabError(name, f"must be integers of at least {low}", shown(values))
    return checked


def _check_contiguous(tensors: list[Tensor], start: int, end: int, name: str) -> None:
    """Neither gaps nor overlaps nor a tail: then the declared sizes cannot exceed the file's."""
    for tensor in sorted(tensors, key=lambda tensor: (tensor.start, tensor.stop)):
        if tensor.start != start:
            where = f"{name}: tensor {shown(tensor.name)}"
            raise LabError(where, f"must start at byte {start:,}", but=f"starts at {tensor.start:,}")
        start = tensor.stop
    if start > end:
        raise LabError(name, "must be whole", f"cut off after {end:,} of {start:,} bytes", "Get it again.")
    if start < end:
        raise LabError(name, "must end with its last tensor", f"{plural(end - start, 'byte')} longer")
