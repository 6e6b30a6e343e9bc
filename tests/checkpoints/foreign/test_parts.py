"""A pass that was stopped goes on where it was, and gives what an unbroken one gives, to the last bit."""

import numpy as np
import pytest

from analysis import roomy
from checkpoints.foreign import forward, parts
from checkpoints.foreign.opening import open_foreign
from checkpoints.foreign.parts import Parts
from checkpoints.foreign.seen import Seen, joined, nothing_seen
from checkpoints.foreign.spec import ForeignSpec, Stopped
from tests.checkpoints.foreign.states import PLANS, saved


@pytest.fixture
def go(tmp_path, image_zip, monkeypatch):
    """Open the checkpoint with batches of two images; `stop_at` images done. Gives the outputs, and what was heard."""
    monkeypatch.setitem(forward._LARGEST, "cpu", (2, 1 << 18))
    path = saved(tmp_path / "last.pth", PLANS["supcon"])

    def opened(stop_at=None, cache=tmp_path / "kept"):
        heard = []

        def watch(done, total):
            heard.append(done)
            if stop_at is not None and done >= stop_at:
                raise Stopped

        return open_foreign(path, image_zip, ForeignSpec(), watch, cache=cache), heard

    return opened


def same(first, second):
    for before, after in ((first.train, second.train), (first.test, second.test)):
        for name in ("embeddings", "features", "labels", "images", "ids"):
            np.testing.assert_array_equal(getattr(before, name), getattr(after, name), strict=True)


@pytest.mark.parametrize("stop_at", [2, 4, 7, 9])
def test_a_stopped_pass_goes_on_where_it_was(go, tmp_path, stop_at):
    unbroken, whole = go(cache=None)
    assert whole == [0, 0, 0, 2, 4, 6, 7, 9, 10]  # of 7 train and 3 test images; the first two are said of the files
    with pytest.raises(Stopped):
        go(stop_at)
    assert list((tmp_path / "kept/parts").iterdir())
    outputs, heard = go()
    assert heard == [0, 0, *(done for done in whole if done >= stop_at)]
    same(outputs, unbroken)
    assert outputs.provenance["notes"] == unbroken.provenance["notes"]
    assert list((tmp_path / "kept/parts").iterdir()) == []  # the whole is kept


def test_a_pass_that_is_stopped_again_and_again_ends(go):
    unbroken, _ = go(cache=None)
    for stop_at in (2, 4, 6):
        with pytest.raises(Stopped):
            go(stop_at)
    outputs, heard = go()
    assert heard[2] == 6
    same(outputs, unbroken)


def test_a_damaged_part_is_computed_again_and_the_others_stay(go, tmp_path):
    unbroken, _ = go(cache=None)
    for stop_at in (2, 6):
        with pytest.raises(Stopped):
            go(stop_at)
    first = min((tmp_path / "kept/parts").iterdir(), key=lambda path: path.name)
    data = bytearray(first.read_bytes())
    data[-1] ^= 1
    first.write_bytes(data)
    outputs, heard = go()
    assert heard[2] == 4
    same(outputs, unbroken)


def batch(start, stop, value=1.0):
    rows = np.full((stop - start, 3), value, np.float32)
    return Seen(start, stop, np.arange(start, stop), rows, rows, np.zeros((stop - start, 2, 2), np.uint8), ())


def test_the_longest_unused_parts_go_first(tmp_path, monkeypatch):
    pass_ = Parts(tmp_path, "key")
    for start in (0, 4, 8):
        pass_.add("train", batch(start, start + 4))
        pass_.flush()
        size = next(tmp_path.iterdir()).stat().st_size
        monkeypatch.setattr(parts, "MOST_BYTES", int(2.5 * size))
    assert [each.start for each in pass_.kept("train")] == [4, 8]
    assert Parts(tmp_path, "other").kept("train") == []


def test_without_a_folder_nothing_is_kept_and_one_that_cannot_be_written_is_no_error(tmp_path):
    (tmp_path / "file").write_text("in the folder's place")
    for folder in (None, tmp_path / "file"):
        pass_ = Parts(folder, "key")
        pass_.add("train", batch(0, 4))
        pass_.flush()
        assert pass_.kept("train") == []


def test_batches_in_which_nothing_could_be_read_keep_their_sentences():
    whole = joined([nothing_seen(0, 2, ("a is broken.",)), batch(2, 4), nothing_seen(4, 6, ("b is broken.",))])
    assert (whole.start, whole.stop, whole.refused) == (0, 6, ("a is broken.", "b is broken."))
    assert whole.features.shape == (2, 3)
    assert whole.outputs is whole.features
    assert len(joined([nothing_seen(0, 2, ())]).rows) == 0


@pytest.mark.parametrize("stop_at", [None, 4])
def test_what_is_too_large_for_the_memory_goes_through_a_file(go, monkeypatch, stop_at):
    held, _ = go(cache=None)
    assert not isinstance(held.train.embeddings, np.memmap)
    monkeypatch.setattr(roomy, "LARGEST_HELD", 64)
    monkeypatch.setattr(roomy, "_AT_ONCE", 600)
    if stop_at is not None:
        with pytest.raises(Stopped):
            go(stop_at)
    outputs, _ = go()
    same(outputs, held)
    for name in ("embeddings", "features", "images"):
        assert isinstance(getattr(outputs.train, name), np.memmap), name
