"""A checkpoint's images going through its network on a thread of its own, with progress and Stop."""

import threading
import time
from collections.abc import Callable
from functools import cached_property

import streamlit as st

from analysis.outputs import Outputs
from checkpoints.foreign.rate import Rate
from checkpoints.foreign.spec import Stopped, Watch
from ui.background import Job
from ui.checkpoints.analyses import Analyses
from ui.foreign_text import plain
from ui.live.presence import this_tab
from ui.lost import remember
from ui.server.public import caps

_UNWATCHED = 30.0  # seconds without a look: the tab is closed
_HIDDEN = 150.0  # the page was left; a tab that is hidden looks once a minute
_KEPT = 6  # passes: as many as can be compared
_KEY = "nce_lab_image_passes"


class ImagePass:
    """One pass; `request` is what was asked for, so that a page knows whether it is still wanted, `name` its words."""

    def __init__(self, request: object, name: str, work: Callable[[Watch], Outputs], *, shared: bool) -> None:
        self.request, self.name, self._shared = request, name, shared
        self._done, self._total, self._rate = 0, 0, Rate()
        self._seen, self._stop = time.monotonic(), threading.Event()
        self._tab = this_tab()
        self.job: Job[Outputs] = Job(lambda: work(self._watch))

    @cached_property
    def analyses(self) -> Analyses:
        """Of the outputs, once `job` is done."""
        return Analyses(self.job.result(), shared=self._shared)

    @property
    def succeeded(self) -> bool:
        """Whether there are outputs."""
        return self.job.done and self.job.failure is None

    @property
    def unwatched(self) -> bool:
        """Whether it ended by itself, as nobody looked."""
        return not self._stop.is_set()

    @property
    def goes_on(self) -> bool:
        """Whether the same pass, begun again, goes on where this one was."""
        return self._shared and caps().keeps

    @property
    def rate(self) -> str:
        """Images a second, in words; "" while nothing can be said."""
        return self._rate.words

    def stop(self) -> None:
        """It ends after its batch."""
        self._stop.set()

    def look(self) -> tuple[int, int]:
        """(images done, images in all), 0 in all before it is known. Somebody is watching."""
        self._seen = time.monotonic()
        return self._done, self._total

    def _watch(self, done: int, total: int) -> None:
        self._done, self._total = done, total
        self._rate.hear(done, total)
        unseen = time.monotonic() - self._seen
        if self._stop.is_set() or unseen > _HIDDEN or (unseen > _UNWATCHED and not self._tab()):
            raise Stopped


def passes() -> list[ImagePass]:
    """This session's, the last one last: the one that runs or failed, and those whose outputs are kept."""
    return st.session_state.setdefault(_KEY, [])


def find(request: object) -> ImagePass | None:
    """The pass that was asked for with `request`, if it is still known."""
    return next((each for each in passes() if each.request == request), None)


def remember_passes() -> None:
    """So that the tab says so where they are gone."""
    words = "with its images, run them through again"
    remember("passes", {each.name: f"{each.name}, {words}" for each in passes() if each.succeeded or not each.job.done})


def finished() -> dict[str, Analyses]:
    """What the kept passes gave, by their names."""
    return {each.name: each.analyses for each in passes() if each.succeeded}


def put_away(name: str) -> None:
    """Forget the passes of this name that have ended."""
    st.session_state[_KEY] = [each for each in passes() if each.name != name or not each.job.done]


def add(others: list[ImagePass]) -> None:
    """Take over passes that go on or gave outputs, before this session's own."""
    own = passes()
    news = [each for each in others if each not in own and (each.succeeded or not each.job.done)]
    st.session_state[_KEY] = [*news, *own][-_KEPT:]


def start(request: object, name: str, work: Callable[[Watch], Outputs], *, shared: bool) -> None:
    """Begin a pass; one that runs stops. The outputs of the last few before stay."""
    for each in passes():
        each.stop()
    kept = [each for each in passes() if each.succeeded and each.request != request and each.name != name]
    st.session_state[_KEY] = [*kept[1 - _KEPT :], ImagePass(request, name, work, shared=shared)]


@st.fragment(run_every=0.5)
def progress(running: ImagePass) -> None:
    """A bar with a Stop below it, until the pass ends."""
    if running.job.done:
        st.rerun()
    done, total = running.look()
    words = f"{done:,} of {total:,} images" if total else "Reading the weights and looking at the images"
    said = [words, *([running.rate] if running.rate else []), f"{running.job.seconds:.0f} s"]
    st.progress(done / total if total else 0.0, text=plain(" · ".join(said)))
    if st.button("Stop", key="stop-pass"):
        running.stop()
        st.caption("Stopping after this batch …")
