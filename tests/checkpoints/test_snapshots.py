import json

import numpy as np
import pytest
import torch

from analysis.figures.accuracy.over_epochs import over_epochs
from checkpoints import opening, series
from checkpoints.opening import open_outputs
from checkpoints.snapshots import Snapshot, check_items, epoch_in, find_series, read_snapshot, series_among
from checkpoints.training.run import snapshot_folder, train
from losses.errors import LabError
from tests.checkpoints.hostile_data import bundle


@pytest.mark.parametrize(
    ("name", "epoch"),
    [
        ("epoch_3.npz", 3),
        ("ckpt_epoch_30.pth", 30),
        ("checkpoint_0010.safetensors", 10),
        ("checkpoint_0010.pth.tar", 10),
        ("epoch=7-step=900.ckpt", 7),
        ("resnet18-ep12-lr0.1.npz", 12),
        ("0004.npz", 4),
        ("last.npz", None),
        ("digits_seed3.npz", None),
        ("epoch_3.txt", None),
        ("epoch_" + "9" * 40 + ".npz", None),
    ],
)
def test_the_epoch_in_a_name(name, epoch):
    found = epoch_in(name)
    assert (found and found[1]) == epoch


def test_folders_with_two_snapshots_are_series():
    names = ["a/epoch_1.npz", "a/epoch_2.npz", "b/epoch_1.npz", "epoch_1.npz", "epoch_2.npz", "c/x1.npz", "c/y2.npz"]
    assert series_among(names) == [".", "a"]


def test_of_a_folder_with_several_the_longest_counts_and_the_rest_is_said(tmp_path):
    for epoch in (2, 10, 1):
        (tmp_path / f"epoch_{epoch}.npz").write_bytes(bundle())
    (tmp_path / "other_1.npz").write_bytes(bundle())
    (tmp_path / ".epoch_4.npz").write_bytes(bundle())
    torch.save({"weight": torch.zeros(2, 2)}, tmp_path / "epoch_1.pth")
    found = find_series(tmp_path)
    assert [each.epoch for each in found.snapshots] == [1, 2, 10]
    assert found.left_out == "Left out: 2 files with other names than epoch_#.npz."
    for epoch in (2, 3, 4, 5):
        torch.save({"weight": torch.zeros(2, 2)}, tmp_path / f"epoch_{epoch}.pth")
    assert "5 files of weights, which need images" in find_series(tmp_path).left_out


def test_a_file_is_looked_into_once_as_long_as_it_stays_as_it_is(tmp_path, monkeypatch):
    for epoch in (1, 2):
        (tmp_path / f"epoch_{epoch}.npz").write_bytes(bundle())
    looked, look = [], opening.needs_images
    monkeypatch.setattr(opening, "needs_images", lambda path: (looked.append(path.name), look(path))[1])
    for _ in range(3):
        find_series(tmp_path)
    assert sorted(looked) == ["epoch_1.npz", "epoch_2.npz"]
    torch.save({"weight": torch.zeros(2, 2)}, tmp_path / "epoch_2.npz")
    assert [each.epoch for each in find_series(tmp_path).snapshots] == [1]


def test_a_file_that_is_being_written_is_refused_and_read_once_it_is_whole(tmp_path):
    whole = bundle()
    (tmp_path / "epoch_1.npz").write_bytes(whole)
    half = Snapshot(2, tmp_path / "epoch_2.npz")
    half.path.write_bytes(whole[: len(whole) // 2])
    before = find_series(tmp_path).state
    with pytest.raises(LabError):
        read_snapshot(half)
    half.path.write_bytes(whole)
    assert find_series(tmp_path).state != before
    assert read_snapshot(half).epoch == 2


def test_a_snapshot_of_other_items_is_refused(tmp_path):
    first, other = Snapshot(1, tmp_path / "epoch_1.npz"), Snapshot(2, tmp_path / "epoch_2.npz")
    first.path.write_bytes(bundle())
    other.path.write_bytes(bundle(test_labels=np.roll(np.arange(20) % 4, 1)))
    with pytest.raises(LabError, match=r"must have the test items of epoch_1\.npz"):
        check_items(read_snapshot(other), read_snapshot(first))


def test_a_training_writes_its_snapshots_without_another_byte_in_its_file(recipe_for, tmp_path):
    plain, out = tmp_path / "plain.safetensors", tmp_path / "run" / "plain.safetensors"
    out.parent.mkdir()
    train(recipe_for(), plain)
    train(recipe_for(), out, every=2)
    names = [each.name for each in sorted(snapshot_folder(out).iterdir())]
    assert names == ["epoch_0001.safetensors", "epoch_0002.safetensors", "epoch_0003.safetensors"]
    assert (snapshot_folder(out) / names[-1]).read_bytes() == out.read_bytes()
    first, last = (open_outputs(snapshot_folder(out) / name) for name in (names[0], names[-1]))
    assert not np.allclose(first.test.embeddings, last.test.embeddings)
    assert out.read_bytes().replace(b"run/", b"")[-1000:] == plain.read_bytes()[-1000:]


def test_the_area_is_drawn_beside_the_margin(tmp_path):
    for epoch in (1, 2):
        (tmp_path / f"epoch_{epoch}.npz").write_bytes(bundle())
    points = [read_snapshot(each) for each in find_series(tmp_path).snapshots]
    exhibit = over_epochs({"run": points})
    lines = {trace.name: trace for trace in exhibit.plot.data}
    area = points[0].numbers.separation.auc
    assert list(lines["AUC"].y) == exhibit.table["AUC"].tolist() == [area.value] * 2
    assert (lines["margin"].xaxis, lines["AUC"].xaxis, lines["nearest neighbour"].xaxis) == ("x", "x2", "x3")
    assert exhibit.table["AUC from"].tolist() == [area.low] * 2
    assert f", AUC {area.value:.3f}" in exhibit.alt
    assert exhibit.plot.layout.xaxis.dtick == 1  # there is no epoch 1.5


def test_the_command_has_a_line_an_epoch_and_names_what_it_could_not_read(capsys, tmp_path):
    for epoch in (1, 2):
        (tmp_path / f"epoch_{epoch}.npz").write_bytes(bundle())
    (tmp_path / "epoch_3.npz").write_bytes(bundle()[:500])
    assert series.main([str(tmp_path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [each["epoch"] for each in found["epochs"]] == [1, 2]
    assert list(found["refused"]) == ["epoch_3.npz"]
    assert series.main([str(tmp_path)]) == 0
    lines = capsys.readouterr().out.split("\n")
    assert lines[0].split()[:5] == ["epoch", "margin", "target", "noise", "auc"]
    assert f"knn accuracy (k = {found['epochs'][0]['knn_k']})" in lines[0]
    assert lines[3].startswith("Not read: epoch_3.npz")
    assert series.main([str(tmp_path / "none")]) == 2
