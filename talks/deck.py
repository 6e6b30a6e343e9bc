"""A talk as one HTML file that opens from the disk, asks nobody for anything, and carries all that it shows."""

import base64
import gzip
import re
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

from talks.address import ADDRESS, in_few_letters
from talks.figure_rules import inert, read_figure
from talks.markdown import as_html, line_as_html
from talks.model import Figure, Slide, Talk
from talks.parting import parts
from talks.sizes import Size, drawn, size_of, text_class, title_class
from talks.writing import as_text

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
_VERDICTS = {"holds": "holds", "holds in part": "part", "does not hold": "not"}


_PLAIN = 100_000
"""Letters of data that are as they are in a deck; more are packed, which a browser unpacks in some milliseconds."""
_SOLID = re.compile(r'"type":\s*"(?:\w+3d|surface|cone|isosurface|volume)"')
"""Marks of a scene, which a browser draws slowly: the deck does so before their slides are near."""
_Boxes = dict[tuple[Figure, Size], tuple[str, Size]]


def build(talk: Talk, *, address: str = ADDRESS) -> str:
    """The deck. The same talk gives the same bytes, where its links lead to the same `address`."""
    shown = [part for slide in talk.slides for part in parts(slide)]
    boxes = dict(_boxes(shown))
    slides = "\n".join(_section(slide, boxes, address) for slide in shown)
    return _PAGE.format(
        policy=escape(POLICY),
        title=escape(talk.title),
        styles=_styles(_has_formula(slides)),
        slides=slides,
        figures="\n".join(_figures_json(boxes)),
        scripts=_scripts(_has_formula(slides), bool(boxes)),
    )


def _boxes(shown: Sequence[Slide]) -> Iterator[tuple[tuple[Figure, Size], tuple[str, Size]]]:
    """Each figure once in each size that it is shown in, with the name of its element and the size it is drawn in."""
    seen = dict.fromkeys((each, size_of(slide)) for slide in shown for each in slide.figures)
    return ((box, (f"figure-{number}", drawn(*box))) for number, box in enumerate(seen))


def _section(slide: Slide, boxes: _Boxes, address: str) -> str:
    tag = "h1" if slide.kind in ("title", "end") else "h2"
    style = f' class="{title_class(slide)}"' if title_class(slide) else ""
    inside = [f"<{tag}{style}>{line_as_html(slide.title)}</{tag}>", _verdict(slide.verdict)]
    inside += [_figures(slide, boxes), _text(slide), _from(slide, address), _notes(slide.notes)]
    return f'<section class="{slide.kind}">{"".join(inside)}</section>'


def _verdict(verdict: str) -> str:
    if not verdict:
        return ""
    return f'<div class="verdict {_VERDICTS.get(verdict, "open")}">{escape(verdict)}</div>'


def _figures(slide: Slide, boxes: _Boxes) -> str:
    if not slide.figures:
        return ""
    size = size_of(slide)
    own = len(slide.figures) > 1
    made = (_box(figure, size, *boxes[figure, size], own_title=own) for figure in slide.figures)
    return f'<div class="figures">{"".join(made)}</div>'


def _box(figure: Figure, size: Size, name: str, inner: Size, *, own_title: bool) -> str:
    title = f"<p>{escape(figure.title)}</p>" if own_title else ""
    shrunk = f";transform:scale({size[0] / inner[0]:.4f})" if inner != size else ""
    solid = " data-solid" if _SOLID.search(figure.plot) else ""
    sides = f'data-width="{inner[0]}" data-height="{inner[1]}"'
    place = f'data-figure="{name}" {sides} style="{_sized(inner)}{shrunk}"{solid}'
    plot = f'<div class="plot" role="img" aria-label="{escape(figure.alt)}" {place}></div>'
    return f'<div>{title}<div class="frame" style="{_sized(size)}">{plot}</div></div>'


def _sized(size: Size) -> str:
    return f"width:{size[0]}px;height:{size[1]}px"


def _text(slide: Slide) -> str:
    if not slide.text.strip():
        return ""
    kind = "caption" if slide.figures else "body"
    style = f"{kind} {text_class(slide)}".strip()
    return f'<div class="{style}">{as_html(slide.text)}</div>'


def _from(slide: Slide, address: str) -> str:
    """Where the figures can be computed again, and when they were."""
    said = [_link(figure, address) for figure in slide.figures if figure.link]
    return f'<div class="from">{" · ".join(said)}</div>' if said else ""


def _link(figure: Figure, address: str) -> str:
    lab = dict(figure.versions).get("NCE Lab", "")
    made = f"NCE Lab {lab}, {figure.date}".strip(" ,")
    page = figure.link.split("?")[0].lstrip("/").replace("_", " ") or "Start"
    target = escape(address + quote(figure.link, safe="/?&=%+,.:;~-_"))
    where = f"opens while the lab runs at {escape(in_few_letters(address))}"
    return f'<a href="{target}" target="_blank" rel="noopener noreferrer">{escape(page)}</a> ({where}) · {escape(made)}'


def _notes(notes: str) -> str:
    return f'<aside class="notes">{as_html(notes)}</aside>' if notes.strip() else ""


def _figures_json(boxes: _Boxes) -> Iterator[str]:
    """A script for each figure's layout, and one for marks and frames, which figures of the same marks share."""
    from analysis.figures.presenting import for_slide

    marks: dict[str, str] = {}
    for (figure, _), (name, size) in boxes.items():
        shown = for_slide(inert(read_figure(figure.plot, name="figure")), width=size[0], height=size[1])
        drawn_with = as_text({"data": shown.get("data", []), "frames": shown.get("frames") or []})
        if drawn_with not in marks:
            marks[drawn_with] = f"marks-{len(marks)}"
            yield _script(marks[drawn_with], drawn_with)
        yield _script(name, as_text({"layout": shown["layout"], "marks": marks[drawn_with]}))


def _script(name: str, text: str) -> str:
    """Data for the deck's own scripts; what is long, packed."""
    if len(text) <= _PLAIN:
        return f'<script type="application/json" id="{name}">{_data(text)}</script>'
    packed = base64.b64encode(gzip.compress(text.encode(), 6, mtime=0)).decode()
    return f'<script type="application/json" data-packed id="{name}">{packed}</script>'


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
    return "\n".join(f"<script>{_code(each)}</script>" for each in (*sources, _own("figures.js"), _own("deck.js")))


def _code(text: str) -> str:
    """A script that ends where it ends: in strings and patterns, where these stand, a backslash changes nothing."""
    return text.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _vendored(package: str, name: str) -> str:
    return (_HERE / "vendored" / package / name).read_text(encoding="utf-8")


def _own(name: str) -> str:
    return (_HERE / "assets" / name).read_text(encoding="utf-8")
