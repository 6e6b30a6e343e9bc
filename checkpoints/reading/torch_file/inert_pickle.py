"""A pickle read as data: every global is a name, every call a record, and nothing is ever looked up or called.

The machine has one handler an opcode and its own stack, so depth costs no recursion. What comes out is plain values,
`Name`, `Call`, `Persistent` and `Pairs`; who wants a dict or a tensor decides what such a record may look like.
"""

import pickletools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from checkpoints.reading.torch_file.text_opcodes import TEXT_PLACES, TEXT_VALUES, OldText
from losses.errors import LabError

MOST_OPERATIONS = 1_000_000
_MARK = object()
_PLAIN = "must hold a pickle of plain data"


@dataclass(frozen=True, slots=True)
class Name:
    """A global, by its name alone."""

    module: str
    attribute: str

    def __str__(self) -> str:
        return f"{self.module}.{self.attribute}"


@dataclass(slots=True, eq=False)
class Pairs:
    """A dict as its (key, value) pairs: nothing is hashed, so no key can be made to cost."""

    items: list[tuple[Any, Any]] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Call:
    """An object that the pickle would have made: what it would call, with what, and what it would then put in."""

    function: Any
    arguments: Any
    state: Any = None
    items: list[Any] = field(default_factory=list)
    pairs: list[tuple[Any, Any]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What would be called, where that is a global. Nothing else is turned into text: it may be of any size."""
        return str(self.function) if isinstance(self.function, Name) else ""


@dataclass(slots=True, eq=False)
class Persistent:
    """A reference to something outside the pickle, such as a storage."""

    key: Any


def read_pickle(data: bytes, *, name: str, globals_named: set[Name] | None = None) -> Any:
    """The value that `data` describes, inert. LabError for a broken pickle, or an opcode that no checkpoint needs.

    Every global that it mentions, wherever that is, is put into `globals_named`.
    """
    return read_pickle_at(data, 0, name=name, globals_named=globals_named)[0]


def read_pickle_at(
    data: bytes,
    start: int,
    *,
    name: str,
    globals_named: set[Name] | None = None,
    outside: list[Persistent] | None = None,
    operations: Iterator[int] | None = None,
    plain: bool = False,
    taken_for: Callable[[Call], Any] = lambda call: call,
) -> tuple[Any, int]:
    """The value of the pickle that begins at byte `start`, and where it ends; see `read_pickle`.

    Every reference to something outside of it is put into `outside`. `operations`: one is taken for each opcode, where
    several pickles share what they may have. `plain`: what pickle.dump wrote, of any protocol and of any objects.
    `taken_for`: what a call stands for, where that is something else than a record of it.
    """
    machine = _Machine(name, set() if globals_named is None else globals_named, outside)
    machine.taken_for, stream = taken_for, BytesIO(data)
    stream.seek(start)
    needed = _NEEDED | _OF_PLAIN if plain else _NEEDED
    try:
        for _ in iter(range(MOST_OPERATIONS)) if operations is None else operations:
            opcode = _OPCODES[stream.read(1)]
            # Judged before its argument is read: what reads those of others may warn, or take for ever.
            if opcode.name not in needed:
                found = f"uses the opcode {opcode.name}, which plain data do not need"
                raise LabError(name, _PLAIN, but=found, remedy="Ask who made it for plain arrays or tensors.")
            machine.step(opcode.name, _READERS[opcode.name](stream))
            if opcode.name == "STOP":
                return machine.result, stream.tell()
    except LabError:
        raise
    except (ValueError, IndexError, KeyError, TypeError, OverflowError) as error:
        raise LabError(name, "must hold a whole pickle", but="holds a broken one", remedy="Get it again.") from error
    raise LabError(name, f"must have at most {MOST_OPERATIONS:,} operations in its pickle")


class _Machine:
    """The pickle virtual machine without its hands."""

    def __init__(self, name: str, names: set[Name], outside: list[Persistent] | None = None) -> None:
        self.name, self.names, self.outside = name, names, [] if outside is None else outside
        self.stack, self.memo, self.result = list[Any](), dict[int, Any](), None
        self.taken_for: Callable[[Call], Any] = lambda call: call

    def step(self, opcode: str, argument: Any) -> None:
        if opcode in _VALUES:
            self.stack.append(argument)
        elif opcode in _CONSTANTS:
            self.stack.append(_CONSTANTS[opcode])
        elif opcode in _HANDLERS:
            _HANDLERS[opcode](self, argument)

    def to_mark(self) -> list[Any]:
        """Pop everything above the last mark, and the mark."""
        place = len(self.stack) - 1
        while self.stack[place] is not _MARK:
            place -= 1
            if place < 0:
                raise ValueError("no mark")
        above = self.stack[place + 1 :]
        del self.stack[place:]
        return above

    def pop(self) -> Any:
        value = self.stack.pop()
        if value is _MARK:
            raise ValueError("a mark is no value")
        return value

    def drop(self, count: int) -> None:
        del self.stack[len(self.stack) - count :]

    def mention(self, module: Any, attribute: Any) -> None:
        found = Name(_only(str, module), _only(str, attribute))
        self.names.add(found)
        self.stack.append(found)

    def refer(self) -> None:
        self.outside.append(Persistent(self.pop()))
        self.stack.append(self.outside[-1])

    def call(self, arguments: Any) -> None:
        self.stack.append(self.taken_for(Call(self.pop(), arguments)))

    def call_of(self, names: tuple[str, ...], arguments: list[Any]) -> None:
        self.mention(*names)
        self.call(tuple(arguments))

    def call_first(self, function: Any, *arguments: Any) -> None:
        self.stack.append(Call(function, arguments))

    def extend(self, values: list[Any]) -> None:
        target = self.stack[-1]
        (target.items if isinstance(target, Call) else _only(list, target)).extend(values)

    def insert(self, flat: list[Any]) -> None:
        target = _only((Pairs, Call), self.stack[-1])
        pairs = list(zip(flat[::2], flat[1::2], strict=True))
        (target.items if isinstance(target, Pairs) else target.pairs).extend(pairs)

    def put_pairs(self, flat: list[Any]) -> None:
        self.stack.append(Pairs())
        self.insert(flat)

    def build(self) -> None:
        state = self.pop()
        target = self.stack[-1]
        if isinstance(target, Call):
            target.state = state
        else:
            raise LabError(self.name, _PLAIN, but="sets a plain value's state")

    def stop(self) -> None:
        self.result = self.pop()
        if self.stack:
            raise ValueError("something is left over")

    def last_two(self) -> list[Any]:
        value = self.pop()
        return [self.pop(), value]

    def last(self, count: int) -> tuple[Any, ...]:
        return tuple(reversed([self.pop() for _ in range(count)]))


def _nothing(_: Any) -> None: ...


def _only(kinds: type | tuple[type, ...], value: Any) -> Any:
    if not isinstance(value, kinds):
        raise TypeError("a wrong target")
    return value


_OPCODES = {opcode.code.encode("latin-1"): opcode for opcode in pickletools.opcodes}
_VALUES = frozenset(
    {"BININT", "BININT1", "BININT2", "LONG1", "LONG4", "BINFLOAT", "BINSTRING", "SHORT_BINSTRING"}
    | {"BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8"}
    | TEXT_VALUES.keys()
)
_CONSTANTS: dict[str, Any] = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": (), "MARK": _MARK}
_HANDLERS: dict[str, Callable[[_Machine, Any], None]] = {
    "EMPTY_LIST": lambda m, _: m.stack.append([]),
    "EMPTY_DICT": lambda m, _: m.stack.append(Pairs()),
    "EMPTY_SET": lambda m, _: m.stack.append([]),
    "LIST": lambda m, _: m.stack.append(m.to_mark()),
    "FROZENSET": lambda m, _: m.stack.append(m.to_mark()),
    "TUPLE": lambda m, _: m.stack.append(tuple(m.to_mark())),
    "TUPLE1": lambda m, _: m.stack.append(m.last(1)),
    "TUPLE2": lambda m, _: m.stack.append(m.last(2)),
    "TUPLE3": lambda m, _: m.stack.append(m.last(3)),
    "APPEND": lambda m, _: m.extend([m.pop()]),
    "APPENDS": lambda m, _: m.extend(m.to_mark()),
    "ADDITEMS": lambda m, _: m.extend(m.to_mark()),
    "SETITEM": lambda m, _: m.insert(m.last_two()),
    "SETITEMS": lambda m, _: m.insert(m.to_mark()),
    "POP": lambda m, _: m.drop(1),
    "DUP": lambda m, _: m.stack.append(m.stack[-1]),
    "GLOBAL": lambda m, names: m.mention(*names),
    "STACK_GLOBAL": lambda m, _: m.mention(*m.last(2)),
    "REDUCE": lambda m, _: m.call(m.pop()),
    "NEWOBJ": lambda m, _: m.call(m.pop()),
    "BUILD": lambda m, _: m.build(),
    "BINPERSID": lambda m, _: m.refer(),
    "BINPUT": lambda m, place: m.memo.__setitem__(place, m.stack[-1]),
    "LONG_BINPUT": lambda m, place: m.memo.__setitem__(place, m.stack[-1]),
    "MEMOIZE": lambda m, _: m.memo.__setitem__(len(m.memo), m.stack[-1]),
    "INST": lambda m, names: m.call_of(names, m.to_mark()),
    "OBJ": lambda m, _: m.call_first(*m.to_mark()),
    "NEWOBJ_EX": lambda m, _: m.call(tuple(m.last_two())),
    "POP_MARK": lambda m, _: _nothing(m.to_mark()),
    "DICT": lambda m, _: m.put_pairs(m.to_mark()),
    "PUT": lambda m, place: m.memo.__setitem__(place, m.stack[-1]),
    "GET": lambda m, place: m.stack.append(m.memo[place]),
    "BINGET": lambda m, place: m.stack.append(m.memo[place]),
    "LONG_BINGET": lambda m, place: m.stack.append(m.memo[place]),
    "STOP": lambda m, _: m.stop(),
}
# No torch.save writes these, and whatever else it is needs no answer but a refusal.
_OF_PLAIN = TEXT_VALUES.keys() | TEXT_PLACES.keys() | {"DICT", "INST", "OBJ", "NEWOBJ_EX", "POP_MARK"}
_NEEDED = (_VALUES | _CONSTANTS.keys() | _HANDLERS.keys() | {"PROTO", "FRAME"}) - _OF_PLAIN


def _two_lines(stream: BytesIO) -> tuple[str, ...]:
    """Module and attribute. The library's own reader takes backslashes for escapes, and warns of some."""
    lines = stream.readline(), stream.readline()
    if not all(line.endswith(b"\n") for line in lines):
        raise ValueError("cut off in a name")
    return tuple(line[:-1].decode("utf-8") for line in lines)


_READERS: dict[str, Callable[[BytesIO], Any]] = {
    opcode.name: opcode.arg.reader if opcode.arg else lambda _: None for opcode in pickletools.opcodes
} | {
    "GLOBAL": _two_lines,
    "INST": _two_lines,
    "BINSTRING": lambda stream: OldText(pickletools.read_string4(stream)),
    "SHORT_BINSTRING": lambda stream: OldText(pickletools.read_string1(stream)),
    **TEXT_VALUES,
    **TEXT_PLACES,
}
