"""Slides of each kind, made from what the lab has."""

from collections.abc import Sequence

from losses.catalog import entry_of
from talks import bounds
from talks.model import Figure, Slide


def title_slide(title: str, text: str = "", notes: str = "") -> Slide:
    return Slide("title", title, text, notes)


def text_slide(title: str, text: str, notes: str = "") -> Slide:
    """`text` is Markdown; formulas stand between dollars."""
    return Slide("text", title, text, notes)


def figure_slide(figure: Figure, *, title: str = "", text: str | None = None, notes: str = "") -> Slide:
    """A figure under its own title, with how to read it as caption, unless told otherwise."""
    return Slide("figure", title or cut(figure.title), figure.how_to_read if text is None else text, notes, (figure,))


def pair_slide(left: Figure, right: Figure, *, title: str, text: str = "", notes: str = "") -> Slide:
    """Two figures side by side."""
    return Slide("pair", title, text, notes, (left, right))


def formula_slide(loss: str, notes: str = "") -> Slide:
    """A loss of the catalogue: its formula, who stands above and below the bar, where it is from."""
    entry = entry_of(loss)
    source = f"{entry.source.citation}" + (f", arXiv:{entry.source.arxiv}" if entry.source.arxiv else "")
    sides = f"**Above:** {entry.numerator}\n\n**Below:** {entry.denominator}"
    text = f"$${entry.formula}$$\n\n{sides}\n\nFormula as in {source}"
    return Slide("formula", entry.title, text, notes)


def claim_slide(
    statement: str, verdict: str, text: str = "", *, figures: Sequence[Figure] = (), notes: str = ""
) -> Slide:
    """A statement and what the numbers say of it; `verdict` is one of `model.VERDICTS`, `text` has number, interval
    and source."""
    return Slide("claim", cut(statement), text, notes, tuple(figures[: bounds.FIGURES]), verdict)


def end_slide(title: str = "Thank you", text: str = "", notes: str = "") -> Slide:
    return Slide("end", title, text, notes)


def cut(text: str) -> str:
    """As long as a slide's title may be."""
    return text if len(text) <= bounds.LINE else text[: bounds.LINE - 1] + "…"
