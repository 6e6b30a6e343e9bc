"""A CIFAR python batch: a pickle of a dict with a numpy array in it, read as data; nothing in it is called."""

from typing import Any

import numpy as np

from checkpoints.reading.safe_files import FileContent
from checkpoints.reading.torch_file.inert_pickle import Call, Pairs, read_pickle
from losses.errors import LabError

_RECONSTRUCTS = ("numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct")
_LABELS = ("fine_labels", "labels")
_NAMES = ("fine_label_names", "label_names")


def python_batch(file: FileContent) -> tuple[np.ndarray, np.ndarray]:
    """Pixels (N, 3072) uint8 and labels (N,) int64 of one batch."""
    entries = _entries(file)
    labels = next((entries[key] for key in _LABELS if key in entries), None)
    if "data" not in entries or not isinstance(labels, list) or not all(type(label) is int for label in labels):
        named = "data" in entries and labels is not None
        found = f"a dict of {', '.join(sorted(entries))[:100] or 'nothing'}"
        found = "one whose labels are no list of whole numbers" if named else found
        raise LabError(file.name, "must be a CIFAR batch with data and labels", found)
    if any(not 0 <= label < 1000 for label in labels):
        raise LabError(file.name, "must have labels from 0 to 999", but="has others")
    return _array(entries["data"], file.name), np.array(labels, dtype=np.int64)


def python_names(file: FileContent) -> list[str]:
    """The class names of `batches.meta` or `meta`; [] where it has none."""
    entries = _entries(file)
    names = next((entries[key] for key in _NAMES if key in entries), None)
    return [text for name in names if (text := _text(name)) is not None] if isinstance(names, list) else []


def _entries(file: FileContent) -> dict[str, Any]:
    top = read_pickle(file.data, name=file.name)
    if not isinstance(top, Pairs):
        raise LabError(file.name, "must hold a dict, as a CIFAR batch does", "something else")
    return {text: value for key, value in top.items if (text := _text(key)) is not None}


def _text(value: Any) -> str | None:
    """Texts of Python 2 are bytes to Python 3; its latin-1 encoded bytes are a call of `_codecs.encode`."""
    if isinstance(value, bytes):
        return value.decode("latin1")
    if isinstance(value, Call) and value.name == "_codecs.encode":
        value = value.arguments[0] if isinstance(value.arguments, tuple) and value.arguments else None
    return value if isinstance(value, str) else None


def _array(record: Any, name: str) -> np.ndarray:
    """A uint8 matrix from the record of its making: (version, shape, dtype, Fortran order, bytes)."""
    state = record.state if isinstance(record, Call) and record.name in _RECONSTRUCTS else None
    if not isinstance(state, tuple) or len(state) != 5 or not _is_uint8(state[2]):
        raise LabError(name, "must have its pixels as a numpy array of uint8", but="has something else there")
    shape, fortran, data = state[1], state[3], _bytes(state[4])
    sizes = isinstance(shape, tuple) and len(shape) == 2 and all(type(size) is int and size > 0 for size in shape)
    if not sizes or data is None or shape[0] * shape[1] != len(data):
        raise LabError(name, "must have a pixel array whose bytes fit its shape", but="has one whose bytes do not")
    return np.frombuffer(data, np.uint8).reshape(shape, order="F" if fortran else "C")


def _is_uint8(record: Any) -> bool:
    """dtype("u1", ...)."""
    arguments = record.arguments if isinstance(record, Call) and record.name == "numpy.dtype" else ()
    return isinstance(arguments, tuple) and _text(next(iter(arguments), None)) in ("u1", "|u1", "uint8")


def _bytes(value: Any) -> bytes | None:
    """Bytes as bytes, as text of Python 2's protocols, or as latin-1 text to be encoded."""
    if isinstance(value, bytes | bytearray):
        return bytes(value)
    text = _text(value)
    try:
        return None if text is None else text.encode("latin1")
    except UnicodeEncodeError:
        return None
