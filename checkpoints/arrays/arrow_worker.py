"""python -m checkpoints.arrays.arrow_worker: Parquet and Arrow files, read by pyarrow in a process of its own.

pyarrow is a large library that trusts the lengths in a file: here it may crash or fill its memory, and nobody else ends
with it. A request is a line of JSON on stdin; the answer a line of JSON, then the numbers as an .npz.
"""

import json
import mmap
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from checkpoints.arrays.columns import NUMBER, TEXT, ColumnArray, arrays_of, longest_run, numbered
from checkpoints.reading.confined import limit_memory, limit_seconds
from checkpoints.reading.safe_files import open_regular

MOST_MEMORY, MOST_SECONDS = 6 << 30, 120
MOST_VALUES = 1 << 29  # numbers of one array
MOST_COLUMNS = 20_000
_SAMPLE_ROWS = 64
_LIST = "list"


class Unreadable(ValueError):
    """What is wrong, as a sentence goes on after "FILE must ..., but"."""


class Tables:
    """A Parquet or Arrow file in memory that the system maps: schema, rows, and its columns batch by batch."""

    def __init__(self, held: mmap.mmap, parquet: bool) -> None:
        self.source = pa.py_buffer(held)
        self.parquet = (
            pq.ParquetFile(pa.BufferReader(self.source), pre_buffer=False, buffer_size=1 << 16) if parquet else None
        )
        self.schema = self.parquet.schema_arrow if self.parquet is not None else self._arrow().schema
        if len(self.schema) > MOST_COLUMNS:
            raise Unreadable(f"has {len(self.schema):,} columns, more than {MOST_COLUMNS:,}")

    @property
    def rows(self) -> int:
        if self.parquet is not None:
            return int(self.parquet.metadata.num_rows)
        return sum(batch.num_rows for batch in self.batches([0]))

    def batches(self, columns: Sequence[int], rows: int = 1 << 14) -> Iterator[Any]:
        """Record batches of these columns alone; of Parquet of at most `rows` rows each."""
        if self.parquet is not None:
            names = [self.schema.names[column] for column in columns]
            yield from self.parquet.iter_batches(rows, columns=names, use_threads=False)
            return
        reader = self._arrow(columns)
        if isinstance(reader, pa.ipc.RecordBatchFileReader):
            yield from (reader.get_batch(number) for number in range(reader.num_record_batches))
        else:
            yield from reader

    def _arrow(self, columns: Sequence[int] | None = None) -> Any:
        options = pa.ipc.IpcReadOptions(
            use_threads=False, included_fields=None if columns is None else sorted(set(columns))
        )
        framed = self.source[:6].to_pybytes() == b"ARROW1"
        opened = pa.ipc.open_file if framed else pa.ipc.open_stream
        return opened(pa.BufferReader(self.source), options=options)


def listed(tables: Tables) -> tuple[list[dict[str, object]], dict[str, np.ndarray]]:
    """Name, dtype and shape of each array, and its first values by its number."""
    found, samples, rows = list[dict[str, object]](), dict[str, np.ndarray](), tables.rows
    every = _arrays(tables.schema)
    for number, array in enumerate(every):
        kind = tables.schema.types[array.columns[0]]
        said: dict[str, object] = {"name": array.name, "dtype": _dtype(kind), "shape": [rows]}
        if array.kind not in (NUMBER, TEXT, _LIST):
            said |= {"dtype": "other", "refused": str(kind)[:80]}
        elif rows:
            sample = _sample(tables, array)
            samples[str(number)] = sample.reshape(-1)
            said["shape"] = [rows, *sample.shape[1:]]
        found.append(said)
    for name, names in _class_names(tables.schema).items():
        samples[str(len(found))] = names
        found.append({"name": name, "dtype": "text", "shape": [len(names)]})
    return found, samples


def loaded(tables: Tables, wanted: Sequence[str]) -> tuple[list[str], dict[str, np.ndarray]]:
    """The arrays of these names, each whole, by its number in the list of names that comes with them."""
    names = [name for name in wanted if name in {each.name for each in _arrays(tables.schema)}]
    every = {each.name: each for each in _arrays(tables.schema)}
    found = {str(number): _whole(tables, every[name]) for number, name in enumerate(names)}
    for name, texts in _class_names(tables.schema).items():
        if name in wanted:
            found[str(len(names))] = texts
            names.append(name)
    return names, found


def _arrays(schema: Any) -> list[ColumnArray]:
    kinds = [_kind(each) for each in schema.types]
    wide = [kind == NUMBER and pa.types.is_floating(each) for kind, each in zip(kinds, schema.types, strict=True)]
    return arrays_of(schema.names, kinds, numbered(schema.names, kinds) or longest_run(wide))


