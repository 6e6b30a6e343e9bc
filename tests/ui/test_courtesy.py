"""A click comes first for a moment, runs step aside for it, and nobody is kept from going on."""

import time

from tests.waiting import until
from ui.live.courtesy import Courtesy
from ui.live.run import Phase, Run
from ui.live.slots import Slots


def counted(on_step):
    """Steps of a millisecond, a frame of twenty."""
    for step in range(1_000_000):
        on_step(step)
        time.sleep(0.001)
        if step % 20 == 0:
            yield step


def test_a_run_steps_aside_for_a_click_and_goes_on_by_itself():
    clicks = Courtesy(0.5)
    run = Run(counted, slots=Slots(2), clicks=clicks)
    until(lambda: run.look().step > 10)
    began = time.monotonic()
    clicks.asked()
    before = run.look()
    until(lambda: run.look().step > before.step + 2)  # one may have been on its way
    assert time.monotonic() - began >= 0.5
    assert run.look().seconds - before.seconds < time.monotonic() - began - 0.4  # waiting is no computing
    run.stop()
    assert run.join(10)


def test_what_a_run_itself_is_asked_for_waits_for_nobody():
    clicks = Courtesy(60)
    run = Run(counted, slots=Slots(2), clicks=clicks, paused=True)
    until(lambda: run.look().frames)
    for go in (run.step, run.step, run.resume):
        before = len(run.look().frames)
        clicks._ends = time.monotonic() + 60
        go()
        until(lambda before=before: len(run.look().frames) > before)
    assert run.look().phase is Phase.RUNNING
    clicks._ends = time.monotonic() + 60
    run.stop()
    assert run.look().phase is Phase.ENDED  # at once, whoever waits
    clicks.over()
    assert run.join(10)


def test_who_presses_all_the_time_comes_first_half_of_it():
    clicks, first, began = Courtesy(0.05), 0, time.monotonic()
    looks = 0
    while time.monotonic() - began < 1:
        clicks.asked()
        looks += 1
        first += bool(clicks.left())
        time.sleep(0.001)
    assert 0.2 < first / looks < 0.7


def test_nobody_waits_without_a_click():
    clicks = Courtesy()
    assert not clicks.wait()
    clicks.over()
    assert clicks.left() == 0
