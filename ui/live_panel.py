"""The live panel of a toy world: Run, Pause, Step, Stop, progress, and a picture that moves while it trains."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import streamlit as st

from ui.errors import explain, plain
from ui.live import Look, Phase, Run, Simulation
from ui.session import LiveRun, session

F = TypeVar("F")
TICK = 0.3
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


def _panel(world: World[F], controls: tuple[str, ...], was_running: bool) -> None:
    look = _look(world)
    phase = None if look is None else look.phase
    if was_running and phase in (None, Phase.ENDED):
        st.rerun()  # the whole page: the ticking ends, the finished figures appear
    _buttons(world, controls, phase)
    with st.container():  # always there, so that the chart below keeps its place
        if look is not None:
            _status(world, look)
    if look is None or phase is not Phase.ENDED:
        world.draw(look.frames if look is not None else ())


def _buttons(world: World[F], controls: tuple[str, ...], phase: Phase | None) -> None:
    run = session().live.run if session().live is not None else None
    going = phase in (Phase.RUNNING, Phase.PAUSED)
    with st.container(horizontal=True):
        if st.button("Resume" if phase is Phase.PAUSED else "Run", type="primary", disabled=phase is Phase.RUNNING):
            _act(run.resume if going else lambda: _start(world, controls, paused=False))
        if st.button("Pause", disabled=phase is not Phase.RUNNING):
            _act(run.pause)
        if st.button("Step", disabled=phase is Phase.RUNNING, help="Train up to the next recorded frame, then wait."):
            _act(run.step if going else lambda: _start(world, controls, paused=True))
        if st.button("Stop", disabled=not going):
            _act(run.stop)


def _act(command: Callable[[], None]) -> None:
    with explain():
        command()
        st.rerun()


def _start(world: World[F], controls: tuple[str, ...], *, paused: bool) -> None:
    settings = {key: st.session_state[key] for key in controls}
    run: Run[Any] = Run(world.simulation, paused=paused)
    session().live = LiveRun(session().page, world.spec, settings, run)


def _status(world: World[F], look: Look[F]) -> None:
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
