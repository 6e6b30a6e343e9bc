"""The live panel of a toy world: Run, Pause, Step, Stop, progress, and a picture that moves while it trains."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from typing import Any, Generic, TypeVar

import streamlit as st

from losses.errors import LabError
from toy_models.worlds import WORLDS
from ui.foreign_text import line, plain
from ui.live import other_runs
from ui.live.presence import this_tab
from ui.live.run import Limits, Phase, Run, RunSnapshot, Simulation
from ui.live.slots import PROCESS
from ui.lost import remember
from ui.server.public import caps
from ui.session import LiveRun, session

F = TypeVar("F")
TICK = 0.25
"""Seconds between two looks at a run: the heartbeat, and how often the picture moves."""
_WAITING = 2.0
MAIN_CONTROL = "main-control"
"""The key of the place of what a page is there to press."""
_TICKS = 2 / TICK
"""Pictures a second that all sessions together draw, about: more would keep a click waiting."""
_LATER = " · for table, downloads and Add to talk: Stop"  # in the line that is there: the figure below must not jump
_LOST = "the run that was here (finished runs alone are kept), Run starts it anew"


@dataclass(frozen=True, slots=True)
class LiveWorld(Generic[F]):
    """What the panel runs: the world's name, the spec (with a device, where there is a choice) that names the run, its
    number of steps, its simulation, the picture of some frames, and the frames that are seen before a run."""

    name: str
    spec: Any
    steps: int
    simulation: Simulation[F]
    draw: Callable[[tuple[F, ...]], None]
    opening: Callable[[], tuple[F, ...]] = tuple


def live_world(
    name: str, spec: Any, known: object, *, key: str, device: str | None = None, starts: bool = False
) -> LiveWorld[Any]:
    """A world by its name in `WORLDS`, its picture the one in `analysis.figures.worlds`.

    `known` is what the picture shows beside the frames; `device`: where there is a choice of it; `starts`: whether the
    start is worth a look before any run.
    """
    run = partial(WORLDS[name].simulate, spec, device or "cpu")
    named = spec if device is None else (spec, device)
    opening = partial(_first_frame, name, spec) if starts else tuple
    return LiveWorld(name, named, spec.steps, run, partial(_draw, name, spec, known, key), opening)


def _first_frame(name: str, spec: Any) -> tuple[Any, ...]:
    """None where even the start has no finite loss: a run says so."""
    with suppress(LabError):
        return (next(WORLDS[name].simulate(spec)),)
    return ()


def _draw(name: str, spec: Any, known: object, key: str, frames: tuple[Any, ...]) -> None:
    live = import_module(f"analysis.figures.worlds.{name}.live")
    st.echarts_chart(live.live_option(spec, known, frames), key=key, height=live.HEIGHT, alt=line(live.ALT))


def live_panel(world: LiveWorld[F], controls: Iterable[str]) -> RunSnapshot[F] | None:
    """Draw the panel. Returns how the world's run stands, None where this spec has not been run on this machine.

    `controls` are the keys of the widgets that make the spec: with them, the last run can be gone back to.
    A run of another spec stops; its frames are kept until the next run. A finished run stays on disk.
    """
    live = session().live
    if live is not None and live.spec != world.spec:
        live.leave("Stopped: the settings changed.")
    look, offered = _look(world), _offered(world)
    state = _state(look, offered)
    st.fragment(_panel, run_every=tick(waits=state[2]) if any(state) else None)(world, tuple(controls), state)
    _remember(world, offered)
    if live is not None and look is None:
        _offer_last(live)
    return look


def _remember(world: LiveWorld[F], offered: Run[F] | None) -> None:
    """A run that nobody would have any more; one that lies on disk, or comes with the lab, is there again."""
    live, on_disk = session().live, other_runs.kept(world.name, world.spec) is not None
    own = live is not None and live.spec == world.spec
    held = offered is not None or (own and not on_disk)
    key = repr(world.spec)
    remember(f"run-{world.name}", {key: _LOST} if held else {}, there=(key,) if on_disk else ())


def tick(*, waits: bool = False) -> float:
    """Seconds between two looks with as many runs as go and wait now; at one that only waits for its turn, more."""
    return max(_WAITING if waits else TICK, PROCESS.taken() / _TICKS)


def _look(world: LiveWorld[F]) -> RunSnapshot[F] | None:
    """At this session's run, else at the one on disk, else at the one that comes with the lab."""
    live = session().live
    if live is not None and live.spec == world.spec:
        return live.run.look()
    found = other_runs.kept(world.name, world.spec)
    if found is not None:
        return RunSnapshot(Phase.ENDED, world.steps, found.frames, found.seconds, "", kept_since=found.ended)
    shipped = other_runs.shipped(world.name, world.spec)
    if shipped is not None:
        return RunSnapshot(Phase.ENDED, world.steps, shipped.frames, shipped.seconds, "", 0, shipped.made, shipped=True)
    return None


def _going(look: RunSnapshot[F] | None) -> bool:
    return look is not None and look.phase is not Phase.ENDED


def _state(look: RunSnapshot[F] | None, offered: Run[F] | None) -> tuple[bool, bool, bool]:
    """Whether a run of this session goes on, one is offered, its own waits for its turn: what the ticking is for."""
    return _going(look), offered is not None, look is not None and look.phase is Phase.WAITING


def _offered(world: LiveWorld[F]) -> Run[F] | None:
    """A run of these settings that goes on elsewhere, unless this session has one going."""
    run, live = other_runs.going_elsewhere(world.name, world.spec), session().live
    own = live.run if live is not None and live.spec == world.spec else None
    return None if run is None or (own is not None and (own is run or _going(own.look()))) else run


