"""What a model gives now, as an .npz that NCE Lab opens: a line an epoch in one's own training loop. torch alone."""

import ctypes
import os
import secrets
import zipfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from .errors import LabError, plural

Batches = Iterable[tuple[Any, Any]]
MOST_BYTES = 1 << 30
_KINDS = {torch.float32: "<f4", torch.int64: "<i8"}


def snapshot(
    path: str | os.PathLike[str], model: Callable[[Any], Any], train: Batches, test: Batches, *, limit: int = 10_000
) -> Path:
    """Write embeddings and labels of train and test items, and test logits where the model gives them, to `path`.

    model: inputs -> embeddings (N, D), or (embeddings, logits (N, K)). train, test: batches of (inputs, labels (N,)),
    in one order every time, so that snapshots can be compared; at most `limit` items of each are taken. An nn.Module
    runs in evaluation mode on its own device, and goes on as it was. The file is whole or not there at all; its folder
    is made. LabError for what the lab would not open.

    >>> import tempfile
    >>> batches = [(torch.eye(4), torch.tensor([0, 1, 0, 1]))]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     snapshot(f"{folder}/epoch_1.npz", torch.nn.Linear(4, 2), batches, batches).name
    'epoch_1.npz'
    """
    if limit < 1:
        raise LabError("limit", "must be at least 1", limit)
    sides = {"train": _run(model, train, "train", limit), "test": _run(model, test, "test", limit)}
    arrays = {
        f"{side}_{name}": part for side, parts in sides.items() for name, part in parts.items() if name != "logits"
    }
    if "logits" in sides["test"]:
        arrays["logits"] = sides["test"]["logits"]
    size = sum(array.numel() * array.element_size() for array in arrays.values())
    if size > MOST_BYTES:
        raise LabError("a snapshot", f"must have at most {MOST_BYTES:,} bytes", f"{size:,}", "Take a smaller limit.")
    target = Path(path).with_suffix(".npz") if Path(path).suffix != ".npz" else Path(path)
    _write(target, arrays)
    return target


def _run(model: Callable[[Any], Any], batches: Batches, side: str, limit: int) -> dict[str, Tensor]:
    """embeds, labels and perhaps logits of the first `limit` items."""
    training = model.training if isinstance(model, nn.Module) else None
    first = next(model.parameters(), None) if isinstance(model, nn.Module) else None
    found: dict[str, list[Tensor]] = {}
    count = 0
    try:
        if isinstance(model, nn.Module):
            model.eval()
        for batch in batches:
            inputs, labels = _pair(batch, side)
            moved = inputs.to(first.device) if first is not None and isinstance(inputs, Tensor) else inputs
            for name, part in _parts(model, moved, labels, side).items():
                found.setdefault(name, []).append(part[: limit - count])
            count += len(found["labels"][-1])
            if count >= limit:
                break
    finally:
        if isinstance(model, nn.Module) and training is not None:
            model.train(training)
    if not count:
        raise LabError(side, "must have items", but="has none", remedy="Give a loader that can be gone through again.")
    return {name: torch.cat(parts) for name, parts in found.items()}


def _pair(batch: Any, side: str) -> tuple[Any, Any]:
    """Inputs and labels of a batch."""
    if not isinstance(batch, tuple | list) or len(batch) != 2:
        found = f"{len(batch)} parts" if isinstance(batch, tuple | list) else f"a {type(batch).__name__}"
        remedy = "Give pairs: ((batch[0], batch[1]) for batch in loader), in a list, or a data set that yields them."
        raise LabError(f"a batch of {side}", "must be a pair (inputs, labels)", found, remedy)
    return batch[0], batch[1]


def _labels(labels: Any, side: str) -> Tensor:
    """(N,) int64 on the CPU."""
    try:
        return torch.as_tensor(labels).detach().to("cpu", torch.int64).flatten()
    except (TypeError, ValueError, RuntimeError) as error:
        remedy = "Number the classes from 0, and name them in the lab."
        raise LabError(f"labels of {side}", "must be class numbers", f"not so ({error})", remedy) from error


def _given(given: Any, side: str) -> dict[str, Tensor]:
    """embeds, and perhaps logits, (N, ...), as the model gives them."""
    parts = given if isinstance(given, tuple | list) else (given,)
    if not 1 <= len(parts) <= 2 or not all(isinstance(part, Tensor) for part in parts):
        found = " and ".join(type(part).__name__ for part in parts) or "nothing"
        remedy = 'Pick them: lambda x: model(x)["embeddings"].'
        raise LabError(f"the model on {side}", "must give embeddings, or (embeddings, logits)", found, remedy)
    return dict(zip(("embeds", "logits"), parts, strict=False))


@torch.no_grad()
def _parts(model: Callable[[Any], Any], inputs: Any, labels: Any, side: str) -> dict[str, Tensor]:
    parts = _given(model(inputs), side)
    rows = {name: part.detach().to("cpu", torch.float32).flatten(1) for name, part in parts.items()}
    rows["labels"] = _labels(labels, side)
    if len({len(part) for part in rows.values()}) > 1:
        found = ", ".join(f"{plural(len(part), 'row')} of {name}" for name, part in rows.items())
        raise LabError(side, "must have a label for each embedding", but=f"has {found}")
    if not all(bool(part.isfinite().all()) for part in rows.values()):
        raise LabError(f"{side} embeddings and logits", "must be finite", "not so in some rows")
    return rows


def _write(path: Path, arrays: dict[str, Tensor]) -> None:
    """Beside `path`, then renamed over it."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(temporary, "x") as file:
            for name, array in arrays.items():
                file.writestr(f"{name}.npy", _npy(array))
        temporary.replace(path)
    except OSError as error:
        raise LabError(str(path), f"could not be written ({error.strerror})") from error
    finally:
        with suppress(OSError):  # where its folder is none, there is nothing to take away
            temporary.unlink()


def _npy(array: Tensor) -> bytes:
    """numpy's format 1.0, in the byte order of every machine that torch runs on."""
    array = array.contiguous()
    shape = f"({', '.join(map(str, array.shape))}{',' if array.ndim == 1 else ''})"
    header = f"{{'descr': '{_KINDS[array.dtype]}', 'fortran_order': False, 'shape': {shape}, }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    begin = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode()
    return begin + ctypes.string_at(array.data_ptr(), array.numel() * array.element_size())
