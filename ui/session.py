"""The one object a browser session keeps on the server, behind one accessor."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui.live import Run

_KEY = "nce_lab"


@dataclass(frozen=True, slots=True)
class LiveRun:
    """A run with where it belongs: its page, its spec, and the widget values that made the spec."""

    page: str
    spec: object
    settings: Mapping[str, object]
    run: Run[Any]


@dataclass(slots=True)
class Session:
    """What outlives a rerun beside the widgets: the page, the place of its controls, notices to be shown, the run."""

    page: str = ""
    controls: DeltaGenerator | None = None
    notices: list[str] = field(default_factory=list)
    live: LiveRun | None = None

    def enter(self, page: str) -> None:
        """Be on `page`: a run that belongs to another one stops; its frames stay."""
        self.page = page
        if self.live is not None and self.live.page != page:
            self.live.run.stop("Stopped: the page was left.")


def session() -> Session:
    """This browser session's object, made on first use."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = Session()
    return st.session_state[_KEY]
