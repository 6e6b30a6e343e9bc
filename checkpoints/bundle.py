"""Arrays as the SINCERE scripts write them, train and test embeddings with labels, or those of the linear stage.

An .npz file, or a folder with an .npy or .pth file an array. A .pth is read as data (see `torch_contents`).
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from analysis.outputs import NO_HEAD, Outputs, Split
from checkpoints.exporting.own_arrays import MARK, outputs_of_own
from checkpoints.reading import class_scores as scores
from checkpoints.reading.array_rules import Notes, class_labels, unit_embeddings
from checkpoints.reading.array_spec import AS_IT_COMES, ArraySpec, asked_for, check_no_arrays
from checkpoints.reading.class_scores import ClassScores, class_scores
from checkpoints.reading.label_values import LabelValues, label_values
from checkpoints.reading.npz import read_npy, read_npz
from checkpoints.reading.quoting import file_name, printable
from checkpoints.reading.safe_files import open_regular, read_head
from checkpoints.reading.torch_file.contents import torch_array
from losses.errors import LabError, plural

Arrays = Mapping[str, np.ndarray]
NAMES = {
    "train embeddings": ("train_embeddings", "train_embeds"),
    "train labels": ("train_labels",),
    "test embeddings": ("test_embeddings", "test_embeds", "embeds"),
    "test labels": ("test_labels", "labels"),
}
TRAIN, TEST = tuple(NAMES)[:2], tuple(NAMES)[2:4]
_KNOWN = (*(name for names in NAMES.values() for name in names), *scores.NAMES, *scores.TRAIN_NAMES, scores.CLASS_NAMES)
_NO_TRAIN = "train: the linear stage of SINCERE's scripts writes no train items; what needs them is not available"
_NO_SCORES = "the file has no logits and no class probabilities"
_NO_NAME = "no name that is known here"
_MOST_NAMED = 20


def open_npz(path: Path, data: Path | None = None, spec: ArraySpec | None = None) -> Outputs:
    """An archive with `NAMES` of arrays. LabError names what is missing or refused."""
    _check_no_data(path, data)
    with open_regular(path) as (file, size):
        digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        file.seek(0)
        arrays, unused = read_npz(file, name=file_name(path), needed=_KNOWN)
    if MARK in arrays:
        check_no_arrays(spec, file_name(path))
        return outputs_of_own(arrays, file=file_name(path), digest=digest, size=size)
    return outputs_of(arrays, file=file_name(path), digest=digest, size=size, spec=spec, unused=unused)


def open_folder(path: Path, data: Path | None = None, spec: ArraySpec | None = None) -> Outputs:
    """A folder with one file an array, named like the array."""
    _check_no_data(path, data)
    arrays, digests, total = {}, hashlib.sha256(), 0
    for name in sorted(_KNOWN):
        for member in (path / f"{name}.npy", path / f"{name}.pth"):
            if member.is_file():
                arrays[name], digest, size = _read_member(member)
                digests.update(digest)
                total += size
    others = {each.name for each in path.iterdir() if each.suffix in (".npy", ".pth") and each.stem not in arrays}
    unused = dict.fromkeys(sorted(others), _NO_NAME)
    return outputs_of(arrays, file=file_name(path), digest=digests.hexdigest(), size=total, spec=spec, unused=unused)


def outputs_of(
    arrays: Arrays,
    *,
    file: str,
    digest: str,
    size: int,
    spec: ArraySpec | None = None,
    unused: Mapping[str, str] | None = None,
) -> Outputs:
    """Outputs of named arrays, after the rules of `array_rules`, `label_values` and `class_scores`.

    The provenance has the notes, the readings that were taken and those that are possible too, and each array that is
    not used with the reason; `unused` are names of which that is known.
    """
    spec, notes = spec or AS_IT_COMES, Notes()
    found = {what: next((arrays[name] for name in names if name in arrays), None) for what, names in NAMES.items()}
    # The linear stage writes embeds, preds and labels of the test items alone.
    alone = all(found[what] is None for what in TRAIN) and "embeds" in arrays
    names = _names_in(arrays)
    missing = [names[what] for what in (TEST if alone else TRAIN + TEST) if found[what] is None]
    if missing:
        have = ", ".join(sorted([*arrays, *map(printable, unused or {})])) or "no arrays"
        word = "array" if len(missing) == 1 else "arrays"
        raise LabError(file, f"must have the {word} {', '.join(missing)}", but=f"has {have}"[:200])
    given = ("test",) if alone else ("train", "test")
    with _in(file):
        labels = {side: class_labels(_of(found, f"{side} labels"), names[f"{side} labels"], notes) for side in given}
        values = label_values(labels, spec, notes)
        kept = {side: _embeddings(side, found, names, values, notes) for side in given}
        _check_dimensions(kept, names)
        read, left = class_scores(arrays, values, spec, notes, file=file)
    for name in asked_for(spec):
        if name != "negative_labels" and not any(known in arrays for known in scores.NAMES):
            raise LabError(name, f"must be left out for {file}", None, "It has no logits and no class probabilities.")
    classes = values.present if read is None else read.classes
    sides = {side: _side(side, *kept[side], values, classes, read) for side in given}
    if alone:
        notes.add(_NO_TRAIN)
        sides["train"] = Split(sides["test"].embeddings[:0], sides["test"].labels[:0])
    facts = {"digest": _read_digest(digest, spec), "file": file, "bytes": size, "embeddings": "as given in the file"}
    facts |= _readings(read, values, spec) | _left_out(_others(arrays) | left | dict(unused or {}), notes)
    if read is None:
        facts[NO_HEAD] = next(
            (f"{name} is not used: {left[name]}" for name in left if name in scores.NAMES), _NO_SCORES
        )
    class_names = tuple(values.name(value) for value in classes)
    return Outputs(sides["train"], sides["test"], class_names, 1.0, {**facts, "notes": "; ".join(notes.sentences)})


def _names_in(arrays: Arrays) -> dict[str, str]:
    """What each array is called in this file, or would be by the names of the others."""
    short = any(name.endswith("embeds") for name in arrays)
    found = {what: next((name for name in names if name in arrays), None) for what, names in NAMES.items()}
    return {
        what: found[what] or next((name for name in names if short and name.endswith("embeds")), names[0])
        for what, names in NAMES.items()
    }


@contextmanager
def _in(file: str) -> Iterator[None]:
    """A refusal of an array names the file too: beside others nobody could tell which it is."""
    try:
        yield
    except LabError as mistake:
        if file in f"{mistake.name} {mistake.rule}":
            raise
        where = f"{file}: {mistake.name}"
        raise LabError(where, mistake.rule, remedy=mistake.remedy, but=mistake.but) from mistake


def _check_dimensions(kept: Mapping[str, tuple[np.ndarray, np.ndarray]], names: Mapping[str, str]) -> None:
    widths = {side: embeddings.shape[1] for side, (embeddings, _) in kept.items()}
    if len(set(widths.values())) > 1:
        rule = f"must have the {plural(widths['train'], 'dimension')} of {names['train embeddings']}"
        raise LabError(names["test embeddings"], rule, widths["test"])


def _embeddings(
    side: str,
    found: Mapping[str, np.ndarray | None],
    names: Mapping[str, str],
    values: LabelValues,
    notes: Notes,
) -> tuple[np.ndarray, np.ndarray]:
    """Unit rows (N, D) of one side, and which of them take part, (N,) bool."""
    embeddings, directed = unit_embeddings(_of(found, f"{side} embeddings"), names[f"{side} embeddings"], notes)
    items = len(values.sides[side])
    if items != len(embeddings):
        rule = f"must have a row for each of {plural(len(embeddings), 'row')} of {names[f'{side} embeddings']}"
        raise LabError(names[f"{side} labels"], rule, items)
    kept = directed & values.labelled[side]
    if not kept.any():
        raise LabError(
            names[f"{side} labels"], "must name the class of at least one item with a direction", but="names none"
        )
    return embeddings, kept


def _side(
    side: str,
    embeddings: np.ndarray,
    kept: np.ndarray,
    values: LabelValues,
    classes: np.ndarray,
    read: ClassScores | None,
) -> Split:
    labels = np.searchsorted(classes, values.sides[side][kept])
    ids = np.flatnonzero(kept).astype(np.str_)
    if read is None or side == "train":
        return Split(embeddings[kept], labels, None, None, ids)
    own = read.values[kept]
    logits, probabilities = (own, None) if read.kind == "logits" else (None, own)
    return Split(embeddings[kept], labels, logits, None, ids, probabilities=probabilities)


def _read_digest(digest: str, spec: ArraySpec) -> str:
    """The key of what is computed: the file's own, unless it is read in another way than by itself."""
    return digest if spec == AS_IT_COMES else hashlib.sha256(f"{digest} {spec}".encode()).hexdigest()


