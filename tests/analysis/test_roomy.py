"""Arrays beyond a size have their numbers in a file without a name, and are the same arrays."""

import errno

import numpy as np
import pytest

from analysis import roomy
from analysis.outputs import Split
from losses.errors import LabError

FLOAT = np.dtype(np.float32)


@pytest.fixture(autouse=True)
def little(monkeypatch, tmp_path):
    """Memory for 100 bytes, blocks of 40."""
    monkeypatch.setattr(roomy, "LARGEST_HELD", 100)
    monkeypatch.setattr(roomy, "_AT_ONCE", 40)
    monkeypatch.setattr(roomy.tempfile, "tempdir", str(tmp_path))


def test_a_large_array_lies_on_disk_and_leaves_no_file(tmp_path):
    made = roomy.empty((9, 3), FLOAT)
    made[...] = 7
    assert isinstance(made, np.memmap)
    assert (made == 7).all()
    assert list(tmp_path.iterdir()) == []
    assert not isinstance(roomy.empty((8, 3), FLOAT), np.memmap)


@pytest.mark.parametrize("items", [2, 30])
def test_parts_are_joined_in_order(items):
    parts = [np.arange(items * 3, dtype=np.float32).reshape(items, 3) + place for place in range(3)]
    np.testing.assert_array_equal(roomy.joined(parts), np.concatenate(parts), strict=False)
    assert isinstance(roomy.joined(parts), np.memmap) == (items == 30)


@pytest.mark.parametrize("items", [3, 31])
def test_work_by_rows_sees_each_row_once(items):
    rows = np.random.default_rng(0).standard_normal((items, 4), dtype=np.float32)
    seen = []
    np.testing.assert_array_equal(roomy.by_rows(lambda part: seen.append(len(part)) or part * 2, rows), rows * 2)
    assert sum(seen) == items
    assert (len(seen) > 1) == (items == 31)


@pytest.mark.parametrize("row", [0, 17, 30])
def test_one_number_that_is_not_finite_is_found(row):
    rows = np.zeros((31, 4), np.float32)
    assert roomy.all_finite(rows)
    rows[row, 3] = np.nan
    assert not roomy.all_finite(rows)
    with pytest.raises(LabError, match=f"first row {row}$|first row {row}[.]"):
        Split(rows, np.zeros(31, np.int64))


def test_a_full_disk_is_said_before_anything_is_written(monkeypatch, tmp_path):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(roomy.os, "posix_fallocate", full)
    with pytest.raises(LabError, match=r"has none for 1,200 bytes \(No space left on device\)\. Set TMPDIR"):
        roomy.empty((100, 3), FLOAT)
    assert list(tmp_path.iterdir()) == []
