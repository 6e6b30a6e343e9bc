"""A training that is running: a slider over the snapshots in a folder, and what changes from one to the next."""

import threading
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

from analysis.comparison.over_epochs import Point
from analysis.figures.accuracy.over_epochs import over_epochs
from analysis.figures.maps.of_epoch import map_of_epoch
from checkpoints.listing import inside
from checkpoints.reading.quoting import printable
from checkpoints.snapshots import Series, Snapshot, check_items, find_series, read_snapshot, series_among
from losses.errors import LabError
from ui import root
from ui.background import Job
from ui.checkpoints import offer
from ui.checkpoints.analyses import Analyses
from ui.controls import Controls
from ui.exhibit import show
from ui.foreign_text import plain
from ui.memo import Memo

_KEY, _NEWEST = "nce_lab_training", "nce_lab_newest_epoch"
_LOOK_EVERY = 2.0
_READ = Memo(400)
"""Snapshots under the root, which is everybody's, by path and state."""


@dataclass(slots=True)
class Reading:
    """The snapshots of a series being read one after the other. found: by file name a point, or why it has none."""

    series: Series
    beside: tuple[str, ...] = ()  # all trainings that were on offer with it
    chosen: int = 0
    found: dict[str, Point | str] = field(default_factory=dict)
    ended: threading.Event = field(default_factory=threading.Event)
    state: tuple[tuple[str, str], ...] = ()
    job: Job[None] | None = None

    def start(self) -> None:
        self.state = self.series.state
        self.job = Job(self._read)

    @property
    def points(self) -> list[Point]:
        """Those that were read, by epoch."""
        found = (each for each in list(self.found.values()) if isinstance(each, Point))
        return sorted(found, key=lambda each: (each.epoch, each.file))

    def refuses(self, snapshot: Snapshot) -> bool:
        """Whether it was tried in vain."""
        return isinstance(self.found.get(snapshot.path.name), str)

    def opens(self, snapshot: Snapshot) -> bool:
        """Whether it can be opened, tried now where that is not known."""
        return not self.refuses(snapshot) and isinstance(_point(snapshot), Point)

    def _read(self) -> None:
        first: Point | None = None
        for snapshot in self.series.snapshots:
            if self.ended.is_set():
                return
            known = _point(snapshot)
            if isinstance(known, Point):
                first = first or known
                known = _of_same_items(known, first)
            self.found[snapshot.path.name] = known


def forget() -> None:
    """No training is in view, until one is chosen."""
    reading: Reading | None = st.session_state.get(_KEY)
    if reading is not None:
        reading.chosen = 0


def choose(controls: Controls, folder: Path) -> tuple[str, Path]:
    """Name and path of the snapshot that the slider is at. It follows the newest until it is moved."""
    found = root.contents(folder)
    names = series_among(found.checkpoints)
    if not names:
        _watch_for_first(folder)
        rule = "must have a folder with snapshots of one training below it, as epoch_1.npz and epoch_2.npz"
        raise LabError("the root", rule, but="has none")
    offer.keep_within("training", dict.fromkeys(names, ""))
    # Which one is the first changes with the folder: a link names it.
    name = controls.choice("Training", "training", {each: each for each in names}, default=names[0], always=True)
    series = find_series(inside(folder, name))
    reading = _reading_of(series)
    reading.beside = tuple(names)
    newest = next((each for each in reversed(series.snapshots) if reading.opens(each)), None)
    if newest is None:
        _watch(reading, len(reading.found), folder)
        said = f"{series.left_out} {refused(reading)}".strip()
        raise LabError(name, "must have snapshots that hold outputs", but="has none yet", remedy=said)
    asked = _at(controls, reading, newest, name)
    snapshot = asked if reading.opens(asked) else newest
    reading.chosen = snapshot.epoch + 1
    return snapshot.path.relative_to(folder.resolve()).as_posix(), snapshot.path


