"""The live engine: a run is a generator of frames consumed by a daemon thread, steered by four commands.

The thread owns plain Python objects and never touches the page; the page looks at the run from time to time,
and each look is a heartbeat. No look for ten seconds, and no connection to the tab that would look, means that nobody
is watching, and the run stops. A tab that is there may be slow to look: hidden, or on a machine with too much to do.
"""

import atexit
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from losses.errors import LabError
from ui.live import courtesy
from ui.live.presence import nobody
from ui.live.slots import PROCESS, Slots

logger = logging.getLogger(__name__)

F = TypeVar("F")
Simulation = Callable[[Callable[[int], None]], Iterator[F]]
"""A call with `on_step` that yields frames, and calls `on_step(step)` before each of its steps."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When a run ends by itself: seconds without a look, where its tab is gone and where it is there, of being offered
    without one, of computing; frames kept."""

    heartbeat: float = 10.0
    unseen: float = 300.0
    offered: float = 60.0
    seconds: float = 900.0
    frames: int = 1_000


class Phase(Enum):
    """Where a run stands."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class RunSnapshot(Generic[F]):
    """A run at one moment: steps taken, frames so far, seconds of computing, why it ended ("" at its natural end), how
    many runs are ahead of it in the queue, and when it ended (Unix time) where it was kept on disk since, or was
    `shipped` with the lab."""

    phase: Phase
    step: int
    frames: tuple[F, ...]
    seconds: float
    reason: str
    ahead: int = 0
    kept_since: float | None = None
    shipped: bool = False

    @property
    def rate(self) -> float:
        """Steps a second of computing; 0 before the first step is done."""
        return self.step / self.seconds if self.step else 0.0


class Run(Generic[F]):
    """One simulation in one thread, started when it has a place; with `paused`, it waits after its first frame.

    `simulation` is called in the thread, so slow imports and a device's start are off the page's way; so is `keep`,
    with all frames and the seconds of computing, once a run has gone to its end and before it counts as ended.
    `tab` says whether the page that watches is still there; who watches next may set another.
    Raises `LabError` when the process has as many runs going and waiting as it may.
    """

    def __init__(
        self,
        simulation: Simulation[F],
        *,
        limits: Limits = Limits(),
        slots: Slots = PROCESS,
        clicks: courtesy.Courtesy = courtesy.PROCESS,
        paused: bool = False,
        keep: Callable[[tuple[F, ...], float], None] | None = None,
        tab: Callable[[], bool] = nobody,
    ) -> None:
        self.tab = tab
        self._simulation, self._limits, self._keep_all = simulation, limits, keep
        self._step, self._frames, self._reason = 0, list[F](), ""
        self._seen = self._watched = self._began = time.monotonic()
        self._seconds = 0.0
        self._changed = threading.Condition()
        self._ending, self._paused, self._frames_due = False, paused, int(paused)
        self._slots, self._ticket, self._courtesy = slots, slots.join(), clicks
        clicks.over()  # who has begun this run waits for it
        self._ahead = slots.ahead(self._ticket)
        self._thread = threading.Thread(target=self._work, name="nce-lab-run", daemon=True)
        self._thread.start()
        _going.add(self)

    def look(self) -> RunSnapshot[F]:
        """How the run stands. Counts as a heartbeat."""
        with self._changed:
            self._seen = self._watched = time.monotonic()
            return self._look()

    def glance(self) -> RunSnapshot[F]:
        """How the run stands, for one who may look at it: a heartbeat too, but not for ever."""
        with self._changed:
            if time.monotonic() - self._watched < self._limits.offered:
                self._seen = time.monotonic()
            return self._look()

    def stop(self, reason: str = "Stopped.") -> None:
        """End the run. It counts as ended at once; its thread is gone when the step in work is done."""
        with self._changed:
            if not self._ending:
                self._ending, self._reason = True, reason
            self._changed.notify_all()

    def pause(self) -> None:
        """Wait after the step in work."""
        with self._changed:
            self._paused, self._frames_due = True, 0

    def resume(self) -> None:
        """Go on after a pause."""
        self._courtesy.over()
        with self._changed:
            self._paused = False
            self._changed.notify_all()

    def step(self) -> None:
        """Go on to the next frame, then wait."""
        self._courtesy.over()
        with self._changed:
            self._paused, self._frames_due = True, self._frames_due + 1
            self._changed.notify_all()

    def join(self, timeout: float) -> bool:
        """Wait for the thread; True when it is gone."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _look(self) -> RunSnapshot[F]:
        return RunSnapshot(self._phase, self._step, tuple(self._frames), self._seconds, self._reason, self._ahead)

    @property
    def _phase(self) -> Phase:
        if self._ending:
            return Phase.ENDED
        if self._ahead:
            return Phase.WAITING
        return Phase.PAUSED if self._paused else Phase.RUNNING

    def _work(self) -> None:
        try:
            self._queue()
            for frame in self._simulation(self._before):
                self._keep(frame)
            if self._keep_all is not None:
                self._keep_all(tuple(self._frames), self._seconds)
            self.stop("")
        except _Ended:
            pass
        except LabError as mistake:
            self.stop(str(mistake))
        except Exception:
            logger.exception("A live run failed")
            self.stop("A bug in NCE Lab ended this run; the server's log has the details.")
        finally:
            self._slots.leave(self._ticket)

    def _queue(self) -> None:
        """Wait for a place."""
        with self._changed:
            while ahead := self._slots.ahead(self._ticket):
                self._ahead = ahead
                self._changed.wait(_QUEUE_LOOKS)
                self._leave_if_over()
            self._ahead, self._began = 0, time.monotonic()

    def _before(self, step: int) -> None:
        with self._changed:
            self._step = step
            self._wait_or_end()
        if self._courtesy.wait():
            self._began = time.monotonic()  # that was no computing

    def _keep(self, frame: F) -> None:
        with self._changed:
            self._wait_or_end()
            self._frames.append(frame)
            self._frames_due = max(0, self._frames_due - 1)
            if len(self._frames) >= self._limits.frames:
                self.stop(f"Stopped at the limit of {self._limits.frames:,} frames.")

    def _wait_or_end(self) -> None:
        """Count the time since the last call as computing; wait while paused; leave by `_Ended` when it is over."""
        self._seconds += time.monotonic() - self._began
        if self._seconds > self._limits.seconds:
            self.stop(f"Stopped at the limit of {self._limits.seconds:g} s of computing.")
        self._leave_if_over()
        while self._paused and not self._frames_due:
            self._changed.wait(self._limits.heartbeat / 4)
            self._leave_if_over()
        self._began = time.monotonic()

    def _leave_if_over(self) -> None:
        unseen, limit = time.monotonic() - self._seen, self._limits.heartbeat
        if unseen > limit and self.tab():
            limit = self._limits.unseen
        if unseen > limit:
            self.stop(f"Stopped: nobody was watching for {limit:g} s.")
        if self._ending:
            raise _Ended


_QUEUE_LOOKS = 0.1
"""Seconds between two looks at the queue."""


class _Ended(Exception):
    """Takes the thread out of a simulation that is to end."""


_going: "WeakSet[Run[Any]]" = WeakSet()


@atexit.register  # torch aborts the process when Python ends under it
def end_all() -> None:
    """Stop every run of this process and wait for its thread, a few seconds at most."""
    runs = list(_going)
    for run in runs:
        run.stop()
    for run in runs:
        run.join(5)
