"""Text that came with a file, made fit for a figure: `label` for Plotly, which reads a part of HTML in every text and
templates in some; `short` for an exhibit's title, its "how to read this" and its alternative text, which are plain."""

import html
import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence

_LONGEST = 40
_NAMED = 2  # with one reason; the rest are counted


def short(text: str) -> str:
    """`text` without control or bidi characters, cut at 40.

    >>> short("a\\u202eb")
    'a b'
    """
    shown = printable(text)
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"


def label(text: str) -> str:
    """`short`, shown literally by Plotly: no tags, no entities, no template.

    >>> label("<a href=x>cat</a> %{x}")
    '&lt;a href=x&gt;cat&lt;/a&gt; %&#123;x}'
    """
    return escaped(short(text))


def labels(texts: Sequence[str]) -> list[str]:
    """`label` of each, numbered where two would read the same: on an axis of categories they would be one.

    >>> labels(["cat", "dog", "cat"])
    ['1: cat', 'dog', '3: cat']
    """
    shown = [label(text) for text in texts]
    shared = Counter(shown)
    return [f"{place}: {one}" if shared[one] > 1 else one for place, one in enumerate(shown, start=1)]


def reasons(missing: Iterable[tuple[str, str]]) -> str:
    """What is not there and why, (name, reason) each, as one sentence: a reason is said once, of many names the first.

    "" where nothing is missing; else it begins with a space.

    >>> reasons([("cat", "too few"), ("dog", "none"), ("cow", "too few")])
    ' Not available for cat and cow: too few; for dog: none.'
    >>> reasons((str(number), "none") for number in range(39))
    ' Not available for 0, 1 and 37 more: none.'
    """
    named: dict[str, list[str]] = {}
    for name, reason in missing:
        named.setdefault(reason, []).append(short(name))
    said = "; ".join(f"for {_some(names)}: {reason}" for reason, names in named.items())
    return f" Not available {said}." if said else ""


def _some(names: Sequence[str]) -> str:
    told, more = list(names[:_NAMED]), len(names) - _NAMED
    told += [f"{more:,} more"] if more > 0 else []
    return " and ".join(filter(None, (", ".join(told[:-1]), told[-1])))


def wrapped(title: str, width: int = 24) -> str:
    """A panel's title in lines of at most `width` characters, where its words allow: narrow pages have narrow panels.

    >>> wrapped("same-class share of the denominator")
    'same-class share of the<br>denominator'
    """
    return "<br>".join(textwrap.wrap(title, width, break_long_words=False, break_on_hyphens=False))


def at_line(text: str, colour: str, *, left: bool) -> str:
    """`text` beside a line of `colour`, left or right of it, with a square of its colour on the line's side.

    >>> at_line("median 0.5", "#009E73", left=True)
    'median 0.5 <span style="color:#009E73">■</span>'
    """
    square = f'<span style="color:{colour}">■</span>'
    return f"{text} {square}" if left else f"{square} {text}"


def escaped(text: str) -> str:
    """Text of any length, shown literally by Plotly. It knows few named entities, and quotes need none."""
    return html.escape(printable(text), quote=False).replace("%{", "%&#123;")


def printable(text: str) -> str:
    """`text` without control and bidi characters; a space stands for each."""
    return text if text.isprintable() else "".join(letter if letter.isprintable() else " " for letter in text)
