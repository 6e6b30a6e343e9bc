"""Arrays as people save them: each maker writes one file or folder, and says what it holds."""

import json
import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from safetensors.torch import save_file
from scipy.io import savemat

Maker = Callable[[Path], object]
_N, _D, _K = 24, 8, 3
_RNG = np.random.default_rng(0)
_Y, _Z = np.arange(_N) % _K, np.arange(_N // 2) % _K
_X, _W = (_RNG.normal(size=(len(y), _D)).astype(np.float32) + 2 * np.eye(_K, _D, dtype=np.float32)[y] for y in (_Y, _Z))
_LOGITS = _RNG.normal(size=(len(_Z), _K)).astype(np.float32) + 2 * np.eye(_K, dtype=np.float32)[_Z]
_PROBABILITIES = np.exp(_LOGITS) / np.exp(_LOGITS).sum(axis=1, keepdims=True)
_NAMES = np.array(["cat", "dog", "owl"])
_STD = {"train_embeds": _X, "train_labels": _Y, "test_embeds": _W, "test_labels": _Z}


def _npz(**changed: object) -> Maker:
    return lambda path: np.savez(path, **_STD | changed)


def _of(**arrays: object) -> Maker:
    return lambda path: np.savez(path, **arrays)  # type: ignore[arg-type]


def _frame() -> pd.DataFrame:
    return pd.DataFrame({f"e{place}": _X[:, place] for place in range(_D)} | {"label": _NAMES[_Y]})


def _csv(separator: str) -> Maker:
    return lambda path: _frame().round(4).to_csv(path, sep=separator, index=False)


def _folder(**arrays: np.ndarray) -> Maker:
    def make(path: Path) -> None:
        path.mkdir()
        for name, array in arrays.items():
            np.save(path / f"{name}.npy", array)

    return make


def _projector(path: Path) -> None:
    path.mkdir()
    np.savetxt(path / "tensors.tsv", _X, delimiter="\t", fmt="%.4f")
    (path / "metadata.tsv").write_text("\n".join(_NAMES[_Y]) + "\n")


def _with_names(path: Path) -> None:
    _folder(embeddings=_X, labels=_Y)(path)
    (path / "classes.json").write_text(json.dumps(_NAMES.tolist()))


def _tensors(**arrays: np.ndarray) -> dict[str, torch.Tensor]:
    return {name: torch.tensor(array) for name, array in arrays.items()}


def _with_list() -> dict[str, object]:
    return {"embeddings": torch.tensor(_X), "labels": _NAMES[_Y].tolist()}


def _in_batches() -> dict[str, object]:
    return {name: list(each.split(10)) for name, each in _tensors(embeddings=_X, labels=_Y).items()}


def _savetxt(path: Path) -> None:
    header = ",".join([*(f"e{place}" for place in range(_D)), "label"])
    np.savetxt(path, np.column_stack([_X, _Y]), fmt="%.4g", delimiter=",", header=header)


def _word_vectors(path: Path) -> None:
    lines = [" ".join([f"word{row}", *(f"{value:.4f}" for value in values)]) for row, values in enumerate(_X)]
    path.write_text("\n".join([f"{_N} {_D}", *lines]))


def _rows(path: Path) -> None:
    rows = ({"id": row, "embedding": _X[row].round(4).tolist(), "label": _NAMES[_Y[row]]} for row in range(_N))
    path.write_text("\n".join(map(json.dumps, rows)))


def _by_id(path: Path) -> None:
    path.write_text(json.dumps({f"{place}.jpg": row.tolist() for place, row in enumerate(_X)}))


def _numpy_texts(path: Path) -> None:
    torch.save({"embeddings": torch.tensor(_X), "labels": [np.str_(_NAMES[label]) for label in _Y]}, path)


def _label_dicts(path: Path) -> None:
    torch.save({"embeddings": torch.tensor(_X), "labels": [{"name": str(_NAMES[label])} for label in _Y]}, path)


def _pickled(value: object, protocol: int = 4) -> Maker:
    return lambda path: path.write_bytes(pickle.dumps(value, protocol))


class _Harm:
    """Calls a command when it is unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("true",)


def _columns(path: Path) -> None:
    path.write_text(json.dumps({"embeddings": _X.round(4).tolist(), "labels": _Y.tolist()}))


def _workbook(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("[Content_Types].xml", "xl/workbook.xml"):
            archive.writestr(name, "<x/>")


def _cut(path: Path) -> None:
    path.write_text(_frame().round(4).to_csv(index=False)[:-12])


def _half() -> np.ndarray:
    return np.where(np.arange(_N) % 2, _Y, -1)


ARRAYS: dict[str, tuple[str, Maker]] = {
    "std.npz": ("train and test embeddings with labels, by known names", _npz()),
    "std_f16.npz": ("the same in half precision", _npz(train_embeds=_X.astype("f2"), test_embeds=_W.astype("f2"))),
    "logits.npz": ("and logits of the test items", _npz(logits=_LOGITS)),
    "probs.npz": ("and probabilities", _npz(probs=_PROBABILITIES)),
    "probs_rounded.npz": ("probabilities of two decimals", _npz(probs=np.round(_PROBABILITIES, 2))),
    "preds_logits.npz": ("and `preds` that are logits", _npz(preds=_LOGITS)),
    "preds_argmax.npz": ("and `preds` that are predicted classes", _npz(preds=_LOGITS.argmax(axis=1))),
    "strings.npz": ("labels that are names", _npz(train_labels=_NAMES[_Y], test_labels=_NAMES[_Z])),
    "named.npz": ("labels that are numbers, and class_names", _npz(class_names=_NAMES)),
    "names_objects.npz": ("the same, the names as Python objects", _npz(class_names=_NAMES.astype(object))),
    "objects.npz": ("labels that are Python objects", _npz(train_labels=_NAMES[_Y].astype(object))),
    "float_labels.npz": ("labels in floats", _npz(train_labels=_Y.astype(float), test_labels=_Z.astype(float))),
    "onehot.npz": ("labels one-hot", _npz(train_labels=np.eye(_K)[_Y], test_labels=np.eye(_K)[_Z])),
    "gaps.npz": ("labels 7, 107, 207", _npz(train_labels=_Y * 100 + 7, test_labels=_Z * 100 + 7)),
    "negative.npz": ("labels from -1 up", _npz(train_labels=_Y - 1, test_labels=_Z - 1)),
    "void.npz": ("a train label of 255", _npz(train_labels=np.where(np.arange(_N) == 3, 255, _Y))),
    "half_labelled.npz": ("every other train item labelled, the rest -1", _npz(train_labels=_half())),
    "nan_labels.npz": ("a train label that is NaN", _npz(train_labels=np.where(np.arange(_N) == 3, np.nan, _Y))),
    "row_labels.npz": ("labels (1, N), as MATLAB has them", _npz(train_labels=_Y[None], test_labels=_Z[None])),
    "soft_labels.npz": ("soft labels", _npz(train_labels=np.full((_N, _K), 1 / _K))),
    "one_class.npz": ("all items of one class", _npz(train_labels=_Y * 0, test_labels=_Z * 0)),
    "unseen_class.npz": ("a test class that train has not", _npz(train_embeds=_X[_Y < 2], train_labels=_Y[_Y < 2])),
    "nan.npz": ("a row of NaN", _npz(train_embeds=np.where(np.arange(_N)[:, None] == 3, np.nan, _X))),
    "zero_row.npz": ("a row of zeros", _npz(train_embeds=_X * (np.arange(_N)[:, None] != 3))),
    "short_labels.npz": ("one label too few", _npz(train_labels=_Y[:-1])),
    "transposed.npz": ("embeddings (D, N)", _npz(train_embeds=_X.T)),
    "tokens.npz": ("a vector a token", _npz(train_embeds=_X.reshape(_N, 2, -1))),
    "test_only.npz": ("no train items", _of(test_embeds=_W, test_labels=_Z)),
    "train_only.npz": ("no test items", _of(train_embeds=_X, train_labels=_Y)),
    "no_labels.npz": ("embeddings alone", _of(embeds=_X)),
    "scores_only.npz": ("logits and labels, no embeddings", _of(logits=_LOGITS, labels=_Z)),
    "x_y.npz": ("`X` and `y`", _of(X=_X, y=_Y)),
    "X_train.npz": ("scikit-learn's four names", _of(X_train=_X, y_train=_Y, X_test=_W, y_test=_Z)),
    "features_targets.npz": ("`features` and `targets`", _of(features=_X, targets=_Y)),
    "embeddings_labels.npz": ("`embeddings` and `labels`", _of(embeddings=_X, labels=_Y)),
    "letters.npz": ("names that say nothing", _of(A=_X, B=_Y)),
    "labels_alone.npz": ("labels and nothing else", _of(y=_Y)),
    "single.npy": ("one array", lambda path: np.save(path, _X)),
    "known_folder": ("a folder, a .npy an array, known names", _folder(**_STD)),
    "npy_folder": ("a folder of `embeddings.npy`, `labels.npy`", _folder(embeddings=_X, labels=_Y)),
    "named_folder": ("the same with `classes.json`", _with_names),
    "projector": ("TensorBoard's `tensors.tsv` and `metadata.tsv`", _projector),
    "empty_folder": ("nothing", lambda path: path.mkdir()),
    "emb.csv": ("a column a dimension, and labels", _csv(",")),
    "emb.npz": ("the same, renamed", _csv(",")),
    "emb.tsv": ("the same with tabs", _csv("\t")),
    "rows.jsonl": ("JSON, an object an item", _rows),
    "columns.json": ("JSON, a list a column", _columns),
    "by_id.json": ("JSON, a vector an id", _by_id),
    "savetxt.csv": ("numpy.savetxt's, its names behind a #", _savetxt),
    "vectors.txt": ("word2vec's text", _word_vectors),
    "cut.csv": ("a table that was cut off", _cut),
    "latin1.csv": ("a table in Latin-1", lambda path: path.write_text("id,ch\u00e2t noir\n0,1\n", "latin-1")),
    "emb.parquet": ("the same", lambda path: _frame().to_parquet(path)),
    "emb.feather": ("the same", lambda path: _frame().to_feather(path)),
    "emb.mat": ("MATLAB version 5", lambda path: savemat(path, {"X": _X, "y": _Y})),
    "emb_v4.mat": ("MATLAB version 4", lambda path: savemat(path, {"X": _X, "y": _Y.astype(float)}, format="4")),
    "emb_v73.mat": ("MATLAB version 7.3", lambda path: path.write_bytes(b"MATLAB 7.3 MAT-file".ljust(600))),
    "emb.h5": ("HDF5", lambda path: path.write_bytes(b"\x89HDF\r\n\x1a\n".ljust(600, b"\0"))),
    "emb_dict.pt": ("a dict of tensors", lambda path: torch.save(_tensors(embeddings=_X, labels=_Y), path)),
    "lists.pt": ("embeddings, and labels in a list", lambda path: torch.save(_with_list(), path)),
    "batches.pt": ("a list of batches", lambda path: torch.save(_in_batches(), path)),
    "names.pt": ("embeddings, and labels as a list of numpy's texts", _numpy_texts),
    "by_id.pt": (
        "a tensor an id",
        lambda path: torch.save({f"{n}.jpg": torch.tensor(x) for n, x in enumerate(_X)}, path),
    ),
    "label_dicts.pt": ("labels in a dict an item", _label_dicts),
    "numpy.pt": ("numpy arrays in torch.save", lambda path: torch.save({"embeddings": _X, "labels": _Y}, path)),
    "features.pkl": (
        "a pickle of arrays, and labels in a list",
        _pickled({"embeddings": _X, "labels": _NAMES[_Y].tolist()}),
    ),
    "protocol_0.pkl": ("the same in protocol 0", _pickled({"embeddings": _X, "labels": _NAMES[_Y].tolist()}, 0)),
    "lists.pkl": ("lists of lists, and no numpy", _pickled({"embeddings": _X.tolist(), "labels": _Y.tolist()})),
    "vectors.pkl": ("a pickle of a list of vectors", _pickled(list(_X))),
    "by_id.pkl": ("a vector an id, in a pickle", _pickled({f"{n}.jpg": x for n, x in enumerate(_X)})),
    "harm.pkl": ("arrays, and a call of a command", _pickled({"embeddings": _X, "labels": _Y, "extra": _Harm()})),
    "frame.pkl": ("a DataFrame of pandas", lambda path: _frame().to_pickle(path)),
    "tensors.pkl": ("tensors, by pickle.dump", _pickled(_tensors(embeddings=_X, labels=_Y))),
    "emb_bf16.pt": ("one tensor in bfloat16", lambda path: torch.save(torch.tensor(_X).bfloat16(), path)),
    "emb.safetensors": ("train and test by known names", lambda path: save_file(_tensors(**_STD), path)),
    "emb.xlsx": ("a workbook", _workbook),
    "notes.txt": ("a text", lambda path: path.write_text("hi")),
    "unwritten.npz": ("zeros, of a disk that was full", lambda path: path.write_bytes(bytes(4_000))),
    "page.npz": ("a web page, saved by mistake", lambda path: path.write_text("<!doctype html><html></html>")),
}
