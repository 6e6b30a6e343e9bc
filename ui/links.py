"""What a page's URL says, kept in step with its controls.

Streamlit's own binding (`bind="query-params"`) is not used: it hands a link's value to a widget that has already
appeared with its default, and in a browser with a cold cache the first of them may keep the default while the server
computes with the link's value; it fails on `?seed=inf`, drops bad values silently, and spells an option by its label.
Here a value from the URL is checked first and is the widget's start.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import permutations
from typing import Any, TypeVar

import streamlit as st

from losses.errors import LabError

T = TypeVar("T")
VERSION = "1"
UNKNOWN = "?"
"""Stands for all controls that a page does not have; no control is called so."""
SAME = {one: other for pair in ("tau temperature", "dimension dimensions") for one, other in permutations(pair.split())}
"""One quantity that pages call by two names: toy worlds by the fields of their specs. A link may say either."""
_LONGEST = 40
_MOST_NAMED = 5


@dataclass(slots=True)
class PageLink:
    """The controls of one page in one browser session, by name.

    `seen`: the URL's values as last read or written. `last`: the widgets' values when last drawn. `starts`: what the
    widgets now on the page were made with. `mistakes`: what links got wrong, until it is put away.
    """

    seen: dict[str, list[str]] = field(default_factory=dict)
    last: dict[str, Any] = field(default_factory=dict)
    starts: dict[str, Any] = field(default_factory=dict)
    mistakes: dict[str, list[str]] = field(default_factory=dict)

    def start(self, key: str, default: T, read: Callable[[list[str]], T]) -> T:
        """What the widget `key` is made with: the link's value, else that of an earlier visit, else `default`.

        A URL that says something new to a widget that is there already (the Back button) changes its value.
        """
        asked = st.query_params.get_all(key) or st.query_params.get_all(SAME.get(key, ""))
        news = asked != self.seen.get(key, [])
        if news:
            self.mistakes.pop(key, None)
        value = read(asked) if news and asked else default if news else self.last.get(key, default)
        self.seen[key] = asked
        if key not in st.session_state:
            self.starts[key] = value
        elif news:
            st.session_state[key] = value
        return self.starts[key]

    def leave(self) -> None:
        """The page is left, and its widgets with it. What the session still calls by their names is not the next
        page's: another control may have the same name."""
        for key in self.starts:
            st.session_state.pop(key, None)
        self.starts.clear()

    def write(self, values: Mapping[str, list[str]], beside: Iterable[str] = ()) -> None:
        """Make the URL say `values`, and what it says of `beside`; a URL without any stays bare."""
        rest = {name: st.query_params.get_all(name) for name in beside if name in st.query_params}
        self.seen = {**values, **{name: self.seen[name] for name in beside if name in self.seen}}
        _set({**values, **rest})

    def write_part(self, values: Mapping[str, list[str]], names: Iterable[str]) -> None:
        """Make the URL say `values` of the controls `names`, and leave the others in it."""
        rest = {name: said for name, said in _query().items() if name not in (*names, "v")}
        self.seen |= {name: values.get(name, []) for name in names}
        _set({**rest, **values})

    def told(self, key: str, mistake: LabError) -> None:
        """Remember what the link got wrong of the control `key`: the URL that says it is mended at once."""
        said = self.mistakes.setdefault(key, [])
        if str(mistake) not in said:
            said.append(str(mistake))

    def unknown(self, controls: Iterable[str], names: Callable[[], Collection[str]]) -> list[LabError]:
        """What this URL asks of controls that the page does not have, but for what the lab itself wrote there, and for
        `names` of controls that the page has with other settings; these are asked for only when it matters."""
        known = {*controls, *self.seen, "v"}
        asked = [name for name in st.query_params if name not in known and SAME.get(name) not in known]
        asked = [name for name in asked if name not in names()]
        remedy = "It is left out."
        if len(asked) > _MOST_NAMED:
            remedy = f"It is left out, and so are {len(asked) - 1} others like it."
        return [
            LabError(
                clipped(name),
                "must be the name of a control of this page",
                but="this page has none called so",
                remedy=remedy,
            )
            for name in asked[:_MOST_NAMED]
        ]

    def put_away(self, keys: Iterable[str]) -> None:
        """What links got wrong of these controls has been read."""
        for key in keys:
            self.mistakes.pop(key, None)


def _query() -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in st.query_params}


def _set(values: Mapping[str, list[str]]) -> None:
    wanted = {**values, "v": [VERSION]} if values else {}
    if {"v": [VERSION], **_query()} != {"v": [VERSION], **wanted}:
        st.query_params.from_dict(wanted)


def clipped(raw: str) -> str:
    """A value from a link as a sentence can quote it."""
    return (raw if len(raw) <= _LONGEST else raw[:_LONGEST] + "…") or "empty"


def version_mistakes() -> list[LabError]:
    """What is wrong with the `v` of this URL, if anything."""
    version = st.query_params.get("v", VERSION)
    if version == VERSION:
        return []
    return [LabError("v", f"must be {VERSION}", clipped(version), "The link is from another version of NCE Lab.")]
