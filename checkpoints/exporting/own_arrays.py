"""An .npz of NCE Lab's own: what `arrays_of` writes, `outputs_of_own` takes back bit by bit.

Its arrays have the names that any reader of such files knows; one more, `nce_lab`, holds what arrays cannot say. The
file is read as carefully as a stranger's.
"""

import json
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from analysis.outputs import NO_HEAD, Outputs, Split
from checkpoints.array_sides import nothing_of
from checkpoints.native.image_run import RUN, read_run
from checkpoints.reading import strict_json
from checkpoints.reading.array_rules import Notes, class_labels
from checkpoints.reading.fields import Fields
from losses.catalog import CATALOG
from losses.errors import LabError

MARK = "nce_lab"
SCHEMA = 1
_RULE = "must be as NCE Lab writes it"
_LONGEST = 4000
_UNIT, _UNIT_OF_HALVES = 1e-4, 5e-3
_FACTS = ("file", "digest", "loss", "data", "seed", "embeddings", "layout", "network", "preprocessing", NO_HEAD)
_TABLES = ("embeddings", "logits", "probabilities", "features")


def arrays_of(outputs: Outputs) -> dict[str, np.ndarray]:
    """Of both sides, by name; what a side does not have is left out. No images."""
    about = {
        "schema": SCHEMA,
        "temperature": outputs.temperature,
        "labelled": int(outputs.labelled),
        "split_seed": outputs.split_seed,
        "facts": _facts(outputs.provenance),
    }
    arrays = {MARK: np.array(json.dumps(about, sort_keys=True).encode("ascii"))}
    arrays["class_names"] = np.array(outputs.class_names, np.str_)
    for side, split in (("train", outputs.train), ("test", outputs.test)):
        if not len(split):
            continue
        for name in (*_TABLES, "labels", "ids"):
            array = getattr(split, name)
            if array is not None:
                arrays[f"{side}_{name}"] = np.ascontiguousarray(array)
    return arrays


def outputs_of_own(arrays: Mapping[str, np.ndarray], *, file: str, digest: str, size: int) -> Outputs:
    """The outputs that were exported. LabError for arrays that are not as they were written."""
    temperature, labelled, seed, facts = _about(arrays[MARK], file)
    names = tuple(_texts(arrays, "class_names", file).tolist())
    if "test_embeddings" not in arrays:
        raise LabError(file, "must have the array test_embeddings", but="has none")
    test = replace(_split(arrays, "test", file), labelled=labelled)
    train = _split(arrays, "train", file) if "train_embeddings" in arrays else nothing_of(test)
    _check_scores(train, test, len(names), file)
    about: dict[str, object] = {name: facts[name] for name in facts if name not in ("file", "digest")}
    about |= {"file": file, "digest": digest, "bytes": size}
    if RUN in arrays:  # made by training itself
        about |= read_run(arrays[RUN], f"{file}: {RUN}").facts()
    else:
        about["exported_from"] = {name: facts[name] for name in ("file", "digest") if name in facts}
    return Outputs(train, test, names, temperature, about, seed)


def _facts(provenance: Mapping[str, object]) -> dict[str, object]:
    found = {name: provenance[name] for name in _FACTS if isinstance(provenance.get(name), str | int)}
    return {name: value[:_LONGEST] if isinstance(value, str) else value for name, value in found.items()}


def _about(array: np.ndarray, file: str) -> tuple[float, bool, int, dict[str, object]]:
    """Temperature, whether labels say something, the seed of a split, and facts."""
    where = f"{file}: {MARK}"
    if array.dtype.kind != "S" or array.shape != ():
        raise LabError(where, _RULE, but=f"is of dtype {array.dtype} and shape {array.shape}")
    text = bytes(array[()]).decode("ascii", "replace")
    with Fields(strict_json.parse(text, name=where, brackets=100), where) as fields:
        fields.integer("schema", SCHEMA, SCHEMA)
        temperature = fields.number("temperature")
        labelled, seed = bool(fields.integer("labelled", 0, 1)), fields.integer("split_seed", 0, 2**32 - 1)
        with fields.inner("facts") as inner:
            facts = {name: _fact(inner, name) for name in inner.names()}
    if temperature <= 0 or not set(facts) <= set(_FACTS) or facts.get("loss", next(iter(CATALOG))) not in CATALOG:
        raise LabError(where, _RULE, but="has other facts")
    return temperature, labelled, seed, facts


