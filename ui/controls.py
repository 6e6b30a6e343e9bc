"""Controls bound to the URL: what a link asks for is checked before a widget sees it.

Streamlit's own binding drops a bad value silently, makes 7.9 a 7, fails on `?seed=inf`, and writes an option's label.
So a value from the URL is read here first: a good one is handed on, a bad one gives way to the default and is named.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import streamlit as st

from losses.errors import LabError
from ui import browser
from ui.errors import plain
from ui.session import session

LINK_VERSION = "1"
_REMEDY = "The default is used instead."
_SHOWN = 40


@dataclass(slots=True)
class Panel:
    """The controls of one page. `values` has what each writes into a link, by name; no value at all is [""]."""

    values: dict[str, list[str]] = field(default_factory=dict)

    def integer(self, label: str, key: str, *, default: int, low: int, high: int, help: str | None = None) -> int:
        """A whole number from `low` to `high`."""
        rule = f"must be a whole number from {low} to {high}"
        _check(key, lambda raw: _number(key, rule, raw, low, high, whole=True))
        value = st.number_input(label, low, high, default, 1, key=key, help=help, bind="query-params")
        self.values[key] = [str(value)]
        return value

    def number(
        self, label: str, key: str, *, default: float, low: float, high: float, step: float, help: str | None = None
    ) -> float:
        """A number from `low` to `high`, on a slider."""
        rule = f"must be a number from {low:g} to {high:g}"
        _check(key, lambda raw: _number(key, rule, raw, low, high, whole=False))
        value = st.slider(label, low, high, default, step, key=key, help=help, bind="query-params")
        self.values[key] = [repr(value)]
        return value

    def real(
        self, label: str, key: str, *, default: float, low: float, high: float, step: float, help: str | None = None
    ) -> float:
        """A number from `low` to `high`, typed: where a slider would be too coarse."""
        rule = f"must be a number from {low:g} to {high:g}"
        _check(key, lambda raw: _number(key, rule, raw, low, high, whole=False))
        value = st.number_input(label, low, high, default, step, format="%g", key=key, help=help, bind="query-params")
        self.values[key] = [repr(value)]
        return value

    def choice(self, label: str, key: str, options: Mapping[str, str], *, default: str, help: str | None = None) -> str:
        """One of `options`, name -> label; a link carries the name."""
        _check(key, lambda raw: _label(key, options, raw))
        names = list(options)
        value = st.selectbox(
            label,
            names,
            names.index(default),
            options.__getitem__,
            key=key,
            help=help,
            filter_mode=None,
            bind="query-params",
        )
        self.values[key] = [value]
        return value

    def choices(
        self, label: str, key: str, options: Mapping[str, str], *, default: tuple[str, ...], help: str | None = None
    ) -> tuple[str, ...]:
        """Any of `options`, name -> label, in their order."""
        _check(key, lambda raw: raw and _label(key, options, raw))
        picked = st.pills(
            label,
            list(options),
            selection_mode="multi",
            default=default,
            format_func=options.__getitem__,
            key=key,
            help=help,
            bind="query-params",
        )
        chosen = [name for name in options if name in picked]
        self.values[key] = chosen or [""]
        return tuple(chosen)

    def switch(self, label: str, key: str, *, default: bool = False, help: str | None = None) -> bool:
        """Yes or no."""
        _check(key, lambda raw: _label(key, {"true": "true", "false": "false"}, raw.lower()))
        value = st.toggle(label, default, key=key, help=help, bind="query-params")
        self.values[key] = [str(value).lower()]
        return value


@contextmanager
def panel() -> Iterator[Panel]:
    """The page's place for controls in the sidebar; then the link to all of this, and what a link got wrong."""
    controls = Panel()
    with session().controls or st.sidebar:
        yield controls
        browser.copy_link(controls.values, LINK_VERSION)
    version = st.query_params.get("v", LINK_VERSION)
    notices = [*session().notices]
    session().notices.clear()
    if version != LINK_VERSION:
        mistake = LabError("v", f"must be {LINK_VERSION}", _clipped(version), "This link is from another version.")
        notices.append(str(mistake))
    for notice in notices:
        st.warning(plain(notice))


def _check(key: str, read: Callable[[str], str]) -> None:
    """Read the URL's values of `key` before its widget does; where they are no good as they stand, start again."""
    if key in st.session_state or key not in st.query_params:
        return
    asked, good = st.query_params.get_all(key), []
    for raw in asked:
        try:
            good.append(read(raw))
        except LabError as mistake:
            session().notices.append(str(mistake))
    if good != asked:
        st.query_params[key] = good
        st.rerun()


def _number(key: str, rule: str, raw: str, low: float, high: float, *, whole: bool) -> str:
    try:
        value = float(raw)
    except ValueError:
        value = math.nan
    if not low <= value <= high or (whole and not value.is_integer()):
        raise LabError(key, rule, _clipped(raw), _REMEDY)
    return raw


def _label(key: str, options: Mapping[str, str], raw: str) -> str:
    if raw in options:
        return options[raw]
    if raw in options.values():
        return raw
    raise LabError(key, f"must be one of {', '.join(options)}", _clipped(raw), _REMEDY)


def _clipped(raw: str) -> str:
    return (raw if len(raw) <= _SHOWN else raw[:_SHOWN] + "…") or "empty"
