"""The ground that world 2's Plotly figures stand on: circle, globe, or the plane of nearest cosines."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from analysis.figures.theme import GREY, Style
from analysis.figures.worlds.repulsion.places import frame_line, globe
from toy_models.repulsion import RepulsionSpec

_CAMERA = {"eye": {"x": 1.02, "y": 0.82, "z": 0.46}, "projection": {"type": "orthographic"}}
_ZOOM = {1: 1.75, 2: 1.75, 3: 1.55, 4: 1.4}
"""By the number of spheres: an orthographic camera fills a narrow scene by the size of the axes, not by coming nearer,
and by the scene's height alone. Arrows stay within their scene where the figure is 784 pixels wide or more; on a
narrower page `page.css` has it moved sideways."""


def add_ground(plot: go.Figure, spec: RepulsionSpec, column: int) -> None:
    """The circle, or a faint globe, which hides nothing that turning it would show."""
    shared = {"mode": "lines", "hoverinfo": "skip", "showlegend": False, "row": 1, "col": column}
    if spec.dimensions == 3:
        x, y, z = globe().T
        plot.add_scatter3d(x=x, y=y, z=z, line={"color": GREY, "width": 1}, opacity=0.5, **shared)
        return
    x, y = frame_line(spec).T
    plot.add_scatter(x=x, y=y, line={"color": GREY, "width": 1}, **shared)


def set_ground(plot: go.Figure, spec: RepulsionSpec, reach: float) -> None:
    """Equal units along all axes, as far as `reach`; no axes around a circle or a sphere."""
    if spec.dimensions == 3:
        hidden = {"visible": False, "range": [-reach, reach]}
        box = {"aspectmode": "manual", "aspectratio": dict.fromkeys("xyz", _ZOOM[len(spec.losses)])}
        plot.update_scenes(xaxis=hidden, yaxis=hidden, zaxis=hidden, camera=_CAMERA, **box)
        return
    plot.update_xaxes(range=[-reach, reach], constrain="domain", visible=spec.dimensions > 3)
    plot.update_yaxes(range=[-reach, reach], visible=spec.dimensions > 3)
    for column in range(1, len(spec.losses) + 1):
        plot.update_yaxes(scaleanchor="x" if column == 1 else f"x{column}", col=column)


def add_vectors(
    plot: go.Figure,
    spec: RepulsionSpec,
    points: np.ndarray,
    column: int,
    styles: Sequence[Style],
    large: int | None = None,
    **hover: object,
) -> None:
    """Marks (N, 2 or 3), number `large` twice the size; `hover`: its texts, as plotly takes them."""
    size = 5 if spec.dimensions == 3 else 9
    # In three dimensions plotly knows no triangles.
    symbols = [style.symbol.replace("triangle-up", "diamond-open") for style in styles]
    add = plot.add_scatter3d if spec.dimensions == 3 else plot.add_scatter
    add(
        **dict(zip("xyz", points.T, strict=False)),
        mode="markers",
        marker={
            "color": [style.colour for style in styles],
            "symbol": symbols if spec.dimensions == 3 else [style.symbol for style in styles],
            "size": [2 * size if index == large else size for index in range(spec.vectors)],
        },
        showlegend=False,
        row=1,
        col=column,
        **hover,
    )


def height(spec: RepulsionSpec) -> int:
    """Pixels: pictures are about square and share the page's width."""
    return {1: 560, 2: 500, 3: 420, 4: 340}[len(spec.losses)]
