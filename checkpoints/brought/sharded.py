"""Weights in several files: an index.json that names them, or a folder that has it. Each file is read as data."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from checkpoints.foreign.tensor_file import tensor_contents
from checkpoints.reading.content import kind_of
from checkpoints.reading.quoting import file_name, shown
from checkpoints.reading.safe_files import open_regular, read_head
from checkpoints.reading.strict_json import parse
from checkpoints.reading.torch_file.contents import TorchContents, torch_contents
from checkpoints.reading.torch_file.layouts import networks_of
from losses.errors import LabError, plural

INDEXES = (
    "model.safetensors.index.json",
    "pytorch_model.bin.index.json",
    "diffusion_pytorch_model.safetensors.index.json",
)
WHOLE = ("model.safetensors", "pytorch_model.bin")
DISTRIBUTED = ".metadata"
INDEX = ".index.json"
_MOST_BYTES, _MOST_NAMES, _MOST_FILES = 16 << 20, 100_000, 256
_NAME = re.compile(r"[\w.\- ]{1,200}", re.ASCII)


def weights_at(path: Path) -> Path | None:
    """The index or the file in a folder of weights; an index itself; None for anything else. LabError for the folders
    of torch.distributed.checkpoint, which are a pickle with pieces of tensors beside it."""
    if not path.is_dir():
        return path if path.name.endswith(INDEX) else None
    if (path / DISTRIBUTED).is_file():
        name = file_name(path)
        call = f"dcp_to_torch_save({shown(str(name), 200)}, 'whole.pth')"
        remedy = f'Convert it: python -c "from torch.distributed.checkpoint.format_utils import *; {call}".'
        raise LabError(name, "must be in one file", "a folder of torch.distributed.checkpoint", remedy)
    return next((path / name for name in (*INDEXES, *WHOLE) if (path / name).is_file()), None)


def contents_of(path: Path) -> TorchContents:
    """What is in a torch file, a .safetensors file, or all files of an index. LabError where one is refused."""
    if path.name.endswith(INDEX):
        return _of_index(path)
    return tensor_contents(path) if kind_of(read_head(path)) == "safetensors" else torch_contents(path)


def _of_index(path: Path) -> TorchContents:
    places = _places(path)
    shards = tuple((path.parent / name, contents_of(path.parent / name)) for name in dict.fromkeys(places.values()))
    _check_whole(path, places, {file.name: contents for file, contents in shards})
    tensors = {name: tensor for _, shard in shards for name, tensor in shard.tensors.items()}
    refused = {name: why for _, shard in shards for name, why in shard.refused.items()}
    mentions = tuple(dict.fromkeys(each for _, shard in shards for each in shard.mentions))
    digest = hashlib.sha256("".join(f"{file.name} {shard.digest}" for file, shard in shards).encode()).hexdigest()
    size = sum(shard.size for _, shard in shards)
    networks = networks_of((*tensors, *refused))
    pickled = any(shard.pickled for _, shard in shards)
    return TorchContents(
        file_name(path),
        size,
        digest,
        networks,
        tensors,
        refused=refused,
        mentions=mentions,
        shards=shards,
        pickled=pickled,
    )


def _places(path: Path) -> Mapping[str, str]:
    """Tensor name -> name of its file, which lies beside the index."""
    with open_regular(path) as (file, size):
        if size > _MOST_BYTES:
            raise LabError(path.name, f"must have at most {_MOST_BYTES:,} bytes", f"{size:,} bytes long")
        text = file.read(_MOST_BYTES).decode(errors="replace")
    found = parse(text, name=path.name, brackets=64)
    places = found.get("weight_map") if isinstance(found, dict) else None
    if not isinstance(places, dict) or not places or not all(isinstance(each, str) for each in places.values()):
        raise LabError(path.name, "must have a weight_map from tensors to files", but="has none")
    if len(places) > _MOST_NAMES or len(set(places.values())) > _MOST_FILES:
        rule = f"must name at most {_MOST_NAMES:,} tensors in {_MOST_FILES} files"
        raise LabError(path.name, rule, but=f"names {len(places):,} in {len(set(places.values())):,}")
    for name in set(places.values()):
        if not _NAME.fullmatch(name) or name in (".", "..") or name.endswith(INDEX):
            raise LabError(path.name, "must name files that lie beside it", but=f"names {shown(name)}")
    return places


def _check_whole(path: Path, places: Mapping[str, str], shards: Mapping[str, TorchContents]) -> None:
    """Every tensor in its file, and in no other."""
    missing = [name for name, at in places.items() if name not in shards[at].tensors and name not in shards[at].refused]
    if missing:
        rule = "must name tensors that are in their files"
        raise LabError(
            path.name, rule, but=f"names {plural(len(missing), 'other tensor')}, such as {shown(missing[0])}"
        )
    count = sum(len(shard.tensors) for shard in shards.values())
    if count != len({name for shard in shards.values() for name in shard.tensors}):
        raise LabError(path.name, "must have files with tensors of different names", but="has some in two of them")
