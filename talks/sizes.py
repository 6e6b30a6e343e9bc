"""How large the figures of a slide are: what title, verdict and caption, by their lengths, leave of it."""

from typing import Any

from talks import bounds
from talks.figure_rules import read_figure
from talks.model import Figure, Slide

Size = tuple[int, int]
"""Width and height in pixels, of a slide of 1280 x 720."""
_WIDTHS = {1: 1200, 2: 592}
"""Pixels of each of so many figures on a slide."""
_HEIGHT, _TOP, _BOTTOM, _VERDICT, _LEAST = 720, 32, 62, 46, 240
_LINES, _CAPTION, _BODY, _APART = 10, 360, 585, 8
"""More lines, letters of a caption and pixels of a text are written smaller, lest they end below the slide."""
_GROWN, _FITS = 1.15, 1.25
"""A figure with its larger text wants so many times the height that it has on a page; rows of panels that want more
than so many times what a slide has get a slide each (`talks.parting`)."""
_PANELS, _SHRUNK = 175, (1.0, 1.25, 1.5, 1.75, 2.0)
"""Where titles, legend and slider leave less than so many pixels to panels, and where rows cannot be taken apart, a
figure is drawn larger and shrunk, so many times: small text is read, texts that lie on each other are not."""


def size_of(slide: Slide) -> Size:
    """Of each of a slide's figures."""
    taken = _TOP + _lines_of(slide.title, *_title_size(slide)) + _lines_of(slide.text, *_caption_size(slide)) + _BOTTOM
    taken += _VERDICT * bool(slide.verdict)
    if len(slide.figures) > 1:
        taken += max(_lines_of(each.title, 58, 26) for each in slide.figures)
    return _WIDTHS.get(len(slide.figures), _WIDTHS[1]), max(_LEAST, _HEIGHT - taken)


def drawn(figure: Figure, size: Size) -> Size:
    """In which a figure is drawn that is shown in `size`: larger where its panels would be pressed."""
    plot = read_figure(figure.plot, name="figure")
    wanted = _wanted(plot, size) if is_pressed(plot, size) else 1.0
    times = next((each for each in _SHRUNK if each >= wanted and _is_high_enough(plot, size, each)), _SHRUNK[-1])
    return round(times * size[0]), round(times * size[1])


def is_pressed(plot: dict[str, Any], size: Size) -> bool:
    """Whether rows of panels have too little of a slide's height, with text as large as it is there."""
    from analysis.figures.panel_rows import rows_of

    return _wanted(plot, size) > _FITS and rows_of(plot["layout"]) > 1


def _wanted(plot: dict[str, Any], size: Size) -> float:
    """Of the height that there is."""
    height = plot["layout"].get("height")
    return _GROWN * height / size[1] if isinstance(height, int | float) else 1.0


def _is_high_enough(plot: dict[str, Any], size: Size, times: float) -> bool:
    """Whether a figure that is drawn so many times larger shows its panels as high as they have to be."""
    from analysis.figures.presenting import for_slide

    margin = for_slide(plot, width=round(times * size[0]), height=round(times * size[1]))["layout"]["margin"]
    return size[1] - (margin["t"] + margin["b"]) / times >= _PANELS


def title_class(slide: Slide) -> str:
    """Of the style sheet: longer titles are written smaller."""
    return next(name for name, most in (("", 60), ("long", 130), ("longer", bounds.LINE)) if len(slide.title) <= most)


def text_class(slide: Slide) -> str:
    """Of the style sheet: a longer caption or text is written smaller."""
    if slide.figures:
        return "long" if len(slide.text) > _CAPTION or slide.text.count("\n") > _LINES else ""
    if slide.text.count("\n") > _LINES:
        return "longer"
    sizes = (("", 74, 41), ("long", 83, 37))
    return next((name for name, *line in sizes if _body(slide.text, *line) <= _BODY), "longer")


def _body(text: str, letters: int, pixels: int) -> int:
    """Pixels of a slide's text: a formula of its own takes more than its letters, and less than its source."""
    formulas = text.count("$$") // 2
    words = "\n".join("" if "$$" in line else line for line in text.split("\n"))
    return _lines_of(words, letters, pixels) + 90 * formulas + _APART * words.count("\n")


def _title_size(slide: Slide) -> Size:
    """Letters in a line, as few as a wide font leaves, and pixels of one."""
    return {"": (54, 42), "long": (64, 35), "longer": (80, 28)}[title_class(slide)]


def _caption_size(slide: Slide) -> Size:
    """Letters in a line, as few as a wide font in bold leaves, and pixels of one."""
    return (125, 21) if text_class(slide) else (100, 27)


def _lines_of(text: str, letters: int, pixels: int) -> int:
    return sum(-(-len(each) // letters) * pixels for each in text.split("\n"))
