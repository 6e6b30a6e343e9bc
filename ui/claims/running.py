"""Measuring a claim, or all, beside the page: Run again, progress, Stop. What is found stays on this machine's disk."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import streamlit as st

from claims import kept
from claims.claim import Claim, Effort
from claims.registry import CLAIMS
from claims.results import Result
from claims.running import known, measure
from losses.errors import LabError
from ui.errors import plain
from ui.live.presence import this_tab
from ui.live.run import Limits, Phase, Run, RunSnapshot
from ui.server.public import caps
from ui.session import LiveRun, session

_TICK = 0.5
ALL = tuple(CLAIMS.values())
_LABELS = {
    False: {Effort.QUICK: "Run again, quick form", Effort.FULL: "Run again, full form"},
    True: {Effort.QUICK: "Measure all here, quick form", Effort.FULL: "Measure all here, full form"},
}
"""By whether there are several."""


class _Measuring:
    """Measurements, one after the other, as a simulation of the live engine: a frame each; how far the present is."""

    def __init__(self, claims: tuple[Claim, ...], effort: Effort, seed: int) -> None:
        self.claims, self.effort, self.seed = claims, effort, seed
        self.now, self.part = claims[0], 0.0
        self._steps = 0

    def __call__(self, before: Callable[[int], None]) -> Iterator[Result]:
        for claim in self.claims:
            self.now, self.part, behind = claim, 0.0, self._steps
            result = measure(claim, self.effort, self.seed, partial(self._watch, before, behind))
            _keep(result)
            yield result

    def _watch(self, before: Callable[[int], None], behind: int, done: int, total: int) -> None:
        self.part, self._steps = (done / total if total else 0.0), behind + done
        before(self._steps)

    def progress(self, measured: int) -> tuple[float, str]:
        """Share of the whole, and in words."""
        whole = min(1.0, (measured + self.part) / len(self.claims))
        if len(self.claims) == 1:
            return whole, f"{whole:.0%} measured"
        return whole, f"{measured} of {len(self.claims)} measured, now {self.now.title}"


def folder() -> Path | None:
    """Where results are kept; None where nothing is, see `public.Caps`."""
    return kept.default_folder() if caps().keeps else None


def result_of(claim: Claim, seed: int) -> Result | None:
    """What this session has just measured, else the best that is there."""
    for claims in ((claim,), ALL):
        look = _look(claims, seed)
        for found in look.frames if look is not None else ():
            if found.claim.name == claim.name:
                return found
    return known_of(claim, seed)


def known_of(claim: Claim, seed: int) -> Result | None:
    """The best that this machine keeps or that is shipped."""
    return known(claim, seed, folder())


def results_of(claim: Claim, seeds: Iterable[int]) -> list[Result]:
    """Of these seeds, those that are known."""
    found = (result_of(claim, seed) for seed in seeds)
    return [each for each in found if each is not None]


def run_again(claims: tuple[Claim, ...], seed: int) -> None:
    """The buttons, and progress while a measurement goes."""
    look = _look(claims, seed)
    going = _going(look)
    st.fragment(_panel, run_every=_TICK if going else None)(claims, seed, going, _measured(look))


def _panel(claims: tuple[Claim, ...], seed: int, was_going: bool, were_measured: int) -> None:
    look = _look(claims, seed)
    going = _going(look)
    with st.container(horizontal=True, vertical_alignment="center"):
        for effort, label in _LABELS[len(claims) > 1].items():
            st.button(label, disabled=going, on_click=_start, args=(claims, effort, seed), key=f"run-{effort.value}")
        live = session().live
        st.button("Stop", disabled=not going, on_click=live.run.stop if live and going else None)
    if session().refusal:
        st.error(plain(session().refusal))
        session().refusal = ""
    if look is not None:
        _status(look)
    if going != was_going or _measured(look) != were_measured:
        st.rerun()  # the whole page: the ticking begins, or a verdict is there


def _status(look: RunSnapshot[Result]) -> None:
    live = session().live
    measuring = live.settings.get("measuring") if live else None
    if look.phase is Phase.WAITING:
        st.info(f"Busy: {look.ahead} of the runs on this machine must end first. Then this one starts by itself.")
    elif look.phase is not Phase.ENDED:
        share, words = measuring.progress(len(look.frames)) if isinstance(measuring, _Measuring) else (0.0, "")
        st.progress(share, text=f"{words} · {look.seconds:.0f} s")
    elif look.reason:
        (st.caption if look.reason.startswith("Stopped") else st.error)(plain(look.reason))


def _look(claims: tuple[Claim, ...], seed: int) -> RunSnapshot[Result] | None:
    """At this session's measurement of these claims and seed."""
    live = session().live
    return live.run.look() if live is not None and live.spec == _spec(claims, seed) else None


def _spec(claims: tuple[Claim, ...], seed: int) -> tuple[object, ...]:
    return (*(claim.name for claim in claims), seed)


def _measured(look: RunSnapshot[Result] | None) -> int:
    return len(look.frames) if look is not None else 0


def _going(look: RunSnapshot[Result] | None) -> bool:
    return look is not None and look.phase is not Phase.ENDED


def _start(claims: tuple[Claim, ...], effort: Effort, seed: int) -> None:
    measuring = _Measuring(claims, effort, seed)
    try:
        run = Run(measuring, limits=Limits(seconds=caps().run_seconds), tab=this_tab())
    except LabError as mistake:
        session().refusal = str(mistake)
        return
    if (live := session().live) is not None:
        live.leave("Stopped: another claim was started.")
    session().runs[session().page] = LiveRun(_spec(claims, seed), {"measuring": measuring}, run)


def _keep(result: Result) -> None:
    """In the run's own thread."""
    at = folder()
    if at is not None:
        kept.keep(result, at)