def draw(analyses: Analyses) -> None:
    """The figures of the training in view; nothing where there is none."""
    reading: Reading | None = st.session_state.get(_KEY)
    if reading is None or not reading.chosen:
        return
    epoch, points = reading.chosen - 1, reading.points
    _watch(reading, len(reading.found), root.root())
    for sentence in (reading.series.left_out, refused(reading)):
        if sentence:
            st.caption(plain(sentence))
    if points:
        show(over_epochs({printable(reading.series.folder.name): points}, at=epoch), key="over-epochs")
    placed = [each for each in points if each.coordinates is not None]
    place = next((at for at, each in enumerate(placed) if each.epoch == epoch), None)
    if place is not None and len(placed[place].labels) == len(analyses.outputs.test):
        show(map_of_epoch(placed, place, analyses.outputs), key="map-of-epoch")
    st.divider()


@st.fragment(run_every=_LOOK_EVERY)
def _watch_for_first(folder: Path) -> None:
    """Looks for a training that has only begun; the page is drawn again when it has two snapshots."""
    if trainings_below(folder):
        st.rerun()
    st.caption("Looked for every few seconds: a training is here once it has two snapshots.")


@st.fragment(run_every=_LOOK_EVERY)
def _watch(reading: Reading, shown: int, folder: Path | None) -> None:
    """Looks for what is new, as long as the page is open; the page is drawn again when there is something."""
    others = folder is not None and trainings_below(folder) != reading.beside
    if len(reading.found) > shown or has_changed(reading) or others:
        st.rerun()
    read, every = len(reading.found), len(reading.series.snapshots)
    more = f"{read} of {every} snapshots are read." if read < every else "New snapshots appear as they are written."
    st.caption(plain(more))


def trainings_below(folder: Path) -> tuple[str, ...]:
    """Folders that hold one, looked for again every ten seconds, in silence."""
    return tuple(series_among(root.watched(folder).checkpoints))


def has_changed(reading: Reading) -> bool:
    """Whether a snapshot has come, gone or been written anew."""
    try:
        return find_series(reading.series.folder).state != reading.state
    except LabError:
        return False


def _at(controls: Controls, reading: Reading, newest: Snapshot, name: str) -> Snapshot:
    """What the slider says: of a file that is still being written it knows nothing."""
    known = [each for each in reading.series.snapshots if each.epoch <= newest.epoch and not reading.refuses(each)]
    options, last = {str(each.epoch): str(each.epoch) for each in known}, str(newest.epoch)
    before, st.session_state[_NEWEST] = st.session_state.get(_NEWEST), (name, last)
    if before is not None and (before[0] != name or st.session_state.get("epoch") == before[1]):
        offer.into_view(controls, "epoch", last)
    offer.keep_within("epoch", options)
    epoch = last if len(options) < 2 else controls.stepped("Epoch", "epoch", options, default=last)
    return next(each for each in reversed(known) if str(each.epoch) == epoch)


def _reading_of(series: Series) -> Reading:
    reading = st.session_state[_KEY] = reading_of(series, st.session_state.get(_KEY))
    return reading


def reading_of(series: Series, before: Reading | None) -> Reading:
    """The one that is under way, or a new one where the folder has changed; the one before then ends."""
    if before is not None and before.series.folder == series.folder and before.state == series.state:
        return before
    if before is not None:
        before.ended.set()
    reading = Reading(series, found={} if before is None else _unchanged(before, series))
    reading.start()
    return reading


def _unchanged(before: Reading, series: Series) -> dict[str, Point | str]:
    """What stays in view while the rest is read."""
    if before.series.folder != series.folder:
        return {}
    same = {name for name, _ in set(before.state) & set(series.state)}
    return {name: each for name, each in list(before.found.items()) if name in same and isinstance(each, Point)}


def _point(snapshot: Snapshot) -> Point | str:
    try:
        return _READ.once((str(snapshot.path), snapshot.state), lambda: read_snapshot(snapshot))
    except LabError as mistake:
        return str(mistake)


def _of_same_items(point: Point, first: Point) -> Point | str:
    try:
        return check_items(point, first)
    except LabError as mistake:
        return str(mistake)


def refused(reading: Reading) -> str:
    """One sentence on snapshots that could not be read, "" for none."""
    said = [root.relative(each) for each in list(reading.found.values()) if isinstance(each, str)]
    return f"Not read, each again when it changes: {' '.join(said[:3])}" if said else ""
