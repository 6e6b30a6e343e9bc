"""The points of a map as Plotly traces: up to 3,000 as SVG, a trace a class; more as one WebGL trace of typed arrays.

Traces and annotations are plain dicts, checked once by Plotly: adding them one by one checks all of them each time.
"""

from dataclasses import dataclass

import numpy as np

from analysis.figures.labels import label
from analysis.figures.theme import A_SYMBOL, CLASS_COLOURS, CLASS_SYMBOLS, GREY, LOOKS, TRUTH, class_style
from analysis.maps.projection import Projection
from analysis.outputs import UNLABELLED, Split

MOST_AS_SVG = 3000  # points; more need WebGL, which is slower to start and does not print as well
_OPACITY, _FAINT = 0.8, 0.3
_SYMBOL_CODES = {"circle": 0, "square": 1, "diamond": 2, "cross": 3, "x": 4, "triangle-up": 5}  # Plotly's


@dataclass(frozen=True, slots=True, eq=False)
class MapClass:
    """One class on the map: its index, which of the points are its own (M,) bool, its name fit for Plotly, its look."""

    index: int
    members: np.ndarray
    name: str
    look: int


def map_classes(labels: np.ndarray, class_names: tuple[str, ...]) -> list[MapClass]:
    """The classes that have a point. A class keeps its look, where there are looks for all; else few that are shown of
    many have the first ones."""
    present = np.unique(labels).tolist()
    ranked = len(class_names) > LOOKS >= len(present)
    return [
        MapClass(index, labels == index, label(class_names[index]), rank if ranked else index)
        for rank, index in enumerate(present)
    ]


def point_traces(
    projection: Projection, split: Split, items: np.ndarray, classes: list[MapClass], *, webgl: bool
) -> list[dict[str, object]]:
    """All points; those as SVG carry their index in the split, those of WebGL stand in the order of `items`."""
    told = len(classes) <= LOOKS  # of more, a legend would name two alike, and hide the map
    if not webgl:
        return [{**_svg(one, projection, split.ids[items], items), "showlegend": told} for one in classes]
    looks = np.zeros(len(items), dtype=int)
    for one in classes:
        looks[one.members] = one.look
    return [_webgl(projection.coordinates, looks), *(map(_legend, classes) if told else ())]


def background(coordinates: np.ndarray, *, webgl: bool) -> dict[str, object]:
    """Points (M, 2) of classes that were not chosen: where the others lie. A click does not meet them."""
    return {
        "type": "scattergl" if webgl else "scatter",
        "x": np.ascontiguousarray(coordinates[:, 0]),
        "y": np.ascontiguousarray(coordinates[:, 1]),
        "mode": "markers",
        "name": "other classes",
        "marker": {"color": GREY, "size": 3 if webgl else 5, "opacity": _FAINT},
        "hoverinfo": "skip",
        "selected": {"marker": {"opacity": _FAINT}},
        "unselected": {"marker": {"opacity": _FAINT}},
    }


def ring(place: np.ndarray) -> dict[str, object]:
    """Around the chosen point (2,)."""
    return {
        "type": "scatter",
        "x": place[:1],
        "y": place[1:],
        "mode": "markers",
        "marker": {"color": TRUTH, "symbol": "circle-open", "size": 24, "line": {"width": 3}},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def frames(place: np.ndarray) -> list[dict[str, object]]:
    """Around the chosen point of a WebGL map, whose points hide every SVG trace: a black frame in a white one."""
    x, y = (float(value) for value in place)
    return [
        {
            "x": x,
            "y": y,
            "text": " ",
            "showarrow": False,
            "width": side,
            "height": side,
            "borderpad": 0,
            "borderwidth": 3,
            "bordercolor": colour,
        }
        for side, colour in ((20, "white"), (14, "black"))
    ]


def class_name(one: MapClass, coordinates: np.ndarray, *, crowd: bool) -> dict[str, object]:
    """The class's name just above its core: the half of its points around the one nearest to the median.

    A class in two pieces is then named at one of them and not in the gap. `crowd`: points lie behind it, so its letters
    have an edge.
    """
    away = np.linalg.norm(coordinates - np.median(coordinates, axis=0), axis=1)
    centre = coordinates[away.argmin()]
    away = np.linalg.norm(coordinates - centre, axis=1)
    return {
        "x": float(centre[0]),
        "y": float(coordinates[away <= np.median(away), 1].max()),
        "yshift": 14,
        "text": f"<b>{one.name}</b>",
        "showarrow": False,
        "font": {"size": 15, "shadow": "auto" if crowd else "none"},
        "borderpad": 1,
    }


def _svg(one: MapClass, projection: Projection, ids: np.ndarray, items: np.ndarray) -> dict[str, object]:
    style = class_style(one.look)
    x, y = projection.coordinates[one.members].T
    return {
        "type": "scatter",
        "x": x,
        "y": y,
        "mode": "markers",
        "name": one.name,
        "marker": {"color": style.colour, "symbol": style.symbol, "size": 8, "opacity": _OPACITY},
        "customdata": items[one.members],
        "text": [label(text) for text in ids[one.members]],
        "hovertemplate": f"%{{text}}<br>{'' if one.name == UNLABELLED else 'class '}{one.name}<extra></extra>",
        **_UNFADED,
    }


def _webgl(coordinates: np.ndarray, labels: np.ndarray) -> dict[str, object]:
    """One trace whatever the number of classes; 50,000 points are 0.7 MB: no ids, no text."""
    colours = len(CLASS_COLOURS)
    codes = np.array([_SYMBOL_CODES[name] for name in CLASS_SYMBOLS], dtype=np.uint8)
    scale = [[at / colours, CLASS_COLOURS[step]] for step in range(colours) for at in (step, step + 1)]
    return {
        "type": "scattergl",
        "x": np.ascontiguousarray(coordinates[:, 0]),
        "y": np.ascontiguousarray(coordinates[:, 1]),
        "mode": "markers",
        "marker": {
            "color": (labels % colours).astype(np.uint8),
            "colorscale": scale,
            "cmin": -0.5,
            "cmax": colours - 0.5,
            "symbol": codes[labels // A_SYMBOL % len(codes)] if labels.max() >= A_SYMBOL else "circle",
            "size": 5 if len(labels) <= 15_000 else 3,
            "opacity": _OPACITY,
        },
        "hovertemplate": "click to see this item<extra></extra>",
        "showlegend": False,
        **_UNFADED,
    }


def _legend(one: MapClass) -> dict[str, object]:
    """An entry of the legend for a class whose points are in the one trace."""
    style = class_style(one.look)
    marker = {"color": style.colour, "symbol": style.symbol, "size": 8}
    return {"type": "scatter", "x": [None], "y": [None], "mode": "markers", "name": one.name, "marker": marker}


# A click is answered beside the map, so the other points need not fade.
_UNFADED = {"selected": {"marker": {"opacity": _OPACITY}}, "unselected": {"marker": {"opacity": _OPACITY}}}
