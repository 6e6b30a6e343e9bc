"""Syntax trees made by several threads at once, while garbage is collected: each whole."""

import ast
import gc
import subprocess
import sys
import threading

import pytest

from tests.ui.conftest import ROOT
from ui.server.parsing import one_at_a_time

MANY = """
import ast, sys, threading
from pathlib import Path
{protect}
sys.setswitchinterval(1e-6)
source = Path("losses/rules.py").read_text() * 3
went_wrong, until = [], threading.Event()

class Garbage:  # a cycle, whose end lets other threads go on
    def __init__(self):
        self.me = self
    def __del__(self):
        for _ in range(50):
            pass

def work():
    for _ in range(60):
        [Garbage() for _ in range(300)]
        if until.is_set():
            return
        try:
            ast.parse(source)
        except SystemError as error:
            went_wrong.append(str(error))
            until.set()

threads = [threading.Thread(target=work) for _ in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(went_wrong)
"""


def run(protect):
    command = [sys.executable, "-c", MANY.format(protect=protect)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def test_threads_take_turns():
    assert run("from ui.server.parsing import one_at_a_time; one_at_a_time()") == "[]"


@pytest.mark.skipif(sys.version_info >= (3, 11, 9), reason="this Python has been mended")
def test_without_it_they_do_not():
    assert "recursion depth mismatch" in run("")


def test_collecting_goes_on_afterwards_and_twice_is_once():
    one_at_a_time()
    before = ast.parse
    one_at_a_time()
    assert ast.parse is before
    for source in ("x = 1", "x ="):
        try:
            assert ast.literal_eval("[1, 2]") == [1, 2]
            ast.parse(source)
        except SyntaxError:
            assert source == "x ="
        assert gc.isenabled()


def test_a_finalizer_that_parses_harms_nobody():
    """In the same thread a lock would not help: no collection begins within."""
    one_at_a_time()
    seen, source = [], (ROOT / "losses" / "rules.py").read_text()

    class Garbage:
        def __init__(self):
            self.me = self

        def __del__(self):
            seen.append(threading.current_thread().name)
            ast.parse("f(g(h(1)))")

    for _ in range(20):
        for _ in range(200):
            Garbage()
        ast.parse(source)
    gc.collect()
    assert len(seen) == 4_000
