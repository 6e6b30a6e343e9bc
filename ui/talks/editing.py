"""The slides in order, and the fields of the one that is edited."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from losses.catalog import CATALOG
from talks import bounds
from talks.model import VERDICTS
from talks.writing import cleaned
from ui.foreign_text import line, plain
from ui.server.deck_door import address
from ui.talks.held import HeldTalk, held

if TYPE_CHECKING:
    from talks.model import Slide

_WORDS = {
    "title": "Title",
    "text": "Text",
    "figure": "Figure",
    "pair": "Two figures",
    "formula": "Formula",
    "claim": "Claim",
    "end": "End",
}


def slide_list() -> None:
    """A button a slide, with its number in the deck; the one that is edited stands out."""
    mine = held()
    with st.container(gap="xxsmall"):
        for place, (number, slide) in enumerate(zip(mine.numbers(), mine.talk.slides, strict=True)):
            st.button(
                f"{number} · {_WORDS[slide.kind]}: {plain(slide.title)}",
                key=f"talk-slide-{place}",
                type="secondary" if slide is mine.slide else "tertiary",
                width="stretch",
                on_click=mine.go,
                args=(place,),
            )


def add_menu() -> None:
    """A slide without a figure, behind the one that is edited."""
    with st.popover("Add a slide", icon=":material/add:", width="stretch"):
        for kind in ("title", "text", "end"):
            st.button(_WORDS[kind], key=f"talk-add-{kind}", width="stretch", on_click=_add, args=(kind,))
        loss = st.selectbox(
            "Formula of", list(CATALOG), format_func=lambda name: CATALOG[name].title, key="talk-loss", filter_mode=None
        )
        st.button("Formula", key="talk-add-formula", width="stretch", on_click=_add, args=("formula", loss))
        st.caption("A figure comes from its own page: **Add to talk** stands below each of them.")


def _add(kind: str, loss: str = "") -> None:
    from talks import slides

    made = {
        "title": lambda: slides.title_slide("A title", "Who, where, when"),
        "text": lambda: slides.text_slide("A text", "- Markdown, with formulas: $s_{ij} / \\tau$"),
        "end": lambda: slides.end_slide("Thank you", "Questions?"),
        "formula": lambda: slides.formula_slide(loss),
    }
    mine = held()
    place = mine.place + 1 if mine.talk.slides else 0
    mine.change(mine.talk.with_slide(made[kind](), place - 1), place=place)


def tools() -> None:
    """Move, duplicate, delete; two figures beside each other, and apart again."""
    mine = held()
    place, last = mine.place, len(mine.talk.slides) - 1
    with st.container(horizontal=True, gap="xxsmall"):
        _tool("Up", "arrow_upward", place == 0, lambda: mine.change(mine.talk.moved(place, -1), place=place - 1))
        _tool("Down", "arrow_downward", place == last, lambda: mine.change(mine.talk.moved(place, 1), place=place + 1))
        _tool("Duplicate", "content_copy", False, lambda: _duplicate(mine))
        _tool("Delete", "delete", False, lambda: mine.change(mine.talk.without(place), place=place))
        _tool("Beside the one before", "splitscreen_right", not _fits_beside(mine), lambda: _pair(mine))
        _tool("A slide for each row of panels", "splitscreen_bottom", len(_parts(mine)) < 2, lambda: _part(mine))


def _tool(label: str, icon: str, disabled: bool, act: Any) -> None:
    st.button("", icon=f":material/{icon}:", key=f"talk-{icon}", help=label, disabled=disabled, on_click=act)


def _duplicate(mine: HeldTalk) -> None:
    if mine.slide is not None:
        mine.change(mine.talk.with_slide(mine.slide, mine.place), place=mine.place + 1)


def _parts(mine: HeldTalk) -> "tuple[Slide, ...]":
    from talks.parting import parts

    return parts(mine.slide) if mine.slide is not None else ()


def _part(mine: HeldTalk) -> None:
    """The slides that the deck shows of this one, each to be edited, moved or deleted for itself."""
    talk, place = mine.talk.without(mine.place), mine.place
    for number, each in enumerate(_parts(mine)):
        talk = talk.with_slide(each, place + number - 1)
    mine.change(talk, place=place)


def _fits_beside(mine: HeldTalk) -> bool:
    both = mine.talk.slides[max(mine.place - 1, 0) : mine.place + 1]
    return len(both) == 2 and all(each.kind == "figure" for each in both)


def _pair(mine: HeldTalk) -> None:
    """This figure's slide joins the one before: its title and caption stay, of ours the notes."""
    from talks.slides import pair_slide

    before, own = mine.talk.slides[mine.place - 1], mine.talk.slides[mine.place]
    notes = "\n\n".join(filter(None, (before.notes, own.notes)))
    joined = pair_slide(before.figures[0], own.figures[0], title=before.title, notes=notes)
    mine.change(mine.talk.without(mine.place).changed(mine.place - 1, joined), place=mine.place - 1)


def preview() -> None:
    """The slide as it will be seen: of the deck itself, from this server."""
    mine = held()
    st.html(_STYLE)
    version = abs(hash(mine.slide)) % 10**8  # another address where the slide is another
    st.iframe(f"{address(mine, mine.place)}?preview={version}", height=_HEIGHT, alt="The slide as it will be seen")
    if (count := len(_parts(mine))) > 1:
        st.caption(f"The deck shows it on {count:d} slides, a row of panels each, so that its text is read from afar.")


_HEIGHT = 400  # until the style below is there
_STYLE = (
    "<style>iframe.stIFrame { height: auto !important; aspect-ratio: 16 / 9; border: 1px solid #8888; }"
    " .stElementContainer:has(> iframe.stIFrame) { height: auto; flex: none; }"
    " [class*=st-key-talk-slide-] button, [class*=st-key-talk-slide-] button :is(div, span)"
    " { justify-content: flex-start; text-align: start; }</style>"
)


def fields() -> None:
    """Title, text or caption, notes; what a claim was found to be."""
    mine = held()
    slide = mine.slide
    if slide is None:
        return
    caption = "Caption" if slide.figures else "Text"
    _field("Title", "title", slide.title, area=False)
    if slide.kind == "claim":
        st.text(line(f"Verdict: {slide.verdict or VERDICTS[-1]}"))
    _field(f"{caption} (Markdown, formulas between $)", "text", slide.text, area=True)
    _field("Speaker notes", "notes", slide.notes, area=True)


def _field(label: str, name: str, value: str, *, area: bool) -> None:
    key = f"talk-{name}-{held().form}"
    options: dict[str, Any] = {"key": key, "on_change": _edited, "args": (name, key)}
    if area:
        st.text_area(label, value, max_chars=bounds.TEXT, height=120, **options)
    else:
        st.text_input(label, value, max_chars=bounds.LINE, **options)


def _edited(name: str, key: str) -> None:
    mine = held()
    if mine.slide is not None:
        said = cleaned(st.session_state[key], one_line=name == "title")
        changed: dict[str, Any] = {name: said}
        mine.change(mine.talk.changed(mine.place, replace(mine.slide, **changed)))
