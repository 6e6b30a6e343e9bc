"""The deck as text: nothing in it ends a script or a tag, nothing is asked for, its text is large, and it is not."""

import base64
import gzip
import hashlib
import json
import re
import time
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import plotly.graph_objects as go
import pytest

import talks.vendored
from analysis.figures import panel_rows
from analysis.figures.presenting import TEXT, TITLE, for_slide, presenting
from talks import deck, figure_rules, parting, sizes, slides
from talks.freezing import frozen
from talks.handout import handout
from talks.markdown import as_html
from talks.model import Slide, Talk
from talks.shipped import TITLES, shipped
from talks.shipped.__main__ import made as outline_of
from tests.talks.made import exhibit, figure, rows, talk

VENDORED = Path(talks.vendored.__file__).parent


class Tags(HTMLParser):
    """The tags of a page as a browser finds them; what is in a script or style is none."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def page() -> str:
    return deck.build(talk())


def test_only_our_scripts_run_and_nothing_is_loaded(page):
    tags = Tags(page).found
    scripts = [names for tag, names in tags if tag == "script"]
    figures = [names for names in scripts if names.get("type") == "application/json"]
    names = [names["id"].split("-")[0] for names in figures]
    assert names.count("figure") == 5  # two alone, two beside each other, one under a verdict
    assert names.count("marks") == 2  # the same two, wherever they are shown
    assert len(scripts) == len(figures) + 6
    assert not [names for _, names in tags if {"src", "srcset", "onerror", "onload"} & names.keys()]
    assert not [tag for tag, _ in tags if tag in ("img", "iframe", "link", "object", "embed", "base")]
    assert {names["href"] for tag, names in tags if tag == "a"} == {"http://127.0.0.1:8501/Force_curves?tau=0.1&v=1"}
    assert "default-src &#x27;none&#x27;" in page


def test_a_link_says_which_lab_it_leads_to(page):
    assert "(opens while the lab runs at 127.0.0.1:8501)" in page
    elsewhere = deck.build(talk(), address="https://hub.example/a&b")
    assert elsewhere == deck.build(talk(), address="https://hub.example/a&b")
    assert "(opens while the lab runs at hub.example/a&amp;b)" in elsewhere
    assert {names["href"] for tag, names in Tags(elsewhere).found if tag == "a"} == {
        "https://hub.example/a&b/Force_curves?tau=0.1&v=1"
    }
    assert "127.0.0.1" not in elsewhere


def test_text_of_a_slide_is_text(page):
    assert "<title>A talk &lt;/title&gt;</title>" in page
    assert "&lt;script&gt;document.title" in page
    assert as_html("![x](http://a.example/b.png) <img src=x> [y](javascript:alert(1))").count("<img") == 0
    assert "javascript" not in as_html("[y](javascript:alert(1))").split("href=")[-1][:12]


def test_code_within_the_page_ends_where_it_ends(page):
    inside = page.split("<body>", 1)[1]
    assert inside.count("</script") == len(re.findall(r"</script>\n", inside))
    assert "<!--" not in inside


def test_of_twenty_figures_it_has_at_most_eight_megabytes_and_thirty_slides_take_no_five_seconds():
    made = Talk("a", tuple(slides.figure_slide(figure(number)) for number in range(20)))
    begun = time.process_time()
    size = len(deck.build(replace(made, slides=(*made.slides, *made.slides[:10]))).encode())
    assert time.process_time() - begun < 5
    assert size < 8e6


def test_long_marks_are_packed_and_lie_in_the_deck_once():
    long = exhibit()
    long.plot.data[0].update(x=[*range(20_000)], y=[*range(20_000)])
    made = frozen(long)
    shown = [slides.figure_slide(made, title=title) for title in ("Short", "A longer title " * 8)]
    page = deck.build(Talk("A", tuple(shown)))
    assert page == deck.build(Talk("A", tuple(shown)))
    (packed,) = re.findall(r'data-packed id="marks-0">([^<]*)<', page)
    found = json.loads(gzip.decompress(base64.b64decode(packed)))
    assert found["data"][0]["y"] == [*range(20_000)]
    assert len(packed) < 0.6 * len(made.plot)
    assert page.count('"marks":"marks-0"') == 2


def test_axis_text_is_read_from_the_last_row():
    layout = presenting(exhibit().plot).layout
    for axis in (layout.xaxis, layout.yaxis):
        assert axis.tickfont.size >= TEXT >= 18
        assert axis.title.font.size >= TITLE
    assert layout.legend.font.size >= TEXT
    assert (layout.xaxis.title.text, layout.yaxis.title.text) == ("step", "loss, nats")


def test_rows_of_panels_get_room_for_their_texts_and_titles_go_along():
    rows = {"yaxis": {"domain": [0.55, 1.0]}, "yaxis2": {"domain": [0.0, 0.45]}}
    title = {"text": "below", "yref": "paper", "y": 0.45}
    before = {"data": [], "layout": {**rows, "annotations": [title]}}
    after = for_slide(before, height=500)["layout"]
    inner = 500 - after["margin"]["t"] - after["margin"]["b"]
    assert (after["yaxis"]["domain"][0] - after["yaxis2"]["domain"][1]) * inner >= 77
    assert after["annotations"][0]["y"] == pytest.approx(after["yaxis2"]["domain"][1])
    assert (after["yaxis2"]["domain"][0], after["yaxis"]["domain"][1]) == (0, pytest.approx(1))
    assert before["layout"]["yaxis"]["domain"] == [0.55, 1.0]


def test_a_scene_in_a_narrow_column_is_drawn_smaller():
    scene = {"aspectmode": "manual", "aspectratio": {"x": 1.75, "y": 1.75, "z": 1.75}, "domain": {"x": [0, 0.25]}}
    found = for_slide({"data": [], "layout": {"scene": scene, "margin": {"t": 60, "b": 8}}}, width=1200, height=500)
    margin = found["layout"]["margin"]
    wide, high = (1200 - margin["l"] - margin["r"]) / 4, 500 - margin["t"] - margin["b"]
    assert found["layout"]["scene"]["aspectratio"]["x"] == pytest.approx(1.15 * 1.75 * wide / high, rel=1e-3)


def test_a_long_title_and_caption_leave_a_lower_figure():
    short = slides.figure_slide(figure(), title="Short", text="One line.")
    long = slides.figure_slide(figure(), title="Long " * 25, text="More of it. " * 40)
    assert sizes.size_of(long)[1] < sizes.size_of(short)[1] - 60


def test_a_legend_stands_over_titles_that_stand_at_the_end_of_an_axis():
    """And a side without labels, as the figure says, stays as narrow."""
    axis = {"range": [-1.5, 1.5], "domain": [0, 1]}
    title = {"text": "SupCon", "x": 0, "y": 1.5, "xref": "x", "yref": "y", "yanchor": "bottom"}
    layout = {"yaxis": axis, "legend": {"y": 1.08}, "margin": {"b": 10, "t": 60}}
    alone, below = ({"data": [], "layout": {**layout, "annotations": marks}} for marks in ([], [title]))
    low, high = (for_slide(each, height=500)["layout"] for each in (alone, below))
    assert (high["legend"]["y"] - low["legend"]["y"]) * (500 - 83 - 14) == pytest.approx(26, abs=0.5)
    assert high["margin"]["b"] == 14
    assert high["margin"]["l"] == 80


def drawn_in(slide: Slide) -> list[tuple[float, float, float]]:
    """(width, height, scale) of each figure of a slide's deck."""
    found = re.findall(r'data-width="(\d+)" data-height="(\d+)" style="([^"]*)"', deck.build(Talk("A talk", (slide,))))
    scales = [re.search(r"scale\(([\d.]+)\)", style) for _, _, style in found]
    return [
        (int(width), int(height), float(scale[1]) if scale else 1.0)
        for (width, height, _), scale in zip(found, scales, strict=True)
    ]


