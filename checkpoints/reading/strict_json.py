"""JSON from strangers: no duplicate key, no NaN, no giant number, bounded nesting and size, in one sentence each."""

import json
from typing import NoReturn

from losses.errors import LabError

_DIGITS = 20


class _Refused(Exception):
    """Carries the rule that was broken out of the decoder's hooks."""


def parse(text: str, *, name: str, brackets: int) -> object:
    """Decode strict JSON with at most `brackets` objects and lists, so memory stays a small multiple of the text.

    Raises LabError with `name` and the rule broken.
    """
    found = text.count("{") + text.count("[")
    if found > brackets:
        raise LabError(name, f"must have at most {brackets:,} brackets", found)
    try:
        return json.loads(
            text, object_pairs_hook=_unique, parse_int=_integer, parse_float=_number, parse_constant=_no_constant
        )
    except json.JSONDecodeError as error:
        raise LabError(name, "must be JSON", f"not so at character {error.pos}") from error
    except RecursionError as error:
        raise LabError(name, "must be JSON that is not nested hundreds deep") from error
    except _Refused as error:
        raise LabError(name, str(error)) from error


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    unique = dict(pairs)
    if len(unique) < len(pairs):
        raise _Refused("must not have the same key twice")
    if not all(key.isprintable() for key in unique):
        raise _Refused("must have printable keys")
    return unique


def _integer(digits: str) -> int:
    if len(digits) > _DIGITS:
        raise _Refused(f"must not have integers of more than {_DIGITS} digits")
    return int(digits)


def _number(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise _Refused("must not have numbers beyond the range of a float")
    return number


def _no_constant(word: str) -> NoReturn:
    raise _Refused(f"must not have {word}")
