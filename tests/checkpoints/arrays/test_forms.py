"""Each form of arrays against the library that writes it: the same names, shapes, first values, and numbers."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import scipy.io
import torch
from safetensors.torch import save_file

from checkpoints.arrays import forms
from checkpoints.arrays.opening import listing_of
from checkpoints.arrays.roles import propose, said
from checkpoints.opening import open_outputs
from checkpoints.reading.array_spec import ArraySpec
from losses.errors import LabError

ITEMS, WIDTH = 60, 6
LABELS = np.arange(ITEMS) % 3
ROWS = (np.eye(WIDTH)[LABELS] * 3 + np.random.default_rng(0).normal(size=(ITEMS, WIDTH))).astype(np.float32)
NAMES = np.array(["cat", "dog", "eel"])


def table(**more):
    columns = {f"dim_{place}": ROWS[:, place] for place in range(WIDTH)}
    return pd.DataFrame({**columns, "label": LABELS, **more})


def stream(path):
    """As Hugging Face's datasets writes it."""
    rows = pa.FixedSizeListArray.from_arrays(pa.array(ROWS.ravel()), WIDTH)
    made = pa.table({"emb": rows, "label": pa.array(LABELS)})
    features = {"label": {"names": NAMES.tolist(), "_type": "ClassLabel"}}
    said = {"huggingface": json.dumps({"info": {"features": features}})}
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, made.schema.with_metadata(said)) as writer:
        writer.write_table(made.cast(made.schema.with_metadata(said)), max_chunksize=20)


def projector(path):
    path.mkdir()
    np.savetxt(path / "tensors.tsv", ROWS, delimiter="\t")
    (path / "metadata.tsv").write_text("\n".join(NAMES[LABELS]) + "\n")


def files(path):
    path.mkdir()
    np.save(path / "features.npy", ROWS)
    np.save(path / "targets.npy", LABELS)
    (path / "classes.json").write_text('{"0": "cat", "1": "dog", "2": "eel"}')
    (path / "readme.md").write_text("What this is.")


def tensors(dtype):
    return {"features": torch.from_numpy(ROWS).to(dtype), "targets": torch.from_numpy(LABELS)}


WRITERS = {
    "any.npz": lambda path: np.savez(path, A=ROWS, B=LABELS),
    "packed.npz": lambda path: np.savez_compressed(path, feats=ROWS, y=NAMES[LABELS]),
    "half.npz": lambda path: np.savez(path, feats=ROWS.astype(np.float16), y=LABELS.astype(np.int8)),
    "fortran.npz": lambda path: np.savez(path, X=np.asfortranarray(ROWS), y=LABELS),
    "bf16.safetensors": lambda path: save_file(tensors(torch.bfloat16), path),
    "fp8.safetensors": lambda path: save_file(tensors(torch.float8_e4m3fn), path),
    "fp8_wide.safetensors": lambda path: save_file(tensors(torch.float8_e5m2), path),
    "dict.pt": lambda path: torch.save(tensors(torch.float32), path),
    "bf16.pt": lambda path: torch.save({"test": tensors(torch.bfloat16)}, path),
    "wide.csv": lambda path: table().to_csv(path, index=False),
    "index.csv": lambda path: table(file=[f"{row}.png" for row in range(ITEMS)]).to_csv(path),
    "semicolons.csv": lambda path: table().to_csv(path, index=False, sep=";", decimal=","),
    "marked.csv": lambda path: table().to_csv(path, index=False, encoding="utf-8-sig"),
    "lists.csv": lambda path: pd.DataFrame({"embedding": list(ROWS.tolist()), "label": LABELS}).to_csv(path),
    "arrays.csv": lambda path: pd.DataFrame({"embedding": list(ROWS), "label": LABELS}).to_csv(path),
    "bare.csv": lambda path: np.savetxt(path, np.column_stack([ROWS, LABELS]), delimiter=",", fmt="%.6g"),
    "wide.tsv": lambda path: table().to_csv(path, index=False, sep="\t"),
    "wide.parquet": lambda path: table(file="a").to_parquet(path),
    "lists.feather": lambda path: pd.DataFrame({"embedding": list(ROWS), "label": LABELS}).to_feather(path),
    "stream.arrow": stream,
    "small.mat": lambda path: scipy.io.savemat(path, {"X": ROWS, "y": LABELS[:, None]}),
    "packed.mat": lambda path: scipy.io.savemat(path, {"X": ROWS, "y": LABELS}, do_compression=True),
    "projector": projector,
    "files": files,
}
ROUGH = {
    "half.npz": 1e-3,
    "bf16.safetensors": 0.01,
    "fp8.safetensors": 0.05,
    "fp8_wide.safetensors": 0.1,
    "bf16.pt": 0.01,
}


