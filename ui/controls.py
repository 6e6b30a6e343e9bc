"""Controls that a link can set: each checks what the URL asks of it, and a bad value gives way to the default."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Literal, TypeVar

import streamlit as st

from losses.errors import LabError
from ui import browser, links
from ui.foreign_text import line, plain
from ui.link_names import names_of_controls
from ui.links import PageLink, clipped
from ui.session import session

T = TypeVar("T")
_MOST_CHOSEN = 200
"""Streamlit reads a link of more than a thousand values as one of none."""
_MOST_NAMED = 20
_REMEDY, _LEFT_OUT = "The default is used instead.", "It is left out."


@dataclass(slots=True)
class Controls:
    """The controls of one page. `values` has what each says in a link, by name; no value at all is [""].

    `mistakes`: what is wrong with what has been typed; what a link got wrong stands in `link`. `waits`: the page cannot
    draw all of its controls before a good file is here, so what the address says of the others stays in it.
    """

    link: PageLink
    values: dict[str, list[str]] = field(default_factory=dict)
    changed: dict[str, list[str]] = field(default_factory=dict)
    mistakes: list[LabError] = field(default_factory=list)
    waits: bool = False

    def integer(self, label: str, key: str, *, default: int, low: int, high: int, help: str | None = None) -> int:
        """A whole number from `low` to `high`."""
        rule = f"must be a whole number from {low} to {high}"
        start = self._start(key, default, lambda raw: int(_number(key, rule, raw, low, high, whole=True)))
        value = st.number_input(label, low, high, _within(start, low, high, default), 1, key=key, help=help)
        return self._keep(key, value, default, [str(value)])

    def number(
        self, label: str, key: str, *, default: float, low: float, high: float, step: float, help: str | None = None
    ) -> float:
        """A number from `low` to `high`, on a slider."""
        start = self._start_real(key, default, low, high)
        value = st.slider(label, low, high, _within(start, low, high, default), step, key=key, help=help)
        return self._keep(key, value, default, [repr(value)])

    def real(
        self, label: str, key: str, *, default: float, low: float, high: float, step: float, help: str | None = None
    ) -> float:
        """A number from `low` to `high`, typed: where a slider would be too coarse."""
        start = _within(self._start_real(key, default, low, high), low, high, default)
        value = st.number_input(label, low, high, start, step, format="%g", key=key, help=help)
        return self._keep(key, value, default, [repr(value)])

    def numbers(
        self, label: str, key: str, *, default: tuple[float, ...], low: float, high: float, help: str | None = None
    ) -> tuple[float, ...]:
        """Numbers from `low` to `high`, typed with commas or spaces between; a bad list gives way to the default."""
        start = self.link.start(key, _listed(default), lambda asked: " ".join(asked))
        typed = st.text_input(label, start, max_chars=400, key=key, help=help)
        rule = f"must be numbers from {low:.12g} to {high:.12g}"
        try:
            value = tuple(_number(key, rule, raw, low, high, whole=False) for raw in typed.replace(",", " ").split())
        except LabError as mistake:
            self.mistakes.append(mistake)
            value = ()
        value = value or default
        kept = self._keep(key, value, default, [f"{number:.12g}" for number in value])
        self.link.last[key] = typed  # what the widget is made with when one comes back
        return kept

    def choice(
        self,
        label: str,
        key: str,
        options: Mapping[str, str],
        *,
        default: str,
        help: str | None = None,
        always: bool = False,
        search: bool = False,
    ) -> str:
        """One of `options`, name -> label; a link says the name, that of the default too where it is `always` to.

        `search`: many, which typing a part of the label filters.
        """
        names = list(options)
        start = self._start(key, default, lambda raw: _name(key, options, raw))
        index = names.index(start if start in options else default)
        how: Literal["contains"] | None = "contains" if search else None
        value = st.selectbox(label, names, index, _shown(options, line), key=key, help=help, filter_mode=how)
        self._keep(key, value, None if always else default, [value])
        return value

    def stepped(
        self, label: str, key: str, options: Mapping[str, str], *, default: str, help: str | None = None
    ) -> str:
        """One of two `options` or more, name -> label, on a slider in their order; a link says the name."""
        start = self._start(key, default, lambda raw: _name(key, options, raw))
        first = start if start in options else default
        value = st.select_slider(label, list(options), first, _shown(options, line), key=key, help=help)
        return self._keep(key, value, default, [value])

    def choices(
        self,
        label: str,
        key: str,
        options: Mapping[str, str],
        *,
        default: tuple[str, ...],
        fewest: int = 1,
        help: str | None = None,
    ) -> tuple[str, ...]:
        """Any of `options`, name -> label, in their order; a link gives way to the default where it has a bad one and
        fewer than `fewest` are left."""
        start = self.link.start(key, default, lambda asked: self._read_all(key, options, default, asked, fewest))
        picked = st.pills(
            label,
            list(options),
            selection_mode="multi",
            default=[name for name in start if name in options],
            format_func=_shown(options, plain),
            key=key,
            help=help,
        )
        value = tuple(name for name in options if name in picked)
        return self._keep(key, value, default, list(value) or [""])

    def several(
        self, label: str, key: str, options: Mapping[str, str], *, empty: str = "all", help: str | None = None
    ) -> tuple[str, ...]:
        """Any of many `options`, name -> label, in their order; none at first, which `empty` says in words."""
        none: tuple[str, ...] = ()
        start = self.link.start(key, none, lambda asked: self._at_most(key, self._read_all(key, options, none, asked)))
        picked = st.multiselect(
            label,
            list(options),
            [name for name in start if name in options],
            format_func=_shown(options, line),
            key=key,
            help=help,
            placeholder=empty,
            max_selections=_MOST_CHOSEN,
        )
        value = tuple(name for name in options if name in picked)
        return self._keep(key, value, (), list(value) or [""])

    def switch(self, label: str, key: str, *, default: bool = False, help: str | None = None) -> bool:
        """Yes or no."""
        start = self._start(key, default, lambda raw: _name(key, {"true": "", "false": ""}, raw.lower()) == "true")
        value = st.toggle(label, start, key=key, help=help)
        return self._keep(key, value, default, [str(value).lower()])

    def _start(self, key: str, default: T, read: Callable[[str], T]) -> T:
        def read_last(asked: list[str]) -> T:
            try:
                return read(asked[-1])
            except LabError as mistake:
                self.link.told(key, mistake)
                return default

        return self.link.start(key, default, read_last)

    def _start_real(self, key: str, default: float, low: float, high: float) -> float:
        rule = f"must be a number from {low:.12g} to {high:.12g}"
        return self._start(key, default, lambda raw: _number(key, rule, raw, low, high, whole=False))

    def _read_all(
        self, key: str, options: Mapping[str, str], default: tuple[str, ...], asked: list[str], fewest: int = 1
    ) -> tuple[str, ...]:
        """The good ones of `asked`; the default where one is bad and fewer than `fewest` are good."""
        if asked == [""]:
            return ()
        found = [_named(options, raw) for raw in asked]
        good = tuple(name for name in found if name is not None)
        gives_way = None in found and len(good) < fewest
        for raw, name in zip(asked, found, strict=True):
            if name is None:
                self.link.told(key, _no_option(key, options, raw, _REMEDY if gives_way and default else _LEFT_OUT))
        return default if gives_way else good

    def _at_most(self, key: str, asked: tuple[str, ...]) -> tuple[str, ...]:
        if len(asked) > _MOST_CHOSEN:
            rule, remedy = f"must number at most {_MOST_CHOSEN}", f"The first {_MOST_CHOSEN} are used."
            self.link.told(key, LabError(key, rule, but=f"numbers {len(asked):,}", remedy=remedy))
        return asked[:_MOST_CHOSEN]

    def _keep(self, key: str, value: T, default: T, says: list[str]) -> T:
        self.link.last[key], self.values[key] = value, says
        if value != default:
            self.changed[key] = says
        return value


@contextmanager
def panel(*, beside: tuple[str, ...] = ()) -> Iterator[Controls]:
    """The page's place for controls in the sidebar; then the link to all of this, and what a link got wrong.

    `beside`: controls that are drawn later, in a `part` of the page.
    """
    controls, place = Controls(session().link), session().controls or st.sidebar
    complete = False
    try:
        with place:
            yield controls
        complete = not controls.waits
    finally:
        with place:
            browser.copy_link(controls.values, links.VERSION)
        for mistake in links.version_mistakes():
            controls.link.told("v", mistake)
        if complete:
            names = partial(names_of_controls, session().page)
            for mistake in controls.link.unknown((*controls.values, *beside), names):
                controls.link.told(links.UNKNOWN, mistake)
        _warn(controls, ("v", links.UNKNOWN, *controls.values))
        waiting = [name for name in st.query_params if name not in controls.values] if controls.waits else []
        controls.link.write(controls.changed, (*beside, *waiting))


@contextmanager
def part(*names: str) -> Iterator[Controls]:
    """Controls in a fragment of the page, where a change reruns no more than that: the `beside` of its `panel`."""
    controls = Controls(session().link)
    try:
        yield controls
    finally:
        _warn(controls, names)
        controls.link.write_part(controls.changed, names)


def _warn(controls: Controls, keys: Iterable[str]) -> None:
    """What is wrong with what stands in a control, and what a link got wrong of `keys`: that, until it is put away."""
    for mistake in controls.mistakes:
        st.warning(plain(str(mistake)))
    told = [key for key in keys if controls.link.mistakes.get(key)]
    for key in told:
        for sentence in controls.link.mistakes[key]:
            st.warning(plain(sentence))
    if told:
        st.button("Put away", key=f"put-away-{told[0]}", type="tertiary", on_click=controls.link.put_away, args=(told,))


def _shown(options: Mapping[str, str], door: Callable[[str], str]) -> Callable[[str], str]:
    """The labels as a widget shows them: pills read Markdown, lists to choose from do not."""
    return lambda name: door(options[name])


def _number(key: str, rule: str, raw: str, low: float, high: float, *, whole: bool) -> float:
    try:
        value = float(raw)
    except ValueError:
        value = math.nan
    if not low <= value <= high or (whole and not value.is_integer()):
        raise LabError(key, rule, clipped(raw), _REMEDY)
    return value


def _listed(values: tuple[float, ...]) -> str:
    return ", ".join(f"{value:.12g}" for value in values)


def _name(key: str, options: Mapping[str, str], raw: str) -> str:
    """The option that a link asks for. LabError where there is none."""
    name = _named(options, raw)
    if name is None:
        raise _no_option(key, options, raw, _REMEDY)
    return name


def _named(options: Mapping[str, str], raw: str) -> str | None:
    """The option that a link asks for, by its name or, as people type it, by its label."""
    return next((name for name, label in options.items() if raw in (name, label)), None)


def _no_option(key: str, options: Iterable[str], raw: str, remedy: str) -> LabError:
    names = list(options)
    rest = f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else ""
    return LabError(key, f"must be one of {', '.join(names[:_MOST_NAMED])}{rest}", clipped(raw), remedy)


def _within(value: T, low: T, high: T, default: T) -> T:
    """`value`, or `default` where the bounds have moved since it was read."""
    return value if low <= value <= high else default  # type: ignore[operator]
