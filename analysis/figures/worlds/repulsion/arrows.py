"""World 2's forces as arrows on the circle or the sphere: blue pulls a class together, orange pushes it apart."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.digits import number, percent
from analysis.figures.exhibit import Exhibit
from analysis.figures.theme import GREY, PULL, PUSH, Style, layout
from analysis.figures.worlds.repulsion.places import listed
from analysis.figures.worlds.repulsion.scene import add_ground, add_vectors, height, set_ground
from losses.catalog import unit_of
from losses.errors import LabError
from toy_models.repulsion import LOSSES, RepulsionSpec, Trace

if TYPE_CHECKING:
    from toy_models.repulsion.arrows import Arrows

_KINDS = {
    "pull": ("pulled by its class", PULL, "solid"),
    "push": ("pushed by its class", PUSH, "solid"),
    "noise": ("pushed by noise", GREY, "dot"),
}
_LONGEST = 0.5
_SCALED = 0.95  # of the arrows are drawn in full; the few strongest would leave the others too short to see
_VISIBLE = 0.03  # drawn so long, an arrow has a few pixels beside its mark
# Colours are the arrows' here: classes differ by shape.
_SYMBOLS = ("circle", "diamond", "square", "cross", "x", "circle-open", "square-open")


def force_arrows(trace: Trace, frame: int, anchor: int | None = None) -> Exhibit:
    """Side by side, all at one moment and on one scale: the forces of all anchors, or of one anchor's loss alone.

    LabError beyond the sphere, where there is no picture, and for an anchor that is not there.
    """
    from toy_models.repulsion.arrows import arrows

    spec = trace.spec
    if spec.dimensions > 3:
        rule = "must be 2 or 3 for arrows"
        raise LabError("dimensions", rule, spec.dimensions, "The force matrices show every pair in any dimension.")
    found = [arrows(spec, name, trace.positions[frame, row], anchor) for row, name in enumerate(spec.losses)]
    step = int(trace.steps[frame])
    shares = dict(zip(spec.losses, trace.repelling_share[frame, :, 0], strict=True))
    title = _title(found, step, anchor, shares, spec.seed if spec.seeds > 1 else None)
    return Exhibit(
        stem=f"repulsion-arrows-step{step}" + ("" if anchor is None else f"-anchor{anchor}"),
        title=title,
        plot=_plot(spec, found, anchor),
        how_to_read=_how_to_read(found, anchor),
        alt=f"{title}. Arrows on the {'circle' if spec.dimensions == 2 else 'sphere'}.",
        table=_table(spec, found, step, shares),
    )


def _plot(spec: RepulsionSpec, found: "Sequence[Arrows]", anchor: int | None) -> go.Figure:
    kind = {"type": "xy" if spec.dimensions == 2 else "scene"}
    titles = [LOSSES[name] for name in spec.losses]
    plot = make_subplots(1, len(found), subplot_titles=titles, specs=[[kind] * len(found)], horizontal_spacing=0.02)
    layout(plot, x="", y="", height=height(spec))
    plot.update_layout(margin={"l": 8, "r": 8, "t": 76, "b": 8}, legend={"y": 1.1})
    plot.update_annotations(font_size=13)
    scale = _LONGEST / _full_length(found)
    for column, each in enumerate(found, start=1):
        add_ground(plot, spec, column)
        for name in _KINDS:
            _add_arrows(plot, each, name, scale, column)
        _add_vectors(plot, spec, each, anchor, column)
    set_ground(plot, spec, 1.35 if spec.dimensions == 2 else 1.15)
    return plot


def _add_arrows(plot: go.Figure, found: "Arrows", kind: str, scale: float, column: int) -> None:
    """All arrows of one kind as one line with gaps: a shaft and two barbs each."""
    label, colour, dash = _KINDS[kind]
    moves = getattr(found, kind) * scale
    length = np.linalg.norm(moves, axis=1, keepdims=True)
    moves = moves * np.minimum(1, _LONGEST / length.clip(1e-9))
    seen = length[:, 0] > 0.01  # shorter ones are dots
    points = _strokes(found.positions[seen], moves[seen]) if seen.any() else np.full((1, moves.shape[1]), np.nan)
    add = plot.add_scatter if points.shape[1] == 2 else plot.add_scatter3d
    add(
        **dict(zip("xyz", points.T, strict=False)),
        mode="lines",
        line={"color": colour, "dash": dash, "width": 2 if points.shape[1] == 2 else 4},
        name=label,
        legendgroup=kind,
        showlegend=column == 1,
        hoverinfo="skip",
        row=1,
        col=column,
    )


def _add_vectors(plot: go.Figure, spec: RepulsionSpec, found: "Arrows", anchor: int | None, column: int) -> None:
    add_vectors(
        plot,
        spec,
        found.positions,
        column,
        [Style(GREY, "solid", _SYMBOLS[label % len(_SYMBOLS)]) for label in spec.labels],
        anchor,
        customdata=np.stack([spec.labels, *(np.linalg.norm(getattr(found, kind), axis=1) for kind in _KINDS)], axis=1),
        text=[f"{'anchor ' if index == anchor else ''}{index}" for index in range(spec.vectors)],
        hovertemplate="%{text}, class %{customdata[0]}<br>pull %{customdata[1]:.6~g}<br>push %{customdata[2]:.6~g}"
        f"<br>noise %{{customdata[3]:.6~g}} {unit_of([found.loss])}/radian<extra></extra>",
    )


def _strokes(starts: np.ndarray, moves: np.ndarray) -> np.ndarray:
    """(7 M, D): start, tip, barb, gap, barb, tip, gap of each arrow."""
    tips, gap = starts + moves, np.full_like(starts, np.nan)
    side = _across(starts, moves) * np.linalg.norm(moves, axis=1, keepdims=True)
    barbs = [tips - 0.25 * moves + sign * 0.15 * side for sign in (1, -1)]
    return np.stack([starts, tips, barbs[0], gap, barbs[1], tips, gap], axis=1).reshape(-1, starts.shape[1])


def _across(starts: np.ndarray, moves: np.ndarray) -> np.ndarray:
    """Unit vectors at right angles to each move: radial on the circle, along the sphere's surface."""
    if starts.shape[1] == 2:
        return starts
    across = np.cross(starts, moves)
    return across / np.linalg.norm(across, axis=1, keepdims=True)


