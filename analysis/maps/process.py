"""The server's hold on its map worker: one process, started when first needed, started again after a crash."""

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np

from analysis.maps.projection import Projection, UmapSpec
from analysis.maps.worker import MapSpec, read_answer, write_request
from losses.errors import LabError

_ROOT = Path(__file__).parents[2]
_COMMAND = (sys.executable, "-m", "analysis.maps.worker")
_TRIES = 2


class MapProcess:
    """Makes one map at a time, whoever asks from whatever thread."""

    def __init__(self) -> None:
        self._one_at_a_time, self._guard = threading.Lock(), threading.Lock()
        self._worker: subprocess.Popen[bytes] | None = None
        self._current: threading.Event | None = None

    def make(self, embeddings: np.ndarray, spec: MapSpec, stopped: threading.Event | None = None) -> Projection:
        """The map of (N, D) unit rows. LabError for what is refused, where the worker dies, and after `stop`."""
        stopped = stopped or threading.Event()
        self._wait_for_turn(stopped)
        try:
            with self._guard:
                self._current = stopped
            return self._made(embeddings, spec, stopped)
        finally:
            with self._guard:
                self._current = None
            self._one_at_a_time.release()

    def _made(self, embeddings: np.ndarray, spec: MapSpec, stopped: threading.Event) -> Projection:
        """By the worker, and once more by a new one where the first has died: it may have done so long ago, idle."""
        for _ in range(_TRIES):
            _check(stopped)
            worker = self._running()
            _check(stopped)  # from here on `stop` finds a worker to end
            try:
                return _computed_by(worker, embeddings, spec)
            except (EOFError, BrokenPipeError):
                self._end()
        _check(stopped)
        remedy = "PCA still works; the server's log has the details."
        raise LabError(spec.method, f"ended before its map was made, {_TRIES} times", None, remedy)

    def stop(self, stopped: threading.Event) -> None:
        """End the map that was asked for with `stopped`: it leaves the queue, or its worker ends."""
        stopped.set()
        with self._guard:
            if self._current is stopped and self._worker is not None:
                self._worker.kill()

    def _wait_for_turn(self, stopped: threading.Event) -> None:
        while not self._one_at_a_time.acquire(timeout=0.1):
            _check(stopped)

    def warm_up(self) -> None:
        """Let the worker import and compile UMAP on a tiny problem, so that the first real map is quick."""
        rows = np.random.default_rng(0).normal(size=(64, 4)).astype(np.float32)
        self.make(rows / np.linalg.norm(rows, axis=1, keepdims=True), UmapSpec(epochs=2))

    def close(self) -> None:
        """End the worker when its map is done."""
        with self._one_at_a_time:
            self._end()

    def _end(self) -> None:
        if self._worker is not None:
            self._worker.communicate()  # closes the pipes, broken or not, and waits
            self._worker = None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._worker is None:
            self._worker = subprocess.Popen(_COMMAND, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self._worker


def _computed_by(worker: "subprocess.Popen[bytes]", embeddings: np.ndarray, spec: MapSpec) -> Projection:
    assert worker.stdin is not None
    assert worker.stdout is not None
    write_request(worker.stdin, embeddings, spec)
    return Projection(spec.method, read_answer(worker.stdout))


def _check(stopped: threading.Event) -> None:
    if stopped.is_set():
        raise LabError("The map", "was stopped", None, "PCA is shown; choose the method again to start anew.")


PROCESS = MapProcess()
"""The one worker of this server."""
