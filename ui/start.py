"""The parts of the start page: the three jobs, the picture, and the machine."""

import streamlit as st

from ui import machine
from ui.foreign_text import plain
from ui.frame import PAGES
from ui.live.slots import PROCESS

_JOBS = {
    "simplex_labels": "Run a world live, every loss from the same start, against the exact answer.",
    "checkpoints": "Open a trained encoder: its map, its similarities, its calibration. Compare up to six.",
    "talk": "Figures, frozen, become a talk: one file that opens on any laptop, offline, with a clicker.",
}


def jobs() -> None:
    """The three jobs side by side, each with the page that does it."""
    grid = st.grid(len(_JOBS), min_column_width=200, border=True)
    for name, sentence in _JOBS.items():
        page = PAGES[name]
        with grid.cell(), st.container(gap="xsmall"):
            st.page_link(page.script, label=f"**{page.group}**", icon=":material/arrow_forward:", icon_position="right")
            st.caption(sentence)


def talks() -> None:
    """The talks that come with the lab, each opened with a click."""
    from talks.shipped import TITLES

    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption("Talks to give as they are, or to change:")
        for name, title in TITLES.items():
            label = title.split(":")[0]
            st.page_link(PAGES["talk"].script, label=label, query_params={"shipped": name}, icon=":material/slideshow:")


def picture() -> None:
    """The force on one pair under two losses."""
    # pandas takes half a second: imported here, it keeps nobody from reading the text above.
    import numpy as np

    from analysis.figures.forces.start_pair import pair_force, pair_force_option
    from analysis.forces.start_pair import PairScene, pair_forces
    from ui.exhibit import show_at_once

    scene = PairScene()
    forces = pair_forces(scene, np.linspace(-0.5, 1, 151))
    show_at_once(pair_force(scene, forces), pair_force_option(scene, forces), key="pair-force", height=380)


def machine_panel() -> None:
    """Versions at once; the device when torch, imported in the background, is there."""
    st.header("This machine", anchor=False)
    st.caption(" · ".join(f"{name} {version}" for name, version in machine.versions().items()))
    missing = machine.device() is None
    st.fragment(_device, run_every=1.0 if missing else None)(missing)


def _device(was_missing: bool) -> None:
    device = machine.device()
    if was_missing and device is not None:
        st.rerun()
    taken, limit = PROCESS.taken(), PROCESS.limit
    runs = f"live runs: {min(taken, limit)} of {limit}" + (f", {taken - limit} waiting" if taken > limit else "")
    st.caption(f"Device: {plain(device or 'torch is starting …')} · {runs}")
