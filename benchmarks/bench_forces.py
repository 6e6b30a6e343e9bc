"""How long from asking for a 512 x 512 matrix of forces until it stands in the browser, and what does it weigh?"""

from collections.abc import Callable, Iterable
from statistics import median

from playwright.sync_api import Page

from analysis.figures.forces.matrices import force_matrices
from analysis.forces.batches import BatchSpec, ForceBatch, random_batch
from analysis.forces.curves import CURVE_LOSSES, force_curves
from analysis.forces.matrix import ForceMatrix, force_losses, force_matrix
from analysis.forces.scene import Scene
from benchmarks.timing import once
from benchmarks.visits import a_browser, a_server

REPEATS = 5
SIZE = BatchSpec(classes=8, per_class=64)

# Counts from the key that asks to the frame after the one in which the picture of the wanted size is in the plot.
_WATCH = """() => {
    const plot = () => [...document.querySelectorAll(".js-plotly-plot")].find((node) => node._fullLayout?.coloraxis);
    const stands = () => {
        const range = plot()?._fullLayout.xaxis.range;
        const drawn = plot()?.querySelectorAll(".hm image, .im image").length;
        return range && Math.max(...range) === window.wanted - 0.5 && drawn > 0;
    };
    const look = () => {
        if (stands()) requestAnimationFrame(() => { window.took = performance.now() - window.began; });
        else requestAnimationFrame(look);
    };
    window.addEventListener("keydown", (event) => {
        if (event.key === "Enter") { window.began = performance.now(); requestAnimationFrame(look); }
    }, true);
}"""


def rows() -> Iterable[tuple[str, float, str, float]]:
    """The browser's own clock, after a warm-up; and what the server does for it."""
    batch = random_batch(SIZE)
    slowest = max(_seconds(lambda loss=loss: _matrix(batch, loss)) for loss in force_losses())
    yield "512 x 512 forces of one loss, slowest of all", slowest, "s", 0.3
    matrix = _matrix(batch, "supcon")
    yield "its figure, table included", _seconds(lambda: force_matrices([matrix], batch)), "s", 0.3
    yield "its figure as JSON", len(force_matrices([matrix], batch).plot.to_json()) / 1e6, "MB", 0.5
    yield "512 x 512 forces in the browser, from the key on, one loss", _in_browser("?loss=supcon"), "s", 1.0
    yield "the same for two losses side by side", _in_browser(""), "s", 1.0
    yield "curves of all losses, both pairs, roots included", _seconds(_curves), "s", 0.1


def _matrix(batch: ForceBatch, loss: str) -> ForceMatrix:
    return force_matrix(batch.embeddings, batch.labels, loss, 0.1)


def _curves() -> None:
    for role in ("positive", "noise"):
        force_curves(Scene(), tuple(CURVE_LOSSES), role, "similarity")


def _in_browser(query: str) -> float:
    """Seconds from 64 samples to 512, median of several."""
    with a_browser() as browser, a_server() as server:
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.goto(f"{server.url}/Forces{query}")
        page.locator(".js-plotly-plot .main-svg").first.wait_for(timeout=60_000)
        page.evaluate(_WATCH)
        taken = [_ask(page, per_class) for per_class in (64, 8) * (REPEATS + 1)]
        return median(taken[2::2])


def _ask(page: Page, per_class: int) -> float:
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=60_000)
    page.wait_for_timeout(1_000)
    page.evaluate("(wanted) => { window.wanted = wanted; window.took = null; }", SIZE.classes * per_class)
    box = page.get_by_label("Samples per class")
    box.fill(str(per_class))
    box.press("Enter")
    page.wait_for_function("window.took !== null", timeout=60_000)
    return float(page.evaluate("window.took")) / 1_000


def _seconds(work: Callable[[], object]) -> float:
    return median(once(work) for _ in range(REPEATS))
