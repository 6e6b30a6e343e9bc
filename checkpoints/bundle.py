"""Arrays as the SINCERE scripts write them, train and test embeddings with labels, or those of the linear stage.

An .npz file, or a folder with an .npy or .pth file an array. A .pth is read as data (see `torch_contents`).
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from analysis.outputs import NO_HEAD, UNLABELLED, Outputs
from checkpoints.array_sides import NAMES, ArraySides, check_dimensions, nothing_of
from checkpoints.exporting.own_arrays import MARK, outputs_of_own
from checkpoints.reading import class_scores as scores
from checkpoints.reading.array_rules import Notes
from checkpoints.reading.array_spec import AS_IT_COMES, ArraySpec, asked_for, check_no_arrays
from checkpoints.reading.class_names import names_of
from checkpoints.reading.class_scores import ClassScores
from checkpoints.reading.label_values import LabelValues
from checkpoints.reading.npz import read_npy, read_npz
from checkpoints.reading.quoting import file_name, printable
from checkpoints.reading.safe_files import open_regular, read_head
from checkpoints.reading.torch_file.contents import torch_array
from losses.errors import LabError

Arrays = Mapping[str, np.ndarray]
KNOWN = (*(name for names in NAMES.values() for name in names), *scores.NAMES, *scores.TRAIN_NAMES, scores.CLASS_NAMES)
_OPTIONAL = {
    scores.CLASS_NAMES,
    *(name for what, names in NAMES.items() if what.endswith(("ids", "coordinates")) for name in names),
}
_NEEDED = {name for name in KNOWN if name not in _OPTIONAL}
"""Of what is no array of numbers or texts the file is refused; of the others it is opened without them."""
_NO_SCORES = "the file has no logits and no class probabilities"
_NO_NAME = "no name that is known here"
_MOST_NAMED = 20


def open_npz(path: Path, spec: ArraySpec | None = None) -> Outputs:
    """An archive with `NAMES` of arrays. LabError names what is missing or refused."""
    with open_regular(path) as (file, size):
        digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        file.seek(0)
        arrays, unused = read_npz(file, name=file_name(path), needed=_NEEDED)
    if MARK in arrays:
        check_no_arrays(spec, file_name(path))
        return outputs_of_own(arrays, file=file_name(path), digest=digest, size=size)
    return outputs_of(arrays, file=file_name(path), digest=digest, size=size, spec=spec, unused=unused)


def open_folder(path: Path, spec: ArraySpec | None = None) -> Outputs:
    """A folder with one file an array, named like the array."""
    arrays, digests, total = {}, hashlib.sha256(), 0
    for name in sorted(KNOWN):
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

    Items of one side alone are the test items; without labels, or of class scores and labels alone, what needs the
    rest says so. The provenance has the notes, the readings that were taken and those that are possible too, and each
    array that is not used with the reason; `unused` are names of which that is known.
    """
    spec, notes = spec or AS_IT_COMES, Notes()
    found = ArraySides.of(arrays, file, [*arrays, *map(printable, unused or {})])
    with _in(file):
        values = found.values(spec, notes)
        kept = {side: found.kept(side, values, notes) for side in found.given}
        check_dimensions({side: embeddings.shape[1] for side, (embeddings, _) in kept.items()}, found.names)
        read, left = found.scores(values, spec, notes, file)
        classes = (values.present if values.sides else np.empty(0, np.int64)) if read is None else read.classes
        sides = {side: found.split(side, *kept[side], values, classes, read) for side in found.given}
        class_names = _class_names(arrays, values, classes, left, notes)
    if len(found.given) == 1:
        (alone,) = sides.values()
        notes.add(found.about_train(alone.labelled))
        sides = {"train": nothing_of(alone), "test": alone}
    _check_asked(spec, arrays, file, within=len(found.given) == 1)
    facts = {"digest": _read_digest(digest, spec), "file": file, "bytes": size, "embeddings": found.about_embeddings}
    facts |= _readings(read, values) | _left_out(_others(arrays) | left | dict(unused or {}), notes)
    if len(found.given) == 1:
        facts["split_seed"] = spec.seed
    if read is None:
        facts[NO_HEAD] = next(
            (f"{name} is not used: {left[name]}" for name in left if name in scores.NAMES), _NO_SCORES
        )
    facts["notes"] = "; ".join(notes.sentences)
    return Outputs(sides["train"], sides["test"], class_names, 1.0, facts, spec.seed)


def _class_names(
    arrays: Arrays, values: LabelValues, classes: np.ndarray, left: dict[str, str], notes: Notes
) -> tuple[str, ...]:
    """As the labels say, or as an array of names calls numbers; why that cannot be is then among what is `left`."""
    if not values.sides:
        return (UNLABELLED,)
    if scores.CLASS_NAMES in left and not values.are_texts:
        names = arrays[scores.CLASS_NAMES]
        try:
            found, how = names_of(classes.tolist(), names, scores.CLASS_NAMES)
        except LabError as mistake:
            left[scores.CLASS_NAMES] = f"it {mistake.rule}, but {mistake.but}"
        else:
            if len(names) in map(len, values.sides.values()) and len(np.unique(names)) < len(names):
                left[scores.CLASS_NAMES] = "it has a text for each item, and not for each class"
            else:
                del left[scores.CLASS_NAMES]
                notes.add(f"{scores.CLASS_NAMES}: {how}")
                return found
    return tuple(values.name(value) for value in classes)


def _check_asked(spec: ArraySpec, arrays: Arrays, file: str, *, within: bool) -> None:
    """LabError where a reading is asked for of what is not there."""
    for name in asked_for(spec):
        if name in ("scores", "columns") and not any(known in arrays for known in scores.NAMES):
            raise LabError(name, f"must be left out for {file}", None, "It has no logits and no class probabilities.")
        if name == "seed" and not within:
            raise LabError(name, f"must be left out for {file}", None, "It has train items, so no half of others.")


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


def _read_digest(digest: str, spec: ArraySpec) -> str:
    """The key of what is computed: the file's own, unless it is read in another way than by itself."""
    return digest if spec == AS_IT_COMES else hashlib.sha256(f"{digest} {spec}".encode()).hexdigest()


def _readings(read: ClassScores | None, values: LabelValues) -> dict[str, object]:
    """What was taken for what, and, as texts, which other readings there are."""
    taken: dict[str, object] = {} if read is None else {"scores": read.kind, "columns": read.columns}
    possible = {} if read is None else dict(read.possible)
    taken |= values.taken
    possible |= dict.fromkeys(values.taken, ("unlabelled", "classes"))
    asks = {name: ", ".join(readings) for name, readings in possible.items()}
    return taken | ({"possible_readings": asks} if asks else {})


def _others(arrays: Arrays) -> dict[str, str]:
    """Arrays that are neither the first of their kind nor class scores."""
    found = {name: _NO_NAME for name in sorted(arrays) if name not in KNOWN}
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


def _read_member(path: Path) -> tuple[np.ndarray, bytes, int]:
    """An array with the digest and size of its file."""
    if read_head(path)[:2] == b"PK":
        array, hexadecimal, size = torch_array(path)
        return array, bytes.fromhex(hexadecimal), size
    with open_regular(path) as (file, size):
        digest = hashlib.file_digest(file, "sha256").digest()  # type: ignore[arg-type]
        file.seek(0)
        return read_npy(file, size, name=file_name(path)), digest, size
