"""The frame every page stands in: the registry of pages, the sidebar, the title."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import streamlit as st

from losses import __version__ as VERSION
from ui import browser, machine, own_loss, uploads
from ui.server import memory, preload
from ui.session import session
from ui.talks import held

ROOT = Path(__file__).parent.parent
ICON = ROOT / "ui" / "assets" / "icon.svg"
_SIDEBAR = 284  # pixels
_COLUMN = 130  # pixels: two columns of groups fill the list of all pages
_OWN_PICTURE = "[data-testid=stEChartsChart] :is(canvas, svg)"
"""The start page's, which is drawn first; what other pages draw with is for the next click."""
_STYLE = f"<style>{(ROOT / 'ui' / 'assets' / 'page.css').read_text()}</style>"


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its script below the root, its label in the menu, the job it belongs to, the question it answers."""

    script: str
    label: str
    group: str
    question: str


PAGES: dict[str, Page] = {
    "start": Page("app.py", "Start", "", "What does a contrastive loss really ask for?"),
    "simplex_labels": Page(
        "pages/1_Simplex_labels.py",
        "Simplex labels",
        "Explore toy worlds",
        "What does each loss learn when labels are soft?",
    ),
    "repulsion": Page(
        "pages/1_Repulsion.py",
        "Repulsion",
        "Explore toy worlds",
        "Does a loss push apart what belongs together?",
    ),
    "noise_floor": Page(
        "pages/1_Noise_floor.py",
        "Noise floor",
        "Explore toy worlds",
        "Does more data cure a softmax at the top?",
    ),
    "endpoint_tails": Page(
        "pages/1_Endpoint_tails.py",
        "Endpoint tails",
        "Explore toy worlds",
        "Do the largest cosines show their endpoint?",
    ),
    "coordinate_lens": Page(
        "pages/1_Coordinate_lens.py",
        "Coordinate lens",
        "Explore toy worlds",
        "How much does a coordinate make of a hard negative?",
    ),
    "two_views": Page(
        "pages/1_Two_views.py",
        "Two views",
        "Explore toy worlds",
        "Does evidence of an endpoint help two views find each other?",
    ),
    "checkpoints": Page(
        "pages/2_Checkpoints.py",
        "Checkpoints",
        "Inspect checkpoints",
        "What has this encoder learned?",
    ),
    "compare": Page(
        "pages/2_Compare.py",
        "Compare",
        "Inspect checkpoints",
        "Do these checkpoints differ by more than chance?",
    ),
    "results": Page(
        "pages/2_Results.py",
        "Results",
        "Inspect checkpoints",
        "Which encoders are shipped, and how good are they?",
    ),
    "anatomy": Page(
        "pages/3_Anatomy.py",
        "Anatomy",
        "Look inside a loss",
        "Who is in this loss, and with which weight?",
    ),
    "file_contents": Page(
        "pages/2_File_contents.py",
        "File contents",
        "Inspect checkpoints",
        "May I open this file?",
    ),
    "forces": Page(
        "pages/3_Forces.py",
        "Gradient forces",
        "Look inside a loss",
        "Which pairs does a loss pull together, and which does it push apart?",
    ),
    "force_curves": Page(
        "pages/3_Force_curves.py",
        "Force curves",
        "Look inside a loss",
        "When does a loss push a positive away, and how hard does it push noise?",
    ),
    "dynamics": Page(
        "pages/3_Dynamics.py",
        "Dynamics",
        "Look inside a loss",
        "Where does the gradient go while a loss is trained?",
    ),
    "sampling": Page(
        "pages/3_Sampling.py",
        "Sampling",
        "Look inside a loss",
        "What does it cost to draw labels from soft targets?",
    ),
    "claims": Page("pages/5_Claims.py", "Claims", "Present", "Which claims of the papers hold on this machine?"),
    "talk": Page("pages/5_Talk.py", "Talk", "Present", "What do you show, and in which order?"),
    "losses": Page("pages/4_Losses.py", "Losses", "Look up", "Which pairs are in this loss?"),
}
PAGES = {name: page for name, page in PAGES.items() if (ROOT / page.script).exists()}


def frame(page: str) -> None:
    """Open a page: configuration, sidebar, title. The first line of every script; `page` is a key of `PAGES`."""
    here = PAGES[page]
    st.set_page_config(
        page_title=f"{here.label} · NCE Lab", page_icon=ICON, layout="wide", initial_sidebar_state=_SIDEBAR
    )
    st.html(_STYLE)
    session().enter(page)
    uploads.forget_other_pages()
    memory.keep_level()
    machine.warm_up()
    with st.sidebar:
        browser.skip_link()
        _menu(here)
        session().controls = st.container(key="controls")
        st.caption(f"NCE Lab {VERSION} · offline")
        browser.watch_connection()
        browser.tend_figures(preload.address("PlotlyChart"), after=_OWN_PICTURE if page == "start" else "")
        held.remember_tab()
    st.title(here.question, anchor=False)
    own_loss.show_refusals()


def _menu(here: Page) -> None:
    """All pages where there is nothing to control; elsewhere those of the group in use, and one button for the rest."""
    if not here.group:
        _groups("stretch")
        return
    with st.container(horizontal=True, gap="xxsmall", vertical_alignment="center"):
        st.page_link(PAGES["start"].script, label="NCE Lab", icon=":material/home:", width="content")
        st.space("stretch")
        # A key for each page: else the list of the page that was left may stay open, over the menu of this one.
        with (
            st.popover("All pages", type="tertiary", icon=":material/menu:", key=f"all-pages-{here.label}"),
            st.container(horizontal=True),
        ):
            _groups(_COLUMN)
    with st.container(horizontal=True, gap="xxsmall"):
        _links(here.group, width="content")


def _groups(width: Literal["stretch"] | int) -> None:
    """Every page under the name of its group."""
    for group in dict.fromkeys(page.group for page in PAGES.values()):
        with st.container(gap="xxsmall", width=width):
            if group:
                st.caption(group)
            _links(group, width="stretch")


def _links(group: str, *, width: Literal["content", "stretch"]) -> None:
    for page in PAGES.values():
        if page.group == group:
            st.page_link(page.script, label=page.label, width=width)
