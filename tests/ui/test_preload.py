"""The answer to who asks for a page names the script that draws its figures, and no other answer does."""

import asyncio
from pathlib import Path

import pytest
import streamlit

from ui.server.preload import Preload, address, preloaded


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "EChartsChart"),
        ("/Repulsion", "PlotlyChart"),
        ("/base/", "EChartsChart"),
        ("/base/Compare", "PlotlyChart"),
    ],
)
def test_a_page_names_the_script_of_its_figures(path, kind):
    assert preloaded(path).startswith(f"<./static/js/{kind}.")
    assert preloaded(path).endswith(".js>; rel=modulepreload")


@pytest.mark.parametrize("path", ["/_stcore/health", "/static/js/index.js", "/base/_stcore/host-config", "/icon.svg"])
def test_what_is_no_page_names_none(path):
    assert preloaded(path) == ""


@pytest.mark.parametrize("kind", ["PlotlyChart", "EChartsChart"])
def test_the_script_is_there(kind):
    assert (Path(streamlit.__file__).parent / "static" / address(kind)).is_file()


def test_a_release_with_other_names_is_served_without():
    assert address("NoSuchChart") == ""


@pytest.mark.parametrize(("status", "method", "named"), [(200, "GET", True), (404, "GET", False), (200, "POST", False)])
def test_the_header_stands_in_the_answer(status, method, named):
    said = []

    async def page(_scope, _receive, send):
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/html")]})

    async def send(message):
        said.append(message)

    asyncio.run(Preload(page)({"type": "http", "path": "/Repulsion", "method": method}, None, send))
    links = [value for name, value in said[0]["headers"] if name == b"link"]
    assert links == ([preloaded("/Repulsion").encode()] if named else [])
