"""What pickle.dump wrote, one pickle or several in a row: a torch file's pickle, its storages inside. No torch here.

A tensor's storage is then a call of torch.load on bytes that torch.save wrote in its older form: they are read as such.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import IO, Any

from checkpoints.reading.torch_file.inert_pickle import MOST_OPERATIONS, Call, Name, Persistent, read_pickle_at
from checkpoints.reading.torch_file.legacy import LegacyArchive
from checkpoints.reading.torch_file.numpy_records import bytes_in
from losses.errors import LabError

MOST_BYTES = 2 << 30
_LOADS = "torch.storage._load_from_bytes"
_MOST_PICKLES = 1_000
_PADDING = b"\0\n\r "


@dataclass(frozen=True, slots=True, eq=False)
class PlainPickle:
    """An open file of `size` bytes that holds pickles alone: arrays lie in them, and the `storages` of tensors, each an
    archive with the key in it."""

    name: str
    file: IO[bytes]
    size: int
    storages: dict[str, tuple[LegacyArchive, str]] = field(default_factory=dict)

    def value(self, mentions: set[Name]) -> tuple[Any, int]:
        """What was saved, a list of it where that were several, and how long it is. LabError, one sentence, for what
        is not whole; the globals that it names are put into `mentions`."""
        if self.size > MOST_BYTES:
            raise LabError(self.name, f"must have at most {MOST_BYTES:,} bytes", f"{self.size:,} bytes long")
        self.file.seek(0)
        data = self.file.read(self.size)
        try:
            values = _Reader(self, mentions).values(data)
        except LabError as mistake:
            raise (_of_joblib(self.name) if _names_joblib(mentions) else mistake) from None
        return values[0] if len(values) == 1 else values, len(data)

    def size_of(self, key: str) -> int | None:
        """Bytes of the storage `key`, None where there is none."""
        archive, inner = self.storages.get(key, (None, ""))
        return None if archive is None else archive.size_of(inner)

    def storage(self, key: str, start: int, stop: int) -> bytes:
        """Bytes `start` to `stop` of the storage `key`."""
        archive, inner = self.storages[key]
        return archive.storage(inner, start, stop)

    def part(self, key: str, start: int, stop: int) -> bytes:
        """The same, or what there is of them."""
        archive, inner = self.storages[key]
        return archive.part(inner, start, stop)


class _Reader:
    """Reads the pickles of a file; all of them, and those in its storages, share what one may have."""

    def __init__(self, file: PlainPickle, mentions: set[Name]) -> None:
        self.file, self.mentions = file, mentions
        self.operations: Iterator[int] = iter(range(MOST_OPERATIONS))
        self.known: dict[int, tuple[Any, Persistent | None]] = {}  # by the bytes, which may be named many times

    def values(self, data: bytes) -> list[Any]:
        """Of each pickle in a row: who opens the file may go on to the next, so all are looked at."""
        values, place, outside = list[Any](), 0, list[Persistent]()
        end = len(data.rstrip(_PADDING))
        while place < end or not values:
            if len(values) >= _MOST_PICKLES:
                raise LabError(self.file.name, f"must have at most {_MOST_PICKLES:,} pickles in a row")
            value, place = read_pickle_at(
                data, place, name=self.file.name, globals_named=self.mentions, outside=outside,
                operations=self.operations, plain=True, taken_for=self.taken_for,
            )  # fmt: skip
            values.append(value)
        return values

    def taken_for(self, call: Call) -> Call | Persistent:
        """A storage, where the call would load one; else the call itself."""
        if call.name != _LOADS or not isinstance(call.arguments, tuple) or len(call.arguments) != 1:
            return call
        (record,) = call.arguments
        given = record.arguments if isinstance(record, Call) else None
        source = given[0] if isinstance(given, tuple) and given else record
        if id(source) not in self.known:
            self.known[id(source)] = source, self._storage_in(bytes_in(record) or b"")
        return self.known[id(source)][1] or call

    def _storage_in(self, content: bytes) -> Persistent | None:
        """None for what is no storage as torch.save wrote it before 1.6."""
        name, operations = self.file.name, self.operations
        try:
            found = LegacyArchive.of(BytesIO(content), name=name, size=len(content), operations=operations)
        except LabError:
            return None
        self.mentions |= found.mentions
        key = found.top.key if isinstance(found.top, Persistent) else None
        if not isinstance(key, tuple) or len(key) < 3 or not isinstance(key[2], str):
            return None
        place = f"{len(self.file.storages)}/{key[2]}"
        self.file.storages[place] = found, key[2]
        return Persistent((*key[:2], place, *key[3:]))


def _names_joblib(mentions: set[Name]) -> bool:
    return any(name.module.split(".")[0] == "joblib" for name in mentions)


def _of_joblib(name: str) -> LabError:
    """joblib puts an array's bytes between the opcodes, so that no reader of pickles goes on behind them."""
    remedy = "Who trusts it opens it with joblib.load and saves its arrays with numpy.savez."
    return LabError(name, "must be as pickle.dump writes it", "joblib's own form", remedy)