def _kind(kind: Any) -> str:
    inner = kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind
    types = pa.types
    if types.is_integer(inner) or types.is_floating(inner) or types.is_boolean(inner):
        return NUMBER
    if types.is_dictionary(inner):
        return TEXT if _is_text(inner.value_type) else "other"
    if types.is_list(inner) or types.is_large_list(inner) or types.is_fixed_size_list(inner):
        number = types.is_integer(inner.value_type) or types.is_floating(inner.value_type)
        return _LIST if number else "other"
    return TEXT if _is_text(inner) else "other"


def _is_text(kind: Any) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _dtype(kind: Any) -> str:
    inner = kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind
    if _kind(kind) == TEXT:
        return "text"
    value = inner.value_type if _kind(kind) == _LIST else inner
    return np.dtype(value.to_pandas_dtype()).name if _kind(kind) in (NUMBER, _LIST) else "other"


def _sample(tables: Tables, array: ColumnArray) -> np.ndarray:
    batch = next(batch for batch in tables.batches(array.columns, _SAMPLE_ROWS) if batch.num_rows)
    return _values(batch.slice(0, _SAMPLE_ROWS), array)


def _whole(tables: Tables, array: ColumnArray) -> np.ndarray:
    parts, count = [], 0
    for batch in tables.batches(array.columns):
        if batch.num_rows:
            parts.append(_values(batch, array))
            count += parts[-1].size
        if count > MOST_VALUES:
            raise Unreadable(f"has more than {MOST_VALUES:,} values in {array.name[:60]!r}")
    if not parts:
        return np.empty(0, np.float32)
    if len({part.shape[1:] for part in parts}) > 1:
        raise Unreadable(f"has lists of different lengths in {array.name[:60]!r}")
    return np.concatenate(parts)


def _values(batch: Any, array: ColumnArray) -> np.ndarray:
    """(n,) of one column, (n, D) of lists and of several columns."""
    if len(array.columns) > 1:
        return np.stack([_numbers(column).astype(np.float32) for column in batch.columns], axis=1)
    column = batch.columns[0]
    column = column.storage if isinstance(column, pa.ExtensionArray) else column
    if array.kind == NUMBER:
        return _numbers(column)
    if array.kind == TEXT:
        return _texts(column, array.name)
    lengths = (
        set(column.value_lengths().to_pylist())
        if not pa.types.is_fixed_size_list(column.type)
        else {column.type.list_size}
    )
    if len(lengths) != 1 or column.null_count or None in lengths:
        raise Unreadable(f"has lists of different lengths, or none, in {array.name[:60]!r}")
    return _numbers(column.flatten()).reshape(len(column), -1)


def _numbers(column: Any) -> np.ndarray:
    """Numbers as they are; where some are missing, all as floats with NaN."""
    column = column.storage if isinstance(column, pa.ExtensionArray) else column
    return np.asarray(column.to_numpy(zero_copy_only=False))


def _texts(column: Any, name: str) -> np.ndarray:
    if column.null_count:
        raise Unreadable(f"has no text in {column.null_count:,} rows of {name[:60]!r}")
    plain = column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
    texts = plain.to_pylist()
    if max(map(len, texts)) > 2_000:
        raise Unreadable(f"has texts of more than 2,000 characters in {name[:60]!r}")
    return np.array(texts, np.str_)


def _class_names(schema: Any) -> dict[str, np.ndarray]:
    """Names of classes that Hugging Face's datasets writes beside a table: column -> texts."""
    said = (schema.metadata or {}).get(b"huggingface", b"{}")
    try:
        features = json.loads(said)["info"]["features"]
        names = {f"{key}.names": each["names"] for key, each in features.items() if "names" in each}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
    plain = {
        key: texts for key, texts in names.items() if isinstance(texts, list) and all(isinstance(t, str) for t in texts)
    }
    return {key: np.array(texts, np.str_) for key, texts in plain.items() if texts}


def main() -> int:
    """Exit code 0 with an answer, which may be why there is none."""
    limit_memory(MOST_MEMORY)
    limit_seconds(MOST_SECONDS)
    sys.modules["pandas"] = None  # type: ignore[assignment]  # a second that pyarrow takes for what is not needed here
    asked, out = json.loads(sys.stdin.readline()), sys.stdout.buffer
    try:
        with open_regular(Path(asked["path"])) as (file, _):
            held = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)  # closed with the process
        tables, wanted = Tables(held, asked["parquet"]), asked["wanted"]
        said, arrays = listed(tables) if wanted is None else loaded(tables, wanted)
        _answer(out, {"said": said}, arrays)
    except Unreadable as mistake:
        _answer(out, {"but": str(mistake)}, {})
    except (pa.ArrowException, ValueError, OSError, KeyError, MemoryError, OverflowError, TypeError) as mistake:
        _answer(out, {"but": "is broken", "why": type(mistake).__name__}, {})
    return 0


def _answer(out: Any, said: dict[str, object], arrays: dict[str, np.ndarray]) -> None:
    out.write(json.dumps(said).encode() + b"\n")
    if arrays:
        np.savez(out, **arrays)  # type: ignore[arg-type]


if __name__ == "__main__":
    sys.exit(main())