def _readings(read: ClassScores | None, values: LabelValues, spec: ArraySpec) -> dict[str, object]:
    """What was taken for what, and, as texts, which other readings there are."""
    taken: dict[str, object] = {} if read is None else {"scores": read.kind, "columns": read.columns}
    possible = {} if read is None else dict(read.possible)
    if values.negative:
        taken["negative_labels"] = "classes" if spec.negative_labels == "classes" else "unlabelled"
        possible["negative_labels"] = ("unlabelled", "classes")
    asks = {name: ", ".join(readings) for name, readings in possible.items()}
    return taken | ({"possible_readings": asks} if asks else {})


def _others(arrays: Arrays) -> dict[str, str]:
    """Arrays that are neither the first of their kind nor class scores."""
    found = {name: _NO_NAME for name in sorted(arrays) if name not in _KNOWN}
    for names in NAMES.values():
        first, *rest = [name for name in names if name in arrays] or [""]
        found |= dict.fromkeys(rest, f"{first} says the same")
    return found


def _left_out(unused: Mapping[str, str], notes: Notes) -> dict[str, object]:
    """A note on what is not used, and the same for the provenance."""
    named = {printable(name)[:60]: reason for name, reason in list(unused.items())[:_MOST_NAMED]}
    if len(unused) > _MOST_NAMED:
        named["others"] = f"{len(unused) - _MOST_NAMED:,} more"
    if named:
        notes.add("not used: " + "; ".join(f"{name}, {reason}" for name, reason in named.items()))
    return {"unused_arrays": named} if named else {}


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
