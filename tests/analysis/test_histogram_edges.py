"""Bins hold all values, are as wide as the range asks for, and the usual ones where they do."""

import numpy as np
import pytest

from analysis.statistics.histogram_edges import bin_edges


def test_a_wide_range_has_the_usual_bins(rng):
    np.testing.assert_array_equal(bin_edges(rng.uniform(-1, 1, 50), -1, 1, 100), np.linspace(-1, 1, 101))
    for single in (np.empty(0), np.full(3, 0.5)):
        assert len(bin_edges(single, -1, 1, 100)) == 101


@pytest.mark.parametrize("spread", [0.2, 1e-3, 1e-6])
@pytest.mark.parametrize("centre", [0.9993, -0.4, 0.0])
def test_close_values_fill_many_bins_of_a_round_width(rng, centre, spread):
    values = (centre + spread * rng.uniform(-1, 1, 500)).astype(np.float32).astype(np.float64)
    edges = bin_edges(values, -1, 1, 100)
    counts, _ = np.histogram(values, edges)
    assert counts.sum() == 500
    assert 15 < (counts > 0).sum() <= 51
    assert (np.diff(edges) > 0).all()
    mantissa = float(f"{np.diff(edges).mean():e}".split("e")[0])
    assert min(abs(mantissa - factor) for factor in (1, 2, 5, 10)) < 0.01
