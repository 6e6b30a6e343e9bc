"""What a large batch costs in memory, in a process of its own: the blocks bound it, not the batch squared.

`make bench-losses` measures 32,768, which must stay under 512 MB; here a quarter of the samples and of the bound.
"""

import pytest

from benchmarks.peak_memory import extra_megabytes

SAMPLES, DIMENSIONS, LIMIT = 8_192, 128, 128
ONE_BUFFER = SAMPLES**2 * 4 / 2**20
"""Megabytes of all similarities at once."""


@pytest.mark.parametrize("name", ["sincere", "weince", "siglip", "x_clr"])
def test_a_large_batch_takes_less_than_half_of_its_similarities(name):
    assert ONE_BUFFER >= 2 * LIMIT
    assert extra_megabytes(name, SAMPLES, DIMENSIONS) < LIMIT
