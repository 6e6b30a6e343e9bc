"""Which of the chosen checkpoints can be compared: those of the same test items, the user's own before the shipped."""

from dataclasses import dataclass

from analysis.comparison.matching import FEWEST, MOST
from losses.errors import LabError
from ui.compare.source import Choice, Chosen, Model, matched_models


@dataclass(frozen=True, slots=True)
class Compared:
    """The models that are compared, and one sentence for each file that is not and why. keys: their places in links."""

    models: tuple[Model, ...]
    notes: tuple[str, ...]
    keys: frozenset[str]


def comparable(choice: Choice) -> Compared:
    """All that were chosen; where their test items differ, the larger part of a page is better than none: two or more
    of the user's own, else the shipped ones. LabError where no two are left."""
    refused = tuple(str(mistake) for mistake in choice.refused)
    if len(choice.chosen) < FEWEST and choice.refused:
        raise choice.refused[0]
    try:
        return _compared(choice.chosen, refused)
    except LabError as mistake:
        kept = _part(choice)
        if kept is None:
            raise
        left = ", ".join(one.name for one in choice.chosen if one not in kept)
        return _compared(kept, (*refused, f"Not compared here: {left}. {mistake}"))


def _compared(chosen: tuple[Chosen, ...], notes: tuple[str, ...]) -> Compared:
    return Compared(matched_models(chosen), notes, frozenset(one.key for one in chosen))


def _part(choice: Choice) -> tuple[Chosen, ...] | None:
    """The own or the shipped ones, None where neither alone can be compared or there are too many by choice."""
    if len(choice.chosen) > MOST and not choice.preselected:
        return None
    own, shipped = (tuple(one for one in choice.chosen if one.own is own) for own in (True, False))
    if not own or not shipped:
        return None
    return own if len(own) >= FEWEST else shipped if len(shipped) >= FEWEST else None
