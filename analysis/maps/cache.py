"""Coordinates of UMAP and t-SNE maps on disk, by the content of the embeddings and the parameters.

A file is a digest, then the coordinates, (N, 2) float32: there is no parser that a damaged one could upset.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np

from analysis.maps.projection import Projection
from analysis.maps.worker import MapSpec

_KEPT = 200  # maps; the oldest go first
_DIGEST = 20  # bytes
_COORDINATES = np.dtype("<f4")


def default_folder() -> Path:
    """$XDG_CACHE_HOME/nce-lab/maps, by default ~/.cache/nce-lab/maps."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "nce-lab" / "maps"


def cached_map(
    make: Callable[[np.ndarray, MapSpec], Projection], embeddings: np.ndarray, spec: MapSpec, folder: Path
) -> Projection:
    """What `make` gives, or gave before. A damaged file is made anew; a folder that cannot be written is no error."""
    path = folder / f"{map_key(embeddings, spec)}.map"
    known = _read(path, spec, len(embeddings))
    if known is not None:
        return known
    made = make(embeddings, spec)
    try:
        _write(path, made.coordinates)
    except OSError:  # a full or read-only disk costs the next start a few seconds, no more
        return made
    return made


def map_key(embeddings: np.ndarray, spec: MapSpec) -> str:
    """Digest of everything the coordinates depend on."""
    digest = hashlib.blake2b(digest_size=20)
    made_by = version("umap-learn"), version("scikit-learn")
    digest.update(repr((embeddings.shape, embeddings.dtype.str, spec, made_by)).encode())
    digest.update(np.ascontiguousarray(embeddings).data)
    return digest.hexdigest()


def _read(path: Path, spec: MapSpec, items: int) -> Projection | None:
    """The map in `path`, or None where there is none that fits. Never more is read than such a map has."""
    size = _DIGEST + 2 * items * _COORDINATES.itemsize
    try:
        if not path.is_file() or path.stat().st_size != size:
            return None
        with path.open("rb") as file:
            data = file.read(size)
    except OSError:
        return None
    if len(data) != size or _digest(path, data[_DIGEST:]) != data[:_DIGEST]:
        return None
    coordinates = np.frombuffer(data, _COORDINATES, offset=_DIGEST).reshape(items, 2).astype(np.float32)
    return Projection(spec.method, coordinates) if np.isfinite(coordinates).all() else None


def _digest(path: Path, coordinates: bytes) -> bytes:
    """Of the coordinates and of what they are for: a map under another's name is none."""
    return hashlib.blake2b(path.stem.encode() + coordinates, digest_size=_DIGEST).digest()


def _write(path: Path, coordinates: np.ndarray) -> None:
    """Write beside and rename, so that no reader ever sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = coordinates.astype(_COORDINATES).tobytes()
    descriptor, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    beside = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(_digest(path, data) + data)
        beside.replace(path)
    except BaseException:
        beside.unlink()
        raise
    known = (file for file in path.parent.iterdir() if file.suffix in (".map", ".npz"))  # .npz: of earlier versions
    for old in sorted(known, key=lambda file: file.stat().st_mtime)[:-_KEPT]:
        old.unlink(missing_ok=True)
