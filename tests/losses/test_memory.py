"""What a large batch costs in memory, in a process of its own: the blocks bound it, not the batch squared.

`python -m benchmarks.peak_memory` measures 32,768, which must stay under 512 MB; here a quarter of the samples and of
the bound, for every loss of the catalogue that takes the square of a batch in time, and each form of it.
"""

import pytest

from benchmarks.peak_memory import extra_megabytes, forms
from losses.catalog import CATALOG, losses_of_family

SAMPLES, DIMENSIONS, LIMIT = 8_192, 128, 128
ONE_BUFFER = SAMPLES**2 * 4 / 2**20
"""Megabytes of all similarities at once."""


def test_every_loss_that_meets_all_pairs_is_measured():
    of_pairs = {name for name in losses_of_family("labelled embeddings", "paired views") if CATALOG[name].worlds}
    found = set(forms())
    assert found >= of_pairs | {"soft_target_infonce", "x_clr:similarities", "weince:extra terms"}
    assert found.isdisjoint({"nll", "ntce", "nonl", "continuous_categorical"})  # of order N K


@pytest.mark.parametrize("form", [*forms()])
def test_a_large_batch_takes_less_than_half_of_its_similarities(form):
    assert ONE_BUFFER >= 2 * LIMIT
    assert extra_megabytes(form, SAMPLES, DIMENSIONS) < LIMIT
