"""Which test items are marked in every panel: those last dragged over, or those that a rule names."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import streamlit as st

from analysis.comparison.items import disagreed, moved, wrong
from analysis.comparison.measured import MeasuredModel
from analysis.figures.comparison.histograms import items_of
from ui.compare.view import Mark

_KEY = "compare-selection"
_RULES = {"disagree": disagreed, "wrong": wrong, "moved": moved}


@dataclass(slots=True)
class _Dragged:
    """The items dragged over, and of which test items they are: other data, no selection."""

    data: str = ""
    items: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))


def marked(mark: Mark, measured: Sequence[MeasuredModel], data: str) -> np.ndarray:
    """Indices (n,) of the marked test items, ascending."""
    if mark != "drag":
        return _RULES[mark](measured)
    dragged = _dragged()
    return dragged.items if dragged.data == data else np.empty(0, np.int64)


def take_points(key: str, data: str) -> None:
    """The points of a map that were dragged over."""
    _take(data, np.unique([int(point["customdata"]) for point in _points(key)]).astype(np.int64))


def take_bars(key: str, measured: Sequence[MeasuredModel], data: str) -> None:
    """The items in the bars that were dragged over."""
    bars = [tuple(int(part) for part in point["customdata"]) for point in _points(key)]
    _take(data, items_of([bar for bar in bars if len(bar) == 3], measured))


def clear() -> None:
    _take("", np.empty(0, np.int64))


def _take(data: str, items: np.ndarray) -> None:
    st.session_state[_KEY] = _Dragged(data, items)
    st.session_state["mark"] = "drag"


def _points(key: str) -> list[dict]:
    return [point for point in st.session_state[key].selection.points if "customdata" in point]


def _dragged() -> _Dragged:
    return st.session_state.setdefault(_KEY, _Dragged())
