"""What a training says of itself: JSON lines that a kill leaves whole, and events that TensorBoard's format has."""

import json
import struct

import pytest

from checkpoints.train import main
from checkpoints.training.event_file import EventFile, crc32c, scalars
from checkpoints.training.journal import Journal
from losses.errors import LabError


def lines(path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_line_an_epoch_and_one_at_the_end(tmp_path, bars_data, capsys):
    log, out = tmp_path / "a.jsonl", tmp_path / "x.safetensors"
    words = ["--loss", "nll", "--data", "bars", "--epochs", "2", "--batch-size", "32", "--out", str(out)]
    assert main([*words, "--jsonl", str(log), "--events", str(tmp_path / "events")]) == 0
    first, second, end = lines(log)
    assert (first["epoch"], second["epoch"]) == (1, 2)
    assert end["evaluation"]["loss"] == second["loss"]
    (events,) = (tmp_path / "events").iterdir()
    assert b"knn_accuracy" in events.read_bytes()


def test_a_training_that_goes_on_keeps_the_epochs_that_it_has(tmp_path):
    log = tmp_path / "a.jsonl"
    log.write_text('{"epoch": 1, "loss": 3.0}\n{"epoch": 2, "loss": 2.0}\n{"epoch": 3, "lo')
    journal = Journal(log)
    journal.check()
    journal.epoch(2, {"loss": 2.5})
    journal.epoch(3, {"loss": 1.0})
    assert [(each["epoch"], each["loss"]) for each in lines(log)] == [(1, 3.0), (2, 2.5), (3, 1.0)]
    journal.end({"knn_1": 0.5})
    again = Journal(log)
    again.epoch(1, {"loss": 9.0})
    assert [each["loss"] for each in lines(log)] == [9.0]


@pytest.mark.parametrize("text", ["thesis\n", "thesis", '{"epoch": 1}\nthesis\n', '{"loss": 1}\n'])
def test_somebodys_file_is_not_overwritten(tmp_path, text):
    log = tmp_path / "a.txt"
    log.write_text(text)
    with pytest.raises(LabError, match="--jsonl must be a new file or a training's log"):
        Journal(log).check()


def test_places_that_cannot_be_written_to_are_refused(tmp_path):
    (tmp_path / "file").write_text("")
    for events in (tmp_path / "file", tmp_path / "none" / "events"):
        with pytest.raises(LabError, match="--events must be a folder that can be written to"):
            Journal(None, events).check()
    with pytest.raises(LabError, match="--events must be a folder that can be written to"):
        EventFile(tmp_path / "file", 1)
    with pytest.raises(LabError, match="existing folder"):
        Journal(tmp_path / "none" / "a.jsonl").check()


def test_an_event_by_hand():
    """Field 1, a double: the time; 2, a varint: the step; 5: the summary of one value, its tag and a float."""
    assert scalars(300, {"loss": 1.5}, 2.0) == (
        b"\x09" + struct.pack("<d", 2.0) + b"\x10\xac\x02" + b"\x2a\x0d" + b"\x0a\x0b\x0a\x04loss\x15"
        + struct.pack("<f", 1.5)
    )  # fmt: skip


def test_records_have_their_length_and_two_checksums(tmp_path):
    """Checked as tensorflow/core/lib/io/record_reader.cc does."""
    file = EventFile(tmp_path / "events", 4)
    file.add(4, {"loss": 1.0})
    file.close()
    (path,) = (tmp_path / "events").iterdir()
    assert ".tfevents." in path.name
    data, messages = path.read_bytes(), []
    while data:
        (length,) = struct.unpack("<Q", data[:8])
        message = data[12 : 12 + length]
        for part, stored in ((data[:8], data[8:12]), (message, data[12 + length : 16 + length])):
            rotated = (struct.unpack("<I", stored)[0] - 0xA282EAD8) % 2**32
            assert (rotated >> 17 | rotated << 15) % 2**32 == crc32c(part)
        messages.append(message)
        data = data[16 + length :]
    assert messages[0].endswith(b"\x1a\x0dbrain.Event:2")
    assert messages[1].endswith(b"\x10\x04\x3a\x02\x08\x01")
    assert messages[2].endswith(b"loss\x15" + struct.pack("<f", 1.0))
