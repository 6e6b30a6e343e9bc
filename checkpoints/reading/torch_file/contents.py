"""What is in a torch file, without running any of it: tensors, options, other objects by name, what was refused."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np

from checkpoints.reading.content import kind_of
from checkpoints.reading.quoting import file_name
from checkpoints.reading.safe_files import open_regular
from checkpoints.reading.torch_file.archive import Archive, TorchArchive
from checkpoints.reading.torch_file.inert_pickle import Name
from checkpoints.reading.torch_file.layouts import UNKNOWN, Layout, Network, networks_of
from checkpoints.reading.torch_file.legacy import LegacyArchive, is_legacy
from checkpoints.reading.torch_file.numpy_records import PickledArray
from checkpoints.reading.torch_file.plain_pickle import PlainPickle
from checkpoints.reading.torch_file.tensors import StoredTensor
from checkpoints.reading.torch_file.walk import UNFOLDED, Found
from checkpoints.reading.verdict import COMMAND, named_by
from losses.errors import LabError, plural

MOST_BYTES = 8 << 30
_SHARED = 4
_MOST_NAMES, _LONGEST_NAME = 1_000, 200


@dataclass(frozen=True, slots=True, eq=False)
class TorchContents:
    """tensors, plain values, foreign objects and numpy's arrays in the pickle by their place in the file, such as
    "model/encoder.conv1.weight".

    `foreign` says what an object is called, `refused` why a tensor cannot be read. `size` in bytes, `digest` sha256.
    `mentions` has every global that the pickle names, also inside of what is only named here; `networks` the sets of
    weights whose layout is known, `network` the first of them. `shards`: the files that it lies in, where these are
    several, each with its own contents. `pickled`: whether there is a pickle in any of it; safetensors has none.
    `plain`: whether it is a pickle and nothing else, as pickle.dump writes it.
    """

    name: str
    size: int
    digest: str
    networks: tuple[Network, ...] = ()
    tensors: dict[str, StoredTensor] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    foreign: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    mentions: tuple[str, ...] = ()
    shards: tuple[tuple[Path, "TorchContents"], ...] = ()
    arrays: dict[str, PickledArray] = field(default_factory=dict)
    pickled: bool = True
    plain: bool = False

    @property
    def held(self) -> dict[str, StoredTensor | PickledArray]:
        """Tensors and numpy's arrays."""
        return {**self.tensors, **self.arrays}

    @property
    def network(self) -> Network | None:
        return next(iter(self.networks), None)

    @property
    def layout(self) -> Layout:
        return UNKNOWN if self.network is None else self.network.layout


def torch_contents(path: str | Path) -> TorchContents:
    """Look into the torch file or plain pickle at `path`. LabError, one sentence, where it is refused as a whole."""
    with open_torch(path) as (contents, _):
        return contents


@contextmanager
def open_torch(path: str | Path, *, hashed: bool = True) -> Iterator[tuple[TorchContents, Archive]]:
    """Contents of a torch file or a plain pickle, and its open archive for `StoredTensor.array`: the very file that was
    looked into.

    Without a digest where it is not to be `hashed`: then no more is read than the pickle.
    """
    with open_regular(path) as (file, size):
        name = file_name(path)
        if size > MOST_BYTES:
            raise LabError(name, f"must have at most {MOST_BYTES:,} bytes", f"{size:,} bytes long")
        digest = hashlib.file_digest(file, "sha256").hexdigest() if hashed else ""  # type: ignore[arg-type]
        archive = archive_of(file, name=name, size=size)
        mentions: set[Name] = set()
        top, length = archive.value(mentions)
        found = Found(archive, budget=(1 << 20) + UNFOLDED * length, most_bytes=_SHARED * length)
        found.walk(top)
        _check_shared([*found.tensors.values(), *found.arrays.values()], name, size)
        parts = (found.tensors, found.values, found.foreign, found.refused, _sorted(mentions))
        networks = networks_of((*found.tensors, *found.refused))
        plain = isinstance(archive, PlainPickle)
        yield TorchContents(name, size, digest, networks, *parts, arrays=found.arrays, plain=plain), archive


def archive_of(file: IO[bytes], *, name: str, size: int) -> Archive:
    """The archive in an open file, in whichever of the three forms it is."""
    file.seek(0)
    head = file.read(4096)
    file.seek(0)
    if is_legacy(head):
        return LegacyArchive.of(file, name=name, size=size)
    plain = kind_of(head) == "pickle"
    return PlainPickle(name, file, size) if plain else TorchArchive.of(file, name=name, size=size)


def torch_array(path: Path) -> tuple[np.ndarray, str, int]:
    """The one tensor of a torch file that holds nothing else, with the file's sha256 and size."""
    with open_torch(path) as (contents, archive):
        if set(contents.held) != {""}:
            others = len(contents.values) + len(contents.foreign) + len(contents.arrays)
            found = f"holds {plural(len(contents.tensors), 'tensor')} and {plural(others, 'other value')}"
            refused = next((f"holds {why}" for why in contents.refused.values()), found)
            raise LabError(contents.name, "must hold one tensor and nothing else", but=refused)
        return contents.held[""].array(archive), contents.digest, contents.size


def _check_shared(held: list[StoredTensor | PickledArray], name: str, size: int) -> None:
    """Tied weights share their numbers; thousands of tensors over one storage would fill the memory."""
    total = sum(each.count * each.itemsize for each in held)
    if total > _SHARED * size:
        raise LabError(
            name,
            f"must have tensors and arrays of at most {_SHARED} times its size",
            but=f"has {total:,} bytes in {size:,}",
        )


def _sorted(mentions: set[Name]) -> tuple[str, ...]:
    """By name; those that no checkpoint needs first, so that a thousand others hide none."""
    names = {str(name)[:_LONGEST_NAME] for name in mentions}
    return tuple(sorted(names, key=lambda name: (named_by(name) != COMMAND, name))[:_MOST_NAMES])
