"""Workers give the pixels that this process gives, in order, refusals with them; they end with their block."""

import io
from itertools import islice

import numpy as np
import pytest
from PIL import Image

from checkpoints.images import decoders
from checkpoints.images.decoders import Decoders
from checkpoints.images.scaling import Scaling
from checkpoints.images.source import array_side, encoded_side
from losses.errors import LabError

SCALING = Scaling(16, 20, 3, True)


def side_of(count, gone=()):
    """Images of several sizes as JPEG and PNG, the fifth broken; of `gone` not even bytes can be read."""
    rng = np.random.default_rng(0)
    files = []
    for row in range(count):
        image = Image.fromarray(rng.integers(0, 256, (20 + row % 7, 30, 3), dtype=np.uint8))
        image.save(buffer := io.BytesIO(), ("PNG", "JPEG")[row % 2])
        files.append(buffer.getvalue()[: 60 if row == 4 else None])

    def encoded(row):
        if row in gone:
            raise LabError(f"{row}.png", "must be there", but="has gone")
        return files[row], f"{row}.png"

    return encoded_side(np.zeros(count, np.int64), np.arange(count).astype(str), encoded, lambda rows: b"")


@pytest.mark.parametrize("workers", [1, 3])
def test_workers_give_the_same_pixels_in_order(workers):
    side, rows = side_of(12, gone=(7,)), [3, 1, 4, 7, 11, 0, 2]
    with Decoders(SCALING, 0) as here, Decoders(SCALING, workers) as there:
        expected, found = list(here.read(side, rows)), list(there.read(side, rows))
        assert (here.count, there.count) == (0, workers)
        processes = [worker._process for worker in there._workers]
    assert [row for row, _ in found] == rows
    for (_, before), (_, after) in zip(expected, found, strict=True):
        np.testing.assert_array_equal(before, after)
    assert dict(found)[4] == "4.png must be a whole JPEG or PNG image, but is broken or something else."
    assert dict(found)[7] == "7.png must be there, but has gone."
    assert all(process.poll() is not None for process in processes)


def test_an_image_that_ends_its_worker_is_refused_and_the_next_one_is_read():
    side = side_of(4)
    with Decoders(SCALING, 1) as there:
        images = there.read(side, [0])  # no second one, which another thread would ask the worker for meanwhile
        next(images)
        worker = there._workers[0]
        worker._process.kill()
        worker._process.wait()
        worker._process.poll = lambda: None  # as if it ended while it was asked
        assert worker.ask(*side.encoded(2)) == (
            "2.png must be a whole JPEG or PNG image, but is one that its decoder did not survive."
        )
        del worker._process.poll
        assert worker.ask(*side.encoded(3)).shape == (16, 16, 3)


def test_workers_are_begun_where_they_pay(monkeypatch):
    monkeypatch.setattr(decoders, "_TRIED", 0.0)
    monkeypatch.setattr(decoders, "_WORTH", 0.0)
    monkeypatch.setattr(decoders, "_cores", lambda: 2)
    with Decoders(SCALING, None) as some:
        assert len(list(some.read(side_of(6), range(6)))) == 6
        assert some.count == 2
    monkeypatch.setattr(decoders, "_TRIED", 1e9)
    with Decoders(SCALING, None) as none:
        assert len(list(none.read(side_of(6), range(6)))) == 6
        assert none.count == 0


def test_images_in_memory_need_no_workers():
    side = array_side(np.zeros((3, 8, 8), np.uint8), np.zeros(3), "train", b"")
    with Decoders(Scaling(8, None, 1, False), 2) as some:
        assert [pixels.shape for _, pixels in some.read(side, range(3))] == [(8, 8, 1)] * 3
        assert some.count == 0


def test_a_reader_who_leaves_early_leaves_no_worker():
    with Decoders(SCALING, 2) as some:
        assert len(list(islice(some.read(side_of(12), range(12)), 3))) == 3
        processes = [worker._process for worker in some._workers]
    assert [process.poll() is not None for process in processes] == [True, True]


def test_who_asks_after_the_pass_was_stopped_begins_no_worker():
    side = side_of(2)
    with Decoders(SCALING, 1) as there:
        assert len(list(there.read(side, [0]))) == 1
        (worker,) = there._workers
    assert worker.ask(*side.encoded(1)).startswith("1.png must be a whole JPEG or PNG image")
    assert worker._process.poll() is not None
