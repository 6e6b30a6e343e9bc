"""The section on nearest similarity: overall or of one class, and the items of a part that was dragged over."""

import pandas as pd
import streamlit as st

from analysis.digits import apart
from analysis.figures.accuracy.class_curves import MOST_SHOWN
from analysis.figures.neighbours.nearest import class_medians, nearest_histograms
from analysis.figures.neighbours.separation import closest_rivals, separation_figure
from analysis.neighbours.nearest import margin, nearest_similarity
from analysis.neighbours.selection import Selected, items_between
from analysis.neighbours.separation import separation_curves
from analysis.statistics.bootstrap import Unavailable
from ui.checkpoints.analyses import LARGEST_K, Analyses
from ui.checkpoints.code import figure_code
from ui.checkpoints.item import item_panel
from ui.checkpoints.unavailable import not_available
from ui.checkpoints.view import class_options
from ui.controls import part
from ui.exhibit import show
from ui.foreign_text import table
from ui.number_columns import number_columns
from ui.pictures import data_url, enlarge

_HISTOGRAMS = """
nearest = nearest_similarity(outputs, k={largest})
exhibit = nearest_histograms(nearest, margin(nearest, {c}), {of_class})
"""
_MEDIANS = f"exhibit = class_medians(nearest_similarity(outputs, k={LARGEST_K}), outputs.class_names)"
_CURVES = """
curves = separation_curves(nearest_similarity(outputs, k={largest}), len(outputs.class_names))
exhibit = separation_figure(curves, {shown}, outputs.class_names, within=outputs.within)
"""
_KEY = "nearest-similarity"
_MOST_LISTED = 100


def section(analyses: Analyses) -> None:
    """Histograms with what is dragged over, then the medians class by class."""
    names = analyses.outputs.class_names
    if isinstance(analyses.margin, Unavailable) and not analyses.nearest.neighbours.k:
        not_available("Nearest similarity", analyses.margin)
        return
    with part("class") as controls:
        options = {"all": "all classes", **class_options(names)}
        whose = "Items of" if analyses.outputs.within else "Test items of"
        chosen = controls.choice(whose, "class", options, default="all")
    label = None if chosen == "all" else int(chosen)
    found = analyses.margin_of(label)
    if isinstance(found, Unavailable):
        not_available("Nearest similarity", found)
    else:
        of_class = None if label is None else (label, names[label])
        exhibit = analyses.once(("histograms", label), lambda: nearest_histograms(analyses.nearest, found, of_class))
        named = None if label is None else f"({label}, outputs.class_names[{label}])"
        body = _HISTOGRAMS.format(c=label, of_class=named, largest=LARGEST_K)
        code = figure_code(analyses, body, nearest_similarity, nearest_histograms, margin)
        event = show(exhibit.given_by(code), key=_KEY, on_select="rerun", selection_mode=("box",))
        _selected(analyses, label, event)
    if not isinstance(analyses.margin, Unavailable):
        by_class = analyses.once("class medians", lambda: class_medians(analyses.nearest, names))
        code = figure_code(analyses, _MEDIANS, nearest_similarity, class_medians)
        show(by_class.given_by(code), key="class-medians")
        _separation(analyses)


def _separation(analyses: Analyses) -> None:
    """ROC and precision-recall of target against noise, of the closest rivals or of the classes that are chosen."""
    names = analyses.outputs.class_names
    curves = analyses.once("separation", lambda: separation_curves(analyses.nearest, len(names)))
    with part("separated") as controls:
        rivals = f"the {min(MOST_SHOWN, len(names))} classes of smallest AUC"
        chosen = controls.several("Target against noise of", "separated", class_options(names), empty=rivals)
    shown = tuple(map(int, chosen)) or closest_rivals(curves)
    none = [found for c in shown or range(len(curves)) if isinstance(found := curves[c], Unavailable)]
    if none and len(none) == len(shown or curves):
        not_available("Target against noise", none[0])
        return
    body = _CURVES.format(largest=LARGEST_K, shown=shown)
    code = figure_code(analyses, body, nearest_similarity, separation_curves, separation_figure)
    within = analyses.outputs.within
    show(separation_figure(curves, shown, names, within=within).given_by(code), key="separation")


def _selected(analyses: Analyses, label: int | None, event: object) -> None:
    """A table of the items in the part that was dragged over; one that is picked is looked at below."""
    boxes = event.selection.box  # type: ignore[attr-defined]
    if not boxes:
        return
    low, high = sorted(float(end) for end in boxes[0]["x"])
    found = items_between(analyses.nearest, low, high, label)
    listed = "" if len(found) <= _MOST_LISTED else f", the first {_MOST_LISTED} listed"
    ends = " and ".join(apart([low, high]))
    by = f"{int(found.target_inside.sum()):,} by their target, {int(found.noise_inside.sum()):,} by their noise"
    st.markdown(f"**{len(found):,} items between {ends}**: {by}{listed}. A double click in the plot ends this.")
    if not len(found):
        return
    shown = table(_table(analyses, found))
    picked = st.dataframe(
        shown,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="similarity-items",
        column_config={"image": st.column_config.ImageColumn(), **number_columns(shown)},
        row_height=44 if analyses.outputs.test.images is not None else None,
    )
    rows = picked.selection.rows
    if rows and rows[0] < len(found):
        item_panel(analyses, "test", int(found.items[rows[0]]))


def _table(analyses: Analyses, found: Selected) -> pd.DataFrame:
    test, names = analyses.outputs.test, analyses.outputs.class_names
    items = found.items[:_MOST_LISTED]
    columns: dict[str, object] = {"item": items, "id": test.ids[items]}
    if test.images is not None:
        columns["image"] = [data_url(enlarge(test.images[item])) for item in items]
    rest = slice(0, len(items))
    return pd.DataFrame(
        columns
        | {
            "class": [names[label] for label in test.labels[items]],
            "target": found.target[rest],
            "noise": found.noise[rest],
            "margin": found.target[rest] - found.noise[rest],
            "noise class": [names[label] for label in found.noise_class[rest]],
        }
    )
