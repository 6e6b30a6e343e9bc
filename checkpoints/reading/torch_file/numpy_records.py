"""numpy's numbers, texts and arrays in a pickle, from their records: bytes with a dtype and a shape, nothing is called.

Objects stay what they are: of an array of objects the list that it was made of is looked at, as any other.
"""

import math
import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from checkpoints.reading.torch_file.archive import Archive
from checkpoints.reading.torch_file.inert_pickle import Call, Name
from checkpoints.reading.torch_file.text_opcodes import OldText

_SCALARS = ("numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar")
_ARRAYS = ("numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct")
_BUFFERS = ("numpy.core.numeric._frombuffer", "numpy._core.numeric._frombuffer")
"""What protocol 5 writes of an array that lies in one piece."""
_NO_BYTES = ("__builtin__.bytes", "builtins.bytes")
_DTYPE = re.compile(r"b1|[iu][1248]|f[248]|[US]([1-9]\d{0,6})")
_OBJECTS = "O8"
_IN_WORDS = {
    "c": "complex numbers: save .real, or .abs() of them",
    "M": "dates: save them as texts or numbers",
    "m": "durations: save them as numbers",
    "V": "a structured dtype: save each field as an array",
}
"""By a dtype's first letter, what an array is of, and how else it is saved."""
_MOST_DIMENSIONS, _LONGEST_SCALAR = 32, 8_000


def scalar_in(record: Call) -> str | int | float | bool | None:
    """The Python value of a numpy scalar's record; None for any other record, and for one that does not fit."""
    given = record.arguments
    if record.name not in _SCALARS or not isinstance(given, tuple) or len(given) != 2:
        return None
    found = _array(given[0], (), False, given[1], most=_LONGEST_SCALAR)
    if found is None:
        return None
    value = found.item()
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


