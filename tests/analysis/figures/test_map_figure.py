"""Large maps: one WebGL trace, at most 1 MB sent, every item still found; small ones as before."""

import json

import numpy as np
import plotly.graph_objects as go
import pytest

from analysis.figures.maps.points import MOST_AS_SVG
from analysis.figures.maps.projection import embedding_map
from analysis.figures.theme import class_style
from analysis.maps.projection import Projection
from analysis.outputs import Split
from analysis.statistics.bootstrap import Unavailable


def drawn(items, classes, method="PCA", **options):
    rng = np.random.default_rng(items)
    coordinates = rng.normal(size=(items, 2)).astype(np.float32)
    explained = (0.2, 0.1) if method == "PCA" else None
    labels = rng.integers(classes, size=items)
    split = Split(coordinates, labels, ids=np.array([f"a rather long name of item {i}" for i in range(items)]))
    names = tuple(f"class {c}" for c in range(classes))
    projection = Projection(method, coordinates, explained)
    return embedding_map(projection, Unavailable("x"), split, np.arange(items), names, **options), split


@pytest.mark.parametrize("classes", [2, 10, 1000])
def test_fifty_thousand_points_are_one_trace_of_at_most_a_megabyte(classes):
    exhibit, split = drawn(50_000, classes, chosen=49_999)
    sent = exhibit.plot.to_json()
    assert len(sent) < 1_000_000
    traces = json.loads(sent)["data"]
    (webgl,) = [trace for trace in traces if trace["type"] == "scattergl"]
    assert webgl["x"]["dtype"] == webgl["y"]["dtype"] == "f4"
    np.testing.assert_array_equal(exhibit.plot.data[0].x, split.embeddings[:, 0])
    np.testing.assert_array_equal(exhibit.table["item"], np.arange(50_000))
    frames = exhibit.plot.layout.annotations[-2:]
    assert {(frame.x, frame.y) for frame in frames} == {tuple(map(float, split.embeddings[-1]))}


def test_colour_and_symbol_of_each_point_are_its_classs():
    exhibit, split = drawn(MOST_AS_SVG + 1, 12)
    marker = exhibit.plot.data[0].marker
    colours = [colour for _, colour in marker.colorscale[::2]]
    symbols = ["circle", "square", "diamond", "cross", "x", "triangle-up"]  # in the order of Plotly's codes
    for label, colour, symbol in zip(split.labels[:200], marker.color, marker.symbol, strict=False):
        style = class_style(label)
        assert (colours[colour], symbols[symbol]) == (style.colour, style.symbol)


def test_plotly_accepts_what_is_handed_over_unvalidated():
    for items in (40, MOST_AS_SVG + 10):
        exhibit, _ = drawn(items, 7, chosen=3)
        checked = go.Figure(exhibit.plot.to_dict())
        assert len(checked.data) == len(exhibit.plot.data)


@pytest.mark.parametrize("items", [60, MOST_AS_SVG + 60])
def test_classes_that_are_not_chosen_lie_in_grey_behind_the_others(items):
    exhibit, split = drawn(items, 5, method="t-SNE", only=(1, 4), chosen=0)
    expected = np.isin(split.labels, (1, 4))
    assert sorted(exhibit.table["item"]) == np.flatnonzero(expected).tolist()
    assert "Other classes are grey" in exhibit.how_to_read
    rest, *others = exhibit.plot.data
    assert (rest.name, rest.hoverinfo) == ("other classes", "skip")  # no click: its places are not in the table
    np.testing.assert_array_equal(np.column_stack((rest.x, rest.y)), split.embeddings[~expected])
    assert {trace.type for trace in (rest, others[0])} == {"scattergl" if items > MOST_AS_SVG else "scatter"}
    points = [trace for trace in others if trace.mode == "markers" and trace.hoverinfo != "skip"]
    assert sum(len(trace.x) for trace in points if trace.x[0] is not None) == expected.sum()
    assert len(go.Figure(exhibit.plot.to_dict()).data) == len(exhibit.plot.data)
    assert exhibit.plot.layout.xaxis.title.text == "t-SNE 1 (no unit)"


@pytest.mark.parametrize("items", [2500, MOST_AS_SVG + 60])
def test_a_legend_names_classes_that_can_be_told_apart_alone(items):
    """Of 915 classes none, for thirty of them share a look; of some of them each, and no two look alike."""
    exhibit, split = drawn(items, 915)
    assert not any(trace.showlegend for trace in exhibit.plot.data)
    assert "classes share 30 looks" in exhibit.how_to_read
    some = tuple(np.unique(split.labels)[[0, 30, 60, -1]].tolist())
    few, _ = drawn(items, 915, only=some)
    told = [trace for trace in few.plot.data if trace.showlegend is not False and trace.name != "other classes"]
    assert [trace.name for trace in told] == [f"class {label}" for label in some]
    assert len({(trace.marker.color, trace.marker.symbol) for trace in told}) == 4
    assert [note.text for note in few.plot.layout.annotations] == [f"<b>{trace.name}</b>" for trace in told]
