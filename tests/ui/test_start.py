"""The start page: what it says, that it leads on, and that it needs no heavy library."""

from importlib.metadata import version


def test_it_opens_with_its_picture_and_nothing_wrong(open_page):
    page = open_page("app.py")
    assert not page.exception
    assert not page.error
    assert page.title[0].value.endswith("?")
    assert len(page.get("echarts_chart")) == 1


def test_it_leads_to_every_page(open_page):
    from ui.frame import PAGES

    page = open_page("app.py")
    linked = {link.proto.page for link in page.get("page_link")}
    assert len(linked) == len(PAGES)


def test_it_shows_the_versions_of_the_installed_packages(open_page):
    page = open_page("app.py")
    assert any(f"torch {version('torch')}" in caption.value for caption in page.caption)


def test_strange_parameters_change_nothing(open_page):
    page = open_page("app.py", seed="nan", page="../../etc/passwd", v="![x](http://example.org)")
    assert not page.exception
    assert not page.error
