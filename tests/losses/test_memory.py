"""What a batch of 32,768 costs in memory, in a process of its own: the blocks bound it, not the batch squared."""

import pytest

from benchmarks.peak_memory import extra_megabytes

SAMPLES, DIMENSIONS = 32_768, 128
ONE_BUFFER = SAMPLES**2 * 4 / 2**20
"""Megabytes of all similarities at once."""


@pytest.mark.parametrize("name", ["sincere", "weince"])
def test_a_large_batch_takes_under_512_megabytes_beyond_its_input(name):
    assert ONE_BUFFER / 4 > 512
    assert extra_megabytes(name, SAMPLES, DIMENSIONS) < 512
