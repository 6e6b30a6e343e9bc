"""Tensors of a torch file as records: where they lie, checked against the archive, copied out when wanted."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from checkpoints.reading.torch_file.archive import Archive
from checkpoints.reading.torch_file.inert_pickle import Call, Name, Persistent

_STORAGES = {
    "DoubleStorage": "<f8", "FloatStorage": "<f4", "HalfStorage": "<f2", "BFloat16Storage": "bfloat16",
    "LongStorage": "<i8", "IntStorage": "<i4", "ShortStorage": "<i2", "CharStorage": "|i1", "ByteStorage": "|u1",
    "BoolStorage": "|b1",
}  # fmt: skip
_RAW = {"bfloat16": "<u2", "|b1": "|u1"}  # what is read of those that numpy lacks or does not check
_REBUILDS = ("torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor")
_PARAMETERS = ("torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state")
# Written for a tensor that has attributes of its own, or is of a subclass: (rebuild, class, arguments, attributes).
_TYPED = "torch._tensor._rebuild_from_type_v2"
_PLAIN_TYPES = ("torch.Tensor", "torch.nn.parameter.Parameter")
# What else torch.save writes for a tensor, in words; of `_rebuild_tensor_v3` the dtype is said.
_KINDS = {
    "torch._utils._rebuild_sparse_tensor": "a sparse tensor",
    "torch._utils._rebuild_nested_tensor": "a nested tensor",
    "torch._utils._rebuild_qtensor": "a quantised tensor",
    "torch._utils._rebuild_meta_tensor_no_storage": "a tensor of the meta device, which has a shape and no numbers",
    "torch._utils._rebuild_wrapper_subclass": "a tensor of a class of its own",
}
_DTYPED = "torch._utils._rebuild_tensor_v3"
# What pickle.dump has called for a storage: torch.load(weights_only=False) of bytes, here of such as cannot be read.
_LOADS = "torch.storage._load_from_bytes"
_OF_PICKLE = "a tensor that pickle.dump saved, in bytes that torch.save never wrote: save it with torch.save"
_MOST_DIMENSIONS = 64


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """A strided view of a storage: dtype as numpy names it or "bfloat16"; offset and stride in elements."""

    key: str
    dtype: str
    shape: tuple[int, ...]
    stride: tuple[int, ...]
    offset: int

    @property
    def count(self) -> int:
        """How many numbers it has."""
        return math.prod(self.shape)

    @property
    def last(self) -> int:
        """The last element of the storage that it reaches."""
        return self.offset + sum((size - 1) * step for size, step in zip(self.shape, self.stride, strict=True))

    @property
    def itemsize(self) -> int:
        return 2 if self.dtype == "bfloat16" else np.dtype(self.dtype).itemsize

    @property
    def numpy_name(self) -> str:
        """Its dtype in words."""
        return self.dtype if self.dtype == "bfloat16" else np.dtype(self.dtype).name

    def first(self, archive: Archive, size: int) -> np.ndarray:
        """The numbers in its first `size` bytes, flat, none where they do not lie in order; no checksum is held."""
        steps = tuple(math.prod(self.shape[place + 1 :]) for place in range(len(self.shape)))
        if steps != self.stride or not self.count:
            return np.empty(0, np.float32)
        begin, most = self.offset * self.itemsize, size // self.itemsize * self.itemsize
        part = archive.part(self.key, begin, min((self.last + 1) * self.itemsize, begin + most))
        return self._numbers(np.frombuffer(part[: len(part) // self.itemsize * self.itemsize], self._raw))

    @property
    def _raw(self) -> str:
        return _RAW.get(self.dtype, self.dtype)

    def _numbers(self, view: np.ndarray) -> np.ndarray:
        """A C-contiguous copy of what was read as `_raw`."""
        if self.dtype == "bfloat16":
            return (view.astype(np.uint32, order="C") << 16).view(np.float32)
        # A bool is 0 or 1 to numpy; a file may say 7.
        return np.not_equal(view, 0, order="C") if self.dtype == "|b1" else np.array(view, order="C")

    def array(self, archive: Archive) -> np.ndarray:
        """Its own copy, C-contiguous; bfloat16 as float32. LabError where the file has been damaged or changed."""
        start, stop = self.offset * self.itemsize, (self.last + 1) * self.itemsize
        part = archive.storage(self.key, start, stop) if self.count else b""
        flat = np.frombuffer(part, self._raw)
        steps = tuple(step * self.itemsize for step in self.stride)
        return self._numbers(np.lib.stride_tricks.as_strided(flat, self.shape, steps, writeable=False))


def tensor_of(record: Any, archive: Archive) -> StoredTensor | str | None:
    """A tensor's record, checked; why it is refused; or None where the record is no tensor."""
    if isinstance(record, Call) and record.name in _PARAMETERS:
        record = record.arguments[0] if isinstance(record.arguments, tuple) and record.arguments else None
    if isinstance(record, Call) and record.name == _TYPED:
        unwrapped = _typed(record.arguments)
        if isinstance(unwrapped, str):
            return unwrapped
        record = unwrapped
    if not isinstance(record, Call) or record.name not in _REBUILDS:
        return _of_other_kind(record)
    arguments = record.arguments
    if isinstance(arguments, tuple) and arguments and getattr(arguments[0], "name", "") == _LOADS:
        return _OF_PICKLE
    if not isinstance(arguments, tuple) or len(arguments) < 4 or not isinstance(arguments[0], Persistent):
        return "a tensor whose record is not torch's"
    storage, offset, shape, stride = arguments[:4]
    where = _storage(storage.key)
    if where is None:
        return f"a tensor {_storage_in_words(storage.key)}"
    if not (_sizes(shape) and _sizes(stride) and len(shape) == len(stride) and _sizes((offset,))):
        return "a tensor whose sizes are not whole numbers"
    if len(arguments) > 6 and arguments[6] not in (None, {}) and not _empty(arguments[6]):
        return "a tensor that is conjugated or negated"
    tensor = StoredTensor(*where, tuple(shape), tuple(stride), offset)
    return _misfit(tensor, archive.size_of(tensor.key)) or tensor


