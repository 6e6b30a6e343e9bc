"""The parts of the anatomy page: losses, batch and anchor; the formula with its numbers, the picture, the table."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analysis.anatomy import Anatomy, Measured
from analysis.anatomy_heads import HeadBatch, head_anatomy
from analysis.anatomy_heads import library_losses as head_losses
from analysis.anatomy_points import PointBatch, Settings, library_losses, own_anatomy, point_anatomy
from analysis.figures.anatomy_bars import anatomy_bars
from analysis.figures.anatomy_circle import anatomy_circle
from analysis.figures.anatomy_table import candidate_table, class_table, live_formula, title
from analysis.own_loss import own_losses
from losses.catalog import CATALOG
from ui import links
from ui.anatomy_batches import HEADS, POINTS, heads_form, moved, points_form
from ui.anatomy_presets import PRESETS
from ui.controls import Panel
from ui.errors import explain, plain
from ui.exhibit import show
from ui.linked_table import linked_table, replace

NONE = "none"
_CHART, _PRESETS = "anatomy", "presets-anatomy"
_NUMBER = st.column_config.NumberColumn(format="%.4f")
_FORMULA = 400  # pixels: below that, formulas stand under each other


@dataclass(frozen=True, slots=True)
class View:
    """One or two losses on one batch at one anchor, 0 to N-1."""

    losses: tuple[str, ...]
    batch: PointBatch | HeadBatch
    anchor: int
    settings: Settings
    seed: int = 0


def preset_menu() -> None:
    """Choosing one opens its link on this page."""
    titles = {name: preset.title for name, preset in PRESETS.items()}
    options = {"format_func": titles.__getitem__, "icon": ":material/bookmarks:", "key": _PRESETS}
    st.menu_button("Presets", list(titles), **options, on_click=_open_preset)


def _open_preset() -> None:
    query = PRESETS[st.session_state[_PRESETS]].query
    st.query_params.from_dict({**query, "v": links.VERSION})


def what_to_look_at(view: View) -> None:
    """The sentence of the preset that the page shows, if it shows one."""
    for preset in PRESETS.values():
        if preset.losses == view.losses and preset.batch == view.batch and preset.anchor == view.anchor:
            st.markdown(f":material/bookmarks: **{preset.title}.** {preset.look_at}")


def choose(controls: Panel) -> View:
    """The controls in the sidebar; a second loss is one that takes the same batch."""
    titles = {name: entry.title for name, entry in CATALOG.items()}
    titles |= {name: own.title for name, own in own_losses().items()}
    loss = controls.choice("Loss", "loss", titles, default="supcon")
    alike = {name: shown for name, shown in titles.items() if _is_head(name) == _is_head(loss)}
    other = controls.choice("Beside it", "compare", {NONE: "None"} | alike, default=_partner(loss))
    chosen = tuple(dict.fromkeys(name for name in (loss, other) if name != NONE))
    return _choose_sample(controls, chosen) if _is_head(loss) else _choose_point(controls, chosen)


def _choose_point(controls: Panel, losses: tuple[str, ...]) -> View:
    anchor_place = st.container()
    temperature = controls.number("Temperature τ", "tau", default=0.1, low=0.02, high=2.0, step=0.01)
    epsilon, beta = Settings().epsilon, Settings().beta
    if "eps_sup_infonce" in losses:
        epsilon = controls.number("Margin ε", "epsilon", default=epsilon, low=0.0, high=2.0, step=0.05)
    if "weibit" in losses:
        beta = controls.number("Exponent β", "beta", default=beta, low=0.5, high=16.0, step=0.5)
    st.caption("Points: a class and an angle each. Add a row below, or mark rows on the left to delete them.")
    batch = linked_table(controls, "points", points_form(), default=POINTS, alt="The points: class and angle")
    with anchor_place:
        anchor = _anchor(controls, len(batch.classes), "Anchor, row of the table")
        _slide(controls, batch, anchor)
    return View(losses, batch, anchor, Settings(temperature, epsilon, beta))


def _choose_sample(controls: Panel, losses: tuple[str, ...]) -> View:
    anchor_place = st.container()
    temperature = controls.number("Temperature τ", "tau_logits", default=1.0, low=0.05, high=10.0, step=0.05)
    seed = 0
    if "soft_distribution_infonce" in losses:
        seed = controls.integer("Seed of the drawn labels", "seed", default=0, low=0, high=2**31 - 1)
    st.caption("Samples: logits, and targets that sum to 1 in each row. A loss of labels takes the largest target.")
    batch = linked_table(controls, "samples", heads_form(), default=HEADS, alt="The samples: logits and targets")
    with anchor_place:
        anchor = _anchor(controls, len(batch.logits), "Sample, row of the table")
    return View(losses, batch, anchor, Settings(temperature), seed)


def _anchor(controls: Panel, count: int, label: str) -> int:
    return controls.integer(label, "anchor", default=1, low=1, high=count) - 1


def _slide(controls: Panel, batch: PointBatch, anchor: int) -> None:
    """The anchor's angle on a slider: it moves the point in the table."""
    key = f"angle-{anchor}"
    st.session_state[key] = float(batch.degrees[anchor])

    def move() -> None:
        replace(controls, "points", moved(batch, anchor, st.session_state[key]))

    st.slider(f"Angle of {batch.names[anchor]}", -360.0, 360.0, step=1.0, format="%g°", key=key, on_change=move)


