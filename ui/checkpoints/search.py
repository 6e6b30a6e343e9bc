"""Find an item by its id: the one that has it, or a list of those that contain what was typed."""

import numpy as np
import streamlit as st

from ui.foreign_text import line

MOST_LISTED = 50


def search(ids: np.ndarray) -> None:
    """A field; what it finds becomes the chosen item of the map."""
    typed = st.text_input("Find an id", key="find", max_chars=100, on_change=_take, args=(ids,))
    found = matches(ids, typed)
    if not typed or (len(found) == 1):
        return
    if not len(found):
        st.text("No id contains that.")
        return
    shown = found[:MOST_LISTED]
    more = f" of {len(found):,}" if len(found) > MOST_LISTED else ""
    st.selectbox(
        f"{len(shown)}{more} ids contain it",
        [int(item) for item in shown],
        None,
        lambda item: line(str(ids[item])),
        key="found",
        on_change=_take_listed,
        placeholder="choose one",
        filter_mode=None,
    )


def matches(ids: np.ndarray, typed: str) -> np.ndarray:
    """Items (M,) with exactly this id, else those whose id contains it, in order.

    >>> matches(np.array(["7", "17", "71"]), "7").tolist(), matches(np.array(["a7", "17", "71"]), "7").tolist()
    ([0], [0, 1, 2])
    """
    if not typed:
        return np.empty(0, np.int64)
    exact = np.flatnonzero(ids == typed)
    return exact if len(exact) else np.flatnonzero(np.char.find(ids.astype(np.str_), typed) >= 0)


def _take(ids: np.ndarray) -> None:
    found = matches(ids, st.session_state["find"].strip())
    if len(found) == 1:
        st.session_state["item"] = int(found[0])


def _take_listed() -> None:
    if st.session_state["found"] is not None:
        st.session_state["item"] = int(st.session_state["found"])
