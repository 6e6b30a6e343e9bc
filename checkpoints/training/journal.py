"""What a training says of itself while it runs: JSON lines and TensorBoard's events, where they are asked for."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from checkpoints.reading.atomic import check_writable, write_atomic
from checkpoints.reading.quoting import shown
from checkpoints.training.event_file import EventFile
from losses.errors import LabError

_MOST_BYTES = 64 << 20
_STARTS = (b'{"epoch": ', b'{"evaluation": ')
_EPOCH = re.compile(rb'\{"epoch": (\d{1,9}),')


@dataclass(slots=True)
class Journal:
    """log: a file of JSON lines, one an epoch and one at the end; events: a folder. Each may be None.

    A training that goes on keeps the lines of the epochs that it does not do again.
    """

    log: Path | None = None
    events: Path | None = None
    _events: EventFile | None = field(default=None, init=False)
    _begun: bool = field(default=False, init=False)

    def check(self) -> None:
        """LabError for a place that cannot be written to, and for a file that is no such log."""
        if self.log is not None:
            check_writable(self.log)
            self._kept(1)
        if self.events is not None:
            above = self.events if self.events.is_dir() else self.events.parent
            if self.events.is_file() or not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
                raise LabError("--events", "must be a folder that can be written to", shown(str(self.events)))

    def epoch(self, number: int, values: Mapping[str, float]) -> None:
        """Epoch `number`, from 1, and its numbers by their names."""
        if not self._begun:
            self._begin(number)
        self._line({"epoch": number, **values})
        if self._events is not None:
            self._events.add(number, values)

    def end(self, values: Mapping[str, object]) -> None:
        """The evaluation, once all epochs are done."""
        self._line({"evaluation": dict(values)})
        if self._events is not None:
            self._events.close()

    def _begin(self, first: int) -> None:
        self._begun = True
        if self.log is not None:
            write_atomic(self.log, self._kept(first))
        if self.events is not None:
            self._events = EventFile(self.events, first)

    def _kept(self, first: int) -> bytes:
        """The lines before that epoch. The last may be half written: a training is killed at any moment."""
        assert self.log is not None
        if not self.log.exists():
            return b""
        with self.log.open("rb") as file:
            lines = file.read(_MOST_BYTES).splitlines(keepends=True)
        if any(not line.startswith(_STARTS) for line in lines[:-1]) or (lines and not _cut(lines[-1])):
            raise LabError("--jsonl", "must be a new file or a training's log", shown(str(self.log)))
        return b"".join(line for line in lines if 0 < _epoch_of(line) < first)

    def _line(self, values: Mapping[str, object]) -> None:
        if self.log is None:
            return
        try:
            with self.log.open("ab") as file:
                file.write(json.dumps(values, allow_nan=False).encode() + b"\n")
        except OSError as error:
            raise LabError(str(self.log), f"could not be written ({error.strerror})") from error


def _cut(line: bytes) -> bool:
    """Is it a line of a log, or the beginning of one?"""
    return any(line.startswith(start) or start.startswith(line) for start in _STARTS)


def _epoch_of(line: bytes) -> int:
    """Of a whole line of an epoch; 0 of any other."""
    found = _EPOCH.match(line) if line.endswith(b"}\n") else None
    return int(found[1]) if found else 0
