"""A preset: a spec with a name and one sentence on what to look at. No torch here."""

from dataclasses import dataclass
from typing import Generic, TypeVar

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Preset(Generic[S]):
    """`title` for a menu, `look_at` one sentence: what happens, and what it teaches, a failure too. `show`: the figure
    of its page, by the name in a link, that it is about; "" for the first."""

    title: str
    look_at: str
    spec: S
    show: str = ""
