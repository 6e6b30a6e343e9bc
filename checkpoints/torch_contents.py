"""What is in a torch file, without running any of it: tensors, options, other objects by name, what was refused."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from checkpoints.inert_pickle import Call, Name, Pairs, read_pickle
from checkpoints.layouts import Layout, recognised
from checkpoints.quoting import shown
from checkpoints.safe_files import open_regular
from checkpoints.torch_archive import TorchArchive
from checkpoints.torch_tensors import StoredTensor, tensor_of
from losses.errors import LabError

MOST_NODES = 1_000_000
DEEPEST = 64
_OPTIONS = ("argparse.Namespace", "collections.OrderedDict", "collections.defaultdict", "builtins.dict")
_PATHS = ("pathlib.PosixPath", "pathlib.WindowsPath", "pathlib.PurePosixPath", "pathlib.PureWindowsPath")
_PLAIN = (str, int, float, bool, bytes, type(None))


@dataclass(frozen=True, slots=True, eq=False)
class TorchContents:
    """tensors, plain values and foreign objects by their place in the file, such as "model/encoder.conv1.weight".

    `foreign` says what an object is called, `refused` why a tensor cannot be read. `size` in bytes, `digest` sha256.
    """

    name: str
    size: int
    digest: str
    layout: Layout
    tensors: dict[str, StoredTensor] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    foreign: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)


def torch_contents(path: str | Path) -> TorchContents:
    """Look into the torch file at `path`. LabError, one sentence, where it is refused as a whole."""
    with open_regular(path) as (file, size):
        digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        archive = TorchArchive.of(file, name=Path(path).name, size=size)
        found = _Found(archive)
        found.walk(read_pickle(archive.pickle(), name=archive.name))
    layout = recognised(found.tensors)
    return TorchContents(archive.name, size, digest, layout, found.tensors, found.values, found.foreign, found.refused)


def torch_array(path: Path) -> tuple[np.ndarray, str, int]:
    """The one tensor of a torch file that holds nothing else, with the file's sha256 and size."""
    contents = torch_contents(path)
    if set(contents.tensors) != {""}:
        found = f"{len(contents.tensors):,} tensors and {len(contents.values) + len(contents.foreign):,} other values"
        raise LabError(
            contents.name, "must hold one tensor and nothing else", next(iter(contents.refused.values()), found)
        )
    with open_regular(path) as (file, size):
        array = contents.tensors[""].array(TorchArchive.of(file, name=contents.name, size=size))
    return array, contents.digest, size


class _Found:
    """Collects what there is, place by place, with a budget of nodes and a stack of its own."""

    def __init__(self, archive: TorchArchive) -> None:
        self.archive = archive
        self.tensors: dict[str, StoredTensor] = {}
        self.values: dict[str, Any] = {}
        self.foreign: dict[str, str] = {}
        self.refused: dict[str, str] = {}

    def walk(self, top: Any) -> None:
        waiting: list[tuple[str, Any, int]] = [("", top, 0)]
        for _ in range(MOST_NODES):
            if not waiting:
                return
            place, value, depth = waiting.pop()
            if depth > DEEPEST:
                raise LabError(self.archive.name, f"must be nested at most {DEEPEST} deep", shown(place))
            waiting += [(place_of(place, key), inner, depth + 1) for key, inner in self._look(place, value)]
        raise LabError(self.archive.name, f"must hold at most {MOST_NODES:,} values")

    def _look(self, place: str, value: Any) -> Iterator[tuple[Any, Any]]:
        """Note what is here; what is inside of it is looked at next."""
        tensor = tensor_of(value, self.archive)
        if isinstance(tensor, StoredTensor):
            self.tensors[place] = tensor
        elif tensor is not None:
            self.refused[place] = tensor
        elif isinstance(value, _PLAIN):
            self.values[place] = value
        elif isinstance(value, Pairs):
            yield from reversed(value.items)
        elif isinstance(value, list | tuple):
            yield from reversed(list(enumerate(value)))
        elif isinstance(value, Call):
            yield from self._object(place, value)
        else:
            self.foreign[place] = str(value) if isinstance(value, Name) else "a storage or another outside reference"

    def _object(self, place: str, value: Call) -> Iterator[tuple[Any, Any]]:
        name = str(value.function) if isinstance(value.function, Name) else "an object without a name"
        if name in _PATHS and isinstance(value.arguments, tuple):
            self.values[place] = str(PurePosixPath(*(part for part in value.arguments if isinstance(part, str))))
            return
        if name not in _OPTIONS:
            self.foreign[place] = name
            return
        inside = value.state.items if isinstance(value.state, Pairs) else []
        yield from reversed([*value.pairs, *(inside if name == "argparse.Namespace" else [])])


def place_of(outer: str, key: Any) -> str:
    """A readable path; a key that is no text or number is only named by its kind."""
    inner = str(key)[:200] if isinstance(key, str | int | float) else f"<{type(key).__name__}>"
    return f"{outer}/{inner}" if outer else inner


def report(contents: TorchContents) -> dict[str, object]:
    """The contents as plain JSON values, for a command line or a page."""
    return {
        "file": contents.name,
        "bytes": contents.size,
        "digest": contents.digest,
        "layout": contents.layout.title,
        "tensors": {name: f"{tensor.dtype} {tensor.shape}" for name, tensor in contents.tensors.items()},
        "values": {name: value if _in_json(value) else shown(value) for name, value in contents.values.items()},
        "other_objects": contents.foreign,
        "refused": contents.refused,
    }


def _in_json(value: Any) -> bool:
    return value is None or isinstance(value, str | bool) or (isinstance(value, int | float) and abs(value) < 1e300)