@pytest.mark.parametrize(("height", "slides_shown"), [(420, 1), (900, 3), (4_000, 3)])
def test_rows_that_would_be_pressed_have_a_slide_each_with_text_as_large(height, slides_shown):
    slide = slides.figure_slide(frozen(rows(3, height)), title="Short", notes="Say it")
    shown = parting.parts(slide)
    assert [each.title for each in shown[1:]] == [f"Short ({number} of 3)" for number in range(2, slides_shown + 1)]
    assert [each.notes for each in shown] == ["Say it", *[""] * (slides_shown - 1)]
    assert {scale for _, _, scale in drawn_in(slide)} == {1.0}
    if slides_shown == 1:
        return
    for row, each in enumerate(shown):
        plot = json.loads(each.figures[0].plot)
        assert [trace["y"] for trace in plot["data"]] == [[row, 0], [row, 1]]
        assert [trace.get("showlegend") for trace in plot["data"]] == [True, False]
        names = {name for name in plot["layout"] if name.startswith(("xaxis", "yaxis"))}
        assert len(names) == 4
        assert {plot["layout"][name]["title"]["text"] for name in names if name[0] == "x"} == {"step"}
        assert all(plot["layout"][name]["domain"] == [0, 1] for name in names if name[0] == "y")


@pytest.mark.parametrize(("height", "shrunk"), [(420, False), (900, True), (4_000, True)])
def test_rows_that_cannot_be_taken_apart_are_drawn_larger_and_shrunk(height, shrunk):
    slide = slides.figure_slide(frozen(rows(3, height, tied=True)), title="Short")
    ((width, drawn, scale),) = drawn_in(slide)
    assert (scale < 1) == shrunk
    assert [scale * width, scale * drawn] == pytest.approx(list(sizes.size_of(slide)), rel=1e-3)
    assert scale >= 0.5


