"""UMAP's functions are compiled by the first process of a machine, and only there."""

import subprocess
import sys

CODE = """
import numpy as np
from analysis.maps.projection import UmapSpec, umap_map
z = np.random.default_rng(0).normal(size=(60, 8)).astype("float32")
umap_map(z / np.linalg.norm(z, axis=1, keepdims=True), UmapSpec(epochs=5))
from umap import layouts, umap_
for each in (
    umap_.smooth_knn_dist,
    umap_.compute_membership_strengths,
    layouts._get_optimize_layout_euclidean_single_epoch_fn(False),
):
    assert each.signatures, each
    print(each.__name__, *(sum(count.values()) for count in (each.stats.cache_hits, each.stats.cache_misses)))
"""


def counts():
    """(hits, misses) of the cache for each of the functions, in a process of its own."""
    found = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    return [line.split()[-2:] for line in found.stdout.splitlines()]


def test_a_later_process_compiles_nothing_of_umaps():
    """The first one may; and one that writes at the same time, for another test, may write over what it wrote."""
    assert any(counts() == [["1", "0"]] * 3 for _ in range(4))