def attributes_of(record: Any) -> Any:
    """What a tensor's record says beside the tensor, None for nothing."""
    typed = isinstance(record, Call) and record.name == _TYPED and isinstance(record.arguments, tuple)
    return record.arguments[3] if typed and len(record.arguments) > 3 else None


def _typed(arguments: Any) -> Call | str:
    """The plain tensor in a record with a class and attributes; or why there is none."""
    if not isinstance(arguments, tuple) or len(arguments) < 3 or not isinstance(arguments[1], Name):
        return "a tensor whose record is not torch's"
    if str(arguments[1]) not in _PLAIN_TYPES:
        return f"a tensor of the class {str(arguments[1])[:100]}, whose meaning is in its code"
    return Call(arguments[0], arguments[2])


def _of_other_kind(record: Any) -> str | None:
    """In words, where a record is one that torch.save writes for a tensor which is not read here."""
    if not isinstance(record, Call):
        return None
    if record.name == _DTYPED:
        given = record.arguments if isinstance(record.arguments, tuple) else ()
        dtype = next((str(each) for each in given if isinstance(each, Name)), "a dtype that numpy lacks")
        return f"a tensor of {dtype[:60]}, which is not read here"
    return _KINDS.get(record.name)


def _storage_in_words(key: Any) -> str:
    kind = key[1] if isinstance(key, tuple) and len(key) > 1 else None
    if isinstance(kind, Name) and kind.attribute.startswith("Complex"):
        return "of complex numbers"
    return (
        f"in a {str(kind)[:60]}, which is not read here"
        if isinstance(kind, Name)
        else "whose storage is of no known kind"
    )


def _storage(key: Any) -> tuple[str, str] | None:
    """(key, dtype) of ("storage", type, key, location, number of elements)."""
    if not isinstance(key, tuple) or len(key) < 4 or key[0] != "storage" or not isinstance(key[1], Name):
        return None
    if len(key) > 5 and key[5] is not None:
        return None  # a part of another storage, as torch 0.1 wrote them
    known = key[1].module == "torch" and key[1].attribute in _STORAGES and isinstance(key[2], str)
    return (key[2], _STORAGES[key[1].attribute]) if known else None


def _sizes(values: Any) -> bool:
    whole = isinstance(values, tuple) and len(values) <= _MOST_DIMENSIONS
    return whole and all(type(value) is int and 0 <= value < 2**62 for value in values)


def _empty(record: Any) -> bool:
    return not (getattr(record, "items", None) or getattr(record, "pairs", None))


def _misfit(tensor: StoredTensor, held: int | None) -> str | None:
    """Why the view does not fit the bytes that its storage has."""
    if held is None:
        return "a tensor whose storage is not in the file"
    count = tensor.count
    if count and (tensor.last + 1) * tensor.itemsize > held:
        return "a tensor that reaches beyond its storage"
    # Overlapping views would let a small file fill the memory.
    return "a tensor with more elements than its storage has" if count * tensor.itemsize > held else None
