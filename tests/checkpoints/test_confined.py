"""What a worker may take, tried in a process of its own."""

import subprocess
import sys

import pytest

pytest.importorskip("resource")
ROOM = "limit_memory(2 << 30); bytearray({size} << 20)"
TURN = """
import time
for _ in range({times}):
    limit_seconds(1)
    began = time.process_time()
    while time.process_time() - began < {each}: pass
"""


def ends(code: str) -> int:
    """The exit code of a process that runs `code`."""
    code = f"from checkpoints.reading.confined import limit_memory, limit_seconds\n{code}"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode


@pytest.mark.parametrize(("size", "code"), [(100, 0), (3_000, 1)])
def test_memory(size, code):
    assert ends(ROOM.format(size=size)) == code


@pytest.mark.parametrize(("times", "each", "lives"), [(3, 0.5, True), (1, 4, False)])
def test_seconds_count_from_when_they_were_said(times, each, lives):
    assert (ends(TURN.format(times=times, each=each)) == 0) == lives
