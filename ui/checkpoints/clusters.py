"""The section on groups among the embeddings, which needs no labels."""

from analysis.figures.geometry.clusters import clusters_figure
from analysis.geometry.clusters import clusters
from analysis.statistics.bootstrap import Unavailable
from ui.checkpoints.analyses import Analyses, SplitName
from ui.checkpoints.code import figure_code
from ui.checkpoints.unavailable import not_available
from ui.checkpoints.view import CLUSTERS, said, splits
from ui.controls import part
from ui.exhibit import show

_CODE = """
items = outputs.{split}
exhibit = clusters_figure(clusters(items.embeddings, seed={seed}), items.ids, {of!r})
"""


def section(analyses: Analyses) -> None:
    """Of one split and seed."""
    with part(*CLUSTERS) as controls:
        split: SplitName = controls.choice("Items", "cluster_items", splits(analyses.outputs), default="test")  # type: ignore[assignment]
        seed = controls.integer("Seed of k-means", "cluster_seed", default=0, low=0, high=1_000_000)
    items, of = analyses.split(split), said(split, analyses.outputs)
    found = analyses.once(("clusters", split, seed), lambda: clusters(items.embeddings, seed=seed))
    if isinstance(found, Unavailable):
        not_available("Clusters", found)
        return
    code = figure_code(analyses, _CODE.format(split=split, seed=seed, of=of), clusters, clusters_figure)
    show(clusters_figure(found, items.ids, of).given_by(code), key="clusters")
