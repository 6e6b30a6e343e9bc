"""The server's hold on its UMAP worker: one process, started when first needed, started again after a crash."""

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np

from analysis.map_worker import read_answer, write_request
from analysis.projection import Projection, UmapSpec
from losses.errors import LabError

_ROOT = Path(__file__).parents[1]
_COMMAND = (sys.executable, "-m", "analysis.map_worker")


class MapProcess:
    """Makes one map at a time, as `umap_map` does, whoever asks from whatever thread."""

    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()
        self._worker: subprocess.Popen[bytes] | None = None

    def umap_map(self, embeddings: np.ndarray, spec: UmapSpec) -> Projection:
        """LabError for what `umap_map` refuses, and where the worker dies."""
        with self._one_at_a_time:
            worker = self._running()
            assert worker.stdin is not None
            assert worker.stdout is not None
            try:
                write_request(worker.stdin, embeddings, spec)
                return Projection("UMAP", read_answer(worker.stdout))
            except (EOFError, BrokenPipeError) as gone:
                self._end()
                remedy = "PCA still works; the server's log has the details."
                raise LabError("UMAP", "ended before its map was made", None, remedy) from gone

    def warm_up(self) -> None:
        """Let the worker import and compile UMAP on a tiny problem, so that the first real map is quick."""
        rows = np.random.default_rng(0).normal(size=(64, 4)).astype(np.float32)
        self.umap_map(rows / np.linalg.norm(rows, axis=1, keepdims=True), UmapSpec(epochs=2))

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


PROCESS = MapProcess()
"""The one worker of this server."""
