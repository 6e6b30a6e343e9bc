"""A talk as one HTML file that opens from the disk, asks nobody for anything, and carries all that it shows."""

import base64
import json
import re
from collections.abc import Iterator
from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

from talks.figure_rules import inert, read_figure
from talks.markdown import as_html, line_as_html
from talks.model import Figure, Slide, Talk

ADDRESS = "http://127.0.0.1:8501"
"""Where the lab is when it runs on the machine of whoever looks at the deck."""
_HERE = Path(__file__).parent
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:;"
    " font-src data:; frame-src 'self' file: blob:; worker-src blob:; base-uri 'none'; form-action 'none'"
)
"""What a browser lets the deck do: run what is in it, and load nothing. Plotly makes functions for its 3-D marks."""
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<style>{styles}</style></head>
<body><div class="reveal"><div class="slides">
{slides}
</div></div>
{figures}
{scripts}
</body></html>
"""
_WIDTHS = {1: 1200, 2: 592}
"""Pixels of each of so many figures on a slide."""
_HEIGHT, _TOP, _BOTTOM, _VERDICT, _LEAST = 720, 32, 62, 46, 240
_LINES = 10
"""More of them are written smaller, lest they end below the slide."""
_GROWN, _FITS, _MOST_SHRUNK = 1.15, 1.25, 2.0
"""A figure with its larger text wants so many times the height that it has on a page; up to so many times what a slide
has it is drawn there as it is, beyond it larger and shrunk, at most so much: small text is read, texts that lie on each
other are not."""
_VERDICTS = {"holds": "holds", "holds in part": "part", "does not hold": "not"}


_Boxes = dict[tuple[Figure, tuple[int, int]], tuple[str, tuple[int, int]]]


def build(talk: Talk, *, address: str = ADDRESS) -> str:
    """The deck. The same talk gives the same bytes."""
    boxes = dict(_boxes(talk))
    slides = "\n".join(_section(slide, boxes, address) for slide in talk.slides)
    return _PAGE.format(
        policy=escape(POLICY),
        title=escape(talk.title),
        styles=_styles(_has_formula(slides)),
        slides=slides,
        figures="\n".join(_figure_json(figure, *place) for (figure, _), place in boxes.items()),
        scripts=_scripts(_has_formula(slides), bool(boxes)),
    )


def _boxes(talk: Talk) -> Iterator[tuple[tuple[Figure, tuple[int, int]], tuple[str, tuple[int, int]]]]:
    """Each figure once in each size that it is shown in, with the name of its element and the size it is drawn in."""
    seen = dict.fromkeys((each, size_of(slide)) for slide in talk.slides for each in slide.figures)
    return ((box, (f"figure-{number}", _drawn(*box))) for number, box in enumerate(seen))


def _drawn(figure: Figure, size: tuple[int, int]) -> tuple[int, int]:
    """Width and height in pixels in which a figure is drawn that is shown in this size: larger where it has many rows
    of panels, which would be pressed on each other."""
    width, height = size
    own = read_figure(figure.plot, name="figure").get("layout", {}).get("height")
    wanted = _GROWN * own / height if isinstance(own, int | float) else 1.0
    times = min(wanted, _MOST_SHRUNK) if wanted > _FITS else 1.0
    return round(times * width), round(times * height)


def size_of(slide: Slide) -> tuple[int, int]:
    """Width and height in pixels of a slide's figures: what title, verdict and caption, by their lengths, leave."""
    taken = _TOP + _lines_of(slide.title, *_title_size(slide)) + _lines_of(slide.text, *_caption_size(slide)) + _BOTTOM
    taken += _VERDICT * bool(slide.verdict)
    if len(slide.figures) > 1:
        taken += max(_lines_of(each.title, 58, 26) for each in slide.figures)
    return _WIDTHS.get(len(slide.figures), _WIDTHS[1]), max(_LEAST, _HEIGHT - taken)


def _title_size(slide: Slide) -> tuple[int, int]:
    """Letters in a line, as few as a wide font leaves, and pixels of one."""
    return (64, 35) if _is_long_title(slide) else (54, 42)


def _caption_size(slide: Slide) -> tuple[int, int]:
    """Letters in a line, as few as a wide font in bold leaves, and pixels of one."""
    return (125, 21) if _is_long_text(slide) else (100, 27)


