"""The live engine: a run is a generator of frames consumed by a daemon thread, steered by four commands.

The thread owns plain Python objects and never touches the page; the page looks at the run from time to time,
and each look is a heartbeat. No look for ten seconds means that nobody is watching, and the run stops.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Generic, Protocol, TypeVar

from losses.errors import LabError
from ui.slots import PROCESS, Slots

_LOGGER = logging.getLogger(__name__)


class Frame(Protocol):
    """What a toy world yields: at least the training step it belongs to."""

    @property
    def step(self) -> int: ...


F = TypeVar("F", bound=Frame)


@dataclass(frozen=True, slots=True)
class Limits:
    """When a run ends by itself: seconds without a look, seconds of computing, frames kept."""

    heartbeat: float = 10.0
    seconds: float = 900.0
    frames: int = 1_000


class Phase(Enum):
    """Where a run stands."""

    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Look(Generic[F]):
    """A run at one moment: the frames so far, seconds of computing, and why it ended ("" at its natural end)."""

    phase: Phase
    frames: tuple[F, ...]
    seconds: float
    reason: str

    @property
    def rate(self) -> float:
        """Training steps a second of computing; 0 before the second frame."""
        return self.frames[-1].step / self.seconds if len(self.frames) > 1 else 0.0


class Run(Generic[F]):
    """One generator in one thread, started at once; with `paused`, only its first frame is computed.

    `frames` is called in the thread, so slow imports and a device's start are off the page's way.
    Raises `LabError` when the process has as many runs as it may.
    """

    def __init__(
        self,
        frames: Callable[[], Iterator[F]],
        *,
        limits: Limits = Limits(),
        slots: Slots = PROCESS,
        paused: bool = False,
    ) -> None:
        self._limits, self._seen = limits, time.monotonic()
        self._frames: list[F] = []
        self._seconds, self._reason = 0.0, ""
        self._changed = threading.Condition()
        self._paused, self._steps_due = paused, int(paused)
        self._ending = False
        self._thread = threading.Thread(target=self._work, args=(frames,), name="nce-lab-run", daemon=True)
        slots.begin(self._thread)

    def look(self) -> Look[F]:
        """How the run stands. Counts as a heartbeat."""
        with self._changed:
            self._seen = time.monotonic()
            phase = Phase.ENDED if self._ending else Phase.PAUSED if self._paused else Phase.RUNNING
            return Look(phase, tuple(self._frames), self._seconds, self._reason)

    def stop(self, reason: str = "Stopped.") -> None:
        """End the run. It counts as ended at once; the thread is gone when the frame in work is done, and drops it."""
        with self._changed:
            if not self._ending:
                self._ending, self._reason = True, reason
            self._changed.notify_all()

    def pause(self) -> None:
        """Wait after the frame in work."""
        with self._changed:
            self._paused, self._steps_due = True, 0

    def resume(self) -> None:
        """Go on after a pause."""
        with self._changed:
            self._paused = False
            self._changed.notify_all()

    def step(self) -> None:
        """Compute one more frame, then wait."""
        with self._changed:
            self._paused, self._steps_due = True, self._steps_due + 1
            self._changed.notify_all()

    def join(self, timeout: float) -> bool:
        """Wait for the thread; True when it is gone."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _work(self, frames: Callable[[], Iterator[F]]) -> None:
        try:
            self._consume(frames())
            self.stop("")
        except LabError as mistake:
            self.stop(str(mistake))
        except Exception:
            _LOGGER.exception("A live run failed")
            self.stop("A bug in NCE Lab ended this run; the server's log has the details.")

    def _consume(self, frames: Iterator[F]) -> None:
        while self._may_go_on():
            began = time.monotonic()
            frame = next(frames, None)
            with self._changed:
                self._seconds += time.monotonic() - began
                if frame is None or self._ending:
                    return
                self._frames.append(frame)

    def _may_go_on(self) -> bool:
        with self._changed:
            while not self._ending:
                self._stop_where_due()
                if not self._paused:
                    break
                if self._steps_due:
                    self._steps_due -= 1
                    break
                self._changed.wait(self._limits.heartbeat / 4)
            return not self._ending

    def _stop_where_due(self) -> None:
        limits = self._limits
        if time.monotonic() - self._seen > limits.heartbeat:
            self.stop(f"Stopped: nobody was watching for {limits.heartbeat:g} s.")
        elif self._seconds > limits.seconds:
            self.stop(f"Stopped at the limit of {limits.seconds:g} s of computing.")
        elif len(self._frames) >= limits.frames:
            self.stop(f"Stopped at the limit of {limits.frames:,} frames.")
