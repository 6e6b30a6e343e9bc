"""A trace survives the disk, without pickle, and refuses what is none."""

import zipfile
from dataclasses import fields

import numpy as np
import pytest

from losses.errors import LabError
from toy_models.simplex import LOSSES, SimplexSpec, Trace, simulate
from toy_models.simplex.trace import METRICS

SPEC = SimplexSpec(losses=("nll", "soft_target_infonce"), steps=10, batch_size=8, hidden=4, side=6, seeds=3, seed=5)


@pytest.fixture(scope="module")
def trace():
    return Trace.of(SPEC, list(simulate(SPEC)))


def test_shapes(trace):
    assert trace.steps.tolist() == list(SPEC.frames)
    for name in METRICS:
        assert getattr(trace, name).shape == (len(SPEC.frames), 2, 3)
    assert trace.logits.shape[:3] == (len(SPEC.frames), 2, 3)


def test_saved_and_loaded_it_is_the_same(trace, tmp_path):
    trace.save(tmp_path / "run.npz")
    again = Trace.load(tmp_path / "run.npz")
    assert again.spec == trace.spec
    assert again.device == "cpu"
    for field in fields(Trace)[2:]:
        np.testing.assert_array_equal(getattr(again, field.name), getattr(trace, field.name))
    with zipfile.ZipFile(tmp_path / "run.npz") as file:
        assert all(b"O" not in file.read(name)[:80].split(b"descr")[1].split(b",")[0] for name in file.namelist())


def test_a_file_without_an_array_is_refused(trace, tmp_path):
    trace.save(tmp_path / "run.npz")
    with np.load(tmp_path / "run.npz") as file:
        np.savez(tmp_path / "less.npz", **{name: file[name] for name in file if name != "loss"})
    with pytest.raises(LabError, match=r"must have all arrays of its world's trace, but has no loss"):
        Trace.load(tmp_path / "less.npz")


@pytest.mark.parametrize("name", ["kl_mean", "logits"])
def test_a_file_with_an_array_of_another_shape_is_refused(trace, tmp_path, name):
    trace.save(tmp_path / "run.npz")
    with np.load(tmp_path / "run.npz") as file:
        np.savez(tmp_path / "odd.npz", **{**file, name: file[name][:-1]})
    with pytest.raises(LabError, match=f": {name} must have shape"):
        Trace.load(tmp_path / "odd.npz")


def test_no_frames_no_trace():
    with pytest.raises(LabError, match=r"^trace must have at least one frame"):
        Trace.of(SPEC, [])


def test_the_table_has_a_row_for_each_frame_loss_and_seed(trace):
    table = trace.table()
    for t, step in enumerate(SPEC.frames):
        for row, name in enumerate(SPEC.losses):
            for seed in range(3):
                mine = (table.step == step) & (table.loss_name == LOSSES[name]) & (table.seed == 5 + seed)
                assert table.kl_density[mine].tolist() == [trace.kl_density[t, row, seed]]
                assert table.seconds[mine].tolist() == [trace.seconds[t]]
