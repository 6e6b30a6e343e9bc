"""Where the page's pictures stand: those of the file before go as soon as another is looked into.

Streamlit leaves what a run has not reached yet on the screen, greyed, under the new file's name. So there are two
places, taken in turn: whoever fills one empties the other.
"""

from collections.abc import Hashable
from types import TracebackType

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

_KEY = "nce_lab_main_part"
_WORDS = "Looking into the file …"


class MainPart:
    """Of one run of the page. As a context it takes its words away again, whatever has happened."""

    def __init__(self) -> None:
        self._outer = st.container()
        self._words: DeltaGenerator | None = None
        self.place: DeltaGenerator = self._outer

    def turn_to(self, what: Hashable) -> None:
        """The file in view, before it is read: once in a run."""
        before, second = st.session_state.get(_KEY, (what, False))
        second ^= before != what
        st.session_state[_KEY] = what, second
        if second:
            self._outer.empty()
        self.place = self._outer.container()
        if not second:
            self._outer.empty()
        self._words = self.place.empty()
        if before != what:
            self._words.caption(_WORDS)

    def __enter__(self) -> "MainPart":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._words is not None:
            self._words.empty()
