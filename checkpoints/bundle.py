"""Arrays as the SINCERE scripts write them, train and test embeddings with labels, or those of the linear stage.

An .npz file, or a folder with an .npy or .pth file an array. A .pth is read as data (see `torch_contents`).
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from analysis.outputs import Outputs, Split
from checkpoints.array_rules import UNLABELLED, Notes, class_labels, class_logits, unit_embeddings
from checkpoints.npz import read_npy, read_npz
from checkpoints.quoting import file_name
from checkpoints.safe_files import open_regular, read_head
from checkpoints.torch_contents import torch_array
from losses.errors import LabError

Arrays = Mapping[str, np.ndarray]
NAMES = {
    "train embeddings": ("train_embeddings", "train_embeds"),
    "train labels": ("train_labels",),
    "test embeddings": ("test_embeddings", "test_embeds", "embeds"),
    "test labels": ("test_labels", "labels"),
    "train logits": ("train_logits", "train_preds"),
    "test logits": ("test_logits", "test_preds", "preds"),
}
TRAIN, TEST = tuple(NAMES)[:2], tuple(NAMES)[2:4]
_NO_TRAIN = "train: the linear stage of SINCERE's scripts writes no train items; what needs them is not available"


def open_npz(path: Path, data: Path | None = None) -> Outputs:
    """An archive with `NAMES` of arrays. LabError names what is missing or refused."""
    _check_no_data(path, data)
    with open_regular(path) as (file, size):
        digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        file.seek(0)
        arrays = read_npz(file, name=file_name(path))
    return outputs_of(arrays, file=file_name(path), digest=digest, size=size)


def open_folder(path: Path, data: Path | None = None) -> Outputs:
    """A folder with one file an array, named like the array."""
    _check_no_data(path, data)
    arrays, digests, total = {}, hashlib.sha256(), 0
    for name in sorted(name for names in NAMES.values() for name in names):
        for member in (path / f"{name}.npy", path / f"{name}.pth"):
            if member.is_file():
                arrays[name], digest, size = _read_member(member)
                digests.update(digest)
                total += size
    return outputs_of(arrays, file=file_name(path), digest=digests.hexdigest(), size=total)


def outputs_of(arrays: Arrays, *, file: str, digest: str, size: int) -> Outputs:
    """Outputs of named arrays, after the rules of `array_rules`; the notes are in the provenance."""
    found = {what: next((arrays[name] for name in names if name in arrays), None) for what, names in NAMES.items()}
    # The linear stage writes embeds, preds and labels of the test items alone.
    alone = all(found[what] is None for what in TRAIN) and "embeds" in arrays
    missing = [NAMES[what][0] for what in (TEST if alone else TRAIN + TEST) if found[what] is None]
    if missing:
        have = ", ".join(sorted(arrays)) or "no arrays"
        raise LabError(file, f"must have the arrays {', '.join(missing)}", f"with {have}"[:200])
    notes = Notes()
    given = ("test",) if alone else ("train", "test")
    labels = {side: class_labels(_of(found, f"{side} labels"), f"{side} labels", notes) for side in given}
    names = _class_names(labels)
    sides = {side: _side(side, found, labels[side], names, notes) for side in given}
    if alone:
        notes.add(_NO_TRAIN)
        sides["train"] = Split(sides["test"].embeddings[:0], sides["test"].labels[:0])
    facts = {"digest": digest, "file": file, "bytes": size, "embeddings": "as given in the file"}
    class_names = tuple(str(name) for name in names)
    return Outputs(sides["train"], sides["test"], class_names, 1.0, {**facts, "notes": "; ".join(notes.sentences)})


def _side(
    side: str, found: Mapping[str, np.ndarray | None], labels: np.ndarray, names: np.ndarray, notes: Notes
) -> Split:
    embeddings, kept = unit_embeddings(_of(found, f"{side} embeddings"), f"{side} embeddings", notes)
    logits = found[f"{side} logits"]
    for what, array in (("labels", labels), ("logits", logits)):
        if array is not None and len(array) != len(embeddings):
            raise LabError(f"{side} {what}", f"must have a row for each of {len(embeddings):,} embeddings", len(array))
    unlabelled = np.zeros(len(labels), dtype=bool) if labels.dtype.kind == "U" else labels == UNLABELLED
    if unlabelled.any():
        notes.add(f"{side} labels: {int(unlabelled.sum()):,} items of label -1 are unlabelled and left out")
    kept &= ~unlabelled
    if not kept.any():
        raise LabError(f"{side} labels", "must name the class of at least one item with a direction", "none such")
    scores = None if logits is None else class_logits(logits, f"{side} logits", len(names))[kept]
    ids = np.flatnonzero(kept).astype(np.str_)
    return Split(embeddings[kept], np.searchsorted(names, labels[kept]), scores, None, ids)


def _class_names(labels: Mapping[str, np.ndarray]) -> np.ndarray:
    """The distinct labels of both sides, ascending."""
    kinds = {array.dtype.kind for array in labels.values()}
    if len(kinds) > 1:
        raise LabError("labels", "must be numbers on both sides or texts on both", "texts against numbers")
    distinct = np.unique(np.concatenate(list(labels.values())))
    return distinct if kinds == {"U"} else distinct[distinct != UNLABELLED]


def _of(found: Mapping[str, np.ndarray | None], what: str) -> np.ndarray:
    array = found[what]
    assert array is not None
    return array


def _read_member(path: Path) -> tuple[np.ndarray, bytes, int]:
    """An array with the digest and size of its file."""
    if read_head(path)[:2] == b"PK":
        array, hexadecimal, size = torch_array(path)
        return array, bytes.fromhex(hexadecimal), size
    with open_regular(path) as (file, size):
        digest = hashlib.file_digest(file, "sha256").digest()  # type: ignore[arg-type]
        file.seek(0)
        return read_npy(file, size, name=file_name(path)), digest, size


def _check_no_data(path: Path, data: Path | None) -> None:
    if data is not None:
        raise LabError("data", f"must be left out for {file_name(path)}", str(data), "Arrays need no images.")
