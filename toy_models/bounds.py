"""The range a field of a spec may take: the spec checks itself with it and the controls read it."""

import math
from dataclasses import dataclass
from numbers import Integral, Real

from losses.errors import LabError


@dataclass(frozen=True, slots=True)
class Bound:
    """A number from `low` to `high`, both allowed; `whole` for integers."""

    low: float
    high: float
    whole: bool = False

    def check(self, name: str, value: object) -> None:
        """LabError unless `value` is a finite number (an integer if `whole`, never a bool) within the bound."""
        kind, word = (Integral, "a whole number") if self.whole else (Real, "a number")
        right_kind = isinstance(value, kind) and not isinstance(value, bool)
        if right_kind and math.isfinite(value) and self.low <= value <= self.high:  # type: ignore[arg-type, operator]
            return
        raise LabError(
            name, f"must be {word} from {self.low:.12g} to {self.high:.12g}", repr(value), self._remedy(value)
        )

    def _remedy(self, value: object) -> str:
        numeric = isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
        nearest = min(max(float(value), self.low), self.high) if numeric else self.low  # type: ignore[arg-type]
        return f"Use {round(nearest) if self.whole else nearest:.12g}, for example."
