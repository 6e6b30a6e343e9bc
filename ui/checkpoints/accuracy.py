"""The section on reading classes off: neighbours, linear probe, class head, and which class is taken for which."""

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from analysis.accuracy.confusion import confusion, too_wide
from analysis.accuracy.probe import ClassProbabilities, class_probabilities, linear_probe
from analysis.accuracy.top_k import top_accuracy
from analysis.figures.accuracy.confusion import confusion_matrix
from analysis.figures.exhibit import Exhibit
from analysis.figures.neighbours.vote import accuracies, accuracy_by_k, recall_by_k
from analysis.neighbours.nearest import nearest_similarity
from analysis.neighbours.retrieval import recall_at
from analysis.neighbours.vote import SHARP, vote
from analysis.statistics.bootstrap import Estimate, Unavailable
from ui.checkpoints.analyses import LARGEST_K, Analyses
from ui.checkpoints.code import figure_code
from ui.checkpoints.unavailable import not_available
from ui.checkpoints.view import ACCURACY
from ui.controls import part
from ui.exhibit import show

_KS = (1, 2, 5, 10, 20)
_VOTES = """
nearest = nearest_similarity(outputs, k={largest})
votes = [vote(nearest.neighbours, outputs, k) for k in {ks}]
"""
_ACCURACIES = """
read = {{{probes}}}
sharp = vote(nearest.neighbours, outputs, votes[-1].k, temperature={sharp})
rates = {{f"{{voted.k or 'k'}} nearest": voted.accuracy for voted in votes}}
rates |= {{f"{{sharp.k or 'k'}} nearest, exp(s / {sharp})": sharp.accuracy}}
rates |= {{name: getattr(found, "accuracy", found) for name, found in read.items()}}
over = {{f"{{voted.k or 'k'}} nearest": int(voted.judged.sum()) for voted in votes}}
over |= {{f"{{sharp.k or 'k'}} nearest, exp(s / {sharp})": int(sharp.judged.sum())}}
over |= {{name: len(found.items) for name, found in read.items() if hasattr(found, "items")}}
{top}exhibit = accuracies(rates, len(outputs.test), len(outputs.class_names), over{within})
"""
_TOP = """rates["class head, top 5"] = top_accuracy(read["class head"])
over["class head, top 5"] = over["class head"]
"""
_RECALLS = """
found = recall_at(nearest_similarity(outputs, k={largest}).neighbours, outputs)
exhibit = recall_by_k(found.rates, int(found.judged.sum()), within=outputs.within)
"""
_BY_K = (
    "exhibit = accuracy_by_k({voted.k: voted.accuracy for voted in votes}, int(votes[0].judged.sum()),"
    " within=outputs.within)"
)
_SEED = ", outputs.split_seed"
_OF_VOTE = """
voted = votes[0]
labels, predicted = outputs.test.labels[voted.judged], voted.predicted[voted.judged]
"""
_OF_READING = """
found = {read}(outputs)
labels, predicted = found.labels, found.predicted
"""
_CONFUSION = """
found = confusion(labels, predicted, len(outputs.class_names))
exhibit = confusion_matrix(found, outputs.class_names, {name!r})
"""


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
        within = outputs.split_seed if outputs.within else None
        exhibit = accuracies(rates, items, classes, analyses.read_items(k), within)
        show(exhibit.given_by(_accuracies_code(analyses, k)), key="accuracy")
    else:
        for name, found in rates.items():
            if isinstance(found, Unavailable):
                not_available(f"Accuracy, {name}", found)
    if isinstance(analyses.vote(1).accuracy, Estimate):
        exhibit = analyses.once("by k", lambda: _by_k(analyses))
        code = figure_code(analyses, _votes(analyses, _KS) + _BY_K, nearest_similarity, vote, accuracy_by_k)
        show(exhibit.given_by(code), key="accuracy-by-k")
    if any(isinstance(rate, Estimate) for rate in analyses.recalls.rates.values()):
        recalls = analyses.recalls
        exhibit = recall_by_k(recalls.rates, int(recalls.judged.sum()), within=outputs.within)
        body = _RECALLS.format(largest=LARGEST_K)
        code = figure_code(analyses, body, nearest_similarity, recall_at, recall_by_k)
        show(exhibit.given_by(code), key="recall-by-k")
    read = _predicted(analyses, reading, k)
    if isinstance(read, Unavailable):
        not_available("Confusion matrix", read)
        return
    labels, predicted = read
    others = " others" if outputs.within else ""
    name = f"{k} nearest{others}" if reading == "knn" else readings[reading]
    matrix = analyses.once(
        ("confusion", reading, k if reading == "knn" else 0),
        lambda: confusion_matrix(confusion(labels, predicted, classes), outputs.class_names, name),
    )
    show(matrix.given_by(_confusion_code(analyses, reading, k, name)), key="confusion")


def _by_k(analyses: Analyses) -> Exhibit:
    found = {each.k: each.accuracy for each in map(analyses.vote, _KS)}
    return accuracy_by_k(found, int(analyses.vote(1).judged.sum()), within=analyses.outputs.within)


def _votes(analyses: Analyses, ks: tuple[int, ...]) -> str:
    """k is cut as `Analyses.vote` cuts it."""
    most = analyses.nearest.neighbours.k
    return _VOTES.format(largest=LARGEST_K, ks=tuple(min(k, most) for k in ks))


def _accuracies_code(analyses: Analyses, k: int) -> str:
    probes = dict.fromkeys(analyses.probes(), "linear_probe(outputs, on='embeddings')")
    probes |= {next(iter(probes)): "linear_probe(outputs)"}
    head = {"class head": "class_probabilities(outputs)"} if analyses.outputs.has_head else {}
    read = ", ".join(f"{name!r}: {call}" for name, call in (probes | head).items())
    top = bool(head) and isinstance(analyses.probabilities, ClassProbabilities)
    within = _SEED if analyses.outputs.within else ""
    told = _ACCURACIES.format(probes=read, within=within, sharp=f"{SHARP:g}", top=_TOP if top else "")
    body = _votes(analyses, (1, k)) + told
    used: list[Callable[..., Any]] = [nearest_similarity, vote, linear_probe, accuracies]
    used += [class_probabilities] if head else []
    used += [top_accuracy] if top else []
    return figure_code(analyses, body, *used)


def _confusion_code(analyses: Analyses, reading: str, k: int, name: str) -> str:
    used: tuple[Callable[..., Any], ...] = (confusion, confusion_matrix)
    body = _CONFUSION.format(name=name)
    if reading == "knn":
        body = _votes(analyses, (k,)) + _OF_VOTE + body
        return figure_code(analyses, body, nearest_similarity, vote, *used)
    read = linear_probe if reading == "probe" else class_probabilities
    return figure_code(analyses, _OF_READING.format(read=read.__name__) + body, read, *used)


def _predicted(analyses: Analyses, reading: str, k: int) -> tuple[np.ndarray, np.ndarray] | Unavailable:
    """Labels and what was read off, of the items that have it."""
    if reason := too_wide(len(analyses.outputs.class_names)):
        return Unavailable(reason)
    if reading == "knn":
        vote = analyses.vote(k)
        if isinstance(vote.accuracy, Unavailable):
            return vote.accuracy
        return analyses.outputs.test.labels[vote.judged], vote.predicted[vote.judged]
    found = analyses.probe if reading == "probe" else analyses.probabilities
    return found if isinstance(found, Unavailable) else (found.labels, found.predicted)
