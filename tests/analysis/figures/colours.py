"""Colours as eyes have them: contrast (WCAG 2.2), CIELAB, and what dichromats see (Machado et al., 2009)."""

import numpy as np

WHITE, DARK = "#ffffff", "#0e1117"
"""The grounds of the app."""

SIGHT = {
    "full": np.eye(3),
    "protanope": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranope": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}
"""On linear RGB, severity 1."""

_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_WHITE = _XYZ.sum(axis=1)


def linear(colour: str) -> np.ndarray:
    """A text "#rrggbb" as linear RGB, (3,) in [0, 1]."""
    return linear_of(np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255)


def linear_of(channels: np.ndarray) -> np.ndarray:
    """sRGB (..., 3) in [0, 1] as linear RGB."""
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """
    >>> round(contrast("#000000", "#ffffff"), 3)
    21.0
    """
    lights = sorted(float(_XYZ[1] @ linear(each)) + 0.05 for each in (one, other))
    return lights[1] / lights[0]


def apart(one: str, other: str) -> float:
    """The distance in CIELAB of two colours, to the sight that tells them least apart."""
    return min(float(np.linalg.norm(_lab(one, seen) - _lab(other, seen))) for seen in SIGHT.values())


def _lab(colour: str, sight: np.ndarray) -> np.ndarray:
    share = _XYZ @ (sight @ linear(colour)).clip(0, 1) / _WHITE
    x, y, z = np.where(share > 216 / 24389, np.cbrt(share), (24389 / 27 * share + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])
