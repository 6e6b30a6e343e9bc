"""Maps of embeddings in the plane: PCA at once, UMAP on exact neighbours. t-SNE stands in `analysis.maps.tsne`.

`umap` is imported only when a map is made: the import takes seconds, and the first fit on a machine compiles for more;
`analysis.maps.compiled` has that kept.
"""

import threading
import warnings
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from analysis.neighbours.distances import neighbour_distances
from losses.errors import LabError

# Two fits at once in one process can abort it (numba's workqueue layer), and so can two first imports.
_ONE_FIT_AT_A_TIME = threading.Lock()
_ROWS = 4096  # widened to float64 at once: 67 MB at 2,048 dimensions

Method = Literal["PCA", "UMAP", "t-SNE", "As given"]


@dataclass(frozen=True, slots=True)
class UmapSpec:
    """Parameters of UMAP (McInnes et al., arXiv 1802.03426); `neighbours` counts the item itself."""

    method: ClassVar[Method] = "UMAP"

    neighbours: int = 15
    min_distance: float = 0.1
    epochs: int = 200
    seed: int = 0

    def __post_init__(self) -> None:
        if not 2 <= self.neighbours <= 200:
            raise LabError("neighbours", "must lie in 2 to 200", self.neighbours)
        if not 0 <= self.min_distance < 1:
            raise LabError("minimum distance", "must lie in [0, 1)", self.min_distance)
        if not 1 <= self.epochs <= 2000:
            raise LabError("epochs", "must lie in 1 to 2000", self.epochs)
        if not 0 <= self.seed < 2**32:
            raise LabError("seed", "must lie in 0 to 2^32 - 1", self.seed)


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """coordinates (N, 2) float32 of N items, without unit; `explained` has the variance shares of PCA's two axes."""

    method: Method
    coordinates: np.ndarray
    explained: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if self.coordinates.ndim != 2 or self.coordinates.shape[1] != 2 or not np.isfinite(self.coordinates).all():
            raise LabError("coordinates", "must be finite and (N, 2)", self.coordinates.shape)
        self.coordinates.setflags(write=False)


def pca(embeddings: np.ndarray) -> Projection:
    """The two principal axes of (N, D), in float64; the largest loading of each axis is positive."""
    mean = _varied(embeddings).mean(axis=0, dtype=np.float64)
    blocks = [slice(start, start + _ROWS) for start in range(0, len(embeddings), _ROWS)]
    # The D x D covariance and not the N x D matrix: its cost is one product, however many items there are.
    scatter = np.zeros((len(mean), len(mean)))
    for rows in blocks:
        centred = embeddings[rows] - mean
        scatter += centred.T @ centred
    variance, axes = np.linalg.eigh(scatter)
    variance, axes = variance[::-1].clip(min=0), axes[:, ::-1][:, :2]
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    coordinates = np.zeros((len(embeddings), 2), dtype=np.float32)
    for rows in blocks:
        coordinates[rows, : axes.shape[1]] = (embeddings[rows] - mean) @ axes
    shares = np.append(variance / variance.sum(), 0.0)
    return Projection("PCA", coordinates, (float(shares[0]), float(shares[1])))


def umap_map(embeddings: np.ndarray, spec: UmapSpec) -> Projection:
    """UMAP by cosine on exact neighbours, started from PCA, one fit at a time in this process.

    The same machine and seed give the same coordinates; another machine may not.
    """
    items = len(_varied(embeddings))
    if items < 10:
        raise LabError("UMAP", "needs at least 10 items", but=f"there {_are(items)}", remedy="PCA shows fewer.")
    neighbours = min(spec.neighbours, items - 1)
    with _ONE_FIT_AT_A_TIME:
        # It warns of what we do not use: TensorFlow, transforming new points. A filter and not `catch_warnings`, which
        # swaps process-wide state back and forth under the other threads.
        warnings.filterwarnings("ignore", module=r"umap(\.|$)")
        from umap import UMAP

        from analysis.maps.compiled import keep_compiled

        keep_compiled()
        fit = UMAP(
            n_neighbors=neighbours,
            min_dist=spec.min_distance,
            n_epochs=spec.epochs,
            metric="cosine",
            init=start(embeddings, spec.seed),
            precomputed_knn=_knn_with_self(embeddings, neighbours),
            random_state=spec.seed,
            n_jobs=1,
        )
        return Projection("UMAP", fit.fit_transform(embeddings).astype(np.float32))


def map_sample(items: int, limit: int = 10_000) -> np.ndarray:
    """Indices of at most `limit` of the items, in order, always the same ones: what a map can show in a few seconds."""
    if items <= limit:
        return np.arange(items)
    return np.sort(np.random.default_rng(0).choice(items, size=limit, replace=False))


def _varied(embeddings: np.ndarray) -> np.ndarray:
    if not embeddings.shape[1]:
        raise LabError("A map", "needs embeddings", but="there are none")
    if len(embeddings) < 2:
        raise LabError("A map", "needs at least 2 items", but="there is 1")
    if (embeddings == embeddings[0]).all():
        raise LabError("embeddings", "must differ for a map", but=f"all {len(embeddings)} are the same")
    return embeddings


def _are(items: int) -> str:
    return "is 1" if items == 1 else f"are {items:,}"


def start(embeddings: np.ndarray, seed: int) -> np.ndarray:
    """PCA coordinates with a trace of noise: UMAP divides by the range of each axis and parts no equal points."""
    found = pca(embeddings).coordinates
    noise = np.random.default_rng(seed).normal(scale=1e-4 * found.std(), size=found.shape)
    return (found + noise).astype(np.float32)


def _knn_with_self(embeddings: np.ndarray, neighbours: int) -> tuple[np.ndarray, np.ndarray, None]:
    """UMAP's form: (N, k) indices and cosine distances, each item first among its own; no search index."""
    indices, apart = neighbour_distances(embeddings, neighbours - 1)
    own = np.arange(len(embeddings))[:, None]
    cosine = (apart**2 / 2).astype(np.float32)  # 1 - cosine of unit rows
    return np.hstack([own, indices]).astype(np.int32), np.hstack([np.zeros_like(own, np.float32), cosine]), None
