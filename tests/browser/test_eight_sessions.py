"""Eight sessions with live runs at once: the command line's numbers to the last digit; Stop ends a run."""

import csv
import io
import shlex
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page

from analysis.figures.worlds.noise_floor.error import error_against_draws
from analysis.figures.worlds.repulsion.curves import repulsion_curves
from analysis.figures.worlds.simplex.curves import learning_curves as simplex_curves
from analysis.figures.worlds.two_views.curves import learning_curves as two_views_curves
from tests.browser.buttons import press, run_live
from tests.browser.server import ROOT
from tests.waiting import LONG
from toy_models.noise_floor import NoiseFloorSpec
from toy_models.repulsion import RepulsionSpec
from toy_models.simplex import SimplexSpec
from toy_models.two_views import TwoViewsSpec
from toy_models.worlds import WORLDS
from ui.worlds.presets import query

pytestmark = pytest.mark.browser
PAGES = {
    "simplex": ("Simplex_labels", "curves", simplex_curves),
    "repulsion": ("Repulsion", "curves", repulsion_curves),
    "noise_floor": ("Noise_floor", "error", error_against_draws),
    "two_views": ("Two_views", "curves", two_views_curves),
}
LOSSES = ("nll", "soft_target_infonce")
RUNS = (
    ("simplex", SimplexSpec(steps=200, losses=LOSSES, seed=3)),
    ("simplex", SimplexSpec(steps=200, losses=LOSSES, seed=4)),
    ("simplex", SimplexSpec(steps=200, losses=LOSSES, labels="mixup")),
    ("repulsion", RepulsionSpec(steps=60, seed=5)),
    ("repulsion", RepulsionSpec(steps=60, dimensions=8, seeds=2)),
    ("noise_floor", NoiseFloorSpec(repetitions=2_000, seed=6)),
    ("noise_floor", NoiseFloorSpec(repetitions=2_000, exponent=3.0)),
    ("two_views", TwoViewsSpec(steps=40, seeds=2, seed=7)),
)


def seconds_to_stop(page: Page) -> float:
    began = time.monotonic()
    press(page, "Stop")
    page.get_by_text("Stopped.", exact=True).wait_for(timeout=LONG)
    return time.monotonic() - began


def rows(text: str) -> list[list[str]]:
    """A table's cells as they are written, without the seconds that it took."""
    header, *rest = list(csv.reader(io.StringIO(text)))
    kept = [place for place, name in enumerate(header) if not name.startswith("seconds")]
    return [[row[place] for place in kept] for row in (header, *rest)]


def of_the_command(name: str, spec: object, folder: Path) -> str:
    """The same figure's table, from the file that the page's own command writes."""
    world, figure = WORLDS[name], PAGES[name][2]
    command = shlex.split(world.command(spec))
    command[0] = sys.executable
    subprocess.run([*command[:-1], str(folder / "trace.npz")], cwd=ROOT, check=True, capture_output=True)
    trace = world.package.Trace.load(folder / "trace.npz")
    return figure(trace, world.package.reference(spec)).table.to_csv(index=False)


def all_going(server, tab) -> list:
    """Eight tabs with Run pressed: some go, the others wait for their turn."""
    opened = []
    for name, spec in RUNS:
        page, shown, _ = PAGES[name]
        asked = query(spec) | {"show": shown, "device": "cpu"}
        opened.append(tab().open(f"{server.url}/{page}?{urlencode(asked, doseq=True)}"))
    for each in opened:
        press(each.page, "Run")
    return opened


def downloaded(page: Page) -> str:
    """The table as CSV, made on the click while others run."""
    with page.expect_download(timeout=LONG) as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    assert download.value.failure() is None
    return Path(download.value.path()).read_text()


def test_eight_sessions_at_once_give_the_numbers_of_the_command_line_and_stop_ends_a_ninth(server, tab, tmp_path):
    """How soon it ends depends on what else the machine does: nine browsers, here."""
    long = tab().open(f"{server.url}/Simplex_labels?steps=20000&seeds=8&show=answers").page
    run_live(long)
    opened = all_going(server, tab)
    assert seconds_to_stop(long) < LONG / 1000
    for each, (name, spec) in zip(opened, RUNS, strict=True):
        each.page.get_by_text("Finished: ").wait_for(timeout=LONG)
        each.page.locator(".js-plotly-plot .main-svg").first.wait_for(timeout=LONG)
        each.settle()
        found = rows(downloaded(each.page))
        assert len(found) > 10
        assert found == rows(of_the_command(name, spec, tmp_path))
    assert [each.problems for each in opened] == [[]] * len(RUNS)
