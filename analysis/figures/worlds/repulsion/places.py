"""Where the vectors of world 2 are drawn: as they lie on the circle or sphere, else by their nearest cosines."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.figures.theme import GREY, Style, class_style
from toy_models.repulsion import RepulsionSpec

NEAREST_AXES = ("nearest noise (cosine)", "nearest of its class (cosine)")


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """points (N, 2) and depth (N,) in [-1, 1], 1 nearest to the reader."""

    points: np.ndarray
    depth: np.ndarray


def places(spec: RepulsionSpec, positions: np.ndarray, turn: float = 30.0, tilt: float = 20.0) -> Places:
    """Positions (N, D) in the plane of the picture: the circle as it is, the sphere seen from afar after a `turn` about
    its axis (degrees, `tilt` from above); in more dimensions the nearest noise and nearest same-class cosine."""
    flat = np.ones(len(positions))
    if spec.dimensions == 2:
        return Places(positions, flat)
    if spec.dimensions == 3:
        seen = positions @ _axes(np.deg2rad(turn), np.deg2rad(tilt))
        return Places(seen[:, :2], seen[:, 2])
    return Places(nearest_cosines(spec, positions), flat)


def nearest_cosines(spec: RepulsionSpec, positions: np.ndarray) -> np.ndarray:
    """(N, 2): each vector's largest cosine to another class and to its own; NaN where there is none."""
    labels = np.array(spec.labels)
    cosines = np.clip(positions @ positions.T, -1, 1)
    same = labels[:, None] == labels
    np.fill_diagonal(cosines, -np.inf)
    found = np.stack([np.where(mask, cosines, -np.inf).max(axis=1) for mask in (~same, same)], axis=1)
    return np.where(np.isfinite(found), found, np.nan)


def vector_style(spec: RepulsionSpec, index: int) -> Style:
    """By class; all singletons alike."""
    label = spec.labels[index]
    return class_style(label) if label < spec.classes else Style(GREY, "solid", "x")


def frame_line(spec: RepulsionSpec) -> np.ndarray:
    """(M, 2): the circle, the sphere's outline, or the line on which both nearest cosines are equal."""
    if spec.dimensions > 3:
        return np.array([[-1.0, -1.0], [1.0, 1.0]])
    angles = np.linspace(0, 2 * np.pi, 73)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def globe() -> np.ndarray:
    """Meridians and parallels as one line with gaps, (M, 3)."""
    around, upright = np.linspace(0, 2 * np.pi, 49), np.linspace(0, np.pi, 25)
    gap, lines = np.full((1, 3), np.nan), []
    for height in np.deg2rad([30, 60, 90, 120, 150]):
        ring = [np.sin(height) * np.cos(around), np.sin(height) * np.sin(around), np.full_like(around, np.cos(height))]
        lines += [np.stack(ring, axis=1), gap]
    for angle in np.deg2rad(np.arange(0, 360, 30)):
        arc = [np.sin(upright) * np.cos(angle), np.sin(upright) * np.sin(angle), np.cos(upright)]
        lines += [np.stack(arc, axis=1), gap]
    return np.concatenate(lines)


def listed(names: Sequence[str]) -> str:
    """
    >>> listed(["SupCon"]), listed(["SupCon", "SINCERE", "NT-Xent"])
    ('SupCon', 'SupCon, SINCERE and NT-Xent')
    """
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _axes(turn: float, tilt: float) -> np.ndarray:
    """Columns: the picture's right, its up, and towards the reader."""
    right = [-np.sin(turn), np.cos(turn), 0.0]
    up = [-np.sin(tilt) * np.cos(turn), -np.sin(tilt) * np.sin(turn), np.cos(tilt)]
    return np.array([right, up, np.cross(right, up)]).T
