"""Trainings under the root, each a folder of snapshots, over their epochs: several on one axis."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from analysis.figures.accuracy.over_epochs import over_epochs
from checkpoints.listing import inside
from checkpoints.reading.quoting import printable
from checkpoints.snapshots import find_series, series_among
from losses.errors import LabError
from ui import root
from ui.checkpoints import offer
from ui.checkpoints.training import Reading, has_changed, reading_of, refused, trainings_below
from ui.controls import Controls
from ui.exhibit import show
from ui.foreign_text import plain

_KEY, _READINGS = "trainings", "nce_lab_trainings"
_MOST = 6
_LOOK_EVERY = 2.0
_CODE = """from analysis.figures.accuracy.over_epochs import over_epochs
from checkpoints.snapshots import find_series, read_snapshot

folders = {folders}  # below the folder that the app was started with: give their paths
exhibit = over_epochs({{name: [read_snapshot(each) for each in find_series(name).snapshots] for name in folders}})
exhibit.plot.show()
"""


@dataclass(frozen=True, slots=True)
class Trainings:
    """Those that are shown, by their folders below the root."""

    readings: dict[str, Reading]
    beside: tuple[str, ...]
    """All that were on offer with them."""


def offered() -> tuple[str, ...]:
    """Folders below the root that hold one; none without a root."""
    folder = root.root()
    return () if folder is None else tuple(series_among(root.contents(folder).checkpoints))


def choose(controls: Controls) -> Trainings:
    """Which of them, the first two at first. LabError where none is chosen, or one has gone."""
    names, folder = offered(), root.root()
    assert folder is not None, "without a root there is nothing to choose"
    offer.keep_within(_KEY, dict.fromkeys(names, ""))
    chosen = controls.choices("Trainings", _KEY, {name: name for name in names[:50]}, default=names[:2])
    if not 1 <= len(chosen) <= _MOST:
        raise LabError("trainings", f"must number 1 to {_MOST}", len(chosen), "Choose some in the sidebar.")
    return Trainings({name: _reading(name, folder) for name in chosen}, names)


def _reading(name: str, folder: Path) -> Reading:
    known: dict[str, Reading] = st.session_state.setdefault(_READINGS, {})
    found = reading_of(find_series(inside(folder, name)), known.pop(name, None))
    while len(known) >= _MOST:
        known.pop(next(iter(known))).ended.set()
    known[name] = found
    return found


def draw(trainings: Trainings) -> None:
    """The figure of what has been read; drawn again when there is more."""
    readings = trainings.readings
    _watch(tuple(readings.values()), _count(readings.values()), trainings.beside)
    for name, reading in readings.items():
        for sentence in (reading.series.left_out, refused(reading)):
            if sentence:
                st.caption(plain(f"{name}: {sentence}"))
    known = {printable(name): reading.points for name, reading in readings.items() if reading.points}
    if known:
        code = _CODE.format(folders=ascii(list(readings)))
        show(over_epochs(known).given_by(code), key="trainings-over-epochs")


@st.fragment(run_every=_LOOK_EVERY)
def _watch(readings: tuple[Reading, ...], shown: int, beside: tuple[str, ...]) -> None:
    whole, folder = all(each.job is None or each.job.done for each in readings), root.root()
    others = folder is not None and trainings_below(folder) != beside
    if (whole and _count(readings) > shown) or any(map(has_changed, readings)) or others:
        st.rerun()
    read, every = _count(readings), sum(len(each.series.snapshots) for each in readings)
    more = f"{read} of {every} snapshots are read." if read < every else "New snapshots appear as they are written."
    st.caption(plain(more))


def _count(readings: Iterable[Reading]) -> int:
    return sum(len(each.found) for each in readings)
