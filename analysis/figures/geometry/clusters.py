"""Groups among embeddings: the silhouette of k-means against k, with the groups of the best one in the table."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analysis.digits import interval
from analysis.figures.estimates import add_estimates
from analysis.figures.exhibit import Exhibit
from analysis.figures.splits import items_of
from analysis.figures.theme import layout
from analysis.geometry.clusters import Clusters


def clusters_figure(found: Clusters, ids: np.ndarray, of: str) -> Exhibit:
    """ids (N,): the names of all items of the split `of`, "" where there is none."""
    known = found.silhouettes
    plot = layout(go.Figure(), x="groups, k", y="silhouette (-1 to 1)", height=340)
    add_estimates(plot, known, "%{x} groups: %{y:.4~f}")
    sample = "" if len(found.items) == len(ids) else f", drawn from {len(ids):,}"
    return Exhibit(
        stem="-".join(filter(None, ("clusters", of))),
        title=f"Are there groups? Largest silhouette {interval(known[found.k])} at {found.k}",
        plot=plot,
        how_to_read=(
            f"Mean silhouette of scikit-learn's k-means on {items_of(of, len(found.items))}{sample} (seed {found.seed},"
            " the best of four starts), with 95 % intervals over items for these groups. Near 0, groups are cut out of"
            " one cloud; near 1 they stand apart. k-means finds k groups in anything, and rather round ones of like"
            f" size; labels are not used. The table has the {found.k} groups with the items nearest to each centre."
        ),
        alt=f"Silhouette of {min(known)} to {max(known)} groups, the largest at {found.k}: {interval(known[found.k])}.",
        table=pd.DataFrame([_row(found, ids, group) for group in range(found.k)]),
    )


def _row(found: Clusters, ids: np.ndarray, group: int) -> dict[str, object]:
    central = ", ".join(str(each) for each in ids[found.central[group]])
    return {"group": group + 1, "items": int(found.sizes[group]), "nearest to its centre": central}
