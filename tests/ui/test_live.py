"""The live engine, against fake generators: threads end, commands are obeyed, mistakes become sentences."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from losses.errors import LabError
from tests.waiting import PATIENCE, until
from ui.live.run import Limits, Phase, Run, RunSnapshot, Simulation
from ui.live.slots import Slots
from ui.worlds import live_panel

ROOT = Path(__file__).parents[2]
WATCHED = Limits(heartbeat=1e6)
"""However long the machine takes between two looks of a test."""


@dataclass(frozen=True, slots=True)
class Tick:
    step: int


def ticks(count: int, *, steps: int = 2, pause: float = 0.002) -> Simulation[Tick]:
    """`count` frames, one after every `steps` steps."""

    def simulation(on_step: Callable[[int], None]) -> Iterator[Tick]:
        for step in range(count * steps):
            on_step(step)
            time.sleep(pause)
            if (step + 1) % steps == 0:
                yield Tick(step + 1)

    return simulation


def wait_for(run: Run[Tick], holds: Callable[[RunSnapshot[Tick]], bool]) -> RunSnapshot[Tick]:
    until(lambda: holds(run.look()), every=0.005, last=run.look)
    return run.look()


def meanwhile() -> None:
    """As long as another run takes for ten steps: what has not moved by then does not move."""
    other = Run(ticks(5), limits=WATCHED, slots=Slots(1))
    wait_for(other, ended)
    assert other.join(PATIENCE)


class Clock:
    """Stands in for the engine's `time`: goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("ui.live.run.time", clock)
    return clock


def ended(look: RunSnapshot[Tick]) -> bool:
    return look.phase is Phase.ENDED


@pytest.fixture
def slots() -> Slots:
    return Slots(2)


def test_a_run_goes_to_its_end_and_its_thread_is_gone(slots):
    run = Run(ticks(5), limits=WATCHED, slots=slots)
    look = wait_for(run, ended)
    assert run.join(PATIENCE)
    assert [frame.step for frame in look.frames] == [2, 4, 6, 8, 10]
    assert look.reason == ""
    assert look.rate > 0
    assert slots.taken() == 0


def test_stop_counts_at_once_and_ends_the_thread(slots):
    run = Run(ticks(100_000), limits=WATCHED, slots=slots)
    wait_for(run, lambda look: len(look.frames) > 2)
    run.stop()
    assert run.look().phase is Phase.ENDED
    assert run.join(PATIENCE)
    assert run.look().reason == "Stopped."


def test_pause_holds_still_and_resume_goes_on(slots):
    run = Run(ticks(100_000), limits=WATCHED, slots=slots)
    wait_for(run, lambda look: len(look.frames) > 2)
    run.pause()
    held = len(run.look().frames)
    meanwhile()
    assert len(run.look().frames) == held
    assert run.look().phase is Phase.PAUSED
    run.resume()
    wait_for(run, lambda look: len(look.frames) > held)
    run.stop()
    assert run.join(PATIENCE)


def test_stop_and_pause_do_not_wait_for_a_frame(slots):
    run = Run(ticks(1, steps=100_000), limits=WATCHED, slots=slots)
    wait_for(run, lambda look: look.step > 3)
    run.pause()
    held = run.look().step
    meanwhile()
    assert run.look().step <= held + 1  # the step in work is finished, and the next one waits
    run.stop()
    assert run.join(PATIENCE)


def test_seconds_count_computing_and_not_waiting(slots, clock):
    def simulation(on_step: Callable[[int], None]) -> Iterator[Tick]:
        for step in range(3):
            on_step(step)
            clock.now += 1.0
            yield Tick(step + 1)

    run = Run(simulation, limits=WATCHED, slots=slots, paused=True)
    wait_for(run, lambda look: len(look.frames) == 1)
    run.step()
    wait_for(run, lambda look: len(look.frames) == 2)
    wait_for(run, lambda look: look.step == 2)  # counted, and waiting
    clock.now += 100.0
    run.resume()
    assert wait_for(run, ended).seconds == 3.0
    assert run.join(PATIENCE)


def test_step_computes_exactly_one_frame(slots):
    run = Run(ticks(100_000), limits=WATCHED, slots=slots, paused=True)
    for count in (1, 2, 3):
        wait_for(run, lambda look, count=count: len(look.frames) == count)
        meanwhile()
        assert len(run.look().frames) == count
        run.step()
    run.stop()
    assert run.join(PATIENCE)


@pytest.mark.parametrize("paused", [False, True])
def test_a_run_that_nobody_watches_stops(slots, paused):
    run = Run(ticks(10_000), limits=Limits(heartbeat=0.2), slots=slots, paused=paused)
    assert run.join(PATIENCE)
    assert run.look().reason == "Stopped: nobody was watching for 0.2 s."


def test_a_run_that_is_watched_goes_on_and_then_stops(slots, clock):
    run = Run(ticks(100_000), limits=Limits(heartbeat=10), slots=slots)
    for _ in range(5):
        before = run.look().step
        clock.now += 9.0
        wait_for(run, lambda look, before=before: look.step > before + 1)
    assert run.look().phase is Phase.RUNNING
    clock.now += 10.5
    assert run.join(PATIENCE)
    assert run.look().reason == "Stopped: nobody was watching for 10 s."


