"""The two batches of the anatomy page as tables and as text in links."""

import numpy as np
import pandas as pd
import streamlit as st

from analysis.anatomy.heads import LETTERS, HeadBatch
from analysis.anatomy.points import CLASSES, PointBatch
from losses.errors import LabError
from ui.linked_table import Form
from ui.links import clipped

POINTS = PointBatch(tuple("AAABBBCC"), (0, 20, 55, 90, 115, 170, 230, 262))
HEADS = HeadBatch(
    ((2.0, 0.5, -1.0), (0.0, 1.5, 0.5), (0.5, 0.0, 1.0), (1.0, 1.0, -0.5)),
    ((0.7, 0.2, 0.1), (0.1, 0.8, 0.1), (0.2, 0.2, 0.6), (0.5, 0.5, 0.0)),
)


def read_points(raw: str) -> PointBatch:
    """The text of a link, "A:0 A:20.5 B:90", a point a word."""
    pairs = [word.partition(":") for word in raw.split()]
    try:
        return PointBatch(tuple(pair[0] for pair in pairs), tuple(float(pair[2]) for pair in pairs))
    except ValueError as error:
        raise _unreadable(
            "points", "must read like A:0 A:20.5 B:90, a class and an angle a point", raw, error
        ) from error


def write_points(batch: PointBatch) -> str:
    return " ".join(f"{name}:{degree:.12g}" for name, degree in zip(batch.classes, batch.degrees, strict=True))


def read_heads(raw: str) -> HeadBatch:
    """The text of a link, "1 0.5|0.9 0.1 / 0 2|0.5 0.5": logits | targets, samples between slashes."""
    rows = [row.partition("|") for row in raw.split("/")]
    try:
        logits, targets = ([tuple(map(float, row[side].split())) for row in rows] for side in (0, 2))
        return HeadBatch(tuple(logits), tuple(targets))
    except ValueError as error:
        raise _unreadable("samples", "must read like 1 0.5|0.9 0.1/0 2|0.5 0.5", raw, error) from error


def write_heads(batch: HeadBatch) -> str:
    def row(values: tuple[float, ...]) -> str:
        return " ".join(f"{value:.12g}" for value in values)

    return "/".join(f"{row(f)}|{row(w)}" for f, w in zip(batch.logits, batch.targets, strict=True))


def _unreadable(name: str, rule: str, raw: str, error: ValueError) -> LabError:
    """A batch's own refusal as it is; a number that is none, or rows that do not fit, as a text that cannot be read."""
    return error if isinstance(error, LabError) else LabError(name, rule, clipped(raw))


def _points_frame(batch: PointBatch) -> pd.DataFrame:
    return pd.DataFrame({"class": batch.classes, "angle": [float(degree) for degree in batch.degrees]})


def _points_value(edited: pd.DataFrame) -> PointBatch:
    _complete(edited, "points")
    return PointBatch(tuple(map(str, edited["class"])), tuple(map(float, edited["angle"])))


def _heads_frame(batch: HeadBatch) -> pd.DataFrame:
    letters = LETTERS[: len(batch.logits[0])]
    logits = pd.DataFrame(batch.logits, columns=[f"logit {letter}" for letter in letters])
    targets = pd.DataFrame(batch.targets, columns=[f"target {letter}" for letter in letters])
    return pd.concat([logits, targets], axis=1)


def _heads_value(edited: pd.DataFrame) -> HeadBatch:
    _complete(edited, "samples")
    rows = edited.to_numpy(dtype=float)
    logits, targets = np.split(rows, 2, axis=1)
    return HeadBatch(tuple(map(tuple, logits.tolist())), tuple(map(tuple, targets.tolist())))


def _complete(edited: pd.DataFrame, name: str) -> None:
    missing = edited.isna().any(axis=1).to_numpy()
    if missing.any():
        rule = f"must have every cell filled: row {int(missing.argmax()) + 1} of the table is not"
        raise LabError(name, rule, None, "The last complete table is shown.")


def points_form() -> Form[PointBatch]:
    angle = st.column_config.NumberColumn("angle, °", min_value=-360, max_value=360, step=0.1, required=True)
    letter = st.column_config.SelectboxColumn("class", options=list(CLASSES), required=True)
    return Form(read_points, write_points, _points_frame, _points_value, {"class": letter, "angle": angle})


def heads_form() -> Form[HeadBatch]:
    columns = {f"target {letter}": st.column_config.NumberColumn(min_value=0, max_value=1) for letter in LETTERS}
    return Form(read_heads, write_heads, _heads_frame, _heads_value, columns)


def moved(batch: PointBatch, point: int, degrees: float) -> PointBatch:
    """The batch with one of its points elsewhere."""
    return PointBatch(batch.classes, (*batch.degrees[:point], degrees, *batch.degrees[point + 1 :]))
