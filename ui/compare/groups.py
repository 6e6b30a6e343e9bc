"""Which of the chosen checkpoints can be compared: those of the same test items, the user's own before the shipped."""

from dataclasses import dataclass

import streamlit as st

from analysis.comparison.matching import FEWEST, MOST
from losses.errors import LabError
from ui.checkpoints.offer import into_view
from ui.compare.questions import waits_for_roles
from ui.compare.source import Choice, Chosen, Model, matched_models
from ui.controls import Controls

_REFERENCE, _USED = "reference", "compare-used-reference"


@dataclass(frozen=True, slots=True)
class Compared:
    """The models that are compared, and one sentence for each file that is not and why. keys: their places in links,
    the reference's first; chosen: the reference that the page's control shows."""

    models: tuple[Model, ...]
    notes: tuple[str, ...]
    keys: tuple[str, ...]
    chosen: str


def comparable(choice: Choice) -> Compared:
    """All that were chosen; where their test items differ, the larger part of a page is better than none: two or more
    of the user's own, else the shipped ones. LabError where no two are left."""
    refused = tuple(str(mistake) for mistake in choice.refused if not waits_for_roles(mistake))
    if len(choice.chosen) < FEWEST and choice.refused:
        raise choice.refused[0]
    try:
        return _compared(choice, choice.chosen, refused)
    except LabError as mistake:
        kept = _part(choice)
        if kept is None:
            raise
        left = ", ".join(one.name for one in choice.chosen if one not in kept)
        return _compared(choice, kept, (*refused, f"Not compared here: {left}. {mistake}"))


def take_reference(controls: Controls) -> None:
    """Before the control is drawn: the one that was used when the page was drawn last."""
    if (used := st.session_state.pop(_USED, None)) is not None:
        into_view(controls, _REFERENCE, used)


def show_reference(compared: Compared) -> None:
    """Have the control show the reference that is used, where the one it shows is not compared."""
    if compared.keys[0] != compared.chosen:
        st.session_state[_USED] = compared.keys[0]
        st.rerun()


def _compared(choice: Choice, chosen: tuple[Chosen, ...], notes: tuple[str, ...]) -> Compared:
    return Compared(matched_models(chosen), notes, tuple(one.key for one in chosen), choice.chosen[0].key)


def _part(choice: Choice) -> tuple[Chosen, ...] | None:
    """The own or the shipped ones, None where neither alone can be compared or there are too many by choice."""
    if len(choice.chosen) > MOST and not choice.preselected:
        return None
    own, shipped = (tuple(one for one in choice.chosen if one.own is own) for own in (True, False))
    if not own or not shipped:
        return None
    return own if len(own) >= FEWEST else shipped if len(shipped) >= FEWEST else None
