"""A Chromium that is told what to do over two pipes (`--remote-debugging-pipe`), and says when a page is ready.

Its own `--print-to-pdf` prints after a while, and on a busy machine a deck is not drawn by then.
"""

import fcntl
import json
import os
import select
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

_END = b"\0"
_AT_ONCE = 1 << 16
_BEYOND = 10  # descriptors above those that a browser is given
_PATIENCE = 10.0  # seconds for a browser to end


class BrowserGoneError(OSError):
    """The browser has ended, or has not answered in time."""


class Pipe:
    """Commands of the DevTools protocol to a browser, one after the other; `until`: a time of `time.monotonic`."""

    def __init__(self, to: int, back: int, until: float) -> None:
        self._to, self._back, self._until = to, back, until
        self._waiting, self._number = b"", 0

    def ask(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        """The answer's result. BrowserGoneError for none, or for one that is an error."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        try:
            os.write(self._to, json.dumps(message | ({"sessionId": session} if session else {})).encode() + _END)
        except OSError as error:
            raise BrowserGoneError from error
        while True:
            said = json.loads(self._next())
            if said.get("id") == self._number:
                if "result" not in said:
                    raise BrowserGoneError(str(said.get("error")))
                result: dict[str, Any] = said["result"]
                return result

    def _next(self) -> bytes:
        parts = [self._waiting]
        while _END not in parts[-1]:
            ready, _, _ = select.select([self._back], [], [], max(0.0, self._until - time.monotonic()))
            found = os.read(self._back, _AT_ONCE) if ready else b""
            if not found:
                raise BrowserGoneError
            parts.append(found)
        first, _, self._waiting = b"".join(parts).partition(_END)
        return first


@contextmanager
def browser(command: Sequence[str], seconds: float) -> Iterator[Pipe]:
    """A browser for so long at most, which is told over its descriptors 3 and 4."""
    (inner_in, outer_out), (outer_in, inner_out) = os.pipe(), os.pipe()
    ends = [*(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, _BEYOND) for end in (inner_in, inner_out)), inner_in, inner_out]
    try:
        process = _started([*command, "--remote-debugging-pipe", "about:blank"], ends[0], ends[1])
    finally:
        for end in ends:
            os.close(end)
    try:
        yield Pipe(outer_out, outer_in, time.monotonic() + seconds)
    finally:
        for end in (outer_out, outer_in):
            os.close(end)
        _end(process)


def _started(command: Sequence[str], reads: int, writes: int) -> int:
    """The process, which has the two as its descriptors 3 and 4."""
    silent = [(os.POSIX_SPAWN_OPEN, end, os.devnull, os.O_RDWR, 0) for end in (0, 1, 2)]
    told = [(os.POSIX_SPAWN_DUP2, reads, 3), (os.POSIX_SPAWN_DUP2, writes, 4)]
    return os.posix_spawnp(command[0], list(command), os.environ, file_actions=[*silent, *told])


def _end(process: int) -> None:
    """It ends by itself when its pipes are closed; one that does not is killed."""
    until = time.monotonic() + _PATIENCE
    while os.waitpid(process, os.WNOHANG) == (0, 0):
        if time.monotonic() > until:
            os.kill(process, signal.SIGKILL)
        time.sleep(0.02)
