"""Measuring a claim beside the page: Run again, progress, Stop. What is found stays on this machine's disk."""

from collections.abc import Callable, Iterator
from pathlib import Path

import streamlit as st

from claims import kept
from claims.claim import Claim, Effort
from claims.results import Result
from claims.running import known, measure
from losses.errors import LabError
from ui.errors import plain
from ui.live.presence import this_tab
from ui.live.run import Limits, Phase, Run, RunSnapshot
from ui.server.public import caps
from ui.session import LiveRun, session

_TICK = 0.5
_LABELS = {Effort.QUICK: "Run again, quick form", Effort.FULL: "Run again, full form"}


class _Measuring:
    """One measurement as a simulation of the live engine: a single frame, and how many steps lead to it."""

    def __init__(self, claim: Claim, effort: Effort, seed: int) -> None:
        self.claim, self.effort, self.seed, self.total = claim, effort, seed, 0

    def __call__(self, before: Callable[[int], None]) -> Iterator[Result]:
        def watch(done: int, total: int) -> None:
            self.total = total
            before(done)

        yield measure(self.claim, self.effort, self.seed, watch)


def folder() -> Path | None:
    """Where results are kept; None where nothing is, see `public.Caps`."""
    return kept.default_folder() if caps().keeps else None


def result_of(claim: Claim, seed: int) -> Result | None:
    """What this session has just measured, else the best that is there."""
    look = _look(claim, seed)
    if look is not None and look.frames:
        return look.frames[-1]
    return known(claim, seed, folder())


def run_again(claim: Claim, seed: int) -> None:
    """The buttons, and progress while a measurement goes."""
    going = _going(_look(claim, seed))
    st.fragment(_panel, run_every=_TICK if going else None)(claim, seed, going)


def _panel(claim: Claim, seed: int, was_going: bool) -> None:
    look = _look(claim, seed)
    going = _going(look)
    with st.container(horizontal=True, vertical_alignment="center"):
        for effort, label in _LABELS.items():
            st.button(label, disabled=going, on_click=_start, args=(claim, effort, seed), key=f"run-{effort.value}")
        live = session().live
        st.button("Stop", disabled=not going, on_click=live.run.stop if live and going else None)
    if session().refusal:
        st.error(plain(session().refusal))
        session().refusal = ""
    if look is not None:
        _status(look)
    if going != was_going:
        st.rerun()  # the whole page: the ticking begins, or ends and the verdict is there


def _status(look: RunSnapshot[Result]) -> None:
    live = session().live
    total = getattr(live.settings.get("measuring"), "total", 0) if live else 0
    if look.phase is Phase.WAITING:
        st.info(f"Busy: {look.ahead} of the runs on this machine must end first. Then this one starts by itself.")
    elif look.phase is not Phase.ENDED:
        done = min(1.0, look.step / total) if total else 0.0
        st.progress(done, text=f"{done:.0%} measured · {look.seconds:.0f} s")
    elif look.reason:
        (st.caption if look.reason.startswith("Stopped") else st.error)(plain(look.reason))


def _look(claim: Claim, seed: int) -> RunSnapshot[Result] | None:
    """At this session's measurement of this claim and seed."""
    live = session().live
    return live.run.look() if live is not None and live.spec == (claim.name, seed) else None


def _going(look: RunSnapshot[Result] | None) -> bool:
    return look is not None and look.phase is not Phase.ENDED


def _start(claim: Claim, effort: Effort, seed: int) -> None:
    measuring = _Measuring(claim, effort, seed)
    try:
        run = Run(measuring, limits=Limits(seconds=caps().run_seconds), keep=_keep, tab=this_tab())
    except LabError as mistake:
        session().refusal = str(mistake)
        return
    if (live := session().live) is not None:
        live.leave("Stopped: another claim was started.")
    session().runs[session().page] = LiveRun((claim.name, seed), {"measuring": measuring}, run)


def _keep(frames: tuple[Result, ...], seconds: float) -> None:
    """In the run's own thread."""
    at = folder()
    if at is not None:
        kept.keep(frames[-1], at)
