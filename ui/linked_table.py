"""A table that is edited on the page and written into its link: one value of the URL, as text."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import pandas as pd
import streamlit as st

from losses.errors import LabError
from ui.controls import Controls

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Form(Generic[T]):
    """How a value is read from a link and written to it, and how it looks as a table; both readers raise LabError."""

    read: Callable[[str], T]
    write: Callable[[T], str]
    frame: Callable[[T], pd.DataFrame]
    value: Callable[[pd.DataFrame], T]
    columns: dict[str, Any]


@dataclass(slots=True)
class _Held(Generic[T]):
    """What the editor was last made with, which of its makings this is, and the value on the page."""

    start: T
    version: int
    value: T


def linked_table(controls: Controls, key: str, form: Form[T], *, default: T, alt: str) -> T:
    """The table's value: the link's at first, the editor's after that. A bad cell leaves the last good value.

    Streamlit keeps the edits apart from what an editor was made with, so that stays the same until a link or `replace`
    says something new: then there is a new editor.
    """
    held = _held(controls, key, form, default)
    edited = st.data_editor(
        form.frame(held.start),
        key=_editor(key, held),
        hide_index=True,
        num_rows="dynamic",
        column_config=form.columns,
        alt=alt,
    )
    try:
        held.value = form.value(edited)
    except LabError as mistake:
        controls.mistakes.append(mistake)
    says = [form.write(held.value)]
    controls.values[key] = says
    if held.value != default:
        controls.changed[key] = says
    return held.value


def replace(controls: Controls, key: str, value: Any) -> None:
    """Give the table another value, from a callback of another control."""
    held = controls.link.last[key]
    held.start = held.value = value
    held.version += 1


def _held(controls: Controls, key: str, form: Form[T], default: T) -> _Held[T]:
    link = controls.link
    asked = st.query_params.get_all(key)
    news = asked != link.seen.get(key, [])
    link.seen[key] = asked
    held = link.last.get(key)
    if held is None or news:
        link.mistakes.pop(key, None)
        start = _read(controls, key, form, asked[-1], default) if asked else default
        held = _Held(start, 0 if held is None else held.version + 1, start)
    elif _editor(key, held) not in st.session_state:  # back from another page: the edits went with the editor
        held.start = held.value
    link.last[key] = held
    return held


def _read(controls: Controls, key: str, form: Form[T], raw: str, default: T) -> T:
    try:
        return form.read(raw)
    except LabError as mistake:
        remedy = "The default is used instead."
        controls.link.told(key, LabError(mistake.name, mistake.rule, remedy=remedy, but=mistake.but))
        return default


def _editor(key: str, held: _Held[T]) -> str:
    return f"{key}-table-{held.version}"
