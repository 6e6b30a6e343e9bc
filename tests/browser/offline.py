"""Figures in a real Chromium without a server: drawn by Plotly's own script as the app draws them, then looked at."""

import base64
import json
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import plotly
import plotly.graph_objects as go
import streamlit
from playwright.sync_api import Browser, Page

from analysis.figures.theme import INK

_PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
_FONT = next((Path(streamlit.__file__).parent / "static" / "static" / "media").glob("SourceSansVF-Upright*.woff2"))
"""The app's own: what else a machine has for a font is of another width."""
_LOOK = Path(__file__).parent / "offline.js"
GROUNDS = {"light": "#ffffff", "dark": "#0e1117"}
_INKS = {"light": "#262730", "dark": "#fafafa"}
"""What the app's two themes make of `INK`."""

# What decides on sizes in the template that Streamlit's frontend adds.
_TEMPLATE = {
    "font": {"size": 12, "family": '"Source Sans", sans-serif'},
    "legend": {"font": {"size": 12}, "valign": "top", "title": {"side": "top", "font": {"size": 12}}},
    "margin": {"pad": 8, "l": 0, "r": 0},
    "yaxis": {
        "automargin": True,
        "title": {"font": {"size": 14}, "standoff": 24},
        "tickfont": {"size": 12},
        "ticklabelposition": "outside",
    },
    "xaxis": {
        "automargin": True,
        "title": {"font": {"size": 14}, "standoff": 20},
        "tickfont": {"size": 12},
        "showgrid": False,
        "zeroline": False,
    },
    "coloraxis": {
        "colorbar": {
            "thickness": 16,
            "xpad": 24,
            "ticklabelposition": "outside",
            "outlinewidth": 8,
            "len": 0.75,
            "y": 0.5745,
            "title": {"font": {"size": 14}},
            "tickfont": {"size": 12},
        }
    },
}


@dataclass(frozen=True, slots=True)
class Box:
    """A text as drawn, or a panel: pixels from the figure's left upper corner; `kind` says what the text is of."""

    text: str
    kind: str
    left: float
    top: float
    right: float
    bottom: float
    colour: str = ""
    size: float = 0.0

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    def meets(self, other: "Box", by: float, empty: float) -> bool:
        """Do the two share more than `by` pixels across, and `empty` more up: as much of a line holds no ink?"""
        across = min(self.right, other.right) - max(self.left, other.left)
        up = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across > by and up > by + empty


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure in the browser: its size, its texts, its panels' plot areas."""

    width: float
    height: float
    texts: tuple[Box, ...]
    panels: tuple[Box, ...]

    def outside(self, slack: float = 1.0) -> list[Box]:
        """Texts that leave the figure."""
        ends = self.width + slack, self.height + slack
        return [
            each
            for each in self.texts
            if min(each.left, each.top) < -slack or each.right > ends[0] or each.bottom > ends[1]
        ]

    def on_each_other(self, by: float = 2.0, empty: float = 1.5) -> list[tuple[Box, Box]]:
        """Pairs of texts that lie on each other."""
        return [
            (one, other)
            for place, one in enumerate(self.texts)
            for other in self.texts[place + 1 :]
            if one.meets(other, by, empty)
        ]


@dataclass(frozen=True, slots=True)
class Easel:
    """A page that draws one figure after the other."""

    page: Page

    def draw(self, plot: go.Figure, width: int, scheme: str = "light", height: int | None = None) -> Drawn:
        """At `width` pixels for the figure itself, and `height` where it fills the screen."""
        figure = json.loads(plot.to_json().replace(INK, _INKS[scheme]))
        figure["layout"]["template"] = {"layout": _TEMPLATE}
        if height is not None:
            figure["layout"]["height"] = height
        self.page.set_viewport_size({"width": width, "height": int(figure["layout"]["height"]) + 8})
        seen: dict[str, Any] = self.page.evaluate(
            "([figure, width, ground]) => lookAt(figure, width, ground)", [figure, width, GROUNDS[scheme]]
        )
        return Drawn(
            seen["width"],
            seen["height"],
            tuple(Box(**each) for each in seen["texts"]),
            tuple(Box(**each) for each in seen["panels"]),
        )

    def grounds(self, drawn: Drawn) -> list[str]:
        """What lies behind each text of the figure drawn last, "#rrggbb", read off a screenshot."""
        size = {"x": 0, "y": 0, "width": math.ceil(drawn.width), "height": math.ceil(drawn.height)}
        shot = base64.b64encode(self.page.screenshot(clip=size)).decode()
        boxes = [
            [max(0, int(each.left)), max(0, int(each.top)), math.ceil(each.width), math.ceil(each.height)]
            for each in drawn.texts
        ]
        found: list[str] = self.page.evaluate(
            "([source, boxes]) => groundsOf(source, boxes)", [f"data:image/png;base64,{shot}", boxes]
        )
        return found


def hexadecimal(colour: str) -> str:
    """
    >>> hexadecimal("rgb(38, 39, 48)")
    '#262730'
    """
    return "#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", colour)[:3])


_UNPAINTED = """for (const kind of [WebGLRenderingContext, WebGL2RenderingContext])
  for (const name of ["drawArrays", "drawElements"]) kind.prototype[name] = () => {};"""


@contextmanager
def easel(browser: Browser, *, paints: bool = True) -> Iterator[Easel]:
    """An empty page with Plotly in it. `paints`: False where only texts are looked at, for a machine without a graphics
    card paints a scene in seconds; all but the painting is done."""
    page = browser.new_page()
    font = base64.b64encode(_FONT.read_bytes()).decode()
    face = f"font-family: 'Source Sans'; font-weight: 200 900; src: url(data:font/woff2;base64,{font})"
    style = f"<style>@font-face {{ {face} }} body {{ margin: 0; font-family: sans-serif }}</style>"
    page.set_content(f"{style}<body><div id=plot></div></body>")
    assert page.evaluate("document.fonts.load('12px \"Source Sans\"').then(found => found.length)") == 1
    if not paints:
        page.add_script_tag(content=_UNPAINTED)
    page.add_script_tag(path=_PLOTLY)
    page.add_script_tag(path=_LOOK)
    yield Easel(page)
    page.close()