def _fact(fields: Fields, name: str) -> object:
    return fields.integer(name, 0, 2**63) if name == "seed" else fields.text(name, _LONGEST)


def _split(arrays: Mapping[str, np.ndarray], side: str, file: str) -> Split:
    tables = {
        name: _table(arrays[f"{side}_{name}"], f"{file}: {side}_{name}")
        for name in _TABLES
        if f"{side}_{name}" in arrays
    }
    embeddings = _unit(tables.pop("embeddings"), f"{file}: {side}_embeddings")
    labels = arrays.get(f"{side}_labels")
    if labels is None or labels.dtype.kind not in "iu" or labels.ndim != 1:
        raise LabError(f"{file}: {side}_labels", "must be (N,) whole numbers", but="are not so")
    if "features" in tables and not np.isfinite(tables["features"]).all():
        raise LabError(f"{file}: {side}_features", "must be finite", but="are not so")
    ids = _texts(arrays, f"{side}_ids", file)
    return Split(
        embeddings,
        labels.astype(np.int64),
        tables.get("logits"),
        None,
        ids,
        probabilities=tables.get("probabilities"),
        features=tables.get("features"),
    )


def _unit(table: np.ndarray, where: str) -> np.ndarray:
    """Rows of unit length as float32. Those that were rounded to float16 for a smaller file are scaled again."""
    halves, embeddings = table.dtype == np.float16, table.astype(np.float32, copy=False)
    lengths = np.linalg.norm(embeddings.astype(np.float64), axis=1, keepdims=True)
    off = np.abs(lengths - 1) > (_UNIT_OF_HALVES if halves else _UNIT)
    if not np.isfinite(embeddings).all() or (bool(embeddings.shape[1]) and off.any()):
        raise LabError(where, "must be rows of unit length", but="has others")
    return (embeddings / lengths).astype(np.float32) if halves and embeddings.shape[1] else embeddings


def _table(array: np.ndarray, where: str) -> np.ndarray:
    if array.dtype.kind != "f" or array.ndim != 2 or not len(array):
        raise LabError(where, "must be (N, D) floats", but=f"is {array.dtype} of shape {array.shape}")
    return array


def _texts(arrays: Mapping[str, np.ndarray], name: str, file: str) -> np.ndarray:
    array = arrays.get(name, np.empty(0))
    if array.dtype.kind != "U" or array.ndim != 1 or not array.size:
        raise LabError(f"{file}: {name}", "must be texts (N,)", but="are not so")
    return class_labels(array, f"{file}: {name}", Notes())


def _check_scores(train: Split, test: Split, classes: int, file: str) -> None:
    """Finite maxima of logits, probabilities that sum to 1, a column a class."""
    for side, split in (("train", train), ("test", test)):
        if split.logits is not None:
            largest = split.logits.max(axis=1)
            if not np.isfinite(largest).all() or split.logits.shape[1] != classes:
                raise LabError(f"{file}: {side}_logits", f"must be finite with {classes} columns", but="are not so")
        if split.probabilities is not None:
            off = np.abs(split.probabilities.sum(axis=1, dtype=np.float64) - 1)
            inside = ((split.probabilities >= 0) & (split.probabilities <= 1)).all()
            if not inside or (off > 1e-3).any() or split.probabilities.shape[1] != classes:
                raise LabError(f"{file}: {side}_probabilities", "must be rows that sum to 1", but="are not so")
