"""`python -m benchmarks.loss_plot`: docs/loss_speed.csv as docs/loss_speed.png, time against the number of anchors.

Drawn by the app's own figure library and photographed in a browser, so that it needs no package of its own.
"""

import pandas as pd
import plotly.graph_objects as go
from playwright.sync_api import sync_playwright
from plotly.subplots import make_subplots

from analysis.figures.theme import BLUE, GREEN, GREY, ORANGE
from benchmarks.loss_speed import TABLE
from tests.browser.chromium import find

PICTURE = TABLE.with_suffix(".png")
TITLES = {"supcon": "SupCon", "sincere": "SINCERE", "nt_xent": "NT-Xent", "weince": "WEINCE"}
WIDTH, HEIGHT = 1100, 420
LINES = {
    "textbook form": (ORANGE, "dash", "square"),
    "pytorch-metric-learning": (GREEN, "dot", "diamond"),
    "NCE Lab": (BLUE, "solid", "circle"),
    "bare product z zᵀ": (GREY, "dashdot", "x"),
}


def times(table: pd.DataFrame) -> dict[str, pd.Series]:
    """Milliseconds of each contender, named as in `LINES`; what is missing is NaN."""
    return {
        "textbook form": table.ours_ms * table.textbook_times_ours,
        "pytorch-metric-learning": table.ours_ms * table.library_times_ours,
        "NCE Lab": table.ours_ms,
        "bare product z zᵀ": table.bare_ms,
    }


def picture(table: pd.DataFrame) -> go.Figure:
    plot = make_subplots(1, len(TITLES), subplot_titles=list(TITLES.values()), shared_yaxes=True)
    for column, name in enumerate(TITLES, start=1):
        of_loss = table[table.loss == name]
        for contender, milliseconds in times(of_loss).items():
            colour, dash, symbol = LINES[contender]
            line, marker = {"color": colour, "dash": dash}, {"symbol": symbol, "size": 8}
            points = {"x": of_loss.samples, "y": milliseconds, "name": contender, "legendgroup": contender}
            plot.add_scatter(**points, line=line, marker=marker, showlegend=column == 1, row=1, col=column)
    plot.update_xaxes(type="log", title="anchors N", tickvals=sorted(table.samples.unique()))
    plot.update_yaxes(type="log", dtick=1)
    plot.update_yaxes(title="forward + backward, ms", col=1)
    return plot.update_layout(
        template="plotly_white", width=WIDTH, height=HEIGHT, legend={"orientation": "h", "y": -0.2}, margin={"t": 40}
    )


def photograph(plot: go.Figure) -> bytes:
    chromium = find()
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=1.5)
        page.set_content(plot.to_html(config={"staticPlot": True}))
        page.locator(".main-svg").first.wait_for()
        return page.screenshot()


if __name__ == "__main__":
    PICTURE.write_bytes(photograph(picture(pd.read_csv(TABLE))))
    print(PICTURE)
