"""How many digits a number is shown with: the one place that decides it, for captions, tables, figures and commands.

The width of an interval decides, with two figures; without one the number's own size does, with three. Fewer than the
usual digits are never shown, and a zero has no sign.
"""

import math
from collections.abc import Iterable
from typing import Protocol

LEAST = 3  # behind the point
MOST = 7  # beyond, what is small is written as 1.36e-9
_PERCENT = 2  # a percentage needs so many digits fewer
_ROUNDING = 1e-13  # what float64 leaves of numbers near 1 that cancel


class _Bounded(Protocol):
    """A value with the ends of its interval."""

    @property
    def value(self) -> float: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


def decimals(size: float, *, figures: int = 2, least: int = LEAST) -> int:
    """Digits behind the point that show a size with so many figures, at least `least`.

    >>> decimals(0.0101), decimals(8e-5), decimals(0.0)
    (3, 6, 3)
    """
    if not size or not math.isfinite(size):
        return least
    return max(least, figures - 1 - math.floor(math.log10(abs(size))))


def fixed(value: float, places: int, *, signed: bool = False, most: int = MOST) -> str:
    """The value with so many digits behind the point; as a power of ten where these are many and it is small.

    >>> fixed(-0.0001364, 6), fixed(-0.0001, 3), fixed(1.3649e-9, 11), fixed(0.25, 3, signed=True)
    ('-0.000136', '0.000', '1.36e-9', '+0.250')
    """
    sign = "+" if signed else ""
    if not math.isfinite(value):
        return f"{value:{sign}}"
    value = 0.0 if abs(value) < _ROUNDING else value
    if places > most and 0 < abs(value) < 1e-3:
        return _power(value, places, sign)
    text = f"{value:{sign}.{places}f}"
    return text.lstrip("+-") if float(text) == 0 else text


def number(value: float, *, signed: bool = False, least: int = LEAST) -> str:
    """A number that stands alone, with three figures or more; with two where two digits are usual.

    >>> number(0.8125), number(4.56e-5), number(0.0), number(3.2e-10, signed=True), number(0.5, least=2)
    ('0.812', '0.0000456', '0.000', '+3.20e-10', '0.50')
    >>> number(6e-16)
    '0.000'
    """
    value = 0.0 if abs(value) < _ROUNDING else value
    return fixed(value, decimals(value, figures=_figures(least), least=least), signed=signed)


def latex(value: float, *, signed: bool = False, least: int = LEAST) -> str:
    r"""The same for a formula.

    >>> print(latex(3.2e-10), latex(0.25))
    3.20 \cdot 10^{-10} 0.250
    """
    mantissa, power, exponent = number(value, signed=signed, least=least).partition("e")
    return rf"{mantissa} \cdot 10^{{{exponent}}}" if power else mantissa


def numbers(values: Iterable[float], *, signed: bool = False, least: int = LEAST) -> list[str]:
    """Numbers that stand beside each other: as many digits for all as show the largest with three figures.

    What these digits do not show, but is not 0, has a power of ten.

    >>> numbers([0.00042, -0.0005, 4e-9, 0.0], signed=True)
    ['+0.000420', '-0.000500', '+4e-9', '0.000000']
    """
    shown = list(values)
    largest = max(map(abs, filter(math.isfinite, shown)), default=0.0)
    places = decimals(largest, figures=_figures(least), least=least)
    return [_beside_larger(value, places, signed) for value in shown]


def _beside_larger(value: float, places: int, signed: bool) -> str:
    text = fixed(value, places, signed=signed)
    if abs(value) < _ROUNDING or not math.isfinite(value) or float(text) != 0:
        return text
    return _power(value, places, "+" if signed else "")


def apart(values: Iterable[float], *, least: int = LEAST) -> list[str]:
    """Numbers that are held against each other: as many digits for all as show their range with two figures.

    >>> apart([0.99912, 0.99931]), apart([0.2, 0.9])
    (['0.99912', '0.99931'], ['0.200', '0.900'])
    """
    values = list(values)
    there = [value for value in values if math.isfinite(value)]
    span = max(there, default=0.0) - min(there, default=0.0)
    largest = max(map(abs, there), default=0.0)
    places = max(decimals(span, least=least), decimals(largest, least=least))
    return [fixed(value, min(places, 15)) for value in values]


def interval(found: _Bounded, *, signed: bool = False, least: int = LEAST) -> str:
    """A number with its interval in words.

    >>> from analysis.statistics.bootstrap import Estimate
    >>> interval(Estimate(0.235, 0.2301, 0.2401)), interval(Estimate(-1.364e-4, -1.712e-4, -0.913e-4))
    ('0.235 (95 % 0.230 to 0.240)', '-0.000136 (95 % -0.000171 to -0.000091)')
    """
    value, low, high = bounded(found, signed=signed, least=least)
    return f"{value} (95 % {low} to {high})"


