"""A talk as files: the deck, the file to go on with, the handout; and opening one."""

from functools import partial
from typing import Any

import streamlit as st

from losses.errors import LabError
from ui import uploads
from ui.controls import part
from ui.foreign_text import line, plain
from ui.server.deck_door import address
from ui.server.downloads import kept
from ui.server.public import caps
from ui.talks.held import held, remember_added, take_up
from ui.talks.lab_address import lab_address

_UPLOAD = "talk-upload"
_ASKED = "shipped"


def actions() -> None:
    """Present, and what is taken along."""
    from talks.deck import build
    from talks.handout import handout
    from talks.writing import encode

    mine = held()
    talk, stem = mine.talk, _stem(mine.talk.title)
    empty, lab = not talk.slides, lab_address()
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        if empty:  # a link that is switched off is no control that a reader of screens knows
            st.button("Present", icon=":material/slideshow:", disabled=True)
        else:
            st.link_button("Present", address(mine), type="primary", icon=":material/slideshow:")
        _download("Deck (HTML)", f"{stem}.html", "text/html", partial(build, talk, address=lab), empty)
        whole = partial(encode, talk)  # nothing of the session is there where it is made
        st.download_button(
            "Save", whole, f"{stem}.talk", "application/zip", key="talk-save", on_click="ignore", disabled=empty
        )
        _download("Handout", f"{stem}.md", "text/markdown", partial(handout, talk, address=lab), empty)
    if mine.trouble:
        st.warning(plain(mine.trouble))


def _download(label: str, name: str, mime: str, make: Any, disabled: bool) -> None:
    st.download_button(
        label, kept(make, mime, name), name, mime, key=f"talk-{mime}", on_click="ignore", disabled=disabled
    )


def title_field() -> None:
    """What the talk is called."""
    mine = held()
    key = f"talk-name-{mine.token}-{mine.name}"
    st.text_input("The talk's title", mine.talk.title, max_chars=200, key=key, on_change=_named, args=(key,))


def _named(key: str) -> None:
    from dataclasses import replace

    from talks.writing import cleaned

    mine = held()
    mine.change(replace(mine.talk, title=cleaned(st.session_state[key], one_line=True) or "A talk"))


def open_another() -> None:
    """A file, one that this machine keeps, or an empty one. What is edited now stays where it is kept."""
    with st.expander("Open a talk", expanded=not held().talk.slides):
        file = st.file_uploader("A talk's file (.talk)", type=["talk"], key=_UPLOAD, on_change=_opened)
        uploads.admit(_UPLOAD, file)
        _shipped_ones()
        if caps().keeps:
            _kept_ones()
        st.button("An empty talk", key="talk-empty", on_click=_empty)
        if held().before is not None:
            st.button("Back to the talk before", key="talk-before", on_click=_back)


def _opened() -> None:
    from talks.reading import decode

    file = st.session_state[_UPLOAD]
    if file is not None:
        try:
            held().open(decode(file.getvalue(), line(file.name)))
            st.session_state.pop("talk-refused", None)
        except LabError as mistake:
            st.session_state["talk-refused"] = str(mistake)


def refusal() -> None:
    """Why the file was not opened, until another is."""
    if said := st.session_state.get("talk-refused"):
        st.error(plain(said), icon=":material/error:")


def _shipped_ones() -> None:
    """The talks that come with the lab."""
    from talks.shipped import TITLES

    with st.container(gap="xxsmall"):
        for name, title in TITLES.items():
            st.button(title, key=f"talk-shipped-{name}", type="tertiary", on_click=_open_shipped, args=(name,))


def _open_shipped(name: str) -> None:
    from talks.shipped import shipped

    held().open(shipped(name))


def open_asked() -> None:
    """The shipped talk that the address asks for, once: from then on the tab has it. What it replaces is said, and so
    is a name that no talk has, until either is put away."""
    with part(_ASKED) as controls:
        name = st.query_params.get(_ASKED)
        if name is not None:
            controls.link.mistakes.pop(_ASKED, None)
            try:
                _open_shipped(name)
                held().by_link = True
                remember_added()
            except LabError as mistake:
                controls.link.told(_ASKED, mistake)
    _what_it_replaced()


def _what_it_replaced() -> None:
    """The talk that was edited here is not lost to a link."""
    mine = held()
    if not mine.by_link or mine.before is None:
        return
    talk, count = mine.before[0], len(mine.before[0].slides)
    slides = "1 slide" if count == 1 else f"{count} slides"
    st.info(plain(f"The link has opened this talk. The one that you had here, {talk.title} ({slides}), is kept."))
    st.button("Back to my talk", key="talk-mine", icon=":material/undo:", on_click=_back)


def _kept_ones() -> None:
    from talks import keeping

    others = {each.name: each for each in keeping.listed(keeping.default_folder()) if each.name != held().name}
    if not others:
        return
    chosen = st.selectbox(
        "Kept on this machine",
        list(others),
        None,
        format_func=lambda name: line(f"{others[name].title} · {others[name].when}"),
        key="talk-kept",
        filter_mode=None,
        placeholder="Choose one",
    )
    st.button("Go on with it", key="talk-go-on", disabled=chosen is None, on_click=take_up, args=(chosen,))


def _empty() -> None:
    from talks.model import Talk

    held().open(Talk())


def _back() -> None:
    if (before := held().before) is not None:
        held().open(*before)


def _stem(title: str) -> str:
    """The title as a file's name."""
    return uploads.safe_name(title.lower().replace(" ", "_"))
