"""The talk that a browser session edits: kept on disk with every change, shown by the server to who has its token."""

import secrets
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

import streamlit as st

from losses.errors import LabError
from ui import browser
from ui.server.public import caps

if TYPE_CHECKING:
    from talks.model import Figure, Slide, Talk

_KEY = "nce_lab_talk"


@dataclass(slots=True, weakref_slot=True)
class HeldTalk:
    """`name` and `written`: of its file among those that are kept. `place`: the slide that is edited. `form` changes
    when the editor's fields get other values. `asked`: the slide and figure to be computed again; `again`: what came.
    `before`: the talk in whose place this one was opened. `by_link`: a link opened it. `counts`: see `numbers`.
    `token`: in the address of its deck, no other session's.
    """

    talk: "Talk"
    name: str = ""
    written: str = ""
    place: int = 0
    form: int = 0
    asked: tuple[int, int] | None = None
    again: "Figure | None" = None
    trouble: str = ""
    before: "tuple[Talk, str, str] | None" = None
    by_link: bool = False
    counts: "dict[Slide, int]" = field(default_factory=dict)
    token: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def slide(self) -> "Slide | None":
        """The one that is edited."""
        slides = self.talk.slides
        return slides[min(self.place, len(slides) - 1)] if slides else None

    def change(self, talk: "Talk", *, place: int | None = None) -> None:
        """The talk after an edit; with `place`, the fields are of that slide from here on."""
        self.talk = talk
        if place is not None:
            self.go(place)
        self._keep()

    def go(self, place: int) -> None:
        self.place, self.form = max(0, min(place, len(self.talk.slides) - 1)), self.form + 1

    def add(self, slide: "Slide") -> str:
        """Behind all others; its number."""
        self.change(self.talk.with_slide(slide), place=len(self.talk.slides))
        return self.numbers()[-1]

    def numbers(self) -> list[str]:
        """Of each slide as the deck counts it: "3", or "3-5" of one that the deck shows on three."""
        from talks.parting import parts

        self.counts = {each: self.counts.get(each) or len(parts(each)) for each in self.talk.slides}
        ends = list(accumulate(self.counts[each] for each in self.talk.slides))
        first = [end - self.counts[each] + 1 for end, each in zip(ends, self.talk.slides, strict=True)]
        return [f"{start}-{end}" if start < end else f"{end}" for start, end in zip(first, ends, strict=True)]

    def waits(self) -> str:
        """The number of the slide whose figure is to be computed again, "" where none is."""
        place = -1 if self.asked is None else self.asked[0]
        return self.numbers()[place] if 0 <= place < len(self.talk.slides) else ""

    def open(self, talk: "Talk", name: str = "", written: str = "") -> None:
        """Edit another talk; the one before stays on the disk, and at hand."""
        if self.talk.slides and talk != self.talk:
            self.before = self.talk, self.name, self.written
        self.name, self.written, self.asked, self.again, self.by_link = name, written, None, None, False
        self.talk = talk
        self.go(0)
        if talk.slides and not name:
            self._keep(opened=True)

    def _keep(self, *, opened: bool = False) -> None:
        """On the disk, unless nothing may be; a full disk is said on the page and costs no edit. What was `opened` and
        not edited yet has the name that it has for everybody."""
        from talks import keeping

        if not caps().keeps:
            return
        try:
            name = self.name or (keeping.name_of(self.talk) if opened else keeping.new_name())
            self.name, self.written = keeping.keep(keeping.default_folder(), name, self.talk, self.written)
            self.trouble = ""
        except (LabError, OSError) as error:
            self.trouble = str(error)


_held: "WeakValueDictionary[str, HeldTalk]" = WeakValueDictionary()  # a session that ends takes its own with it


def held() -> HeldTalk:
    """This session's talk, empty at first."""
    if _KEY not in st.session_state:
        from talks.model import Talk

        st.session_state[_KEY] = HeldTalk(Talk())
    mine: HeldTalk = st.session_state[_KEY]
    _held[mine.token] = mine
    return mine


def of_token(token: str) -> HeldTalk | None:
    """The talk whose deck lies under this token; None where no session has it."""
    return _held.get(token)


def remember_tab() -> None:
    """Have the tab remember which talk it edits, and take it up where the session knows of none."""
    mine: HeldTalk | None = st.session_state.get(_KEY)
    browser.talk_of_tab(mine.name if mine else "", _take_up)


def remember_added() -> None:
    """The same once more in a run that has made the talk: the page's frame was drawn before."""
    browser.talk_of_tab(held().name, lambda: None, key=f"{browser.TALK_TAB}-added")


def _take_up() -> None:
    answer: Any = st.session_state.get(browser.TALK_TAB)
    name = str(getattr(answer, "talk", "") or "")
    mine = held()
    if not caps().keeps or not name:
        return
    if not mine.talk.slides:
        take_up(name)
    elif mine.by_link and mine.before is None and name != mine.name:
        mine.before = _kept(name)


def take_up(name: str) -> None:
    """Go on with a talk that is kept on this machine, if there is one of that name."""
    if (found := _kept(name)) is not None:
        held().open(*found)


def _kept(name: str) -> "tuple[Talk, str, str] | None":
    """The talk, its name and the digest of its bytes, as `HeldTalk.open` takes them."""
    from talks import keeping

    found = keeping.find(keeping.default_folder(), name)
    return None if found is None else (found[0], name, found[1])
