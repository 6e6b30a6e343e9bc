"""Batches for the anatomy page that show something, good ones and what definitions do at their edges."""

from dataclasses import dataclass

import numpy as np

from analysis.anatomy.heads import HeadBatch
from analysis.anatomy.points import CLASSES, PointBatch
from ui.losses.anatomy_batches import HEADS, POINTS, write_heads, write_points


@dataclass(frozen=True, slots=True)
class Preset:
    """Two losses on a batch at an anchor, 0 to N-1, and a sentence on what to look at."""

    title: str
    look_at: str
    losses: tuple[str, str]
    batch: PointBatch | HeadBatch
    anchor: int = 0

    @property
    def query(self) -> dict[str, str]:
        """What the page's link says."""
        batch = self.batch
        text = {"points": write_points(batch)} if isinstance(batch, PointBatch) else {"samples": write_heads(batch)}
        return {"loss": self.losses[0], "compare": self.losses[1], "anchor": str(self.anchor + 1), **text}


def clusters(classes: int, per_class: int, width: float) -> PointBatch:
    """Equal classes around the circle, each `width` degrees wide, in whole tenths of a degree."""
    centres = np.repeat(np.arange(classes) * 360 / classes, per_class)
    angles = centres + np.tile(np.linspace(0, width, per_class), classes)
    return PointBatch(
        tuple(np.repeat(list(CLASSES[:classes]), per_class).tolist()), tuple(np.round(angles, 1).tolist())
    )


_CLOSE = ("supcon", "sincere")
_SOFT = ("soft_target_cross_entropy", "soft_target_infonce")
_EQUAL_TARGETS = HeadBatch(((2.0, 0.0, -1.0), (0.0, 1.0, 0.0), (1.0, 1.0, 1.0)), ((0.6, 0.3, 0.1),) * 3)

PRESETS = {
    "close": Preset(
        "A close positive",
        "SupCon pushes A2 away although it stands in a numerator: the other positive, A3, meets it in its denominator."
        " SINCERE leaves positives out of each other's denominators.",
        _CLOSE,
        POINTS,
    ),
    "batch": Preset(
        "64 points",
        "Eight classes of eight, as in training: click a point to see it as anchor.",
        _CLOSE,
        clusters(8, 8, 28),
    ),
    "singleton": Preset(
        "A singleton",
        "D1 is alone in its class: it takes no part in the mean, yet is noise for all others.",
        _CLOSE,
        PointBatch((*POINTS.classes, "D"), (*POINTS.degrees, 300)),
        anchor=8,
    ),
    "one class": Preset(
        "A single class",
        "Without noise SINCERE is 0 with no derivative; SupCon still has the other positives.",
        _CLOSE,
        PointBatch(("A",) * 4, (0, 25, 70, 140)),
    ),
    "equal": Preset(
        "Equal points",
        "All similarities are 1, so every share of a denominator is one over its size: the chance level.",
        _CLOSE,
        PointBatch(tuple("AAABBC"), (30,) * 6),
    ),
    "views": Preset(
        "Labels against views",
        "NT-Xent has one positive, the other view: other samples of the class are noise, the odd one A3 is out.",
        ("supcon", "nt_xent"),
        POINTS,
    ),
    "soft": Preset(
        "Soft targets",
        "Cross-entropy contrasts the target with the model's classes, soft target InfoNCE with the batch's targets.",
        _SOFT,
        HEADS,
    ),
    "equal targets": Preset(
        "Equal targets",
        "Soft target InfoNCE has nothing to contrast and no gradient; cross-entropy has.",
        _SOFT,
        _EQUAL_TARGETS,
    ),
}
