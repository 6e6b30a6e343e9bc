"""The sampling page: three figures, the exact values beside the drawn ones, links that ask for nonsense."""

import json

import pytest

from analysis.forces.sampling import SamplingSpec, sampling_study

PAGE = "pages/3_Sampling.py"


def charts(page):
    return [json.loads(chart.proto.spec) for chart in page.get("plotly_chart")]


def names(chart):
    return [trace.get("name") for trace in chart["data"]]


def test_it_opens_with_three_figures(open_page):
    page = open_page(PAGE)
    assert not page.exception
    assert not page.error
    assert page.title[0].value == "What does it cost to draw labels from soft targets?"
    assert len(charts(page)) == 3
    assert all("exact, every label tuple" in names(chart) for chart in charts(page))
    assert "SamplingSpec(samples=6" in page.code[0].value


def test_the_title_says_the_gap_that_was_measured(open_page):
    page = open_page(PAGE, samples="5", classes="3", softness="0.8", seed="4")
    study = sampling_study(SamplingSpec(samples=5, classes=3, softness=0.8, seed=4))
    assert page.header[0].value.startswith(f"Drawing labels raises the loss by {study.gap.value:.3f} nats")
    marks = {trace["name"]: trace["x"] for trace in charts(page)[0]["data"][:4] if trace["type"] == "scatter"}
    assert marks["exact, every label tuple"][0] == pytest.approx(study.exact.mean)
    assert marks["soft target InfoNCE"][0] == pytest.approx(study.soft_loss)


def test_without_an_enumeration_the_page_says_why(open_page):
    page = open_page(PAGE, samples="40", classes="10", draws="500")
    assert not page.exception
    assert all("exact, every label tuple" not in names(chart) for chart in charts(page))
    assert any("10^40 label tuples are too many" in caption.value.replace("\\", "") for caption in page.caption)


def test_one_hot_targets_draw_nothing_and_say_so(open_page):
    page = open_page(PAGE, softness="0")
    assert not page.exception
    assert not page.error
    assert "gap 0.000 nats" in page.header[0].value.replace("\\", "")
    assert "nothing to average" in page.header[1].value


@pytest.mark.parametrize(
    "query", [{"samples": "1"}, {"softness": "nan"}, {"tau": "0"}, {"draws": "1e9"}, {"seed": "x"}]
)
def test_bad_values_fall_back_with_a_notice(open_page, query):
    page = open_page(PAGE, **query)
    assert not page.exception
    assert page.warning[0].value.startswith(next(iter(query)))
