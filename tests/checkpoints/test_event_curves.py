"""TensorBoard's event files beside a checkpoint: found, read by its own reader where there is one, else a sentence."""

import sys

import numpy as np
import pytest

from analysis.figures.training_curves import training_curves
from checkpoints import event_curves
from checkpoints.event_curves import EventCurves, event_files_beside, read_events
from losses.errors import LabError

ANSWER = (
    "import json, sys; paths = json.loads(sys.stdin.readline());"
    "print(json.dumps([{'loss': [[2, 0.5], [1, 1.0]], 'a<b>': []} for _ in paths]))"
)


def written(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"x")
    return [folder / name for name in names]


def test_event_files_in_the_folder_and_in_those_within_are_found_and_no_link_is_followed(tmp_path):
    run = tmp_path / "run"
    mine = written(run, "events.out.tfevents.1.me", "val/events.out.tfevents.2.me")
    written(run, "last.pth", ".hidden.tfevents.1")
    (run / "link.tfevents.1").symlink_to(written(tmp_path, "out.tfevents.1")[0])
    assert event_files_beside(run / "last.pth") == tuple(mine)
    assert event_files_beside(run) == tuple(mine)


def test_curves_of_several_files_are_joined_and_named_after_their_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(event_curves, "_COMMAND", (sys.executable, "-c", ANSWER))
    files = written(tmp_path, "a.tfevents.1", "a.tfevents.2", "val/b.tfevents.1")
    found = read_events(files, tmp_path)
    assert {tag: curve[0].tolist() for tag, curve in found.curves.items()} == {"loss": [1, 1, 2, 2], "val/loss": [1, 2]}
    np.testing.assert_array_equal(found.curves["val/loss"][1], [1.0, 0.5])
    monkeypatch.setattr(event_curves, "MOST_FILES", 1)
    assert read_events(files, tmp_path).left_out.startswith("2 event files left out: the last 1 of at most 64 MB")


@pytest.mark.parametrize("said", ["print('[')", "raise SystemExit(1)", "print('[{}]' * 0)"])
def test_a_reader_that_fails_is_one_sentence(tmp_path, monkeypatch, said):
    monkeypatch.setattr(event_curves, "_COMMAND", (sys.executable, "-c", said))
    with pytest.raises(LabError, match="must be whole"):
        read_events(written(tmp_path, "a.tfevents.1"), tmp_path)


def test_six_curves_are_drawn_and_the_table_has_all():
    curves = {f"t{n}": (np.arange(3), np.arange(3) / (n + 1)) for n in range(8)}
    exhibit = training_curves(EventCurves(curves).curves)
    assert len(exhibit.plot.data) == 6
    assert len(exhibit.table) == 24
    assert [trace.name for trace in training_curves(curves, ("t7",)).plot.data] == ["t7"]


def test_tensorboards_own_files_are_read(tmp_path):
    """Both kinds: torch's simple values, TensorFlow 2's tensors."""
    pytest.importorskip("tensorboard")
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.plugins.scalar.metadata import create_summary_metadata
    from tensorboard.summary.writer.event_file_writer import EventFileWriter
    from tensorboard.util.tensor_util import make_tensor_proto

    writer = EventFileWriter(str(tmp_path))
    for step in range(5):
        simple = Summary(value=[Summary.Value(tag="loss", simple_value=1 / (step + 1))])
        writer.add_event(Event(step=step, summary=simple))
        about = create_summary_metadata(display_name="", description="")
        tensor = make_tensor_proto(np.float32(step / 4))
        second = Summary(value=[Summary.Value(tag="accuracy", tensor=tensor, metadata=about)])
        writer.add_event(Event(step=step, summary=second))
    writer.close()
    found = read_events(event_files_beside(tmp_path), tmp_path)
    assert found.curves["loss"][0].tolist() == [0, 1, 2, 3, 4]
    np.testing.assert_allclose(found.curves["loss"][1], 1 / np.arange(1, 6), rtol=1e-6)
    np.testing.assert_allclose(found.curves["accuracy"][1], np.arange(5) / 4)
    (event_files_beside(tmp_path)[0]).write_bytes(b"\xff" * 5000)
    assert read_events(event_files_beside(tmp_path), tmp_path).curves == {}
