"""The files themselves: bytes for a page, or whole files beside each other for a command."""

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from analysis.outputs import Outputs
from checkpoints.exporting.columns import check_size, scalar_names, table_of
from checkpoints.exporting.computed import Computed
from checkpoints.exporting.own_arrays import arrays_of
from checkpoints.reading.atomic import check_writable, write_atomic
from checkpoints.reading.quoting import inert
from losses.errors import LabError

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS = 16_384  # of a Parquet row group, and of a block of text
_MADE_AT = (1980, 1, 1, 0, 0, 0)  # the same outputs give the same bytes


def parquet(outputs: Outputs, computed: Computed) -> bytes:
    """See `columns.table_of`; read by pandas, Embedding Atlas, FiftyOne and `datasets`."""
    import pyarrow.parquet as pq

    table, buffer = table_of(outputs, computed), io.BytesIO()
    pq.write_table(table, buffer, compression="zstd", row_group_size=_ROWS)
    return buffer.getvalue()


def npz(outputs: Outputs, _: Computed) -> bytes:
    """Embeddings, labels, class scores and names: opens here again with the same numbers. No images."""
    check_size(outputs)
    members = {}
    for name, array in arrays_of(outputs).items():
        buffer = io.BytesIO()
        np.save(buffer, array, allow_pickle=False)
        members[f"{name}.npy"] = buffer.getvalue()
    return _zipped(members)


def projector(outputs: Outputs, computed: Computed) -> tuple[bytes, bytes]:
    """The pair that the TensorBoard projector loads: vectors without a header, metadata with one."""
    table = table_of(outputs, computed)
    embeddings = np.concatenate([outputs.train.embeddings, outputs.test.embeddings])
    return vectors(embeddings), _metadata(table)


def projector_zip(outputs: Outputs, computed: Computed) -> bytes:
    """The pair in one file."""
    tensors, metadata = projector(outputs, computed)
    return _zipped({"vectors.tsv": tensors, "metadata.tsv": metadata})


MAKERS: Mapping[str, Callable[[Outputs, Computed], bytes]] = {
    ".parquet": parquet,
    ".npz": npz,
    ".tsv": lambda outputs, computed: projector(outputs, computed)[0],
}


def check_export(path: Path) -> None:
    """Before the work: LabError for a name that says no format, and for a place that cannot be written to."""
    if path.suffix not in MAKERS:
        raise LabError("--export", f"must end in {', '.join(MAKERS)}", str(path))
    check_writable(path)


def write(path: Path, outputs: Outputs, computed: Computed) -> tuple[Path, ...]:
    """Write the file, or the pair, each whole or not at all; returns what was written."""
    check_export(path)
    if path.suffix != ".tsv":
        write_atomic(path, MAKERS[path.suffix](outputs, computed))
        return (path,)
    beside = path.with_name(f"{path.stem}_metadata.tsv")
    for place, content in zip((path, beside), projector(outputs, computed), strict=True):
        write_atomic(place, content)
    return path, beside


def vectors(embeddings: np.ndarray) -> bytes:
    """A line an item, in the shortest digits that give the same float32 again. LabError where there are none."""
    if not embeddings.shape[1]:
        raise LabError("The projector's pair", "needs embeddings", but="there are class scores alone")
    lines = ("\t".join(map(str, row)) for row in embeddings.astype(np.float32, copy=False))
    return ("\n".join(lines) + "\n").encode()


def _metadata(table: "pa.Table") -> bytes:
    names = scalar_names(table)
    columns = [table.column(name).to_pylist() for name in names]
    lines = ["\t".join(names)]
    lines += ["\t".join(map(_cell, row)) for row in zip(*columns, strict=True)]
    return ("\n".join(lines) + "\n").encode()


def _cell(value: object) -> str:
    """One cell: no tab, no line break, no formula."""
    if value is None:
        return ""
    return inert(value) if isinstance(value, str) else str(value)


def _zipped(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, _MADE_AT), content)
    return buffer.getvalue()