def value_of(found: _Bounded, *, signed: bool = False) -> str:
    """The number alone, with the digits that it has beside its interval."""
    return bounded(found, signed=signed)[0]


def beside(value: float, ends: tuple[float, float], words: str, *, signed: bool = False, least: int = LEAST) -> str:
    """A number, then in `words` the two ends of what it is held against, all with the digits that these need.

    >>> beside(0.054, (0.026, 0.087), " (calibrated: {} to {})"), beside(2e-5, (1e-6, 3.1e-5), " from {} to {}")
    ('0.054 (calibrated: 0.026 to 0.087)', '0.000020 from 0.000001 to 0.000031')
    """
    places = decimals(ends[1] - ends[0] or value, least=least)
    shown = [fixed(each, min(places, 15), signed=signed, most=15) for each in (value, *ends)]
    return shown[0] + words.format(*shown[1:])


def bounded(found: _Bounded, *, signed: bool = False, least: int = LEAST, most: int = MOST) -> tuple[str, str, str]:
    """Value, low and high with the same digits, two of them the interval's width."""
    places = width_decimals(found, least=least)
    three = (found.value, found.low, found.high)
    # All three in one form: powers of ten only where all are small.
    most = most if max(map(abs, three)) < 1e-3 else 15
    value, low, high = (fixed(each, min(places, 15), signed=signed, most=most) for each in three)
    return value, low, high


def width_decimals(found: _Bounded, *, least: int = LEAST) -> int:
    """Digits behind the point for a number with an interval; of an interval without width the number's own."""
    width = found.high - found.low
    if width > _ROUNDING:
        return decimals(width, least=least)
    return decimals(found.value if abs(found.value) > _ROUNDING else 0.0, figures=3, least=least)


def cosine(value: float) -> str:
    """A cosine that stands alone: its distance from 1 has two figures.

    >>> cosine(0.5), cosine(0.99985), cosine(1.0), cosine(-0.25)
    ('0.500', '0.99985', '1.000', '-0.250')
    """
    return fixed(value, decimals(_from_the_ends(value)), most=15)


def cosines(values: Iterable[float]) -> list[str]:
    """Cosines that are held against each other: as many digits as their range and the nearest to 1 need.

    >>> cosines([0.99985, 0.5]), cosines([0.99985, 0.999853])
    (['0.99985', '0.50000'], ['0.9998500', '0.9998530'])
    """
    shown = list(values)
    places = max((decimals(_from_the_ends(value)) for value in shown), default=LEAST)
    span = max(shown, default=0.0) - min(shown, default=0.0)
    return [fixed(value, min(max(places, decimals(span)), 15), most=15) for value in shown]


def percent(value: float, *, least: int = 1) -> str:
    """A share that stands alone: it, or what is missing to 100 %, has two figures or more.

    >>> percent(0.953), percent(0.0004), percent(1.0), percent(0.9997)
    ('95.3%', '0.040%', '100.0%', '99.970%')
    """
    return f"{fixed(100 * value, decimals(100 * _from_the_ends(value), least=least), most=15)}%"


def percent_interval(found: _Bounded) -> str:
    """A share with its interval in words, as `interval` has it.

    >>> from analysis.statistics.bootstrap import Estimate
    >>> percent_interval(Estimate(0.953, 0.941, 0.962))
    '95.3% (95 % 94.1% to 96.2%)'
    """
    places = max(1, width_decimals(found, least=LEAST) - _PERCENT)
    value, low, high = (f"{fixed(100 * each, places)}%" for each in (found.value, found.low, found.high))
    return f"{value} (95 % {low} to {high})"


def nice_step(span: float, parts: int) -> float:
    """The least of 1, 2, 5 times a power of ten that divides a span into at most so many parts.

    >>> nice_step(2.0, 100), nice_step(0.0007, 50)
    (0.02, 2e-05)
    """
    if not span > 0:
        return 1.0
    power = math.floor(math.log10(span / parts))
    steps = (float(f"{factor}e{power}") for factor in (1, 2, 5, 10))
    return next(step for step in steps if step * parts >= span * (1 - 1e-9))


def _from_the_ends(value: float) -> float:
    """Distance from 0 or from 1 in size, whichever is less; at both ends and beyond 1, none."""
    return max(0.0, min(abs(value), 1 - abs(value)))


def _figures(least: int) -> int:
    return max(2, min(3, least))


def _power(value: float, places: int, sign: str) -> str:
    """As 1.36e-9, its last digit `places` behind the point."""
    figures = max(0, places + math.floor(math.log10(abs(value))))
    mantissa, exponent = f"{value:{sign}.{min(figures, 15)}e}".split("e")
    return f"{mantissa}e{int(exponent)}"
