"""The map of one epoch of a training, on axes that all its epochs share."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from analysis.comparison.over_epochs import Point
from analysis.figures.exhibit import Exhibit
from analysis.figures.maps.projection import embedding_map
from analysis.maps.over_epochs import turned
from analysis.maps.projection import Projection, map_sample
from analysis.maps.quality import map_quality
from analysis.outputs import Outputs


def map_of_epoch(points: Sequence[Point], place: int, outputs: Outputs) -> Exhibit:
    """The map of the snapshot at `place` of `points`, whose `outputs` are given; each has coordinates."""
    maps = turned([each.coordinates for each in points[: place + 1] if each.coordinates is not None])
    drawn, widest = (
        maps[-1],
        max(float(np.abs(each.coordinates).max()) for each in points if each.coordinates is not None),
    )
    items = map_sample(len(drawn), 2000)
    projection = Projection("PCA", drawn[items].astype(np.float32), points[place].explained)
    quality = map_quality(outputs.test.embeddings[items], projection.coordinates)
    shown = embedding_map(projection, quality, outputs.test, items, outputs.class_names)
    span = [-1.05 * widest, 1.05 * widest]
    shown.plot.update_xaxes(range=span, title_text="axis 1 (cosine units)")
    shown.plot.update_yaxes(range=span, title_text="axis 2 (cosine units)")
    reading = shown.how_to_read.replace("; click one to see it", "")
    return replace(
        shown,
        stem=f"map-epoch-{points[place].epoch}",
        title=f"Where are the test items after epoch {points[place].epoch}?",
        how_to_read=f"{reading} Each epoch's PCA is turned and mirrored onto the one before and never scaled, on axes"
        " that all epochs share: what moves, spreads or collapses from epoch to epoch is the items' doing.",
    )
