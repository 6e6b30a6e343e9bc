"""A seeded UMAP of 10,000 x 128: how long, and does it keep neighbourhoods as well as umap-learn's own default?

umap-learn's default fit takes about a minute; it is the reference and is not timed.
"""

import warnings
from collections.abc import Iterable

import numpy as np

from analysis.maps.projection import Projection, UmapSpec, umap_map
from analysis.maps.quality import MapQuality, map_quality
from benchmarks.timing import busy

ITEMS, DIMENSIONS, CLUSTERS = 10_000, 128, 20


def rows() -> Iterable[tuple[str, float, str, float]]:
    """Clusters of different widths on the sphere, as trained embeddings are. A small map first, which compiles."""
    embeddings, made = clustered(), list[Projection]()
    umap_map(embeddings[:500], UmapSpec(epochs=2))
    yield (
        f"seeded UMAP of {ITEMS:,} x {DIMENSIONS}, warm",
        busy(lambda: made.append(umap_map(embeddings, UmapSpec()))),
        "s",
        6.0,
    )
    (ours,) = made
    default = _trustworthiness(embeddings, _default(embeddings))
    lost = default - _trustworthiness(embeddings, ours.coordinates)
    yield f"  its trustworthiness below that of umap-learn's default ({default:.3f})", lost, "", 0.01


def clustered() -> np.ndarray:
    rng = np.random.default_rng(0)
    centres = rng.standard_normal((CLUSTERS, DIMENSIONS))
    label = np.arange(ITEMS) % CLUSTERS
    width = np.linspace(0.4, 1.2, CLUSTERS)[label, None]
    # Each cluster has most of its spread in five directions, so that there are neighbourhoods to keep.
    inner = np.einsum(
        "nd,nde->ne", rng.standard_normal((ITEMS, 5)), rng.standard_normal((CLUSTERS, 5, DIMENSIONS))[label]
    )
    made = centres[label] + width * (0.4 * inner + 0.1 * rng.standard_normal((ITEMS, DIMENSIONS)))
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


def _default(embeddings: np.ndarray) -> np.ndarray:
    from umap import UMAP

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found: np.ndarray = UMAP(metric="cosine", random_state=0).fit_transform(embeddings)
    return found


def _trustworthiness(embeddings: np.ndarray, coordinates: np.ndarray) -> float:
    found = map_quality(embeddings, coordinates)
    assert isinstance(found, MapQuality)
    return found.trustworthiness.value
