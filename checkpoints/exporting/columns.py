"""One row an item, train before test, as an Arrow table: what Parquet holds and the projector's metadata show."""

from typing import TYPE_CHECKING

import numpy as np

from analysis.outputs import Outputs, Split
from checkpoints.exporting.computed import EVERY, Computed
from losses.errors import LabError

if TYPE_CHECKING:
    import pyarrow as pa

MOST_BYTES = 1 << 30


def check_size(outputs: Outputs) -> None:
    """LabError where the tables of numbers alone would make a file of more than 1 GiB."""
    tables = (
        getattr(split, name)
        for split in (outputs.train, outputs.test)
        for name in ("embeddings", "logits", "probabilities", "features")
    )
    size = sum(table.nbytes for table in tables if table is not None)
    if size > MOST_BYTES:
        raise LabError(
            "An exported file", f"must have at most {MOST_BYTES:,} bytes", but=f"would have more than {size:,}"
        )


def table_of(outputs: Outputs, computed: Computed) -> "pa.Table":
    """Columns: id, split, label, class, embedding, logits or probabilities, predicted, confidence, correct,
    nearest_target, nearest_noise, nearest_id, x, y; null where an item has none, left out where no item has any."""
    import pyarrow as pa

    check_size(outputs)
    splits = (outputs.train, outputs.test)
    names = np.array([_utf8(name) for name in outputs.class_names], dtype=object)
    labels = np.concatenate([split.labels for split in splits])
    unknown = np.concatenate([np.full(len(split), not getattr(split, "labelled", True)) for split in splits])
    columns = {
        "id": pa.array([_utf8(each) for split in splits for each in split.ids.tolist()], pa.string()),
        "split": pa.array(["train"] * len(outputs.train) + ["test"] * len(outputs.test), pa.string()),
        "label": pa.array(labels, pa.int64(), mask=unknown),
        "class": pa.array(names[labels], pa.string(), mask=unknown),
    }
    for name, field in (("embedding", "embeddings"), ("logits", "logits"), ("probabilities", "probabilities")):
        columns |= _lists(name, field, splits)
    columns |= _predicted(outputs, computed, names) | _nearest(outputs, computed) | _placed(outputs, computed)
    return pa.table(columns)


def scalar_names(table: "pa.Table") -> list[str]:
    """The columns that hold no list."""
    import pyarrow as pa

    return [field.name for field in table.schema if not pa.types.is_fixed_size_list(field.type)]


def _lists(name: str, field: str, splits: tuple[Split, Split]) -> "dict[str, pa.Array]":
    """One fixed-size list of float32 an item."""
    import pyarrow as pa

    tables = [getattr(split, field) for split in splits]
    width = max((table.shape[1] for table in tables if table is not None), default=0)
    if not width:
        return {}
    rows, missing = [], []
    for split, table in zip(splits, tables, strict=True):
        has = table is not None and table.shape[1] == width
        rows.append(table.astype(np.float32, copy=False) if has else np.zeros((len(split), width), np.float32))
        missing.append(np.full(len(split), not has))
    flat = pa.array(np.concatenate(rows).ravel())
    return {name: pa.FixedSizeListArray.from_arrays(flat, width, mask=pa.array(np.concatenate(missing)))}


def _predicted(outputs: Outputs, computed: Computed, names: np.ndarray) -> "dict[str, pa.Array]":
    """What the class head says, or the probe where there is none, of the test items that it was asked about."""
    import pyarrow as pa

    found = computed.probabilities
    if found is None:
        return {}
    rows = len(outputs.train) + found.items
    predicted = found.predicted
    return {
        "predicted": _at(rows, names[predicted], outputs, pa.string()),
        "confidence": _at(rows, found.probabilities.max(axis=1).astype(np.float32), outputs, pa.float32()),
        "correct": _at(rows, predicted == found.labels, outputs, pa.bool_()),
    }


def _nearest(outputs: Outputs, computed: Computed) -> "dict[str, pa.Array]":
    """Cosines of the test items to the nearest of their own and of another class, and the id of the nearest of all."""
    import pyarrow as pa

    nearest = computed.nearest
    if nearest is None or not nearest.neighbours.k:
        return {}
    rows = len(outputs.train) + np.arange(len(outputs.test))
    searched = getattr(outputs, "searched", outputs.train)
    ids = np.array([_utf8(each) for each in searched.ids[nearest.neighbours.indices[:, 0]].tolist()], dtype=object)
    columns = {"nearest_id": _at(rows, ids, outputs, pa.string())}
    if getattr(outputs.test, "labelled", True):
        for name, values in (("nearest_target", nearest.target), ("nearest_noise", nearest.noise)):
            finite = np.isfinite(values)
            columns[name] = _at(rows[finite], values[finite].astype(np.float32), outputs, pa.float32())
    return columns


def _placed(outputs: Outputs, computed: Computed) -> "dict[str, pa.Array]":
    import pyarrow as pa

    placed = computed.placed
    if placed is None:
        return {}
    offset = len(outputs.train) if placed.split == "test" else 0
    rows, kind = offset + placed.items, pa.float32()
    points = placed.coordinates.astype(np.float32)
    said = placed.name if placed.split == EVERY else f"{placed.name} of {placed.split}"
    names = np.full(len(rows), said, dtype=object)
    return {
        "x": _at(rows, points[:, 0], outputs, kind),
        "y": _at(rows, points[:, 1], outputs, kind),
        "map": _at(rows, names, outputs, pa.string()),
    }


def _at(rows: np.ndarray, values: np.ndarray, outputs: Outputs, kind: "pa.DataType") -> "pa.Array":
    """A column with `values` in these rows and null in the others."""
    import pyarrow as pa

    items = len(outputs.train) + len(outputs.test)
    column, missing = np.zeros(items, values.dtype), np.ones(items, bool)
    column[rows], missing[rows] = values, False
    return pa.array(column, kind, mask=missing)


def _utf8(text: str) -> str:
    """Without the lone surrogates that a name on disk may have."""
    return text.encode("utf-8", "replace").decode()
