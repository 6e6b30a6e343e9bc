"""What a measurement leaves: numbers for the rules, and lines for the pictures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from analysis.rules.numbers import Evidence
from losses.errors import LabError

MOST_MARKS = 512


@dataclass(frozen=True, slots=True)
class Line:
    """One series of a picture: y against x, (n,) each, with a band or error bars from low to high where there are any.

    `style`: a key of `theme.LOSS_STYLES`, or "truth". `exact`: a theory, drawn dotted and without marks.
    """

    name: str
    style: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    exact: bool = False

    def __post_init__(self) -> None:
        bounds = {len(self.low), len(self.high)}
        if not 0 < len(self.x) == len(self.y) <= MOST_MARKS or bounds not in ({0}, {len(self.x)}):
            rule = f"must have 1 to {MOST_MARKS} marks, an x and a y each, and ends for all or none"
            raise LabError("line", rule, but=f"has {len(self.x)}, {len(self.y)}, {len(self.low)}, {len(self.high)}")


def estimates(name: str, style: str, x: Sequence[float], found: Sequence[Evidence]) -> Line:
    """A line through numbers with their 95 % intervals."""
    ends = [each.interval() for each in found]
    low, high = (tuple(getattr(each, end) for each in ends) for end in ("low", "high"))
    return Line(name, style, tuple(map(float, x)), tuple(each.value for each in ends), low, high)


def marks(name: str, style: str, x: Iterable[float], y: Iterable[float]) -> Line:
    """A line without intervals."""
    return Line(name, style, tuple(map(float, x)), tuple(map(float, y)))


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a picture says around its lines; `key` is the name of these in `Findings`.

    `joined`: marks that follow each other have a line through them; else each stands for itself.
    """

    key: str
    title: str
    x: str
    y: str
    how_to_read: str
    log_x: bool = False
    log_y: bool = False
    joined: bool = True


@dataclass(frozen=True, slots=True)
class Findings:
    """numbers by the keys of a claim's parts, others among them; lines by the keys of its pictures."""

    numbers: Mapping[str, Evidence]
    lines: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)
