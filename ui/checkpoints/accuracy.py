"""The section on reading classes off: neighbours, linear probe, class head, and which class is taken for which."""

import numpy as np
import streamlit as st

from analysis.accuracy.confusion import confusion
from analysis.figures.accuracy.confusion import confusion_matrix
from analysis.figures.exhibit import Exhibit
from analysis.figures.neighbours.vote import accuracies, accuracy_by_k
from analysis.statistics.bootstrap import Estimate, Unavailable
from ui.checkpoints.analyses import LARGEST_K, Analyses
from ui.checkpoints.unavailable import not_available
from ui.checkpoints.view import ACCURACY
from ui.controls import part
from ui.exhibit import show

_KS = (1, 2, 5, 10, 20)


def section(analyses: Analyses) -> None:
    """Accuracies, accuracy against k, confusion matrix of one reading."""
    outputs = analyses.outputs
    readings = {"knn": "k nearest", "probe": "linear probe"}
    if outputs.has_head:
        readings["head"] = "class head"
    with part(*ACCURACY) as controls, st.container(horizontal=True, vertical_alignment="bottom"):
        k = controls.integer("Neighbours that vote", "k", default=5, low=1, high=LARGEST_K)
        reading = controls.choice("Confusion of", "reading", readings, default="knn")
    items, classes = len(outputs.test), len(outputs.class_names)
    rates = analyses.accuracies(k)
    if any(isinstance(found, Estimate) for found in rates.values()):
        show(accuracies(rates, items, classes, analyses.read_items(k)), key="accuracy")
    else:
        for name, found in rates.items():
            if isinstance(found, Unavailable):
                not_available(f"Accuracy, {name}", found)
    if isinstance(analyses.vote(1).accuracy, Estimate):
        show(analyses.once("by k", lambda: _by_k(analyses)), key="accuracy-by-k")
    read = _predicted(analyses, reading, k)
    if isinstance(read, Unavailable):
        not_available("Confusion matrix", read)
        return
    labels, predicted = read
    name = f"{k} nearest" if reading == "knn" else readings[reading]
    matrix = analyses.once(
        ("confusion", reading, k if reading == "knn" else 0),
        lambda: confusion_matrix(confusion(labels, predicted, classes), outputs.class_names, name),
    )
    show(matrix, key="confusion")


def _by_k(analyses: Analyses) -> Exhibit:
    found = {each.k: each.accuracy for each in map(analyses.vote, _KS)}
    return accuracy_by_k(found, int(analyses.vote(1).judged.sum()))


def _predicted(analyses: Analyses, reading: str, k: int) -> tuple[np.ndarray, np.ndarray] | Unavailable:
    """Labels and what was read off, of the items that have it."""
    if reading == "knn":
        vote = analyses.vote(k)
        if isinstance(vote.accuracy, Unavailable):
            return vote.accuracy
        return analyses.outputs.test.labels[vote.judged], vote.predicted[vote.judged]
    found = analyses.probe if reading == "probe" else analyses.probabilities
    return found if isinstance(found, Unavailable) else (found.labels, found.predicted)
