"""The walks of the start page: every stop opens its page, with nothing wrong and no unknown word in its link."""

import pytest

from ui.frame import PAGES
from ui.walks import walks

STOPS = [(walk.question, number) for walk in walks() for number in range(len(walk.stops))]


def test_each_walk_is_four_or_five_stops_with_a_sentence_each():
    assert len(walks()) == 3
    assert all(4 <= len(walk.stops) <= 5 for walk in walks())
    assert all(stop.sentence.endswith(".") and stop.page in PAGES for walk in walks() for stop in walk.stops)


def test_the_start_page_has_a_link_for_every_stop(open_page):
    page = open_page("app.py")
    assert not page.exception
    labels = [link.proto.label for link in page.get("page_link")]
    for walk in walks():
        for number, stop in enumerate(walk.stops, start=1):
            assert f"{number}. {stop.title}" in labels


@pytest.mark.parametrize(("question", "number"), STOPS)
def test_a_stop_opens_its_page_with_nothing_wrong(open_page, question, number):
    (walk,) = [each for each in walks() if each.question == question]
    stop = walk.stops[number]
    page = open_page(
        PAGES[stop.page].script,
        **{name: list(value) if not isinstance(value, str) else value for name, value in stop.query.items()},
    )
    assert not page.exception
    assert not page.error
    assert not page.warning
    assert page.title[0].value == PAGES[stop.page].question