@pytest.mark.parametrize(("leaves", "seconds"), [(True, 10), (False, 300)])
def test_a_tab_that_is_there_may_be_slow_to_look(slots, clock, leaves, seconds):
    there = [True]
    run = Run(ticks(1_000_000), limits=Limits(seconds=1e6), slots=slots, tab=lambda: there[0])
    for _ in range(3):
        before = run.look().step
        clock.now += 290.0
        wait_for(run, lambda look, before=before: look.step > before + 1)
    assert run.look().phase is Phase.RUNNING
    there[0] = not leaves
    clock.now += seconds + 0.5
    assert run.join(PATIENCE)
    assert run.look().reason == f"Stopped: nobody was watching for {seconds} s."


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(frames=3), "Stopped at the limit of 3 frames."),
        (Limits(seconds=0.05), "Stopped at the limit of 0.05 s of computing."),
    ],
)
def test_caps_end_a_run(slots, limits, reason):
    run = Run(ticks(10_000), limits=limits, slots=slots)
    assert wait_for(run, ended).reason == reason
    assert run.join(PATIENCE)


def test_a_mistake_is_said_as_it_reads(slots):
    def frames(on_step) -> Iterator[Tick]:
        raise LabError("device", "must be present", "cuda")
        yield

    look = wait_for(Run(frames, slots=slots), ended)
    assert look.reason == "device must be present, but is cuda."


def test_a_bug_is_logged_and_said_without_a_traceback(slots, caplog):
    def frames(on_step) -> Iterator[Tick]:
        yield Tick(1)
        raise ZeroDivisionError("inner detail")

    run = Run(frames, slots=slots)
    look = wait_for(run, ended)
    assert look.reason == "A bug in NCE Lab ended this run; the server's log has the details."
    assert [frame.step for frame in look.frames] == [1]
    assert "inner detail" in caplog.text
    assert run.join(PATIENCE)


def test_one_run_too_many_waits_and_goes_when_a_place_is_free(slots):
    runs = [Run(ticks(100_000), limits=WATCHED, slots=slots) for _ in range(2)]
    third, fourth = (Run(ticks(1), limits=WATCHED, slots=slots) for _ in range(2))
    assert wait_for(third, lambda look: look.ahead == 1).phase is Phase.WAITING
    assert wait_for(fourth, lambda look: look.ahead == 2).frames == ()
    runs[0].stop()
    assert third.join(PATIENCE)
    assert fourth.join(PATIENCE)
    assert [frame.step for frame in fourth.look().frames] == [2]
    runs[1].stop()
    assert runs[1].join(PATIENCE)
    assert slots.taken() == 0


def test_a_waiting_run_can_be_stopped_and_is_not_computing():
    slots = Slots(1)
    first, second = (Run(ticks(100_000), limits=WATCHED, slots=slots) for _ in range(2))
    wait_for(second, lambda look: look.phase is Phase.WAITING)
    meanwhile()
    second.stop()
    assert second.join(PATIENCE)
    assert (second.look().frames, second.look().seconds) == ((), 0.0)
    first.stop()
    assert first.join(PATIENCE)


def test_a_waiting_run_that_nobody_watches_leaves_the_queue():
    slots = Slots(1)
    first = Run(ticks(100_000), limits=WATCHED, slots=slots)
    second = Run(ticks(1), limits=Limits(heartbeat=0.2), slots=slots)
    assert second.join(PATIENCE)
    assert second.look().reason == "Stopped: nobody was watching for 0.2 s."
    assert slots.taken() == 1
    first.stop()
    assert first.join(PATIENCE)


def test_the_queue_has_an_end_under_many_starters():
    slots, refused, runs = Slots(3, waiting=4), [], []

    def starter() -> None:
        try:
            runs.append(Run(ticks(100_000), limits=WATCHED, slots=slots))
        except LabError as mistake:
            refused.append(mistake)

    starters = [threading.Thread(target=starter) for _ in range(20)]
    for thread in starters:
        thread.start()
    for thread in starters:
        thread.join()
    assert (len(runs), len(refused)) == (7, 13)
    assert "must wait: 3 can go at once on this machine, and 4 wait already" in str(refused[0])
    for run in runs:
        run.stop()
    for run in runs:
        assert run.join(PATIENCE)


def test_a_run_in_torch_does_not_abort_the_process_at_its_end():
    script = (
        "import time; from toy_models.simplex import SimplexSpec, simulate; from ui.live.run import Run;"
        "run = Run(lambda on_step: simulate(SimplexSpec(steps=20000, batch_size=8), 'cpu', on_step));"
        "[time.sleep(0.05) for _ in range(2_000) if not run.look().step]"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=2 * PATIENCE
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_more_runs_there_are_the_less_often_each_is_looked_at_and_never_too_seldom_to_live(monkeypatch):
    slots = Slots(2, waiting=8)
    monkeypatch.setattr(live_panel, "PROCESS", slots)
    paces = []
    for _ in range(10):
        paces.append(live_panel.tick())
        slots.join()
    assert paces[:3] == [live_panel.TICK] * 3
    assert paces == sorted(paces)
    assert 4 * live_panel.TICK < live_panel.tick() < Limits().heartbeat / 2
