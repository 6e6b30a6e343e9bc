"""Groups among embeddings, also without labels: k-means and its silhouette, both scikit-learn's.

k-means finds k groups in anything, in a cloud without any too. The silhouette (Rousseeuw 1987) says how much nearer an
item is to its own group than to the next one: near 0 where groups are cut out of one cloud, near 1 where they stand
apart, below 0 where an item lies in the wrong one. The k of the largest silhouette is a proposal, not a finding.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analysis.degenerate import same_point
from analysis.maps.projection import map_sample
from analysis.outputs import NO_EMBEDDINGS
from analysis.statistics.bootstrap import Estimate, Unavailable, mean_estimate

KS = tuple(range(2, 16))
MOST_ITEMS = 2_000  # whose distances are all held: 32 MB
_LEAST_ITEMS = 10
_STARTS = 4
_RESAMPLES = 400


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """Of `items` (M,), indices in their split. silhouettes: k -> mean over items in [-1, 1], its interval over items
    for these groups. k: that of the largest; groups (M,) the items' groups under it, 0 the largest group; central:
    for each group up to three of its items, the nearest to its centre first."""

    items: np.ndarray
    silhouettes: Mapping[int, Estimate]
    k: int
    groups: np.ndarray
    central: tuple[np.ndarray, ...]
    seed: int

    @property
    def sizes(self) -> np.ndarray:
        """(k,) items of each group, largest first."""
        return np.bincount(self.groups, minlength=self.k)


def clusters(embeddings: np.ndarray, *, seed: int = 0, ks: tuple[int, ...] = KS) -> Clusters | Unavailable:
    """Of unit rows (N, D), by Euclidean distance, which orders them as their cosine does. The same seed gives the same
    groups; at most `MOST_ITEMS` rows take part, always the same ones."""
    reason = _why_not(embeddings)
    if reason:
        return Unavailable(reason)
    items = map_sample(len(embeddings), MOST_ITEMS)
    rows = embeddings[items].astype(np.float64)
    several = len(np.unique(embeddings[items], axis=0))
    apart = np.sqrt(np.maximum(2 - 2 * rows @ rows.T, 0))
    np.fill_diagonal(apart, 0)
    found, silhouettes = {}, {}
    for k in (k for k in ks if k < min(len(items), several)):
        found[k] = _grouped(rows, k, seed)
        silhouettes[k] = _silhouette(apart, found[k])
    if not found:
        return Unavailable("there are too few different embeddings to group")
    best = max(silhouettes, key=lambda k: silhouettes[k].value)
    groups = found[best]
    return Clusters(items, silhouettes, best, groups, _central(rows, groups, items, best), seed)


def _why_not(embeddings: np.ndarray) -> str:
    if not embeddings.shape[1]:
        return NO_EMBEDDINGS
    if len(embeddings) < _LEAST_ITEMS:
        return f"groups need at least {_LEAST_ITEMS} items, here {len(embeddings)}"
    return "all embeddings are the same" if same_point(embeddings) else ""


def _grouped(rows: np.ndarray, k: int, seed: int) -> np.ndarray:
    """The group of each row, the largest group first."""
    from sklearn.cluster import KMeans

    groups = KMeans(k, n_init=_STARTS, random_state=seed).fit_predict(rows)
    order = np.argsort(-np.bincount(groups, minlength=k), kind="stable")
    place: np.ndarray = np.argsort(order)[groups]
    return place


def _silhouette(apart: np.ndarray, groups: np.ndarray) -> Estimate:
    from sklearn.metrics import silhouette_samples

    found = mean_estimate(silhouette_samples(apart, groups, metric="precomputed"), resamples=_RESAMPLES)
    assert isinstance(found, Estimate)
    return found


def _central(rows: np.ndarray, groups: np.ndarray, items: np.ndarray, k: int) -> tuple[np.ndarray, ...]:
    found = []
    for group in range(k):
        members = np.flatnonzero(groups == group)
        away = ((rows[members] - rows[members].mean(axis=0)) ** 2).sum(axis=1)
        found.append(items[members[np.argsort(away, kind="stable")[:3]]])
    return tuple(found)