@dataclass(frozen=True, slots=True, eq=False)
class PickledArray:
    """An array that lies in the pickle itself, to be used like a `StoredTensor`."""

    values: np.ndarray

    @property
    def shape(self) -> tuple[int, ...]:
        return self.values.shape

    @property
    def count(self) -> int:
        """How many numbers or texts it has."""
        return self.values.size

    @property
    def itemsize(self) -> int:
        return self.values.itemsize

    @property
    def numpy_name(self) -> str:
        """Its dtype in words."""
        return "text" if self.values.dtype.kind in "US" else self.values.dtype.name

    def first(self, archive: Archive, size: int) -> np.ndarray:
        """Those in its first `size` bytes, flat."""
        return self.values.reshape(-1)[: size // self.values.itemsize]

    def array(self, archive: Archive) -> np.ndarray:
        """Its own copy, C-contiguous."""
        return self.values.copy()


def array_in(record: Call) -> PickledArray | None:
    """Of an ndarray's record; None for any other record, and for one that does not fit."""
    state = _state(record)
    found = _of_buffer(record) if state is None else _array(state[2], state[1], state[3], state[4])
    return None if found is None else PickledArray(found)


def unread_array_in(record: Call) -> str:
    """In words, where a record is an ndarray's that is not read here; "" for any other record."""
    state = _state(record)
    given = record.arguments if record.name in _BUFFERS and isinstance(record.arguments, tuple) else ()
    dtype = given[1] if len(given) > 3 else None if state is None else state[2]
    code = _code(dtype)[:20]
    if not code:
        return ""
    if _DTYPE.fullmatch(code):
        return "an array whose bytes do not fit its shape"
    return f"an array of {_IN_WORDS.get(code[:1], f'dtype {code}')}"


def objects_in(record: Call) -> list[Any] | None:
    """What an array of objects was made of, flat; None for any other record."""
    state = _state(record)
    of_objects = state is not None and _code(state[2]) == _OBJECTS
    return state[4] if state is not None and of_objects and isinstance(state[4], list) else None


def _of_buffer(record: Call) -> np.ndarray | None:
    """Of (bytes, dtype, shape, order[, axes]): order K is C's, its axes then exchanged."""
    given = record.arguments
    if record.name not in _BUFFERS or not isinstance(given, tuple) or len(given) not in (4, 5):
        return None
    content, dtype, shape, order = given[:4]
    if order != "K":
        return _array(dtype, shape, order == "F", content)
    found, axes = _array(dtype, shape, False, content), given[-1]
    if found is None or not _are_axes(axes, found.ndim):
        return None
    return np.asarray(found.transpose(axes), order="C")


def _are_axes(axes: Any, count: int) -> bool:
    whole = isinstance(axes, tuple) and all(type(axis) is int for axis in axes)
    return whole and sorted(axes) == list(range(count))


def _state(record: Call) -> tuple[Any, ...] | None:
    """(version, shape, dtype, is Fortran's order, bytes or list)."""
    state = record.state
    return state if record.name in _ARRAYS and isinstance(state, tuple) and len(state) == 5 else None


def _array(dtype: Any, shape: Any, fortran: Any, content: Any, most: int = 1 << 62) -> np.ndarray | None:
    kind = _dtype(dtype)
    sizes = isinstance(shape, tuple) and len(shape) <= _MOST_DIMENSIONS
    if kind is None or not sizes or not all(type(size) is int and size >= 0 for size in shape):
        return None
    # Beside a size of 0 any others fit, and numpy multiplies those all the same.
    if math.prod(filter(None, shape)) * kind.itemsize > most:
        return None
    raw = bytes_in(content, math.prod(shape) * kind.itemsize)
    if raw is None:
        return None
    if kind.kind == "b":  # a bool is 0 or 1 to numpy; a file may say 7
        return np.not_equal(np.frombuffer(raw, np.uint8), 0).reshape(shape, order="F" if fortran is True else "C")
    if kind.kind == "U" and not _are_letters(raw, kind):
        return None
    flat = np.frombuffer(raw, kind).astype(kind.newbyteorder("="), copy=False)
    return np.asarray(flat.reshape(shape, order="F" if fortran is True else "C"), order="C")


def _are_letters(raw: bytes, kind: np.dtype) -> bool:
    """Whether four bytes a letter are letters: beyond the last of Unicode numpy has none for them."""
    letters = np.frombuffer(raw, np.dtype(np.uint32).newbyteorder(kind.byteorder))
    return bool((letters < 0x110000).all() and not ((letters >= 0xD800) & (letters < 0xE000)).any())


def _dtype(record: Any) -> np.dtype | None:
    """Numbers and texts alone, in the byte order that the record's state says."""
    code = _code(record)
    if not _DTYPE.fullmatch(code):
        return None
    state = record.state
    order = state[1] if isinstance(state, tuple) and len(state) > 1 else "|"
    return np.dtype(f"{order}{code}") if order in ("<", ">", "|", "=") else None


def _code(record: Any) -> str:
    is_dtype = isinstance(record, Call) and record.name == "numpy.dtype"
    given = record.arguments if is_dtype and isinstance(record.arguments, tuple) else ()
    return given[0] if given and isinstance(given[0], str) else ""


def bytes_in(content: Any, size: int | None = None) -> bytes | None:
    """Bytes, or a text that stands for them: letters of Latin-1, one a byte. None for others, and for more
    or fewer than `size`, which are not copied: a pickle can name the same ones many times."""
    if isinstance(content, bytes | bytearray):
        return bytes(content) if size in (None, len(content)) else None
    if isinstance(content, OldText):  # of letters that are no bytes there are none in it
        return content.encode("latin-1") if size in (None, len(content)) else None
    if isinstance(content, Call) and content.name in _NO_BYTES and content.arguments == ():
        return None if size else b""
    if isinstance(content, Call) and isinstance(content.function, Name) and content.name == "_codecs.encode":
        given = content.arguments
        whole = isinstance(given, tuple) and len(given) == 2 and isinstance(given[0], str) and given[1] == "latin1"
        if whole and size in (None, len(given[0])):
            try:
                return given[0].encode("latin-1")
            except UnicodeEncodeError:
                return None
    return None