def _full_length(found: "Sequence[Arrows]") -> float:
    """The force that is drawn `_LONGEST` long, in nats per radian; 1 where nothing acts."""
    lengths = np.concatenate([np.linalg.norm(getattr(each, kind), axis=1) for each in found for kind in _KINDS])
    acting = lengths[lengths > 1e-9]
    return float(np.quantile(acting, _SCALED)) if len(acting) else 1.0


def _pushes(found: "Arrows") -> bool:
    """Whether any vector is pushed along the surface, beyond rounding."""
    return bool(np.linalg.norm(found.push, axis=1).max() > 1e-9)


def _title(
    found: "Sequence[Arrows]", step: int, anchor: int | None, shares: Mapping[str, float], seed: int | None
) -> str:
    """`shares`: of the first seed's same-class pairs, those that repel, by loss; said where all anchors are shown.

    seed: the first seed, where the run has others too: the curves are over them all.
    """
    whose = "same-class vectors" if anchor is None else f"the class of anchor {anchor}"
    of = "of pairs" if seed is None else f"of pairs, seed {seed}"
    of_pairs = {loss: "" if anchor is not None else f" ({percent(share)} {of})" for loss, share in shares.items()}
    pushing = [LOSSES[each.loss] + of_pairs[each.loss] for each in found if _pushes(each)]
    if not pushing:
        return f"After step {step}, no loss here pushes {whose} apart"
    rest = [LOSSES[each.loss] for each in found if not _pushes(each)]
    others = f"; {listed(rest)} {'does' if len(rest) == 1 else 'do'} not" if rest else ""
    return f"After step {step}, {listed(pushing)} {'pushes' if len(pushing) == 1 else 'push'} {whose} apart{others}"


def _how_to_read(found: "Sequence[Arrows]", anchor: int | None) -> str:
    turn = " The sphere can be turned." if found[0].positions.shape[1] == 3 else ""
    whose = (
        "what all anchors' losses together do to each vector"
        if anchor is None
        else f"what the loss of anchor {anchor}, the large mark, does to each vector and to itself"
    )
    return (
        f"An arrow is {whose}, the way descent would move it along the surface: blue by the same-class pairs that"
        " attract, orange by the same-class pairs that repel, dotted grey by noise. All losses share one scale; the"
        f" longest stand for {_full_length(found):.3g} {unit_of(each.loss for each in found)} per radian or more."
        f"{_too_short(found)} The shape of a mark is its class; the first seed is shown.{turn}"
    )


def _too_short(found: "Sequence[Arrows]") -> str:
    """Which losses push a class apart too weakly for this scale: the title names them, and no arrow is seen."""
    shortest_seen = _VISIBLE * _full_length(found) / _LONGEST
    strongest = {LOSSES[each.loss]: float(np.linalg.norm(each.push, axis=1).max()) for each in found if _pushes(each)}
    said = [f"{name} {number(push)} at most" for name, push in strongest.items() if push < shortest_seen]
    return f" Orange arrows too short to see: {', '.join(said)}." if said else ""


def _table(spec: RepulsionSpec, found: "Sequence[Arrows]", step: int, shares: Mapping[str, float]) -> pd.DataFrame:
    """One row a vector and loss; the share of pairs that the title states is its loss's, in each of its rows."""
    unit = unit_of(each.loss for each in found)
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "loss": LOSSES[each.loss],
                    "seed": spec.seed,
                    "step": step,
                    "same-class pairs that repel (share)": shares[each.loss],
                    "vector": range(spec.vectors),
                    "class": spec.labels,
                    **{f"z{axis}": each.positions[:, axis] for axis in range(spec.dimensions)},
                    **{
                        f"{_KINDS[kind][0]} ({unit}/radian)": np.linalg.norm(getattr(each, kind), axis=1)
                        for kind in _KINDS
                    },
                }
            )
            for each in found
        ],
        ignore_index=True,
    )
