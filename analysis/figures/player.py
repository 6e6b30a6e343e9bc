"""A slider and a Play button over a figure with frames: it replays in the page and in an exported file alike.

They stand above, where they are seen with the picture: below it they leave the screen first.
"""

import plotly.graph_objects as go

_QUIET = "rgba(128,128,128,0.25)"
_PLAY_MS = 250
_ROOM, _LEGEND = 78, 84  # pixels: of slider and buttons, and of a legend of four lines


def add_player(plot: go.Figure, prefix: str, *, redraw: bool = False, legend_below: bool = False) -> None:
    """Let `plot.frames` be moved through by their names and played; it stands at the last.

    `redraw` is needed where a frame changes a heatmap or a 3-D scene, and is slower. `legend_below`: for a legend that
    takes several lines where the page is narrow, and would reach the slider.
    """
    if legend_below:
        _legend_below(plot)
    above = plot.layout.margin.t
    still = {"mode": "immediate", "frame": {"duration": 0, "redraw": redraw}, "transition": {"duration": 0}}
    playing = {**still, "fromcurrent": True, "frame": {"duration": _PLAY_MS, "redraw": redraw}}
    quiet = {"bgcolor": _QUIET, "bordercolor": _QUIET}
    names = [frame.name for frame in plot.frames]
    slider = {
        "active": len(names) - 1,
        "steps": [{"label": name, "method": "animate", "args": [[name], still]} for name in names],
        "currentvalue": {"prefix": prefix, "xanchor": "left"},
        "pad": {"b": above},
        "tickwidth": 0,
        "minorticklen": 0,
        "font": {"size": 11},
    }
    buttons = [
        {"label": "Play", "method": "animate", "args": [None, playing]},
        {"label": "Stop", "method": "animate", "args": [[None], still]},
    ]
    menu = {"type": "buttons", "direction": "left", "pad": {"b": above + 24}, "showactive": False, "buttons": buttons}
    plot.update_layout(
        height=plot.layout.height + _ROOM,
        margin={"t": above + _ROOM},
        sliders=[{**slider, **quiet, "x": 0.27, "len": 0.71, "y": 1, "yanchor": "bottom"}],
        updatemenus=[{**menu, **quiet, "x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom"}],
    )


def _legend_below(plot: go.Figure) -> None:
    margin, height = plot.layout.margin, plot.layout.height
    inside = height - margin.t - margin.b
    plot.update_layout(
        height=height + _LEGEND,
        margin={"b": margin.b + _LEGEND},
        legend={"y": -(margin.b + 4) / inside, "yanchor": "top"},
    )
