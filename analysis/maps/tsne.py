"""t-SNE on exact neighbours (van der Maaten and Hinton 2008; Barnes-Hut, 2014), by scikit-learn.

Its own search is for Euclidean distances, which between unit rows are sqrt(2 - 2 cosine): the neighbours are found by
one chunked product and handed over, as for UMAP.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from analysis.maps.projection import Method, Projection, start
from analysis.neighbours.distances import neighbour_distances
from losses.errors import LabError

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

MOST_ITEMS = 10_000
"""More take minutes: the force on each point is a walk through a tree of all, a thousand times."""


@dataclass(frozen=True, slots=True)
class TsneSpec:
    """perplexity: about how many neighbours count; it is lowered where there are fewer than three times as many."""

    method: ClassVar[Method] = "t-SNE"

    perplexity: float = 30.0
    steps: int = 750
    seed: int = 0

    def __post_init__(self) -> None:
        if not 2 <= self.perplexity <= 100:
            raise LabError("perplexity", "must lie in 2 to 100", self.perplexity)
        if not 250 <= self.steps <= 5000:
            raise LabError("steps", "must lie in 250 to 5000", self.steps)
        if not 0 <= self.seed < 2**32:
            raise LabError("seed", "must lie in 0 to 2^32 - 1", self.seed)


def tsne_map(embeddings: np.ndarray, spec: TsneSpec) -> Projection:
    """t-SNE of (N, D) unit rows, started from PCA."""
    items = len(embeddings)
    if items < 10:
        raise LabError("t-SNE", "needs at least 10 items", but=f"there are {items}", remedy="PCA shows fewer.")
    if items > MOST_ITEMS:
        raise LabError(
            "t-SNE", f"takes at most {MOST_ITEMS:,} items", but=f"there are {items:,}", remedy="UMAP takes more."
        )
    from sklearn.manifold import TSNE

    first = start(embeddings, spec.seed)
    perplexity = min(spec.perplexity, (items - 1) / 3)
    fit = TSNE(
        perplexity=perplexity,
        metric="precomputed",
        init=first / first[:, 0].std() * 1e-4,  # scikit-learn's own scale of a PCA start
        max_iter=spec.steps,
        random_state=spec.seed,
    )
    graph = _graph(*neighbour_distances(embeddings, min(items - 1, int(3 * perplexity + 1))))
    return Projection("t-SNE", fit.fit_transform(graph).astype(np.float32))


def _graph(indices: np.ndarray, apart: np.ndarray) -> "csr_matrix":
    """scikit-learn's form of a known graph: each item's nearest by distance, itself first with an explicit 0.

    Squares are counted from the nearest one's. An item's affinities, a softmax of minus its squares, stay the same, and
    its nearest neighbours keep theirs: where 32 are equally far, no bandwidth has the perplexity that is asked for, the
    search makes it ever narrower, and all of them would underflow.
    """
    from scipy.sparse import csr_matrix

    items, neighbours = indices.shape
    columns = np.hstack([np.arange(items)[:, None], indices])
    values = np.hstack([np.zeros((items, 1)), np.sqrt(apart**2 - apart[:, :1] ** 2)])
    ends = np.arange(items + 1) * (neighbours + 1)
    return csr_matrix((values.ravel(), columns.ravel(), ends), shape=(items, items))
