"""A slide whose figure has more rows of panels than can be read at once, as a slide for each row."""

from dataclasses import replace

from talks.figure_rules import read_figure
from talks.model import Slide
from talks.sizes import is_pressed, size_of
from talks.writing import as_text


def parts(slide: Slide) -> tuple[Slide, ...]:
    """Slides that show its panels in turn, each with title, caption and verdict; the slide alone where all can be read
    together, or cannot be taken apart. Notes stay with the first."""
    if len(slide.figures) != 1:
        return (slide,)
    from analysis.figures.panel_rows import by_rows

    plot = read_figure(slide.figures[0].plot, name="figure")
    rows = by_rows(plot) if is_pressed(plot, size_of(slide)) else []
    return tuple(_part(slide, row, number, len(rows)) for number, row in enumerate(rows)) if len(rows) > 1 else (slide,)


def _part(slide: Slide, row: dict[str, object], number: int, count: int) -> Slide:
    figure = replace(slide.figures[0], plot=as_text(row))
    title = f"{slide.title} ({number + 1} of {count})"
    return replace(slide, title=title, figures=(figure,), notes=slide.notes if number == 0 else "")