@pytest.mark.parametrize("name", WRITERS)
def test_what_is_proposed_opens_with_the_numbers_that_were_written(tmp_path, name):
    path = tmp_path / name
    WRITERS[name](path)
    listing = listing_of(path)
    proposal = propose(listing)
    assert {"embeddings", "labels"} <= proposal.roles.keys()
    shapes = {each.name: each.shape for each in listing.arrays}
    assert shapes[proposal.roles["embeddings"]] == (ITEMS, WIDTH)
    with pytest.raises(LabError, match=f"Likely right is --map {said(listing, proposal.roles)}; the page"):
        open_outputs(path)
    outputs = open_outputs(path, arrays=ArraySpec(mapping=said(listing, proposal.roles)))
    wanted = ROWS / np.linalg.norm(ROWS, axis=1, keepdims=True)
    assert np.abs(outputs.test.embeddings - wanted).max() < ROUGH.get(name, 1e-4)
    assert (outputs.test.labels == LABELS).all()
    assert outputs.provenance["mapping"] == said(listing, proposal.roles)


def test_first_values_are_those_of_the_file(tmp_path):
    WRITERS["index.csv"](tmp_path / "a.csv")
    first = {each.name: each.first for each in listing_of(tmp_path / "a.csv").arrays}
    assert first["index"] == "0, 1, 2, 3, ..."
    assert first["file"] == "'0.png', '1.png', '2.png', '3.png', ..."
    assert first["dim_0-dim_5"].startswith(f"{ROWS[0, 0]:.4g}, {ROWS[0, 1]:.4g}")


def test_names_of_classes_from_a_text_beside_call_the_numbers(tmp_path):
    files(tmp_path / "files")
    spec = ArraySpec(mapping="embeddings=features,labels=targets,class_names=classes")
    assert open_outputs(tmp_path / "files", arrays=spec).class_names == ("cat", "dog", "eel")
    stream(tmp_path / "a.arrow")
    spec = ArraySpec(mapping="embeddings=emb,labels=label,class_names=label.names")
    assert open_outputs(tmp_path / "a.arrow", arrays=spec).class_names == ("cat", "dog", "eel")


def test_every_float8_is_what_torch_says():
    from checkpoints.reading.narrow_floats import widened

    bits = np.arange(256, dtype=np.uint8)
    for name, dtype in (("F8_E4M3", torch.float8_e4m3fn), ("F8_E5M2", torch.float8_e5m2)):
        ours, theirs = widened(bits, name), torch.from_numpy(bits).view(dtype).float().numpy()
        assert np.array_equal(ours, theirs, equal_nan=True)


def test_matlab_holds_what_scipy_reads(tmp_path):
    rng = np.random.default_rng(0)
    arrays = {
        "cube": rng.normal(size=(2, 3, 4)),
        "small": np.arange(12, dtype=np.int8).reshape(3, 4),
        "flags": np.array([True, False, True]),
        "words": np.array(["cat", "élan", "\u221e"], object),
        "letters": np.array(["ab", "cd"]),
        "other": np.array([1, "x"], object),
        "wave": rng.normal(size=3) * 1j,
        "tree": {"leaf": 1},
    }
    for packed in (False, True):
        scipy.io.savemat(tmp_path / "a.mat", arrays, do_compression=packed)
        theirs = scipy.io.loadmat(tmp_path / "a.mat", squeeze_me=True)
        found = {each.name: each for each in forms.listed(tmp_path / "a.mat")}
        ours = forms.load(tmp_path / "a.mat", {"cube", "small", "flags", "words", "letters"}).arrays
        for name, array in ours.items():
            assert np.array_equal(array, theirs[name]), name
            assert found[name].shape == array.shape
        assert [found[name].refused for name in ("wave", "tree", "other")] == [
            "complex numbers",
            "a struct",
            "a cell array",
        ]


def test_a_large_table_is_read_in_parts(tmp_path, monkeypatch):
    monkeypatch.setattr("checkpoints.arrays.tables._CELLS", 50)
    WRITERS["wide.csv"](tmp_path / "a.csv")
    rows = forms.load(tmp_path / "a.csv", {"dim_0-dim_5", "label"}).arrays
    assert np.allclose(rows["dim_0-dim_5"], ROWS, atol=1e-6)
    assert (rows["label"] == LABELS).all()


def test_known_names_open_in_any_form_without_a_question(tmp_path):
    arrays = {"train_embeds": ROWS, "train_labels": LABELS, "test_embeds": ROWS[:30], "test_labels": LABELS[:30]}
    np.savez(tmp_path / "a.npz", **arrays)
    save_file({name: torch.from_numpy(each.copy()) for name, each in arrays.items()}, tmp_path / "a.safetensors")
    torch.save({name: torch.from_numpy(each) for name, each in arrays.items()}, tmp_path / "a.pt")
    first, *others = (open_outputs(tmp_path / f"a.{form}") for form in ("npz", "safetensors", "pt"))
    for other in others:
        assert np.array_equal(other.test.embeddings, first.test.embeddings)
        assert np.array_equal(other.train.labels, first.train.labels)
    assert "mapping" not in first.provenance


def test_weights_are_no_arrays(tmp_path):
    from torch import nn

    net = nn.Sequential(nn.Linear(64, 32), nn.BatchNorm1d(32), nn.Linear(32, 10))
    torch.save(net.state_dict(), tmp_path / "a.pt")
    save_file(net.state_dict(), tmp_path / "a.safetensors")
    assert not any(forms.is_of_arrays(tmp_path / f"a.{form}") for form in ("pt", "safetensors"))
