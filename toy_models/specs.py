"""What the specs of all worlds share: bounds, JSON, the steps at which a run is looked at. No torch here."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from typing import Any, ClassVar, Self

from losses.errors import LabError
from toy_models.bounds import Bound


class WorldSpec:
    """Base of a frozen dataclass that checks itself with `BOUNDS` and goes to JSON and back."""

    __slots__ = ()
    BOUNDS: ClassVar[Mapping[str, Bound]]

    def check_bounds(self) -> None:
        """LabError for a number outside its bound."""
        for name, bound in self.BOUNDS.items():
            bound.check(name, getattr(self, name))

    def check_option(self, name: str, options: Iterable[str]) -> None:
        """LabError unless the field is one of the options."""
        if getattr(self, name) not in tuple(options):
            raise LabError(name, f"must be one of {', '.join(options)}", repr(getattr(self, name)))

    def check_names(self, name: str, known: Iterable[str]) -> None:
        """LabError unless the field holds some of the known names, each once."""
        asked, known = getattr(self, name), tuple(known)
        unknown = [each for each in asked if each not in known]
        if unknown or not asked or len(set(asked)) < len(asked):
            rule = f"must be one or more of {', '.join(known)}, each once"
            raise LabError(
                name,
                rule,
                ", ".join(map(str, unknown or asked)) or "none",
                "Leave out the rest." if asked else "Name one.",
            )

    def to_json(self) -> str:
        return json.dumps(asdict(self))  # type: ignore[call-overload]

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The spec that `to_json` wrote; LabError for a field that it does not have."""
        values = json.loads(text)
        names = {field.name for field in fields(cls)}  # type: ignore[arg-type]
        if not isinstance(values, dict) or set(values) != names:
            raise LabError("spec", f"must be a JSON object with {', '.join(sorted(names))}", text[:80])
        return cls(**{name: _frozen(value) for name, value in values.items()})


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def schedule(steps: int, evenly: int, early: int) -> tuple[int, ...]:
    """The steps after which a frame is recorded, 0 and the last among them: some lie evenly, and some geometrically,
    since much happens early. At most `evenly` + `early`.

    >>> schedule(100, 4, 4)
    (0, 1, 5, 22, 25, 50, 75, 100)
    """
    even = {round(steps * i / evenly) for i in range(evenly + 1)}
    return tuple(sorted(even | {round(steps ** (i / (early - 1))) for i in range(early - 1)}))
