"""An exhibit on the page: its parts, its table on request, its files."""

import io
import json
from dataclasses import replace

import pandas as pd
import plotly.graph_objects as go
import pytest
from streamlit.testing.v1 import AppTest

from analysis.figures.exhibit import Exhibit
from tests.waiting import PATIENCE
from ui import export


@pytest.fixture
def exhibit() -> Exhibit:
    return Exhibit(
        stem="two-points",
        title="Which <b>is</b> higher?",
        plot=go.Figure(go.Scatter(x=[0, 1], y=[0.1, 1 / 3], name="curve")),
        how_to_read="Up is & remains more.",
        alt="Two points, the second higher.",
        table=pd.DataFrame({"x": [0, 1], "y": [0.1, 1 / 3]}),
    )


@pytest.mark.parametrize(
    ("title", "alt", "said"),
    [
        ("A is at 0.33", "Two points.", "A is at 0.33. Two points."),
        ("A is at 0.33", "Two points: A at 0.33, B at 0.", "Two points: A at 0.33, B at 0."),
        ("A never repels", "Two points.", "A never repels. Two points."),
        ("Is A higher?", "Two points.", "Two points."),
    ],
)
def test_who_cannot_see_the_picture_is_told_the_answer_too(exhibit, title, alt, said):
    told = replace(exhibit, title=title, alt=alt)
    assert told.alt == said
    assert told.given_by("a = 1").alt == said


def page(exhibit):
    from ui.exhibit import show

    show(exhibit, key="two")


def test_the_page_has_title_plot_reading_and_no_table_yet(exhibit):
    app = AppTest.from_function(page, kwargs={"exhibit": exhibit}, default_timeout=PATIENCE).run()
    assert not app.exception
    assert app.header[0].value == "Which \\<b\\>is\\</b\\> higher?"
    assert [trace["name"] for trace in json.loads(app.get("plotly_chart")[0].proto.spec)["data"]] == ["curve"]
    assert app.get("plotly_chart")[0].proto.alt == exhibit.alt
    assert app.caption[0].value == "**How to read this.** Up is \\& remains more."
    assert not app.dataframe


def test_the_table_comes_when_asked(exhibit):
    app = AppTest.from_function(page, kwargs={"exhibit": exhibit}, default_timeout=PATIENCE).run()
    app.toggle[0].set_value(True).run()
    pd.testing.assert_frame_equal(app.dataframe[0].value, exhibit.table)
    columns = json.loads(app.dataframe[0].proto.columns)
    assert columns["y"]["type_config"]["format"] == "%.6g"  # else four digits behind the point: -0.0000
    assert "type_config" not in columns.get("x", {})


def test_the_csv_keeps_every_digit(exhibit):
    pd.testing.assert_frame_equal(pd.read_csv(io.StringIO(export.csv(exhibit))), exhibit.table, check_exact=True)


def test_a_replay_holds_its_frames_and_waits_to_be_played(exhibit):
    exhibit.plot.frames = [{"data": [{"y": [value]}], "name": str(value)} for value in (1, 2)]
    text = export.web_page(exhibit)
    assert "Plotly.addFrames" in text
    assert "Plotly.animate(" not in text.replace("Plotly.animate(gd", "")


def test_the_web_page_needs_no_network_and_shows_text_as_text(exhibit):
    text = export.web_page(exhibit)
    assert "Which &lt;b&gt;is&lt;/b&gt; higher?" in text
    assert "Up is &amp; remains more." in text
    assert "plotly.js" in text
    assert '<script src="http' not in text
    assert 'src="https://cdn' not in text


def test_a_notebook_shows_title_plot_and_reading(exhibit):
    bundle = exhibit._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    page = bundle["text/html"]
    assert page.index("Which &lt;b&gt;is&lt;/b&gt; higher?") < page.index("Plotly.newPlot(") < page.index("Up is &amp;")
    assert "cdn.plot.ly/plotly" not in page.split("Plotly.newPlot(")[1]
    assert bundle["text/plain"].split("\n") == [
        "Which <b>is</b> higher?",
        " x        y",
        " 0 0.100000",
        " 1 0.333333",
        "How to read this. Up is & remains more.",
    ]


def test_a_notebook_gets_the_kinds_it_asks_for(exhibit):
    assert set(exhibit._repr_mimebundle_(include={"text/plain"})) == {"text/plain"}
    assert set(exhibit._repr_mimebundle_(exclude={"text/html"})) == {"text/plain"}


def test_a_notebook_without_html_gets_few_lines_and_no_control_characters(exhibit):
    long = pd.DataFrame({"name": ["\x1b[31mred\u202e"] * 500})
    text = replace(exhibit, table=long, title="a\x1b[0m\nb").text()
    assert len(text.split("\n")) < 30
    assert all(line.isprintable() for line in text.split("\n"))


def test_the_code_is_shown_below_and_where_there_is_none_there_is_none(exhibit):
    app = AppTest.from_function(page, kwargs={"exhibit": exhibit}, default_timeout=PATIENCE).run()
    assert not app.code
    told = exhibit.given_by("import this\n")
    app = AppTest.from_function(page, kwargs={"exhibit": told}, default_timeout=PATIENCE).run()
    assert [block.value for block in app.code] == ["import this"]
    assert [each.label for each in app.expander] == ["The code that made the figure"]
