"""Models drawn at random whose differences are known: none at all, none on average, or real ones."""

from dataclasses import dataclass

import numpy as np

from analysis.accuracy.probe import ClassProbabilities, softmax
from analysis.comparison.measured import MeasuredModel
from analysis.geometry.item_statistics import geometry
from analysis.outputs import Split
from analysis.statistics.bootstrap import Unavailable

CLASSES = 3


@dataclass(frozen=True)
class Quality:
    """How a model departs from the others: the shift and spread of its similarities, and what is done to its logits."""

    shift: float = 0.0
    spread: float = 1.0
    sharpness: float = 1.0
    skill: float = 1.0


def models(rng: np.random.Generator, items: int, qualities: tuple[Quality, ...]) -> tuple[MeasuredModel, ...]:
    """Models that share the items and their difficulty, each with noise of its own; equal ones are exchangeable."""
    truth = rng.normal(size=(items, CLASSES)) * 2
    weights = softmax(truth, 1.0)
    labels = (weights.cumsum(axis=1) < rng.random((items, 1))).sum(axis=1)
    shared = rng.normal(size=(items, 4)) + 2 * np.eye(4)[labels]
    difficulty = rng.normal(size=(items, 2))
    return tuple(_model(rng, f"model {at}", truth, labels, shared, difficulty, q) for at, q in enumerate(qualities))


def _model(rng, name, truth, labels, shared, difficulty, quality) -> MeasuredModel:
    items = len(labels)
    sides = np.tanh(0.2 * (quality.spread * (difficulty + rng.normal(size=(items, 2)))))
    logits = quality.skill * truth + rng.normal(size=truth.shape)
    reading = _reading(quality.sharpness * logits, labels)
    rows = shared + rng.normal(size=shared.shape)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    voted = (logits + rng.normal(size=logits.shape)).argmax(axis=1)
    found = geometry(Split(rows.astype(np.float32), labels))
    comparable = np.ones(items, bool)
    target, noise = (0.5 + 0.4 * sides[:, 0] + quality.shift), 0.4 * sides[:, 1]
    return MeasuredModel(name, target, noise, comparable, labels, voted, 1, reading, None, found)


def _reading(logits: np.ndarray, labels: np.ndarray) -> ClassProbabilities:
    unknown = Unavailable("not asked for")
    return ClassProbabilities(softmax(logits, 1.0), labels, np.arange(len(labels)), "linear probe", logits, unknown)
