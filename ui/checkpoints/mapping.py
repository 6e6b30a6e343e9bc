"""Asks which array of a file is what: the arrays in a table, a choice a role, one button. The choice is in the link."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pandas as pd
import streamlit as st

from checkpoints.arrays.listed import ArrayListing, shown_name
from checkpoints.arrays.opening import roles_of
from checkpoints.arrays.roles import RoleProposal, propose, said
from checkpoints.reading.array_spec import ROLES, ArraySpec
from losses.errors import LabError
from ui.checkpoints.analyses import Analyses
from ui.checkpoints.array_reading import as_read
from ui.checkpoints.opened import opened
from ui.controls import Controls
from ui.foreign_text import line, plain, table

_KEY = "roles"
_MOST_TOLD = 5
_QUESTION = "nce_lab_mapping"
_NONE = ""
_TITLES = {
    "embeddings": "Embeddings (of the test items, or of all)",
    "labels": "Labels",
    "train_embeddings": "Train embeddings, if there are any",
    "train_labels": "Train labels",
    "logits": "Logits",
    "probabilities": "Probabilities",
    "predictions": "Predicted classes",
    "ids": "Names of the items",
    "class_names": "Names of the classes",
    "coordinates": "Coordinates on a map",
}
_FIRST = 4  # roles that are always in sight


@dataclass(frozen=True, slots=True)
class _Question:
    """A file whose arrays wait for their roles. key: what its choice is kept by. refused: why the last did not do."""

    key: str
    listing: ArrayListing
    refused: LabError | None = None


def mapped(
    controls: Controls, key: str, listing: Callable[[], ArrayListing], read: Callable[[ArraySpec], Analyses]
) -> Analyses | None:
    """What `read` gives of a file whose arrays have other names than those that are known here; None while it is not
    said which is what: `draw` asks for it, in the page's main part."""
    found = listing()
    text = _linked(controls, key, found)
    if not text:
        _ask(controls, _Question(key, found))
        return None
    st.caption(plain(f"Read as {text.replace(',', ', ')}."))
    st.button("Change what is what", key="change-map", type="tertiary", on_click=partial(_change, key))
    if key in opened().asked_again:
        _ask(controls, _Question(key, found))
        return None
    try:
        return as_read(controls, read)
    except LabError as mistake:
        _ask(controls, _Question(key, found, mistake))
        return None


def waits() -> bool:
    """Whether `draw` has a question."""
    return st.session_state.get(_QUESTION) is not None


def forget() -> None:
    """At the start of a run: it may be about another file."""
    st.session_state[_QUESTION] = None


def draw() -> None:
    """The arrays, a choice for each role, prefilled with what is chosen or most likely, and the button."""
    question: _Question = st.session_state[_QUESTION]
    listing, proposal = question.listing, propose(question.listing)
    st.header("Which array is what?", anchor=False)
    if question.refused is not None:
        st.error(plain(str(question.refused)), icon=":material/error:")
    st.text(line(f"{listing.file} is {listing.whole_form}. {_in_words(proposal)}"))
    st.dataframe(table(_frame(listing)), hide_index=True, height="content" if len(listing.arrays) <= 10 else 380)
    for each in [array for array in listing.arrays if array.refused][:_MOST_TOLD]:
        st.warning(plain(f"{shown_name(each.name)} holds {each.refused}."))
    roles = _chosen(question) or dict(proposal.roles)
    with st.form("map-form", border=False):
        chosen = _choose(question, roles)
        st.form_submit_button("Show the pictures", type="primary", on_click=partial(_confirm, question, chosen))


def _linked(controls: Controls, key: str, listing: ArrayListing) -> str:
    """The choice for this file: a link's, where it says a new one, else the session's."""
    maps, link = opened().maps, controls.link
    asked = st.query_params.get_all(_KEY)
    if asked and asked != link.seen.get(_KEY, []):
        link.mistakes.pop(_KEY, None)
        try:
            maps[key] = said(listing, roles_of(ArraySpec(mapping=asked[-1]), listing))
        except LabError as mistake:
            link.told(_KEY, mistake)
    link.seen[_KEY] = asked
    text = maps.get(key, "")
    controls.values[_KEY] = [text]
    if text:
        controls.changed[_KEY] = [text]
    return text


def _ask(controls: Controls, question: _Question) -> None:
    controls.waits = True
    st.session_state[_QUESTION] = question


def _change(key: str) -> None:
    opened().asked_again.add(key)


def _chosen(question: _Question) -> dict[str, str]:
    """Role -> array as it was confirmed before; none where the file has changed since."""
    try:
        return roles_of(ArraySpec(mapping=opened().maps.get(question.key, "")), question.listing)
    except LabError:
        return {}


def _in_words(proposal: RoleProposal) -> str:
    if not proposal.roles:
        return "No array looks like embeddings or labels: choose what is there."
    return (
        "Proposed by the arrays' names." if proposal.sure else "Proposed by names, shapes and first values: look twice."
    )


def _frame(listing: ArrayListing) -> pd.DataFrame:
    rows = [(each.name, str(each.shape), each.dtype, each.first) for each in listing.arrays]
    return pd.DataFrame(rows, columns=["array", "shape", "dtype", "first values"])


def _choose(question: _Question, roles: dict[str, str]) -> dict[str, str]:
    """Role -> key of its widget, the rarer ones behind a fold."""
    names = list(ROLES)
    chosen = {}
    for place, role in enumerate(names[:_FIRST]):
        if place % 2 == 0:
            columns = st.columns(2)
        with columns[place % 2]:
            chosen[role] = _choose_one(question, role, roles)
    with st.expander("Class scores, names, coordinates", expanded=any(role in roles for role in names[_FIRST:])):
        for role in names[_FIRST:]:
            chosen[role] = _choose_one(question, role, roles)
    return chosen


def _choose_one(question: _Question, role: str, roles: dict[str, str]) -> str:
    usable = {each.name: f"{each.name} · {each.what}" for each in question.listing.arrays if not each.refused}
    options = [_NONE, *usable]
    start = roles.get(role, _NONE)
    key = f"map-{role}-{hash((question.key, tuple(options)))}"
    st.selectbox(
        _TITLES[role], options, options.index(start) if start in options else 0,
        lambda name: line(usable[name]) if name else "none", key=key, filter_mode=None,
    )  # fmt: skip
    return key


def _confirm(question: _Question, keys: dict[str, str]) -> None:
    own = opened()
    chosen = {role: st.session_state[key] for role, key in keys.items() if st.session_state.get(key)}
    own.maps[question.key] = said(question.listing, chosen)
    own.asked_again.discard(question.key)
