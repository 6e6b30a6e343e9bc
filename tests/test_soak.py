"""What `make soak` says is so: readings of a process, the line through them, verdicts, visitors that see pages."""

import os
import threading
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import linregress

from benchmarks.soak.__main__ import table
from benchmarks.soak.gauges import Reading, line, read
from benchmarks.soak.visitor import Stuck, Visitor, visiting
from tests.browser.server import running


def test_the_line_is_that_of_minutes_means():
    rng = np.random.default_rng(0)
    minutes = np.sort(rng.uniform(0, 12, 700))
    values = 500 + 3 * minutes + rng.normal(size=700)
    means = np.array([(minutes[each].mean(), values[each].mean()) for each in minute_by_minute(minutes)])
    found, expected = line(minutes, values), linregress(means[:, 0], means[:, 1])
    assert found.slope == pytest.approx(expected.slope, rel=1e-12)
    assert found.error == pytest.approx(expected.stderr, rel=1e-9)


def minute_by_minute(minutes):
    return [np.flatnonzero((minutes >= first) & (minutes < first + 1)) for first in range(12)]


def test_two_minutes_have_no_error_and_no_verdict():
    found = line(np.array([0.1, 0.2, 1.5]), np.ones(3))
    assert np.isnan(found.slope)
    assert np.isnan(found.error)


def test_a_soak_that_is_too_short_says_so_and_does_not_pass(capsys):
    taken = [Reading(minute, 700.0, 12, 60) for minute in (0.0, 1.0, 2.0)]
    assert table(taken, replace(taken[0], minutes=6.0), warm_up=1.0) == 3
    assert capsys.readouterr().out.count("TOO SHORT") == 3


def test_a_process_is_read():
    over, before = threading.Event(), read(os.getpid(), 0.0)
    thread = threading.Thread(target=over.wait)
    thread.start()
    held, kept = os.open("/dev/null", os.O_RDONLY), np.ones(50 * 2**17)
    after = read(os.getpid(), 1.0)
    os.close(held)
    over.set()
    thread.join()
    assert after.threads == before.threads + 1
    assert after.descriptors == before.descriptors + 1
    assert after.memory - before.memory == pytest.approx(kept.nbytes / 2**20, abs=5)


@pytest.mark.parametrize(
    ("grows", "missed"),
    [({}, 0), ({"memory": 0.3}, 1), ({"threads": 1}, 1), ({"descriptors": 1}, 1), ({"memory": -1.0}, 0)],
)
def test_what_grows_is_a_missed_limit(grows, missed, capsys):
    start = Reading(0.0, 700.0, 12, 60)
    taken = [
        replace(start, minutes=minute, **{name: getattr(start, name) + step * minute for name, step in grows.items()})
        for minute in range(30)
    ]
    assert table(taken, replace(start, memory=600.0), 10.0) == missed
    assert capsys.readouterr().out.count("MISSED") == missed


def test_more_memory_once_all_have_left_is_a_missed_limit():
    taken = [Reading(minute, 700.0, 12, 60) for minute in range(30)]
    assert table(taken, Reading(33.0, 701.0, 12, 60), 10.0) == 1


def test_too_short_to_tell_is_a_missed_limit():
    assert table([Reading(0.5, 700.0, 12, 60)], Reading(33.0, 700.0, 12, 60), 0.0) == 3


def test_a_visitor_sees_pages_runs_a_world_and_says_what_it_did_not_see(tmp_path):
    with running(tmp_path / "log") as server, visiting(server.url) as visitor:
        visitor.open("Losses", "loss=nll")
        visitor.open("Repulsion", "steps=20")
        visitor.press("Run")
        visitor.wait_for("Finished: step 20 of 20")
        with pytest.raises(Stuck, match="nothing begins with"):
            visitor.wait_for("What no page says")
    assert "Traceback" not in (tmp_path / "log").read_text()


class Deaf:
    """A server that leaves every look out."""

    def __init__(self):
        self.sent = 0

    def send(self, message):
        self.sent += 1

    def recv(self, timeout):
        raise TimeoutError


def test_a_look_that_the_server_leaves_out_is_asked_for_again(monkeypatch):
    socket = Deaf()
    visitor = Visitor(socket)
    visitor._due["fragment"] = (0.0, 0.0)
    assert visitor._tick()
    assert visitor._tick()
    assert socket.sent == 2