def _panel(world: LiveWorld[F], controls: tuple[str, ...], was: tuple[bool, bool, bool]) -> None:
    look, offered = _look(world), _offered(world)
    going, was_going = _going(look), was[0]
    _buttons(world, controls, None if look is None else look.phase)
    with st.container():  # always there, so that the chart below keeps its place
        if look is not None:
            _status(world, look)
        if offered is not None:
            _offer(world, controls, offered)
    if look is None or going or was_going:
        world.draw(world.opening() if look is None else look.frames)
    if _state(look, offered) != was:
        st.rerun()  # the whole page: the ticking begins, or ends and the finished figures appear


def _buttons(world: LiveWorld[F], controls: tuple[str, ...], phase: Phase | None) -> None:
    """Callbacks act before the panel is drawn, so that what it shows is already so."""
    start, live = partial(_start, world, controls), session().live
    run = live.run if live is not None and phase not in (None, Phase.ENDED) else None
    label, act = _first_button(phase, run, start)
    with st.container(horizontal=True, key=MAIN_CONTROL):
        at_rest = phase in (None, Phase.PAUSED, Phase.ENDED)
        # One button that is always there: one that were disabled under the finger would lose the keyboard's focus.
        st.button(label, type="primary", key="run", shortcut="Ctrl+Enter", on_click=act)
        hint = "Train up to the next recorded frame, then wait."
        step = run.step if run else partial(start, paused=True)
        st.button("Step", key="step", disabled=not at_rest, help=hint, shortcut="Ctrl+Shift+Enter", on_click=step)
        st.button("Stop", key="stop", disabled=run is None, on_click=run.stop if run else None)
    if session().refusal:
        st.error(plain(session().refusal))
        session().refusal = ""


def _first_button(phase: Phase | None, run: Run[Any] | None, start: Callable[[], None]) -> tuple[str, Any]:
    if run is None:
        return "Run", start
    return ("Resume", run.resume) if phase is Phase.PAUSED else ("Pause", run.pause)


def _start(world: LiveWorld[F], controls: tuple[str, ...], *, paused: bool = False) -> None:
    try:
        run: Run[Any] = Run(
            world.simulation,
            limits=Limits(seconds=caps().run_seconds),
            paused=paused,
            keep=partial(other_runs.keep_finished, world.name, world.spec),
        )
    except LabError as mistake:
        session().refusal = str(mistake)
    else:
        other_runs.begun(world.name, world.spec, run)
        _take(world, controls, run, followed=False)


def _take(world: LiveWorld[F], controls: tuple[str, ...], run: Run[F], *, followed: bool) -> None:
    settings = {key: st.session_state[key] for key in controls}
    run.tab = this_tab()
    session().runs[session().page] = LiveRun(world.spec, settings, run, followed)


def _offer(world: LiveWorld[F], controls: tuple[str, ...], run: Run[F]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_of_a_run_elsewhere(world, run.glance()))
        st.button("Show it", type="tertiary", on_click=partial(_take, world, controls, run, followed=True))


def _of_a_run_elsewhere(world: LiveWorld[F], found: RunSnapshot[F]) -> str:
    """Where it stands, beside what is shown here."""
    which, at = "A run" if _look(world) is None else "Another run", f"step {found.step:,} of {world.steps:,}"
    how = {Phase.PAUSED: f"is paused at {at}", Phase.WAITING: "waits for its turn"}.get(found.phase, f"goes on, {at}")
    return f"{which} of these settings {how}: in another tab, or in this one before it was loaded anew."


def _status(world: LiveWorld[F], look: RunSnapshot[F]) -> None:
    if look.phase is Phase.WAITING:
        st.info(f"Busy: {look.ahead} of the runs on this machine must end first. Then this one starts by itself.")
        return
    done = min(1.0, look.step / world.steps)
    counts = f"step {look.step:,} of {world.steps:,} · {look.rate:,.0f} steps/s · {look.seconds:.1f} s"
    if not look.frames and not look.reason:
        counts = "starting torch …"
    if look.phase is Phase.ENDED and not look.reason:
        st.caption(_finished(look, counts))
    else:
        st.progress(done, text=f"Paused at {counts}{_LATER}" if look.phase is Phase.PAUSED else counts)
    if look.reason:
        (st.caption if look.reason.startswith("Stopped") else st.error)(plain(look.reason))
        last: Any = look.frames[-1] if look.frames else None
        if last is not None and last.step < look.step:
            st.caption(f"The figures show step {last.step:,}, the last moment that was recorded.")


def _finished(look: RunSnapshot[F], counts: str) -> str:
    """Also from when and where a run is that this session has not made."""
    if look.kept_since is None:
        return f"Finished: {counts}"
    when = f"{datetime.fromtimestamp(look.kept_since, UTC).astimezone():%d %B %Y}"
    if look.shipped:
        return (
            f"A finished run, shipped with the lab: {look.step:,} steps, {len(look.frames)} moments,"
            f" computed on {when}. Run replaces it."
        )
    at = f"{datetime.fromtimestamp(look.kept_since, UTC).astimezone():%H:%M}"
    return f"Finished: {counts} · computed on {when} at {at} and kept on this machine; Run computes it anew"


def _offer_last(live: LiveRun) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("The last run had other settings; its figures are kept.")
        settings = dict(live.settings)
        st.button("Back to the last run", type="tertiary", on_click=st.session_state.update, args=(settings,))