def _lines_of(text: str, letters: int, pixels: int) -> int:
    return sum(-(-len(each) // letters) * pixels for each in text.split("\n"))


def _is_long_title(slide: Slide) -> bool:
    return len(slide.title) > 60


def _is_long_text(slide: Slide) -> bool:
    return len(slide.text) > (360 if slide.figures else 700) or slide.text.count("\n") > _LINES


def _section(slide: Slide, boxes: _Boxes, address: str) -> str:
    tag = "h1" if slide.kind in ("title", "end") else "h2"
    long = ' class="long"' if _is_long_title(slide) else ""
    parts = [f"<{tag}{long}>{line_as_html(slide.title)}</{tag}>", _verdict(slide.verdict)]
    parts += [_figures(slide, boxes), _text(slide), _from(slide, address), _notes(slide.notes)]
    return f'<section class="{slide.kind}">{"".join(parts)}</section>'


def _verdict(verdict: str) -> str:
    if not verdict:
        return ""
    return f'<div class="verdict {_VERDICTS.get(verdict, "open")}">{escape(verdict)}</div>'


def _figures(slide: Slide, boxes: _Boxes) -> str:
    if not slide.figures:
        return ""
    size = size_of(slide)
    own = len(slide.figures) > 1
    drawn = (_box(figure, size, *boxes[figure, size], own_title=own) for figure in slide.figures)
    return f'<div class="figures">{"".join(drawn)}</div>'


def _box(figure: Figure, size: tuple[int, int], name: str, drawn: tuple[int, int], *, own_title: bool) -> str:
    title = f"<p>{escape(figure.title)}</p>" if own_title else ""
    shrunk = f";transform:scale({size[0] / drawn[0]:.4f})" if drawn != size else ""
    place = f'data-figure="{name}" data-width="{drawn[0]}" data-height="{drawn[1]}" style="{_sized(drawn)}{shrunk}"'
    plot = f'<div class="plot" role="img" aria-label="{escape(figure.alt)}" {place}></div>'
    return f'<div>{title}<div class="frame" style="{_sized(size)}">{plot}</div></div>'


def _sized(size: tuple[int, int]) -> str:
    return f"width:{size[0]}px;height:{size[1]}px"


def _text(slide: Slide) -> str:
    if not slide.text.strip():
        return ""
    kind = "caption" if slide.figures else "body"
    long = " long" if _is_long_text(slide) else ""
    return f'<div class="{kind}{long}">{as_html(slide.text)}</div>'


def _from(slide: Slide, address: str) -> str:
    """Where the figures can be computed again, and when they were."""
    said = [_link(figure, address) for figure in slide.figures if figure.link]
    return f'<div class="from">{" · ".join(said)}</div>' if said else ""


def _link(figure: Figure, address: str) -> str:
    lab = dict(figure.versions).get("NCE Lab", "")
    made = f"NCE Lab {lab}, {figure.date}".strip(" ,")
    page = figure.link.split("?")[0].lstrip("/").replace("_", " ") or "Start"
    target = escape(address + quote(figure.link, safe="/?&=%+,.:;~-_"))
    where = "opens where the lab runs on this machine"
    return f'<a href="{target}" target="_blank" rel="noopener noreferrer">{escape(page)}</a> ({where}) · {escape(made)}'


def _notes(notes: str) -> str:
    return f'<aside class="notes">{as_html(notes)}</aside>' if notes.strip() else ""


def _figure_json(figure: Figure, name: str, size: tuple[int, int]) -> str:
    from analysis.figures.presenting import for_slide

    shown = for_slide(inert(read_figure(figure.plot, name="figure")), width=size[0], height=size[1])
    text = json.dumps(shown, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return f'<script type="application/json" id="{name}">{_data(text)}</script>'


def _data(text: str) -> str:
    """JSON that no tag can end: < is written by its number."""
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _has_formula(slides: str) -> bool:
    return '<span class="formula' in slides


@cache
def _styles(with_formulas: bool) -> str:
    reveal = "".join(_vendored("reveal.js", name) for name in ("reset.css", "reveal.css", "serif.css"))
    return reveal + (_katex_styles() if with_formulas else "") + _own("deck.css")


def _katex_styles() -> str:
    """KaTeX's, with the fonts that are carried along inside; of others nothing is left that a browser could ask for."""
    return re.sub(r"@font-face\{[^}]*\}", _font_inside, _vendored("katex", "katex.min.css"))


def _font_inside(face: re.Match[str]) -> str:
    name = re.search(r"fonts/([\w-]+\.woff2)", face[0])
    path = _HERE / "vendored" / "katex" / (name[1] if name else "none")
    if not path.is_file():
        return ""
    inside = f"url(data:font/woff2;base64,{base64.b64encode(path.read_bytes()).decode()})"
    return re.sub(r"src:.*?(?=[;}]\w|\})", f'src:{inside}format("woff2")', face[0])


@cache
def _scripts(with_formulas: bool, with_figures: bool) -> str:
    sources = [_vendored("reveal.js", "reveal.js"), _vendored("reveal.js", "notes.js")]
    sources += [_vendored("katex", "katex.min.js")] * with_formulas
    sources += [files("plotly").joinpath("package_data/plotly.min.js").read_text(encoding="utf-8")] * with_figures
    return "\n".join(f"<script>{_code(each)}</script>" for each in (*sources, _own("deck.js")))


def _code(text: str) -> str:
    """A script that ends where it ends: in strings and patterns, where these stand, a backslash changes nothing."""
    return text.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _vendored(package: str, name: str) -> str:
    return (_HERE / "vendored" / package / name).read_text(encoding="utf-8")


def _own(name: str) -> str:
    return (_HERE / "assets" / name).read_text(encoding="utf-8")
