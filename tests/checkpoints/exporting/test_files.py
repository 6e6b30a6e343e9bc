import io
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.outputs import Outputs
from checkpoints.exporting import files
from checkpoints.exporting.computed import Computed, compute
from checkpoints.exporting.own_arrays import MARK, arrays_of
from checkpoints.inspect import main
from checkpoints.opening import open_outputs
from losses.errors import LabError
from tests.checkpoints.hostile_data import bundle

NOT_NUMBERS = ("file", "digest", "exported")


def inspected(capsys, *words) -> dict:
    assert main([*map(str, words), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    return {name: value for name, value in said.items() if name not in NOT_NUMBERS}


@pytest.mark.parametrize("head", ["classes", "projection"])
def test_an_exported_npz_opens_again_with_the_same_numbers(capsys, native_file, tmp_path, head):
    out = tmp_path / "taken.npz"
    before = inspected(capsys, native_file(head), "--export", out)
    assert inspected(capsys, out) == before
    first = out.read_bytes()
    inspected(capsys, native_file(head), "--export", out)
    assert out.read_bytes() == first


def test_probabilities_alone_come_back(tmp_path):
    rng = np.random.default_rng(0)
    (tmp_path / "a.npz").write_bytes(bundle(test_probs=rng.dirichlet(np.ones(3), 6)))
    outputs = open_outputs(tmp_path / "a.npz")
    (tmp_path / "b.npz").write_bytes(files.npz(outputs, Computed()))
    again = open_outputs(tmp_path / "b.npz")
    for side in ("train", "test"):
        mine, its = getattr(outputs, side), getattr(again, side)
        assert np.array_equal(mine.embeddings, its.embeddings)
        assert np.array_equal(mine.ids, its.ids)
    assert np.array_equal(outputs.test.probabilities, again.test.probabilities)
    assert again.provenance["exported_from"] == {"file": "a.npz", "digest": outputs.digest}


def test_parquet_has_a_row_an_item_that_pandas_reads(native_file):
    outputs = open_outputs(native_file("classes"))
    computed = compute(outputs)
    frame = pd.read_parquet(io.BytesIO(files.parquet(outputs, computed)))
    train, test = frame[frame["split"] == "train"], frame[frame["split"] == "test"]
    assert (len(train), len(test)) == (64, 24)
    assert np.array_equal(np.stack(test["embedding"].to_list()), outputs.test.embeddings)
    assert np.array_equal(np.stack(test["logits"].to_list()), outputs.test.logits)
    assert test["id"].tolist() == outputs.test.ids.tolist()
    assert test["class"].tolist() == [outputs.class_names[label] for label in outputs.test.labels]
    cosines = outputs.test.embeddings @ outputs.train.embeddings.T
    same = outputs.test.labels[:, None] == outputs.train.labels
    assert test["nearest_target"].to_numpy() == pytest.approx(np.where(same, cosines, -2).max(1), abs=1e-6)
    assert test["nearest_noise"].to_numpy() == pytest.approx(np.where(same, -2, cosines).max(1), abs=1e-6)
    right = outputs.test.logits.argmax(1) == outputs.test.labels
    assert test["correct"].astype(bool).tolist() == right.tolist()
    assert train["nearest_target"].isna().all()
    assert frame[["x", "y"]].notna().all(axis=None)
    assert set(frame["map"]) == {"PCA"}


def test_the_projectors_pair_has_a_line_an_item_and_no_formula(native_file, tmp_path):
    outputs = open_outputs(native_file())
    ids = outputs.test.ids.astype("U40")
    ids[:3] = ["=1+1", "a\tb\nc", "-0.5"]
    outputs = replace(outputs, test=replace(outputs.test, ids=ids))
    vectors, metadata = files.write(tmp_path / "items.tsv", outputs, compute(outputs))
    numbers = np.loadtxt(vectors, delimiter="\t", dtype=np.float32)
    assert np.array_equal(numbers, np.concatenate([outputs.train.embeddings, outputs.test.embeddings]))
    lines = metadata.read_text().split("\n")[:-1]
    assert len(lines) == 1 + len(numbers)
    assert lines[0].startswith("id\tsplit\tlabel\tclass\t")
    assert "embedding" not in lines[0]
    assert len({line.count("\t") for line in lines}) == 1
    assert [line.split("\t")[0] for line in lines[65:68]] == ["'=1+1", "a b c", "-0.5"]


def changed(outputs: Outputs, **arrays: np.ndarray | None) -> bytes:
    found = arrays_of(outputs) | arrays
    buffer = io.BytesIO()
    np.savez(buffer, **{name: array for name, array in found.items() if array is not None})
    return buffer.getvalue()


def about(**changes: object) -> np.ndarray:
    facts = {"schema": 1, "temperature": 1.0, "labelled": 1, "split_seed": 0, "facts": {}} | changes
    return np.array(json.dumps(facts).encode())


@pytest.mark.parametrize(
    "arrays",
    [
        {MARK: np.array(b"[" * 200)},
        {MARK: np.array("text")},
        {MARK: about(temperature=0)},
        {MARK: about(facts={"loss": "../other"})},
        {MARK: about(facts={"command": "rm -r /"})},
        {MARK: about(facts={"file": "x\u202e"})},
        {"test_embeddings": None},
        {"test_embeddings": np.full((24, 6), 1e30)},
        {"test_labels": np.full(24, 99)},
        {"test_labels": np.zeros(24)},
        {"train_features": np.full((64, 16), np.nan, np.float32)},
        {"test_ids": np.arange(24)},
        {"test_logits": np.full((24, 4), np.nan)},
        {"test_logits": np.zeros((24, 3))},
        {"test_probabilities": np.ones((24, 4))},
        {"class_names": np.array([["a"]])},
    ],
    ids=str,
)
def test_what_is_not_as_it_was_written_is_refused(native_file, tmp_path, arrays):
    outputs = open_outputs(native_file("classes"))
    (tmp_path / "own.npz").write_bytes(changed(outputs))
    assert open_outputs(tmp_path / "own.npz").class_names == outputs.class_names
    (tmp_path / "other.npz").write_bytes(changed(outputs, **arrays))
    with pytest.raises(LabError):
        open_outputs(tmp_path / "other.npz")


def test_an_export_that_cannot_be_is_refused_before_the_work(capsys, native_file, tmp_path):
    path = str(native_file())
    assert main([path, "--export", str(tmp_path / "x.csv")]) == 2
    assert "--export must end in .parquet, .npz, .tsv" in capsys.readouterr().err
    assert main([path, "--export", str(tmp_path / "none" / "x.npz")]) == 2
    assert "existing folder" in capsys.readouterr().err
    assert main([path, "--contents", "--export", str(tmp_path / "x.npz")]) == 2
    assert not (tmp_path / "x.npz").exists()


def test_a_file_of_more_than_a_gibibyte_is_refused(native_file, monkeypatch):
    outputs = open_outputs(native_file())
    monkeypatch.setattr("checkpoints.exporting.columns.MOST_BYTES", 1000)
    with pytest.raises(LabError, match="at most 1,000 bytes"):
        files.npz(outputs, Computed())