def _is_head(loss: str) -> bool:
    return loss in CATALOG and CATALOG[loss].family == "class head"


def _partner(loss: str) -> str:
    """What a loss is most often compared with."""
    if _is_head(loss):
        return "soft_target_infonce" if loss != "soft_target_infonce" else "soft_target_cross_entropy"
    return "sincere" if loss != "sincere" else "supcon"


def anatomy(view: View) -> None:
    """Everything below the controls: numbers first, which need not wait for the picture above the table."""
    if isinstance(view.batch, HeadBatch):
        _of_sample(view, view.batch)
    else:
        _of_point(view, view.batch)


def _of_point(view: View, batch: PointBatch) -> None:
    found = [_take_apart(view, batch, loss) for loss in view.losses]
    below = _formulas(found)
    picture = st.container()
    _table(candidate_table(found))
    with picture:
        show(anatomy_circle(found, batch, view.anchor), key=_CHART, on_select=_take_clicked)
    for each, place in zip(found, below, strict=True):
        with place, explain():
            if isinstance(each, Anatomy):
                _compare(each, library_losses(batch, each.loss, view.settings)[view.anchor])


def _take_apart(view: View, batch: PointBatch, loss: str) -> Anatomy | Measured:
    if loss in own_losses():
        return own_anatomy(batch, loss, view.anchor, view.settings.temperature)
    return point_anatomy(batch, loss, view.anchor, view.settings)


def _take_clicked() -> None:
    """A point that is clicked becomes the anchor."""
    points = st.session_state[_CHART].selection.points
    if points and "customdata" in points[0]:
        st.session_state["anchor"] = int(points[0]["customdata"]) + 1


def _of_sample(view: View, batch: HeadBatch) -> None:
    tau = view.settings.temperature
    found = [head_anatomy(batch, loss, view.anchor, tau, view.seed) for loss in view.losses]
    below = _formulas([each.anatomy for each in found])
    picture = st.container()
    _table(class_table(found))
    for each in found:
        st.subheader(f"Candidates of {title(each.anatomy.loss)}", anchor=False)
        _table(candidate_table([each.anatomy]))
    with picture:
        show(anatomy_bars(found), key=_CHART)
    for each, place in zip(found, below, strict=True):
        with place:
            _compare(each.anatomy, head_losses(batch, each.anatomy.loss, tau, view.seed)[view.anchor])


def _formulas(found: Sequence[Anatomy | Measured]) -> list[DeltaGenerator]:
    """A column a loss: its formula, and the same with the numbers. Returns the places below them."""
    grid, below = st.grid(len(found), min_column_width=_FORMULA), []
    for each in found:
        with grid.cell():
            st.markdown(f"**{plain(title(each.loss))}**")
            if isinstance(each, Measured):
                st.text(f"{each.value:.6f} nats, from {own_losses()[each.loss].source}; derivatives by autograd.")
            else:
                st.latex(rf"\ell_i = {CATALOG[each.loss].formula}")
                st.latex(live_formula(each))
            if each.special:
                st.info(plain(each.special))
            below.append(st.container())
    return below


def _compare(found: Anatomy, library: float) -> None:
    """What the library's own function gives for the anchor."""
    drawn = " on the labels drawn" if found.loss == "soft_distribution_infonce" else ""
    name = "label_infonce" if drawn else found.loss
    st.caption(f"`losses.{name}`{drawn} gives {library:.6f} nats: {abs(library - found.value):.0e} apart.")


def _table(table: pd.DataFrame) -> None:
    numbers = table.select_dtypes("number").columns
    st.dataframe(table, hide_index=True, column_config=dict.fromkeys(numbers, _NUMBER))
