"""python -m checkpoints.images.parquet_worker: images in Parquet files, read by pyarrow in a process of its own.

pyarrow is a large library that trusts the lengths in a file: here it may crash or fill its memory, and nobody else ends
with it. A request is a line of JSON on stdin; the answer a line of JSON, then an image's bytes.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from checkpoints.images.bounds import most_samples
from checkpoints.reading.confined import limit_memory, limit_seconds
from checkpoints.reading.safe_files import open_regular

MOST_MEMORY, MOST_SECONDS = 6 << 30, 60
_MOST_COLUMNS, _ROWS = 5_000, 16
_IMAGES = ("image", "img", "jpg", "png", "jpeg", "picture", "bytes")
_LABELS = ("label", "labels", "fine_label", "cls", "class", "target", "category", "y")
_SPLITS = ("split", "set", "subset", "partition")


_WHOLE = "must have as many rows as it declares"


class Unreadable(ValueError):
    """A rule, and how the sentence goes on after "FILE rule, but"."""

    def __init__(self, but: str, rule: str = _WHOLE) -> None:
        super().__init__(but)
        self.but, self.rule = but, rule


class Shard:
    """One file: which columns hold what, and its images from any row on."""

    def __init__(self, path: Path) -> None:
        self._stack = ExitStack()
        file, size = self._stack.enter_context(open_regular(path))
        self.parquet = pq.ParquetFile(file, pre_buffer=False, buffer_size=1 << 16)
        self.schema, about = self.parquet.schema_arrow, self.parquet.metadata
        self.rows = int(about.num_rows)
        self.starts = [0]
        for group in range(about.num_row_groups):
            self.starts.append(self.starts[-1] + int(about.row_group(group).num_rows))
        most = most_samples(size)
        if not 0 <= self.rows <= most or self.starts[-1] != self.rows or len(self.schema) > _MOST_COLUMNS:
            declared = f"declares {self.rows:,} rows and {len(self.schema):,} columns"
            raise Unreadable(declared, f"must have at most {most:,} rows in {size:,} bytes")
        self._batches, self._next, self._first, self._held = iter(()), 0, 0, None

    def close(self) -> None:
        self._stack.close()

    def columns(self) -> dict[str, str]:
        """Of image, label and split; Unreadable where there are no images or no labels."""
        images = [name for name in self.schema.names if _is_image(self.schema.field(name).type)]
        labels = [name for name in self.schema.names if _is_label(self.schema.field(name).type)]
        image, label = _known(images, _IMAGES), _known(labels, _LABELS)
        if not image or not label:
            few = ", ".join(repr(name[:40]) for name in self.schema.names[:8])
            raise Unreadable(f"has the columns {few}"[:300], "must have a column of images (bytes) and one of labels")
        return {"image": image, "label": label, "split": _known(labels, _SPLITS, alone=False)}

    def column(self, name: str) -> list[Any]:
        """Numbers or texts of a whole column, None where one is missing."""
        found = list[Any]()
        for batch in self.parquet.iter_batches(1 << 14, columns=[name], use_threads=False):
            found += [each[:200] if isinstance(each, str) else each for each in batch.columns[0].to_pylist()]
            if len(found) > self.rows:
                raise Unreadable("has more")
        if len(found) != self.rows:
            raise Unreadable("has fewer")
        return found

    def image(self, row: int, name: str) -> bytes | None:
        """The bytes of the image in that row, None where it has none."""
        if self._held is None or not self._first <= row < self._next:
            self._seek(row, name)
        assert self._held is not None
        found = self._held[row - self._first].as_py()
        return found if isinstance(found, bytes) else None

    def _seek(self, row: int, name: str) -> None:
        group = max(number for number, start in enumerate(self.starts[:-1]) if start <= row)
        if not self._next <= row or self.starts[group] > self._next or self._held is None:
            self._batches, self._next = self._from(group, name), self.starts[group]
        while self._next <= row:
            batch = next(self._batches, None)
            if batch is None:
                raise Unreadable("has fewer")
            column = batch.columns[0]
            self._held = column.field("bytes") if pa.types.is_struct(column.type) else column
            self._first, self._next = self._next, self._next + len(column)

    def _from(self, group: int, name: str) -> Iterator[Any]:
        within = f"{name}.bytes" if pa.types.is_struct(self.schema.field(name).type) else name
        groups = list(range(group, len(self.starts) - 1))
        return iter(self.parquet.iter_batches(_ROWS, row_groups=groups, columns=[within], use_threads=False))


def _known(names: list[str], known: tuple[str, ...], *, alone: bool = True) -> str:
    """The first that goes by a known name; else the only one there is."""
    lower = {name.lower(): name for name in reversed(names)}
    return next((lower[each] for each in known if each in lower), names[0] if alone and len(names) == 1 else "")


def _is_image(kind: Any) -> bool:
    """Bytes, or a struct with them, as Hugging Face's datasets keep images."""
    if pa.types.is_struct(kind):
        return any(each.name == "bytes" and _is_bytes(each.type) for each in kind)
    return _is_bytes(kind)


def _is_bytes(kind: Any) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _is_label(kind: Any) -> bool:
    inner = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_integer(inner) or pa.types.is_string(inner) or pa.types.is_large_string(inner))


def _class_names(schema: Any, column: str) -> list[str]:
    """The names that Hugging Face's datasets write beside a table of numbers."""
    try:
        said = json.loads((schema.metadata or {}).get(b"huggingface", b"{}")[: 8 << 20])
        names = said["info"]["features"][column]["names"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []
    fits = isinstance(names, list) and all(isinstance(each, str) for each in names)
    return [each[:200] for each in names[:20_000]] if fits else []


def _answered(asked: dict[str, Any], shard: Shard) -> tuple[dict[str, Any], bytes]:
    if "row" in asked:
        found = shard.image(int(asked["row"]), str(asked["column"]))
        sent = found if found is not None and len(found) <= asked["most"] else b""
        return {"bytes": -1 if found is None else len(found), "follow": len(sent)}, sent
    columns = shard.columns()
    labels = shard.column(columns["label"])
    splits = shard.column(columns["split"]) if columns["split"] else []
    names = _class_names(shard.schema, columns["label"])
    return {"image": columns["image"], "labels": labels, "splits": splits, "names": names}, b""


def main() -> int:
    """Answers until stdin ends."""
    limit_memory(MOST_MEMORY)
    sys.modules["pandas"] = None  # type: ignore[assignment]  # a second that pyarrow takes for what is not needed here
    shard, opened, out = None, "", sys.stdout.buffer
    for line in sys.stdin.buffer:
        limit_seconds(MOST_SECONDS)
        asked, said, data = json.loads(line), dict[str, Any](), b""
        try:
            if shard is None or opened != asked["path"]:
                if shard is not None:
                    shard.close()
                shard, opened = Shard(Path(asked["path"])), asked["path"]
            said, data = _answered(asked, shard)
        except Unreadable as mistake:
            shard, said = None, {"but": mistake.but, "rule": mistake.rule}
        except (pa.ArrowException, ValueError, OSError, KeyError, MemoryError, OverflowError, TypeError, IndexError):
            shard, said = None, {"broken": True}
        out.write(json.dumps(said).encode() + b"\n" + data)
        out.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
