"""What pickle.dump wrote, one pickle or several in a row: a torch file's pickle without the storages. No torch here."""

from dataclasses import dataclass
from typing import IO, Any

from checkpoints.reading.torch_file.inert_pickle import MOST_OPERATIONS, Name, Persistent, read_pickle_at
from losses.errors import LabError

MOST_BYTES = 2 << 30
_MOST_PICKLES = 1_000
_PADDING = b"\0\n\r "


@dataclass(frozen=True, slots=True, eq=False)
class PlainPickle:
    """An open file of `size` bytes that holds pickles and nothing else; arrays lie in them."""

    name: str
    file: IO[bytes]
    size: int

    def value(self, mentions: set[Name]) -> tuple[Any, int]:
        """What was saved, a list of it where that were several, and how long it is. LabError, one sentence, for what
        is not whole; the globals that it names are put into `mentions`."""
        if self.size > MOST_BYTES:
            raise LabError(self.name, f"must have at most {MOST_BYTES:,} bytes", f"{self.size:,} bytes long")
        self.file.seek(0)
        data = self.file.read(self.size)
        try:
            values = _values(data, self.name, mentions)
        except LabError as mistake:
            raise (_of_joblib(self.name) if _names_joblib(mentions) else mistake) from None
        return values[0] if len(values) == 1 else values, len(data)

    def size_of(self, key: str) -> int | None:
        """Of a storage: there is none."""
        return None

    def storage(self, key: str, start: int, stop: int) -> bytes:
        raise KeyError(key)

    def part(self, key: str, start: int, stop: int) -> bytes:
        raise KeyError(key)


def _values(data: bytes, name: str, mentions: set[Name]) -> list[Any]:
    """Of each pickle in a row: who opens the file may go on to the next, so all are looked at."""
    values, place, operations, outside = list[Any](), 0, iter(range(MOST_OPERATIONS)), list[Persistent]()
    end = len(data.rstrip(_PADDING)) if len(data) else 0
    while place < end or not values:
        if len(values) >= _MOST_PICKLES:
            raise LabError(name, f"must have at most {_MOST_PICKLES:,} pickles in a row")
        value, place = read_pickle_at(
            data, place, name=name, globals_named=mentions, outside=outside, operations=operations, plain=True
        )
        values.append(value)
    return values


def _names_joblib(mentions: set[Name]) -> bool:
    return any(name.module.split(".")[0] == "joblib" for name in mentions)


def _of_joblib(name: str) -> LabError:
    """joblib puts an array's bytes between the opcodes, so that no reader of pickles goes on behind them."""
    remedy = "Who trusts it opens it with joblib.load and saves its arrays with numpy.savez."
    return LabError(name, "must be as pickle.dump writes it", "joblib's own form", remedy)
