"""The live panel of a toy world: Run, Pause, Step, Stop, progress, and a picture that moves while it trains."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

import streamlit as st

from losses.errors import LabError
from ui.foreign_text import plain
from ui.live import Limits, Look, Phase, Run, Simulation
from ui.public import caps
from ui.session import LiveRun, session

F = TypeVar("F")
TICK = 0.25
"""Seconds between two looks at a run: the heartbeat, and how often the picture moves."""


@dataclass(frozen=True, slots=True)
class World(Generic[F]):
    """What the panel runs: the spec that names it, its number of steps, its simulation, the picture of some frames."""

    spec: object
    steps: int
    simulation: Simulation[F]
    draw: Callable[[tuple[F, ...]], None]


def live_panel(world: World[F], controls: Iterable[str]) -> Look[F] | None:
    """Draw the panel. Returns how the world's run stands, None where this spec has not been run.

    `controls` are the keys of the widgets that make the spec: with them, the last run can be gone back to.
    A run of another spec stops; its frames are kept until the next run.
    """
    live = session().live
    if live is not None and live.spec != world.spec:
        live.run.stop("Stopped: the settings changed.")
    look = _look(world)
    running = look is not None and look.phase is not Phase.ENDED
    st.fragment(_panel, run_every=TICK if running else None)(world, tuple(controls), running)
    if live is not None and look is None:
        _offer_last(live)
    return look


def _look(world: World[F]) -> Look[F] | None:
    live = session().live
    return live.run.look() if live is not None and live.spec == world.spec else None


def _panel(world: World[F], controls: tuple[str, ...], was_going: bool) -> None:
    look = _look(world)
    going = look is not None and look.phase is not Phase.ENDED
    _buttons(world, controls, None if look is None else look.phase)
    with st.container():  # always there, so that the chart below keeps its place
        if look is not None:
            _status(world, look)
    if look is None or going or was_going:
        world.draw(() if look is None else look.frames)
    if going != was_going:
        st.rerun()  # the whole page: the ticking begins, or ends and the finished figures appear


def _buttons(world: World[F], controls: tuple[str, ...], phase: Phase | None) -> None:
    """Callbacks act before the panel is drawn, so that what it shows is already so."""
    going, start = phase not in (None, Phase.ENDED), partial(_start, world, controls)
    run = session().live.run if going else None
    label = "Resume" if phase is Phase.PAUSED else "Run"
    with st.container(horizontal=True):
        at_rest = phase in (None, Phase.PAUSED, Phase.ENDED)
        st.button(label, type="primary", disabled=not at_rest, on_click=run.resume if run else start)
        st.button("Pause", disabled=at_rest, on_click=run.pause if run else None)
        hint = "Train up to the next recorded frame, then wait."
        st.button("Step", disabled=not at_rest, help=hint, on_click=run.step if run else partial(start, paused=True))
        st.button("Stop", disabled=run is None, on_click=run.stop if run else None)
    if session().refusal:
        st.error(plain(session().refusal))
        session().refusal = ""


def _start(world: World[F], controls: tuple[str, ...], *, paused: bool = False) -> None:
    settings = {key: st.session_state[key] for key in controls}
    try:
        run: Run[Any] = Run(world.simulation, limits=Limits(seconds=caps().run_seconds), paused=paused)
    except LabError as mistake:
        session().refusal = str(mistake)
    else:
        session().runs[session().page] = LiveRun(world.spec, settings, run)


def _status(world: World[F], look: Look[F]) -> None:
    if look.phase is Phase.WAITING:
        st.info(f"Busy: {look.ahead} of the runs on this machine must end first. Then this one starts by itself.")
        return
    done = min(1.0, look.step / world.steps)
    counts = f"step {look.step:,} of {world.steps:,} · {look.rate:,.0f} steps/s · {look.seconds:.1f} s"
    if not look.frames and not look.reason:
        counts = "starting torch …"
    if look.phase is Phase.ENDED and not look.reason:
        st.caption(f"Finished: {counts}")
    else:
        st.progress(done, text=f"{'Paused at ' if look.phase is Phase.PAUSED else ''}{counts}")
    if look.reason:
        (st.caption if look.reason.startswith("Stopped") else st.error)(plain(look.reason))


def _offer_last(live: LiveRun) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("The last run had other settings; its figures are kept.")
        settings = dict(live.settings)
        st.button("Back to the last run", type="tertiary", on_click=st.session_state.update, args=(settings,))
