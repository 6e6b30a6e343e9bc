"""Outputs of forward passes on disk, by the content of all they depend on. A damaged file is made anew, and said so."""

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np

from analysis.maps.cache import default_folder as maps_folder
from analysis.outputs import Outputs, Split
from checkpoints.reading import safetensors_file
from checkpoints.reading.atomic import write_atomic
from losses.errors import LabError

MOST_BYTES = 4 << 30  # of all files together; the longest unused go first
_KEY, _DIGEST = "nce_lab_outputs", "nce_lab_digest"
_PARTS = ("embeddings", "labels", "logits", "images", "ids", "features")


def default_folder() -> Path:
    """$XDG_CACHE_HOME/nce-lab/outputs, by default ~/.cache/nce-lab/outputs."""
    return maps_folder().with_name("outputs")


def cached_outputs(key: str, folder: Path | None, make: Callable[[], Outputs]) -> Outputs:
    """What `make` gives, or gave before; `provenance["cache"]` says which. No folder: nothing is kept."""
    if folder is None:
        return _saying(make(), "not used")
    path, damaged = kept_at(key, folder), ""
    if os.path.exists(path):  # noqa: PTH110 (False, too, below a folder that may not be read)
        try:
            return _saying(_read(path, key), "read from disk: these very inputs were seen before")
        except Exception:  # noqa: BLE001 (whatever is wrong with a kept file, it is made anew, and provenance says so)
            damaged = "the kept file was damaged and was made anew; "
    made = make()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(path, key, made)
        trim(folder, MOST_BYTES)
    except (OSError, LabError) as error:
        return _saying(made, f"{damaged}computed now, not kept on disk ({str(error).rstrip('.')})")
    return _saying(made, f"{damaged}computed now, kept on disk")


def kept_at(key: str, folder: Path) -> Path:
    """Where outputs lie."""
    return folder / f"{key}.safetensors"


def key_of(parts: Mapping[str, object]) -> str:
    """Digest of all that the outputs depend on; equal parts, equal key."""
    text = json.dumps({name: str(value) for name, value in parts.items()}, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=20).hexdigest()


def _saying(outputs: Outputs, what: str) -> Outputs:
    return replace(outputs, provenance={**outputs.provenance, "cache": what})


def _write(path: Path, key: str, outputs: Outputs) -> None:
    arrays = {f"{side}/{name}": part for side, split in _sides(outputs) for name, part in _parts(split).items()}
    if sum(array.nbytes for array in arrays.values()) > safetensors_file.MAX_BYTES - (64 << 20):
        raise LabError("a kept file", f"must have at most {safetensors_file.MAX_BYTES:,} bytes")
    about = {
        "class_names": outputs.class_names,
        "temperature": outputs.temperature,
        "provenance": dict(outputs.provenance),
    }
    text = json.dumps(about, sort_keys=True, allow_nan=False)
    metadata = {_KEY: text, _DIGEST: arrays_digest(key, text, arrays)}
    write_atomic(path, safetensors_file.encode(arrays, metadata))


def _read(path: Path, key: str) -> Outputs:
    """LabError where the file is not what was written under this key."""
    file = safetensors_file.read(path)
    text, arrays = file.header.metadata[_KEY], file.arrays()
    # Before anything of it is believed: a damaged class name or temperature is as wrong as a damaged embedding.
    if arrays_digest(key, text, arrays) != file.header.metadata[_DIGEST]:
        raise LabError(path.name, "must be as it was written")
    about = json.loads(text)
    train, test = (_split(arrays, side) for side in ("train", "test"))
    with suppress(OSError):
        path.touch()  # it is in use: others go first
    return Outputs(train, test, tuple(about["class_names"]), float(about["temperature"]), about["provenance"])


def _sides(outputs: Outputs) -> tuple[tuple[str, Split], ...]:
    return ("train", outputs.train), ("test", outputs.test)


def _parts(split: Split) -> dict[str, np.ndarray]:
    ids = np.frombuffer(json.dumps(split.ids.tolist()).encode(), dtype=np.uint8)
    found = {"embeddings": split.embeddings, "labels": split.labels, "ids": ids}
    optional = {"logits": split.logits, "images": split.images, "features": split.features}
    return found | {name: array for name, array in optional.items() if array is not None}


def _split(arrays: Mapping[str, np.ndarray], side: str) -> Split:
    part = {name: arrays.get(f"{side}/{name}") for name in _PARTS}
    ids = np.array(json.loads(arrays[f"{side}/ids"].tobytes()), dtype=np.str_)
    embeddings, labels = arrays[f"{side}/embeddings"], arrays[f"{side}/labels"]
    return Split(embeddings, labels, part["logits"], part["images"], ids, features=part["features"])


def arrays_digest(key: str, text: str, arrays: Mapping[str, np.ndarray]) -> str:
    """Of a kept file: of its key, what it says of itself, and each array with its name."""
    digest = hashlib.blake2b(repr((key, text)).encode(), digest_size=20)
    for name in sorted(arrays):
        digest.update(f"{name} {arrays[name].dtype} {arrays[name].shape}".encode())
        digest.update(np.ascontiguousarray(arrays[name]).data)
    return digest.hexdigest()


def trim(folder: Path, most: int) -> None:
    """The newest files that fit into `most` bytes stay."""
    files = sorted(folder.glob("*.safetensors"), key=lambda file: file.stat().st_mtime, reverse=True)
    total = 0
    for file in files:
        total += file.stat().st_size
        if total > most:
            file.unlink(missing_ok=True)
