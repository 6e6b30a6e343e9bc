"""Nearest similarities, margins' class maxima and kNN of 10,000 x 50,000: how near is one exact pass to the product?"""

from collections.abc import Iterable

from benchmarks.nearest_pass import measured
from ui.checkpoints.analyses import LARGEST_K


def rows() -> Iterable[tuple[str, float, str, float]]:
    """Ratios of times taken in turn in one process; memory above what the embeddings themselves take."""
    for dimensions, k, limit in ((128, 10, 1.4), (128, LARGEST_K, 1.6), (2048, 10, 1.15)):
        found = measured(dimensions, k)
        what = f"nearest similarity and top {k}, 10,000 x 50,000 x {dimensions}"
        yield f"{what}, against the bare product", found["ratio"], "x", limit
        yield f"{what}, memory beside the embeddings", found["gigabytes"], "GB", 0.3
