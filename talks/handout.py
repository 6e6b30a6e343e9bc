"""A talk as Markdown for those who were there: titles, texts, how each figure is read and where it is computed."""

from collections.abc import Iterator

from talks.address import ADDRESS, in_few_letters
from talks.model import Figure, Slide, Talk


def handout(talk: Talk, *, notes: bool = False, address: str = ADDRESS) -> str:
    """Speaker notes are left out unless asked for."""
    parts = [f"# {talk.title}"]
    for number, slide in enumerate(talk.slides, start=1):
        parts += _slide(slide, number, notes, address)
    return "\n\n".join(parts) + "\n"


def _slide(slide: Slide, number: int, notes: bool, address: str) -> Iterator[str]:
    yield f"## {number}. {slide.title}"
    if slide.verdict:
        yield f"Verdict: **{slide.verdict}**"
    if slide.text.strip():
        yield slide.text.strip()
    for figure in slide.figures:
        yield from _figure(figure, address)
    if notes and slide.notes.strip():
        yield "> " + slide.notes.strip().replace("\n", "\n> ")


def _figure(figure: Figure, address: str) -> Iterator[str]:
    yield f"Figure: {figure.title}\n{figure.alt}"
    if figure.link:
        yield f"Computed again while the lab runs at {in_few_letters(address)}: <{address}{figure.link}>"
    made = ", ".join(f"{name} {version}" for name, version in figure.versions)
    if figure.date:
        yield f"Of {figure.date}, with {made}."
    if figure.command:
        yield f"```bash\n{figure.command}\n```"
