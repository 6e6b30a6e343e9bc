"""What is in a file, of any kind that is opened here, and whether one may open it: looked at, never run.

For what a torch file's weights are, see `torch_contents`; this is what a page and a command line show.
"""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from checkpoints.reading import safetensors_file
from checkpoints.reading.content import ACCEPTED, check_kind, kind_of, part_of
from checkpoints.reading.npz import MOST_BYTES, described, npz_members
from checkpoints.reading.quoting import shown
from checkpoints.reading.safe_files import open_regular, read_head
from checkpoints.reading.torch_file.contents import TorchContents, torch_contents
from checkpoints.reading.torch_file.inert_pickle import Name, read_pickle
from checkpoints.reading.torch_file.layouts import Network, network_of
from checkpoints.reading.verdict import Opener, Verdict, on_pickle, on_plain
from losses.errors import LabError, plural

_SAFETENSORS = "a safetensors file is a header in JSON and numbers"
_UNKNOWN = "Tensors of no layout that is known here"


@dataclass(frozen=True, slots=True)
class Entry:
    """An array or tensor: its place in the file, dtype and shape."""

    place: str
    dtype: str
    shape: tuple[int, ...]

    @property
    def count(self) -> int:
        return math.prod(self.shape)


@dataclass(frozen=True, slots=True, eq=False)
class FileContents:
    """Name, size in bytes and sha256 of a file, the verdict on it, and what is in it, place by place."""

    name: str
    size: int
    digest: str
    title: str
    verdict: Verdict
    entries: tuple[Entry, ...]
    network: Network | None = None
    values: Mapping[str, object] = field(default_factory=dict)
    foreign: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """How many numbers are parameters of the network, its buffers, and neither (optimiser, averages, arrays)."""
        sizes = {entry.place: entry.count for entry in self.entries}
        if self.network is None:
            return {"numbers": sum(sizes.values())}
        parameters = sum(sizes.get(place, 0) for place in self.network.parameters)
        buffers = sum(sizes.get(place, 0) for place in self.network.buffers)
        return {
            "parameters": parameters,
            "buffers": buffers,
            "other_numbers": sum(sizes.values()) - parameters - buffers,
        }


def file_contents(path: str | Path) -> FileContents:
    """Look into a torch, safetensors, .npz, .npy or pickle file. LabError, one sentence, for others and broken ones.

    For tables, Parquet, MATLAB and folders see `checkpoints.contents`.
    """
    head = read_head(path)
    kind = kind_of(head)
    if kind in ("torch", "pickle"):
        return of_torch(torch_contents(path))
    if kind in ("npz", "npy"):
        return _of_arrays(Path(path), kind)
    if kind != "safetensors":
        check_kind(head, ACCEPTED, name=Path(path).name)
    return _of_safetensors(path)


def of_torch(found: TorchContents) -> FileContents:
    """What a page shows of a torch file, a plain pickle, or weights in safetensors that were looked at like one."""
    read = f"{_held(found)} as numbers and {plural(len(found.values), 'other value')} as text; nothing was called."
    opener: Opener = "pickle" if found.plain else "torch"
    verdict = on_pickle(found.mentions, read, opener) if found.pickled else on_plain(_SAFETENSORS, read)
    title = _title(found)
    entries = tuple(Entry(place, each.dtype.lstrip("<|"), each.shape) for place, each in found.tensors.items())
    entries += tuple(Entry(place, each.numpy_name, each.shape) for place, each in found.arrays.items())
    return FileContents(
        found.name, found.size, found.digest, title, verdict, entries, found.network, found.values,
        found.foreign, found.refused,
    )  # fmt: skip


def _held(found: TorchContents) -> str:
    parts = [plural(len(found.tensors), "tensor")] if found.tensors or not found.plain else []
    parts += [f"{plural(len(found.arrays), 'array')} of numpy"] if found.arrays or not parts else []
    return ", ".join(parts)


def _title(found: TorchContents) -> str:
    if found.plain:
        return f"A pickle of {found.foreign['']}" if "" in found.foreign else "A pickle"
    if found.network is not None:
        return found.layout.title
    whole = found.foreign.get("") if not found.tensors else None
    return _UNKNOWN if whole is None else f"A whole object of {whole}, not its state_dict"


def _of_safetensors(path: str | Path) -> FileContents:
    file = safetensors_file.read(path)
    entries = tuple(Entry(tensor.name, tensor.dtype, tensor.shape) for tensor in file.header.tensors)
    texts = file.header.metadata
    read = f"the header, with {plural(len(entries), 'tensor')} and {plural(len(texts), 'text')} beside them."
    network = network_of(entry.place for entry in entries)
    title = _UNKNOWN if network is None else network.layout.title
    if part := part_of(file.content.name):
        title = f"{part.capitalize()} of a checkpoint"
    if "nce_lab" in texts:
        title = "A checkpoint of NCE Lab"
    verdict = on_plain(_SAFETENSORS, read)
    content = file.content
    return FileContents(content.name, len(content.data), content.digest, title, verdict, entries, network, texts)


def _of_arrays(path: Path, kind: str) -> FileContents:
    with open_regular(path) as (file, size):
        if size > MOST_BYTES:
            raise LabError(path.name, f"must have at most {MOST_BYTES:,} bytes", f"{size:,} bytes long")
        digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        file.seek(0)
        members = npz_members(file, name=path.name) if kind == "npz" else {path.stem: file.read(size)}
    entries, names, objects = [], set[Name](), dict[str, str]()
    for place, data in members.items():
        dtype, shape, start = described(data, f"{path.name}: {shown(place)}")
        entries.append(Entry(place, dtype, shape))
        if dtype == "O":
            objects[place] = "Python objects in a pickle, which is not opened"
            read_pickle(data[start:], name=f"{path.name}: {shown(place)}", globals_named=names)
    read = f"the headers of {plural(len(entries), 'array')}." if kind == "npz" else "its header."
    if objects:
        looked = f"{read[:-1]}, and the names in the pickles; nothing was called."
        verdict = on_pickle(sorted(map(str, names)), looked, "numpy")
    else:
        verdict = on_plain("its arrays are plain numbers and texts, without any pickle", read)
    title = "Arrays of numpy" if kind == "npz" else "An array of numpy"
    return FileContents(path.name, size, digest, title, verdict, tuple(entries), None, {}, objects, {})


def report(found: FileContents) -> dict[str, object]:
    """The contents as plain JSON values, the verdict first."""
    verdict = found.verdict
    return {
        "file": found.name,
        "may_i_open_it": verdict.answer,
        "would_run": verdict.would_run,
        "read_here": verdict.read_here,
        "bytes": found.size,
        "digest": found.digest,
        "layout": found.title,
        **found.counts,
        "tensors": {entry.place: f"{entry.dtype} {entry.shape}" for entry in found.entries},
        "values": {name: value if _in_json(value) else shown(value) for name, value in found.values.items()},
        "other_objects": dict(found.foreign),
        "refused": dict(found.refused),
        "names_in_the_pickle": dict(verdict.named),
    }


def _in_json(value: object) -> bool:
    return value is None or isinstance(value, str | bool) or (isinstance(value, int | float) and abs(value) < 1e300)
