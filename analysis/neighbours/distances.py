"""How far the nearest neighbours are: from the rows themselves where a float32 cosine is too coarse to say.

A float32 cosine near 1 is known to 6e-8, and sqrt(2 - 2 cosine) turns that into 3e-4: copies then stand apart.
"""

import numpy as np

from analysis.neighbours.graph import nearest_neighbours

_NEAR = np.float32(0.99)  # up to here sqrt(2 - 2 cosine) has a relative error below 1e-5
_CELLS = 4_000_000  # differences held at once: 32 MB


def neighbour_distances(embeddings: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Indices (N, k) int64 of the k nearest others of unit rows (N, D), and Euclidean distances (N, k), nearest first.

    Distances of copies are 0, equal ones in the order of their indices.
    """
    found = nearest_neighbours(embeddings, k)
    apart = np.sqrt(np.maximum(2 - 2 * found.similarities.astype(np.float64), 0))
    items, places = np.nonzero(found.similarities > _NEAR)
    others = found.indices[items, places]
    size = max(1, _CELLS // embeddings.shape[1])
    for start in range(0, len(items), size):
        part = slice(start, start + size)
        between = embeddings[items[part]].astype(np.float64) - embeddings[others[part]]
        apart[items[part], places[part]] = np.sqrt(np.einsum("nd,nd->n", between, between))
    order = np.lexsort((found.indices, apart), axis=1)
    return np.take_along_axis(found.indices, order, axis=1), np.take_along_axis(apart, order, axis=1)
