"""Chosen files whose arrays have names that say nothing here: what is likely, and one button that takes it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import streamlit as st

from checkpoints.arrays.listed import ArrayListing, shown_name
from checkpoints.arrays.opening import NO_MAPPING
from checkpoints.arrays.roles import propose, said
from checkpoints.listing import inside
from losses.errors import LabError
from ui import root
from ui.checkpoints.opened import listing_below, needs_below, opened
from ui.foreign_text import plain

_REMEDY = "Take what is proposed above, or say it on Checkpoints."


@dataclass(frozen=True, slots=True)
class _Question:
    """key: what the answer is kept by."""

    key: str
    listing: ArrayListing


def draw_questions() -> None:
    """One for each chosen file that waits for its roles; nothing for a file in which nothing looks like embeddings."""
    for question in _questions():
        roles = propose(question.listing).roles
        if not {"embeddings", "logits", "probabilities"} & roles.keys():
            continue
        taken = [f"{shown_name(name)} as {role.replace('_', ' ')}" for role, name in roles.items()]
        with st.container(horizontal=True, vertical_alignment="center"):
            st.warning(plain(f"{question.listing.file} has {question.listing.in_words()}: which array is what?"))
            st.button(
                plain(f"Use {', '.join(taken)}"),
                key=f"roles-{question.key}",
                on_click=partial(_take, question, said(question.listing, roles)),
            )


def waits_for_roles(mistake: LabError) -> bool:
    """Whether it is what `draw_questions` asks."""
    return mistake.rule == NO_MAPPING


@contextmanager
def in_page_words() -> Iterator[None]:
    """A mistake that names an option of the command names the page's button instead."""
    try:
        yield
    except LabError as mistake:
        if not waits_for_roles(mistake):
            raise
        raise LabError(mistake.name, mistake.rule, but=mistake.but, remedy=_REMEDY) from None


def _questions() -> Iterator[_Question]:
    own, folder = opened(), root.root()
    for ref in st.session_state.get("opened") or ():
        file = own.find(ref)
        if file is not None and file.needs == "mapping" and file.sha256 not in own.maps:
            yield _Question(file.sha256, file.listing())
    for name in st.session_state.get("paths") or ():
        if folder is None:
            break
        try:
            path = inside(folder, name)
            if name not in own.maps and needs_below(path) == "mapping":
                yield _Question(name, listing_below(path))
        except LabError:
            continue  # it has gone: the page says so elsewhere


def _take(question: _Question, roles: str) -> None:
    own = opened()
    own.maps[question.key] = roles
    own.asked_again.discard(question.key)
