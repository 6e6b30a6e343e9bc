"""A slider and a Play button under a figure with frames: it replays in the page and in an exported file alike."""

import plotly.graph_objects as go

_QUIET = "rgba(128,128,128,0.25)"
_PLAY_MS = 250


def add_player(plot: go.Figure, prefix: str, *, redraw: bool = False, below: int = 118) -> None:
    """Let `plot.frames` be moved through by their names and played, in `below` more pixels; it stands at the last.

    `redraw` is needed where a frame changes a heatmap or a 3-D scene, and is slower.
    """
    still = {"mode": "immediate", "frame": {"duration": 0, "redraw": redraw}, "transition": {"duration": 0}}
    playing = {**still, "fromcurrent": True, "frame": {"duration": _PLAY_MS, "redraw": redraw}}
    quiet = {"bgcolor": _QUIET, "bordercolor": _QUIET}
    names = [frame.name for frame in plot.frames]
    slider = {
        "active": len(names) - 1,
        "steps": [{"label": name, "method": "animate", "args": [[name], still]} for name in names],
        "currentvalue": {"prefix": prefix, "xanchor": "left"},
        "pad": {"t": 62},
        "tickwidth": 0,
        "minorticklen": 0,
        "font": {"size": 11},
    }
    buttons = [
        {"label": "Play", "method": "animate", "args": [None, playing]},
        {"label": "Stop", "method": "animate", "args": [[None], still]},
    ]
    menu = {"type": "buttons", "direction": "left", "pad": {"t": 78}, "showactive": False, "buttons": buttons}
    plot.update_layout(
        height=plot.layout.height + below,
        margin={"b": plot.layout.margin.b + below},
        sliders=[{**slider, **quiet, "x": 0.16, "len": 0.82, "y": 0}],
        updatemenus=[{**menu, **quiet, "x": 0, "xanchor": "left", "y": 0, "yanchor": "top"}],
    )
