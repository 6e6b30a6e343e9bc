"""What a talk is: plain values that do not change; an edit gives another talk."""

import hashlib
from dataclasses import dataclass, field, replace

from losses.errors import LabError
from talks import bounds

KINDS = ("title", "text", "figure", "pair", "formula", "claim", "end")
"""Kinds of slides. A pair is two figures side by side."""
_FIGURES = {"figure": (1,), "pair": (2,), "claim": (0, 1, 2)}
VERDICTS = ("", "holds", "holds in part", "does not hold", "cannot be told at this scale")
Cell = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as it was when it was added: nothing of it is computed again.

    `plot`: the figure's JSON, {"data", "layout", "frames"}. `columns` and `rows`: the first `bounds.ROWS` rows of the
    table behind it, which has `total`. `link`: path and query of the lab's page that it is from. `code` and `command`
    give it without the app. `versions`: of what computed it. `date`: year-month-day.
    """

    stem: str
    title: str
    how_to_read: str
    alt: str
    plot: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    total: int = 0
    link: str = ""
    code: str = ""
    command: str = ""
    versions: tuple[tuple[str, str], ...] = ()
    date: str = ""

    @property
    def digest(self) -> str:
        """Of the picture alone: under this name it lies in a file, once for all slides that show it."""
        return hashlib.sha256(self.plot.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Slide:
    """`text` is Markdown with formulas between dollars; below a figure it is the caption. `verdict`: of a claim."""

    kind: str
    title: str
    text: str = ""
    notes: str = ""
    figures: tuple[Figure, ...] = ()
    verdict: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise LabError("slide", f"must be one of {', '.join(KINDS)}", repr(self.kind))
        if len(self.figures) not in _FIGURES.get(self.kind, (0,)):
            counts = " or ".join(map(str, _FIGURES.get(self.kind, (0,))))
            raise LabError("slide", f"must have {counts} figures where it is a {self.kind}", len(self.figures))
        if self.verdict not in VERDICTS:
            raise LabError("verdict", f"must be one of {', '.join(filter(None, VERDICTS))}", repr(self.verdict))


@dataclass(frozen=True, slots=True)
class Talk:
    """Slides in order. Its title names the file and the deck's window."""

    title: str = "A talk"
    slides: tuple[Slide, ...] = field(default=())

    def __post_init__(self) -> None:
        if len(self.slides) > bounds.SLIDES:
            raise LabError("talk", f"must have at most {bounds.SLIDES} slides", len(self.slides))

    def with_slide(self, slide: Slide, after: int | None = None) -> "Talk":
        """One more, behind slide `after`, or last."""
        place = len(self.slides) if after is None else after + 1
        return replace(self, slides=(*self.slides[:place], slide, *self.slides[place:]))

    def changed(self, place: int, slide: Slide) -> "Talk":
        """Another slide at `place`."""
        return replace(self, slides=(*self.slides[:place], slide, *self.slides[place + 1 :]))

    def without(self, place: int) -> "Talk":
        return replace(self, slides=(*self.slides[:place], *self.slides[place + 1 :]))

    def moved(self, place: int, by: int) -> "Talk":
        """The slide at `place` stands `by` further on; at the ends it stays within."""
        rest = self.without(place).slides
        to = min(max(place + by, 0), len(rest))
        return replace(self, slides=(*rest[:to], self.slides[place], *rest[to:]))
