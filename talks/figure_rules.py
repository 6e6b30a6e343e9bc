"""What a figure's JSON may be: marks of known kinds, that load nothing and lead nowhere."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from checkpoints.reading.quoting import shown
from checkpoints.reading.strict_json import parse
from losses.errors import LabError
from talks import bounds

TRACES = frozenset({
    "bar", "box", "cone", "contour", "heatmap", "histogram", "histogram2d", "histogram2dcontour", "image", "indicator",
    "isosurface", "mesh3d", "pie", "sankey", "scatter", "scatter3d", "scattergl", "scatterpolar", "scatterternary",
    "splom", "surface", "table", "treemap", "violin", "volume", "waterfall",
})  # fmt: skip
"""Kinds that draw what is in the figure. Maps are not among them: they fetch tiles and shapes."""
_LOADS = re.compile(r"(?i)(^|[.\[])(images|geo|map|mapbox|topojsonurl|accesstoken|plotlyserverurl)\d*($|[.\[])")
_PICTURE = re.compile(r"data:image/png;base64,[A-Za-z0-9+/=]*\Z")
_NUMBERS = re.compile(r"[A-Za-z0-9+/=]*\Z")  # arrays as Plotly packs them
_ADDRESS = re.compile(r"(?i)[a-z][a-z0-9+.-]*://|^\s*//|url\s*\(|^\s*(javascript|data|blob|file)\s*:")
_TAG = re.compile(
    r"<(?!/?(?:b|i|em|br|sub|sup|extra)\s*/?>|/span>|span style=(['\"])font-size:\s?\d{1,3}px\1>)", re.IGNORECASE
)


def read_figure(text: str, *, name: str) -> dict[str, Any]:
    """The figure in a JSON text. LabError where it is none, or has what could load or lead anywhere."""
    found = parse(text, name=name, brackets=bounds.BRACKETS)
    if not isinstance(found, dict) or not found.keys() <= {"data", "layout", "frames"}:
        raise LabError(name, "must be a figure: data, layout and frames")
    if not (_all_objects(found.get("data")) and _all_objects(found.get("frames", []))):
        raise LabError(name, "must have lists of traces and frames")
    if not isinstance(found.get("layout"), dict):
        raise LabError(name, "must have a layout")
    _check_traces(found, name)
    for key, value in walk(found):
        _check_value(key, value, name)
    return found


def inert(value: Any) -> Any:
    """The same figure with every tag that our own figures do not write shown as text."""
    if isinstance(value, str):
        return _TAG.sub("&lt;", value)
    if isinstance(value, list):
        return value if not value or isinstance(value[0], int | float) else [inert(each) for each in value]
    if isinstance(value, dict):
        return {key: inert(each) for key, each in value.items()}
    return value


def walk(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Every value below `value` that is no object or list, and every key with None, each with the key it is at."""
    waiting = [(key, value)]
    while waiting:
        at, found = waiting.pop()
        if isinstance(found, dict):
            for name, each in found.items():
                yield name, None
                waiting.append((name, each))
        elif isinstance(found, list):
            waiting.extend((at, each) for each in found if not isinstance(each, int | float))
        else:
            yield at, found


def _all_objects(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


def _check_traces(found: Mapping[str, Any], name: str) -> None:
    traces = [*found["data"], *(each for frame in found.get("frames", ()) for each in frame.get("data") or ())]
    for trace in traces:
        kind = trace.get("type", "scatter") if isinstance(trace, dict) else "no object"
        if not isinstance(kind, str) or kind not in TRACES:
            raise LabError(name, "must have traces of a kind that draws from its numbers alone", shown(kind))


def _check_value(key: str, value: object, name: str) -> None:
    if _LOADS.search(key):
        raise LabError(name, "must have nothing that a browser loads", but=f"has {shown(key)}")
    if not isinstance(value, str):
        return
    if (key == "source" and _PICTURE.match(value)) or (key == "bdata" and _NUMBERS.match(value)):
        return
    if _ADDRESS.search(value):
        raise LabError(name, "must have no addresses in it", but=f"has {shown(value)}")
