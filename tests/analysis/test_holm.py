import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.statistics.holm import holm
from losses.errors import LabError


def by_hand(p_values: list[float], alpha: float) -> set[int]:
    """Holm's procedure as he wrote it: reject the smallest while it is at most alpha / (tests left)."""
    rejected: set[int] = set()
    for at in sorted(range(len(p_values)), key=p_values.__getitem__):
        if p_values[at] > alpha / (len(p_values) - len(rejected)):
            break
        rejected.add(at)
    return rejected


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.sampled_from([0.01, 0.05, 0.2]))
def test_what_is_rejected_is_what_the_procedure_rejects(p_values, alpha):
    adjusted = holm(np.array(p_values))
    # A p-value that sits on a bound to the last bit may fall on either side.
    assert by_hand(p_values, alpha * (1 - 1e-9)) <= set(np.flatnonzero(adjusted <= alpha).tolist())
    assert set(np.flatnonzero(adjusted <= alpha).tolist()) <= by_hand(p_values, alpha * (1 + 1e-9))
    assert (adjusted >= p_values).all()


def test_one_test_is_not_corrected():
    assert holm(np.array([0.03])).tolist() == [0.03]


@pytest.mark.parametrize("wrong", [[0.1, 1.2], [-0.1], [np.nan], [[0.1]]])
def test_what_is_no_p_value_is_refused(wrong):
    with pytest.raises(LabError, match="p-values"):
        holm(np.array(wrong))
