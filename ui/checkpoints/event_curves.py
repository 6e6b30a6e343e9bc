"""TensorBoard's event files beside a file under the root: their curves, or what to install for them."""

from pathlib import Path

import streamlit as st

from analysis.figures.training_curves import training_curves
from checkpoints.event_curves import INSTALL, EventCurves, event_files_beside, installed, read_events
from losses.errors import plural
from ui import root
from ui.checkpoints.view import PROVENANCE
from ui.controls import part
from ui.errors import explain
from ui.exhibit import show
from ui.foreign_text import plain

_KEY = "nce_lab_path_in_view"
_HOW = f" {INSTALL} shows the curves."


def beside(path: Path | None) -> None:
    """The file in view, None for one that has no place under the root."""
    st.session_state[_KEY] = path


def draw() -> None:
    """Nothing where there are no event files."""
    path: Path | None = st.session_state.get(_KEY)
    files = event_files_beside(path) if path is not None else ()
    if path is None or not files:
        return
    if not installed():
        st.caption(plain(f"{plural(len(files), 'TensorBoard event file')} beside this file:") + _HOW)
        return
    with explain():
        found = _read(tuple((str(each), root.state(each)) for each in files), path if path.is_dir() else path.parent)
        if found.left_out:
            st.caption(plain(found.left_out))
        if found.curves:
            with part(*PROVENANCE) as controls:
                options = {tag: tag for tag in found.curves}
                shown = controls.several("Curves", "tags", options, empty="the first six")
            show(training_curves(found.curves, shown), key="training-curves")


@st.cache_resource(max_entries=4, scope="session", show_spinner="Reading TensorBoard's event files …")
def _read(files: tuple[tuple[str, str], ...], folder: Path) -> EventCurves:
    return read_events([Path(path) for path, _ in files], folder)
