"""The map worker: the same map as in this process, refusals handed on, a crash survived, a stop, no orphan."""

import io
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from analysis.maps import process as map_process
from analysis.maps import worker as map_worker
from analysis.maps.process import MapProcess
from analysis.maps.projection import Projection, UmapSpec
from analysis.maps.tsne import TsneSpec
from analysis.maps.worker import read_answer, serve, write_request
from losses.errors import LabError
from tests.waiting import PATIENCE, until

ROOT = Path(__file__).parents[2]
QUICK = UmapSpec(epochs=5, seed=3)


@pytest.fixture
def turned(monkeypatch):
    """In place of UMAP, the first two coordinates."""
    monkeypatch.setattr(map_worker, "umap_map", lambda rows, spec: Projection("UMAP", rows[:, :2] * spec.seed))


def answers_to(*requests):
    asked, answered = io.BytesIO(), io.BytesIO()
    for embeddings, spec in requests:
        write_request(asked, embeddings, spec)
    asked.seek(0)
    serve(asked, answered)
    answered.seek(0)
    return answered


def test_requests_are_answered_in_turn(turned, unit_rows):
    first, second = unit_rows(12, 3), unit_rows(20, 5)
    answers = answers_to((first, QUICK), (second, UmapSpec(seed=2)))
    np.testing.assert_array_equal(read_answer(answers), first[:, :2] * 3)
    np.testing.assert_array_equal(read_answer(answers), second[:, :2] * 2)
    with pytest.raises(EOFError):
        read_answer(answers)


def test_a_refusal_is_handed_on_word_for_word(unit_rows):
    with pytest.raises(LabError, match=r"UMAP needs at least 10 items, but there are 9\. PCA shows fewer\."):
        read_answer(answers_to((unit_rows(9, 3), QUICK)))


@pytest.fixture
def process(monkeypatch):
    """A worker whose UMAP takes no time and prints, as some libraries do."""
    stand_in = (
        "from analysis.maps import worker as map_worker; from analysis.maps.projection import Projection;"
        "map_worker.umap_map = lambda rows, spec: print('epoch') or Projection('UMAP', rows[:, :2] * spec.seed);"
        "map_worker.main()"
    )
    monkeypatch.setattr("analysis.maps.process._COMMAND", (sys.executable, "-c", stand_in))
    opened = MapProcess()
    yield opened
    opened.close()


def test_many_threads_share_one_worker(process, unit_rows):
    everything = [unit_rows(items, 4) for items in range(12, 18)]
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda rows: process.make(rows, QUICK).coordinates, everything))
    for rows, coordinates in zip(everything, found, strict=True):
        np.testing.assert_array_equal(coordinates, rows[:, :2] * 3)


def test_the_worker_that_was_warmed_up_makes_the_first_map(process, unit_rows):
    process.warm_up()
    warm = process._worker
    assert warm.poll() is None
    process.make(unit_rows(9, 3), QUICK)
    assert process._worker is warm


def test_a_worker_that_dies_is_one_sentence_and_is_replaced(process, unit_rows, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr("analysis.maps.process._COMMAND", (sys.executable, "-c", "pass"))
        with pytest.raises(LabError, match="ended before its map was made, 2 times"):
            process.make(unit_rows(30, 3), QUICK)
    assert len(process.make(unit_rows(9, 3), QUICK).coordinates) == 9


def test_a_worker_that_died_idle_costs_the_next_who_asks_nothing(process, unit_rows):
    process.warm_up()
    process._worker.kill()
    process._worker.wait()
    assert len(process.make(unit_rows(9, 3), QUICK).coordinates) == 9


def test_a_worker_that_dies_over_a_map_is_followed_by_another(process, unit_rows, monkeypatch, tmp_path):
    once = f"import os; os.open({str(tmp_path / 'been')!r}, os.O_CREAT | os.O_EXCL); os._exit(1)"
    command = f"try:\n exec({once!r})\nexcept FileExistsError:\n exec({map_process._COMMAND[2]!r})"
    monkeypatch.setattr("analysis.maps.process._COMMAND", (sys.executable, "-c", command))
    assert len(process.make(unit_rows(9, 3), QUICK).coordinates) == 9
    assert (tmp_path / "been").exists()


def test_the_worker_ends_with_its_parents_pipe():
    worker = subprocess.Popen(
        [sys.executable, "-m", "analysis.maps.worker"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert worker.communicate(timeout=PATIENCE) == (b"", None)
    assert worker.returncode == 0


def test_each_method_is_made_by_its_own_function(turned, monkeypatch, unit_rows):
    monkeypatch.setattr(map_worker, "tsne_map", lambda rows, spec: Projection("t-SNE", rows[:, 1:3] * spec.perplexity))
    rows = unit_rows(12, 3)
    np.testing.assert_array_equal(read_answer(answers_to((rows, TsneSpec(perplexity=5)))), rows[:, 1:3] * 5)


@pytest.fixture
def endless(monkeypatch):
    """A worker that never answers."""
    stand_in = "import time; time.sleep(600)"
    monkeypatch.setattr("analysis.maps.process._COMMAND", (sys.executable, "-c", stand_in))
    opened = MapProcess()
    yield opened
    opened.close()


def test_stop_ends_the_map_that_is_made_and_the_one_that_waits(endless, unit_rows):
    first, second = threading.Event(), threading.Event()
    with ThreadPoolExecutor(2) as pool:
        made = pool.submit(endless.make, unit_rows(30, 3), QUICK, first)
        until(lambda: endless._current is first and endless._worker is not None)
        waiting = pool.submit(endless.make, unit_rows(30, 3), QUICK, second)
        endless.stop(second)
        with pytest.raises(LabError, match="The map was stopped"):
            waiting.result(timeout=PATIENCE)
        assert not made.done()
        endless.stop(first)
        with pytest.raises(LabError, match="The map was stopped"):
            made.result(timeout=PATIENCE)


def test_after_a_stop_the_next_map_is_made(process, unit_rows):
    stopped = threading.Event()
    process.stop(stopped)
    with pytest.raises(LabError, match="was stopped"):
        process.make(unit_rows(30, 3), QUICK, stopped)
    assert len(process.make(unit_rows(12, 3), QUICK).coordinates) == 12
