"""A walk through an inert pickle: what is a tensor, a plain value, or an object that is only named, place by place."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from checkpoints.reading.quoting import shown
from checkpoints.reading.torch_file.archive import Archive
from checkpoints.reading.torch_file.inert_pickle import Call, Name, Pairs
from checkpoints.reading.torch_file.numpy_records import PickledArray, array_in, objects_in, scalar_in, unread_array_in
from checkpoints.reading.torch_file.tensors import StoredTensor, attributes_of, tensor_of
from losses.errors import LabError

DEEPEST = 64
MOST_VALUES = 300_000
UNFOLDED = 32
_LETTERS, _MOST_LETTERS = 16, 64 << 20
_MOST_BITS, _LONGEST = 256, 20_000
_OPTIONS = ("argparse.Namespace", "collections.OrderedDict", "collections.defaultdict", "builtins.dict")
_QUEUE = "collections.deque"
_PATHS = ("pathlib.PosixPath", "pathlib.WindowsPath", "pathlib.PurePosixPath", "pathlib.PureWindowsPath")
_PLAIN = (str, int, float, bool, bytes, bytearray, type(None))
# What protocol 0 and 1 call to make an object of a class, which comes first.
_MAKERS = ("copyreg._reconstructor", "copy_reg._reconstructor", "copyreg.__newobj__")


class Found:
    """Collects what there is, place by place, with a stack of its own.

    `budget`: letters that all places together may have, a few more for each. A pickle can name one list many times, so
    that few bytes unfold to many values; `most_bytes` that all of numpy's arrays may have, for the same reason.
    """

    def __init__(self, archive: Archive, *, budget: int, most_bytes: int) -> None:
        self.archive, self.budget, self.bytes_left = archive, min(budget, _MOST_LETTERS), most_bytes
        self.tensors: dict[str, StoredTensor] = {}
        self.arrays: dict[str, PickledArray] = {}
        self.values: dict[str, Any] = {}
        self.foreign: dict[str, str] = {}
        self.refused: dict[str, str] = {}
        self.seen: set[str] = set()
        self._decoded: dict[int, PickledArray | None] = {}  # of records that are named many times

    def walk(self, top: Any) -> None:
        """Look at everything; LabError where there is too much of it."""
        waiting: list[Iterator[tuple[str, Any]]] = [iter([("", top)])]
        values = 0
        while waiting:
            if len(waiting) > DEEPEST:
                raise LabError(self.archive.name, f"must be nested at most {DEEPEST} deep")
            place, value = next(waiting[-1], (None, None))
            if place is None:
                waiting.pop()
                continue
            values += 1
            if values > MOST_VALUES:
                raise LabError(self.archive.name, f"must hold at most {MOST_VALUES:,} values")
            self.budget -= _LETTERS + len(place)
            if self.budget < 0:
                raise LabError(self.archive.name, f"must not unfold to more than {UNFOLDED} times its pickle")
            waiting.append(self._inside(place, value))

    def _inside(self, place: str, value: Any) -> Iterator[tuple[str, Any]]:
        for number, (key, inner) in enumerate(self._look(place, value)):
            yield place_of(place, key, number), inner

    def _look(self, place: str, value: Any) -> Iterator[tuple[Any, Any]]:
        """Note what is here; what is inside of it is looked at next."""
        tensor = tensor_of(value, self.archive)
        if isinstance(tensor, StoredTensor):
            self._note(self.tensors, place, tensor)
            if (attributes := attributes_of(value)) is not None:
                yield "attributes", attributes
        elif tensor is not None:
            self._note(self.refused, place, tensor)
        elif isinstance(value, _PLAIN):
            self._note(*self._plain(value, place))
        elif isinstance(value, Pairs):
            yield from value.items
        elif isinstance(value, list | tuple):
            yield from enumerate(value)
        elif isinstance(value, Call):
            yield from self._object(place, value)
        else:
            name = _cut(str(value)) if isinstance(value, Name) else "a storage or another outside reference"
            self._note(self.foreign, place, name)

    def _object(self, place: str, value: Call) -> Iterator[tuple[Any, Any]]:
        if value.name in _PATHS and isinstance(value.arguments, tuple):
            parts = (part for part in value.arguments if isinstance(part, str))
            self._note(self.values, place, _cut(str(PurePosixPath(*parts))))
        elif (scalar := scalar_in(value)) is not None:
            self._note(*self._plain(scalar, place))
        elif (array := self._array(value)) is not None:
            self._note(self.arrays, place, array)
        elif (objects := objects_in(value)) is not None:
            yield from enumerate(objects)
        elif value.name == _QUEUE:
            yield from enumerate(value.items)
        elif why := unread_array_in(value):
            self._note(self.refused, place, why)
        elif value.name not in _OPTIONS:
            self._note(self.foreign, place, _cut(_class_of(value)) or "an object without a name")
        else:
            yield from value.pairs
            if value.name == "argparse.Namespace" and isinstance(value.state, Pairs):
                yield from value.state.items

    def _array(self, value: Call) -> PickledArray | None:
        if id(value) not in self._decoded:
            found = self._decoded[id(value)] = array_in(value)
            self.bytes_left -= 0 if found is None else found.values.nbytes
            if self.bytes_left < 0:
                raise LabError(self.archive.name, "must not have the same bytes in many arrays")
        return self._decoded[id(value)]

    def _plain(self, value: Any, place: str) -> tuple[dict[str, Any], str, Any]:
        """Where a plain value is noted, and how: a giant is only named."""
        if isinstance(value, int) and value.bit_length() > _MOST_BITS:
            return self.foreign, place, f"a whole number of {value.bit_length():,} bits"
        if isinstance(value, bytes | bytearray) and len(value) > _LONGEST:
            return self.foreign, place, f"{len(value):,} bytes"
        if isinstance(value, bytearray):
            return self.values, place, bytes(value)
        return self.values, place, _cut(value) if isinstance(value, str) else value

    def _note(self, where: dict[str, Any], place: str, what: Any) -> None:
        if place in self.seen:
            raise LabError(self.archive.name, "must name each value once", but=f"names {shown(place)} twice")
        self.seen.add(place)
        where[place] = what


def place_of(outer: str, key: Any, number: int) -> str:
    """A readable path; a key that is no text and no small number is only named by its kind, and which one it is."""
    small = isinstance(key, int) and key.bit_length() <= _MOST_BITS
    inner = str(key)[:200] if small or isinstance(key, str | float) else f"<{type(key).__name__} {number}>"
    return f"{outer}/{inner}" if outer else inner


def _class_of(value: Call) -> str:
    """What an object is of: what would be called, or the class that it is told to make one of."""
    given = value.arguments
    if value.name in _MAKERS and isinstance(given, tuple) and given and isinstance(given[0], Name):
        return str(given[0])
    return value.name


def _cut(text: str) -> str:
    return str(text) if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text):,} characters)"