def test_a_replay_that_is_parted_moves_the_traces_that_its_slide_has():
    made = exhibit()
    made.plot.data = ()
    made.plot.set_subplots(2, 1)
    for row in range(2):
        made.plot.add_scatter(y=[row], row=row + 1, col=1)
    made.plot.frames = [go.Frame(data=[{"type": "scatter", "y": [5]}, {"type": "scatter", "y": [6]}])]
    upper, lower = panel_rows.by_rows(json.loads(made.plot.to_json()))
    assert [(each["frames"][0]["traces"], each["frames"][0]["data"][0]["y"]) for each in (upper, lower)] == [
        ([0], [5]),
        ([0], [6]),
    ]


def test_bold_text_in_a_wide_font_leaves_a_lower_figure_too():
    said = Slide("claim", "T", "x" * 235, figures=(figure(0),), verdict="holds")
    assert sizes.size_of(replace(said, text="x" * 235))[1] == sizes.size_of(replace(said, text="x" * 190))[1] - 27


def test_tags_that_our_figures_do_not_write_are_shown_as_text():
    kept = "a<br><b>b</b><extra></extra><span style='font-size:10px'>c</span><sub>d</sub>"
    assert figure_rules.inert({"text": [kept, "<a href='x'>y</a><img src=x>"]}) == {
        "text": [kept, "&lt;a href='x'>y&lt;/a>&lt;img src=x>"]
    }


def test_the_handout_has_notes_only_when_asked():
    assert "say *this*" not in handout(talk())
    assert "> say *this*" in handout(talk(), notes=True)
    assert "http://127.0.0.1:8501/Force_curves?tau=0.1&v=1" in handout(talk())


def test_code_of_others_is_what_its_makers_published():
    said = json.loads((VENDORED / "digests.json").read_text())
    assert {name: each["version"] for name, each in said.items()} == {"reveal.js": "6.0.2", "katex": "0.19.1"}
    for name, each in said.items():
        there = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (VENDORED / name).iterdir()}
        assert there == each["files"]
        assert "MIT" in (VENDORED / name / "LICENSE").read_text()


@pytest.mark.parametrize("name", TITLES)
def test_the_shipped_talks_are_whole(name):
    talk = shipped(name)
    assert 10 <= len(talk.slides) <= 15
    assert {each.kind for each in talk.slides} >= {"title", "text", "formula", "claim", "end"}
    assert all(each.verdict and each.notes for each in talk.slides if each.kind == "claim")


def test_a_shipped_talk_says_what_its_script_makes_of_the_claims():
    made = [(each.title, each.verdict, each.text) for each in outline_of("soft_targets").slides]
    assert [(each.title, each.verdict, each.text) for each in shipped("soft_targets").slides] == made


@pytest.mark.parametrize(("rows", "small"), [(5, False), (12, True)])
def test_a_text_of_many_lines_is_written_smaller_so_that_it_ends_on_its_slide(rows, small):
    table = "\n".join(["| a | b |", "|---|---|", *["| 1 | 2 |"] * rows])
    built = deck.build(Talk("A", (Slide("text", "A", table),)))
    assert ('<div class="body longer">' in built) == small
