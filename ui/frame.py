"""The frame every page stands in: registry of pages, grouped sidebar, title, footer."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from ui.session import session

ROOT = Path(__file__).parent.parent
VERSION = "0.1.0"


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its script below the root, its label in the menu, the job it belongs to, the question it answers."""

    script: str
    label: str
    group: str
    question: str


PAGES: dict[str, Page] = {
    "start": Page("app.py", "Start", "", "Which question does each loss answer?"),
    "simplex_labels": Page(
        "pages/1_Simplex_labels.py",
        "Simplex labels",
        "Explore toy worlds",
        "What does each loss learn when labels are soft?",
    ),
    "forces": Page(
        "pages/2_Forces.py",
        "Gradient forces",
        "Look at the forces",
        "Which pairs does a loss pull together, and which does it push apart?",
    ),
    "checkpoints": Page(
        "pages/3_Checkpoints.py",
        "Checkpoints",
        "Inspect checkpoints",
        "What has this encoder learned?",
    ),
}


def frame(page: str) -> None:
    """Open a page: configuration, sidebar, title. The first line of every script; `page` is a key of `PAGES`."""
    here = PAGES[page]
    st.set_page_config(page_title=f"{here.label} · NCE Lab", layout="wide", initial_sidebar_state="expanded")
    with st.sidebar:
        _menu()
        session().controls = st.container()
        st.caption(f"NCE Lab {VERSION} · runs on this machine alone")
    st.title(here.question, anchor=False)


def _menu() -> None:
    group = ""
    for page in PAGES.values():
        if not (ROOT / page.script).exists():
            continue
        if page.group != group:
            group = page.group
            st.caption(group)
        st.page_link(page.script, label=page.label)
