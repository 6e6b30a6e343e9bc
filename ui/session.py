"""The one object a browser session keeps on the server, behind one accessor."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui.links import PageLink
from ui.live.run import Run

if TYPE_CHECKING:
    from ui.live.kept_runs import KeptRun

_KEY = "nce_lab"


@dataclass(frozen=True, slots=True)
class LiveRun:
    """A run with its spec and the widget values that made the spec; `followed`: another session began it."""

    spec: object
    settings: Mapping[str, object]
    run: Run[Any]
    followed: bool = False

    def leave(self, reason: str) -> None:
        """Stop it, unless somebody else may be watching; it ends by itself where nobody is."""
        if not self.followed:
            self.run.stop(reason)


@dataclass(slots=True)
class Session:
    """What outlives a rerun beside the widgets: the page, the place of its controls, the pages' links and last runs.

    `refusal`: why a run did not start, until it has been said. `kept`: the run last read from disk, with its file.
    `token`: no other session's. `visits`: of pages, so far. `given`: command and lines that give the page's numbers,
    where it shows them for all of its figures.
    """

    page: str = ""
    controls: DeltaGenerator | None = None
    links: dict[str, PageLink] = field(default_factory=dict)
    runs: dict[str, LiveRun] = field(default_factory=dict)
    refusal: str = ""
    kept: "tuple[object, KeptRun | None] | None" = None
    token: str = field(default_factory=partial(secrets.token_hex, 8))
    visits: int = 0
    given: tuple[str, str] = ("", "")

    @property
    def live(self) -> LiveRun | None:
        """The last run of the page one is on."""
        return self.runs.get(self.page)

    @property
    def link(self) -> PageLink:
        """The controls of the page one is on."""
        return self.links.setdefault(self.page, PageLink())

    def enter(self, page: str) -> None:
        """Be on `page`: a run that belongs to another one stops, but its frames stay; so do the controls' values."""
        if page != self.page:
            self.link.leave()
            self.page, self.visits, self.given = page, self.visits + 1, ("", "")
            self.link.seen.clear()
        for other in self.runs.keys() - {page}:
            self.runs[other].leave("Stopped: the page was left.")


def session() -> Session:
    """This browser session's object, made on first use."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = Session()
    return st.session_state[_KEY]
