"""Coordinates of UMAP and t-SNE maps on disk, by the content of the embeddings and the parameters."""

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np

from analysis.map_worker import MapSpec
from analysis.projection import Projection

_KEPT = 200  # maps; the oldest go first
_LARGEST = 64 * 2**20  # bytes; a file above it is none of ours


def default_folder() -> Path:
    """$XDG_CACHE_HOME/nce-lab/maps, by default ~/.cache/nce-lab/maps."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "nce-lab" / "maps"


def cached_map(
    make: Callable[[np.ndarray, MapSpec], Projection], embeddings: np.ndarray, spec: MapSpec, folder: Path
) -> Projection:
    """What `make` gives, or gave before. A damaged file is made anew; a folder that cannot be written is no error."""
    path = folder / f"{map_key(embeddings, spec)}.npz"
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
    """The map in `path`, or None where there is none that fits."""
    try:
        if path.stat().st_size > _LARGEST:
            return None
        with path.open("rb") as file:
            coordinates = np.load(file, allow_pickle=False)["coordinates"]
        if coordinates.shape != (items, 2) or coordinates.dtype != np.float32:
            return None
        return Projection(spec.method, coordinates)
    except (OSError, ValueError, KeyError, IndexError, EOFError, zipfile.BadZipFile):
        return None


def _write(path: Path, coordinates: np.ndarray) -> None:
    """Write beside and rename, so that no reader ever sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, beside = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            np.savez(file, coordinates=coordinates)
        os.replace(beside, path)
    except BaseException:
        os.unlink(beside)
        raise
    for old in sorted(path.parent.glob("*.npz"), key=lambda file: file.stat().st_mtime)[:-_KEPT]:
        old.unlink(missing_ok=True)
