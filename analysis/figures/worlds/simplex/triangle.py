"""The simplex as a picture: triangles of equal size in the cells of a grid, all in one plane.

One plane and one raster for all of them, instead of a subplot each: a redraw takes a fifth of the time, which is what
lets a replay run.
"""

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from analysis.figures.theme import GREY

COLUMNS = 4
_BAR = {"thickness": 14, "outlinewidth": 0, "len": 0.4}
_IN_THE_LAST_CELL = {"x": 0.82, "xanchor": "left", "y": 0.02, "yanchor": "bottom"}
_BELOW = {"orientation": "h", "x": 0.5, "xanchor": "center", "y": 0, "yanchor": "top"}
_CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(3) / 2]])  # classes 1, 2, 3: left, right, top
_PITCH = np.array([1.2, 1.75])  # of the grid, in sides of a triangle: the room above is for a title
_MARGIN = np.array([0.1, 0.25])  # beside and below a triangle, here for the names of its corners
_BESIDE = np.array([[-0.06, -0.14], [0.06, -0.14], [0.16, 0.0]])  # of each corner, its name: a large dot may lie on it
_ROW = 300  # pixels: on a page of 820, a projector's, the triangles then fill the figure


@dataclass(frozen=True, slots=True)
class Mosaic:
    """A grid of `count` triangles, row by row, on a raster of `width` pixels a side (a multiple of 20)."""

    count: int
    width: int

    @property
    def rows(self) -> int:
        return -(-self.count // COLUMNS)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the plane, in sides of a triangle."""
        return COLUMNS * float(_PITCH[0]), self.rows * float(_PITCH[1])

    def origin(self, index: int) -> np.ndarray:
        """Left corner of triangle `index` in the plane (2,); the first row is on top."""
        row, column = divmod(index, COLUMNS)
        return np.array([column, self.rows - 1 - row]) * _PITCH + _MARGIN

    def place(self, index: int, label: np.ndarray) -> np.ndarray:
        """A point of the simplex (..., 3) in triangle `index`: (..., 2) in the plane.

        >>> Mosaic(1, 20).place(0, np.array([0.0, 1.0, 0.0])).round(9).tolist()
        [1.1, 0.25]
        """
        return self.origin(index) + label @ _CORNERS

    @property
    def is_full(self) -> bool:
        return self.count % COLUMNS == 0

    @property
    def below(self) -> int:
        """Pixels that the colour bar takes below the grid."""
        return 70 if self.is_full else 0

    @property
    def labels(self) -> np.ndarray:
        """The points of the simplex under the pixels of one triangle, (P, 3)."""
        labels = self._cell()
        return labels[(labels > 0).all(axis=-1)]

    def paint(self, values: np.ndarray, blank: float, dtype: type) -> np.ndarray:
        """Values (I, P) of I triangles as one picture of the plane, lowest pixel row first; `blank` outside."""
        inside = (self._cell() > 0).all(axis=-1)
        cells = np.full((self.rows * COLUMNS, *inside.shape), blank, dtype=dtype)
        cells[: len(values), inside] = values
        grid = cells.reshape(self.rows, COLUMNS, *inside.shape)[::-1]
        return grid.transpose(0, 2, 1, 3).reshape(self.rows * inside.shape[0], -1)

    def _cell(self) -> np.ndarray:
        """Barycentric coordinates of the pixel centres of one cell, (H, W, 3)."""
        sides = zip(_PITCH, _MARGIN, strict=True)
        across, up = ((np.arange(round(self.width * pitch)) + 0.5) / self.width - margin for pitch, margin in sides)
        third = np.broadcast_to(up[:, None] / _CORNERS[2, 1], (len(up), len(across)))
        second = across - third / 2
        return np.stack([1 - second - third, second, third], axis=-1)


def canvas(mosaic: Mosaic, titles: list[str]) -> go.Figure:
    """The plane with outlines, class names and a title of up to three lines above each triangle."""
    plot = go.Figure()
    turns = np.vstack([np.eye(3)[[0, 1, 2, 0]], np.full((1, 3), np.nan)])  # NaN lifts the pen
    outline = np.vstack([mosaic.place(index, turns) for index in range(mosaic.count)])
    quiet = {"hoverinfo": "skip", "showlegend": False}
    plot.add_scatter(x=outline[:, 0], y=outline[:, 1], mode="lines", line={"color": GREY, "width": 2.5}, **quiet)
    corners = np.vstack([mosaic.place(index, np.eye(3)) + _BESIDE for index in range(mosaic.count)])
    plot.add_scatter(
        x=corners[:, 0],
        y=corners[:, 1],
        mode="text",
        text=["1", "2", "3"] * mosaic.count,
        textfont={"size": 12},
        **quiet,
    )
    for index, title in enumerate(titles):
        x, y = mosaic.place(index, np.array([0.0, 0.0, 1.0]))
        plot.add_annotation(x=x, y=y, yshift=14, text=title, showarrow=False, yanchor="bottom", font_size=12)
    width, height = mosaic.size
    plot.update_xaxes(visible=False, range=[0, width])
    up = {"constrain": "domain", "constraintoward": "top"}  # a narrow page leaves the room below, not above
    plot.update_yaxes(visible=False, range=[0, height], scaleanchor="x", **up)
    return plot


def bar(mosaic: Mosaic, title: str) -> dict[str, object]:
    """A colour bar in the last cell of the grid; below the grid where a triangle stands in that."""
    place, side = (_BELOW, "bottom") if mosaic.is_full else (_IN_THE_LAST_CELL, "right")
    return {**_BAR, **place, "title": {"text": title, "side": side}}


def add_picture(plot: go.Figure, mosaic: Mosaic, picture: np.ndarray, hover: str | None) -> None:
    """A picture of the plane under its outlines, on the figure's one colour axis; `hover` is the template, if any."""
    step = 1 / mosaic.width
    plot.add_heatmap(
        z=picture,
        x0=step / 2,
        dx=step,
        y0=step / 2,
        dy=step,
        zsmooth="fast",
        coloraxis="coloraxis",
        hoverongaps=False,
        hovertemplate=hover,
        hoverinfo="skip" if hover is None else None,
    )
    plot.data = (plot.data[-1], *plot.data[:-1])


def fit_to(plot: go.Figure, mosaic: Mosaic) -> None:
    """The size that the rows need, little around them, the legend above, and room for a bar below a full grid."""
    plot.update_layout(
        height=60 + _ROW * mosaic.rows + mosaic.below,
        margin={"l": 8, "r": 8, "t": 50, "b": 8 + mosaic.below},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        legend={"orientation": "h", "x": 0.5, "xanchor": "center", "y": 1, "yanchor": "bottom"},
        font={"size": 13},
    )
