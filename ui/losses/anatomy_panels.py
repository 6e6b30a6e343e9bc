"""The parts of the anatomy page: the formula with its numbers, the picture, the table."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analysis.anatomy.heads import HeadBatch, head_anatomy
from analysis.anatomy.heads import library_losses as head_losses
from analysis.anatomy.of_points import library_losses, own_anatomy, point_anatomy
from analysis.anatomy.parts import Anatomy, MeasuredAnatomy
from analysis.anatomy.points import PointBatch
from analysis.digits import number
from analysis.figures.anatomy.bars import anatomy_bars
from analysis.figures.anatomy.circle import anatomy_circle
from analysis.figures.anatomy.table import candidate_table, class_table, live_formula, title
from analysis.forces.own_loss import own_losses
from losses.catalog import CATALOG, unit_of
from losses.records import Choosing
from ui.errors import explain
from ui.exhibit import show
from ui.foreign_text import line, plain, table
from ui.losses.anatomy_code import bars_code, circle_code
from ui.losses.anatomy_controls import Scene, choose_anchor, what_to_look_at

_CHART = "anatomy"
_NUMBER = st.column_config.NumberColumn(format="%.4f")
_FORMULA = 400  # pixels: below that, formulas stand under each other


@st.fragment
def anatomy(scene: Scene) -> None:
    """The anchor and all that follows it: numbers first, which need not wait for the picture above the table.

    A fragment, since another anchor must show within 300 ms: the menu, the sidebar and its table stay as they are.
    """
    with explain():
        anchor = choose_anchor(scene)
        what_to_look_at(scene, anchor)
        if isinstance(scene.batch, HeadBatch):
            _of_sample(scene, scene.batch, anchor)
        else:
            _of_point(scene, scene.batch, anchor)


def _of_point(scene: Scene, batch: PointBatch, anchor: int) -> None:
    found = [_take_apart(scene, batch, loss, anchor) for loss in scene.losses]
    below = _formulas(found)
    picture = st.container()
    _table(candidate_table(found))
    with picture:
        circle = anatomy_circle(found, batch, anchor).given_by(circle_code(scene, batch, anchor))
        show(circle, key=_CHART, on_select=_take_clicked)
    for each, place in zip(found, below, strict=True):
        with place, explain():
            if isinstance(each, Anatomy):
                _compare(each, library_losses(batch, each.loss, scene.settings)[anchor])


def _take_apart(scene: Scene, batch: PointBatch, loss: str, anchor: int) -> Anatomy | MeasuredAnatomy:
    if loss in own_losses():
        return own_anatomy(batch, loss, anchor, scene.settings.temperature)
    return point_anatomy(batch, loss, anchor, scene.settings)


def _take_clicked() -> None:
    """A point that is clicked becomes the anchor."""
    points = st.session_state[_CHART].selection.points
    if points and "customdata" in points[0]:
        st.session_state["anchor"] = int(points[0]["customdata"]) + 1


def _of_sample(scene: Scene, batch: HeadBatch, anchor: int) -> None:
    tau = scene.settings.temperature
    found = [head_anatomy(batch, loss, anchor, tau, scene.seed) for loss in scene.losses]
    below = _formulas([each.anatomy for each in found])
    picture = st.container()
    _table(class_table(found))
    for each in found:
        st.header(f"Candidates of {plain(title(each.anatomy.loss))}", anchor=False)
        _table(candidate_table([each.anatomy]))
    with picture:
        show(anatomy_bars(found).given_by(bars_code(scene, batch, anchor)), key=_CHART)
    for each, place in zip(found, below, strict=True):
        with place:
            _compare(each.anatomy, head_losses(batch, each.anatomy.loss, tau, scene.seed)[anchor])


def _formulas(found: Sequence[Anatomy | MeasuredAnatomy]) -> list[DeltaGenerator]:
    """A column a loss: its formula, and the same with the numbers. Returns the places below them."""
    grid, below = st.grid(len(found), min_column_width=_FORMULA), []
    for each in found:
        with grid.cell():
            st.markdown(f"**{plain(title(each.loss))}**")
            if isinstance(each, MeasuredAnatomy):
                source = line(own_losses()[each.loss].source)
                st.text(
                    f"{number(each.value, least=6)} {unit_of([each.loss])}, from {source}; derivatives by autograd."
                )
            else:
                st.latex(rf"\ell_i = {CATALOG[each.loss].formula}")
                st.latex(live_formula(each))
            if each.special:
                st.info(plain(each.special))
            below.append(st.container())
    return below


def _compare(found: Anatomy, library: float) -> None:
    """What the library's own function gives for the anchor."""
    record = CATALOG[found.loss].record
    drawn = " on the labels drawn" if isinstance(record, Choosing) and record.drawn else ""
    gap = abs(library - found.value)
    said = f"{gap:.0e} apart" if gap else "the same"
    st.caption(f"`losses.{found.loss}`{drawn} gives {number(library, least=6)} {unit_of([found.loss])}: {said}.")


def _table(frame: pd.DataFrame) -> None:
    numbers = frame.select_dtypes("number").columns
    st.dataframe(table(frame), hide_index=True, column_config=dict.fromkeys(numbers, _NUMBER))
