"""Reading a JSON object field by field: each has a type, a bound, and a name in the refusal."""

import math

from checkpoints.reading.quoting import shown
from losses.errors import LabError

_TEXT = 4096
_BREAKS = str.maketrans("", "", "\n\t")


class Fields:
    """One JSON object of a file. Every field must be asked for once; `close` refuses those that nobody asked for."""

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, dict):
            raise LabError(where, "must be a JSON object", shown(value))
        self._left, self._where = dict(value), where

    def __enter__(self) -> "Fields":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self.close()

    def close(self) -> None:
        if self._left:
            raise LabError(self._where, "must have no unknown field", shown(min(self._left)))

    def names(self) -> list[str]:
        return list(self._left)

    def text(self, name: str, limit: int = _TEXT) -> str:
        value = self._take(name)
        if not isinstance(value, str) or len(value) > limit or not value.isprintable():
            raise LabError(self._of(name), f"must be printable text of at most {limit:,} characters", shown(value))
        return value

    def lines(self, name: str, limit: int = _TEXT) -> str:
        """Text of several lines; tabs count as printable here."""
        value = self._take(name)
        if not isinstance(value, str) or len(value) > limit or not value.translate(_BREAKS).isprintable():
            raise LabError(self._of(name), f"must be printable lines of at most {limit:,} characters", shown(value))
        return value

    def integer(self, name: str, low: int, high: int) -> int:
        value = self._take(name)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise LabError(self._of(name), f"must be an integer from {low:,} to {high:,}", shown(value))
        return value

    def truth(self, name: str) -> bool:
        value = self._take(name)
        if not isinstance(value, bool):
            raise LabError(self._of(name), "must be true or false", shown(value))
        return value

    def number(self, name: str) -> float:
        value = self._take(name)
        if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
            raise LabError(self._of(name), "must be a finite number", shown(value))
        return float(value)

    def items(self, name: str, limit: int) -> list[object]:
        value = self._take(name)
        if not isinstance(value, list) or len(value) > limit:
            raise LabError(self._of(name), f"must be a list of at most {limit:,} items", shown(value))
        return value

    def inner(self, name: str) -> "Fields":
        return Fields(self._take(name), self._of(name))

    def numbers(self, name: str) -> dict[str, float]:
        with self.inner(name) as inner:
            return {key: inner.number(key) for key in inner.names()}

    def texts(self, name: str, limit: int = _TEXT) -> dict[str, str]:
        with self.inner(name) as inner:
            return {key: inner.text(key, limit) for key in inner.names()}

    def _take(self, name: str) -> object:
        if name not in self._left:
            raise LabError(self._of(name), "must be there", "missing")
        return self._left.pop(name)

    def _of(self, name: str) -> str:
        return f"{self._where}.{name if name.isidentifier() and len(name) < 40 else shown(name)}"
