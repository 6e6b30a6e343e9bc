"""The browser fetches what draws a page's figures while the page computes them, and not when the first one is there.

Streamlit's page loads the script of each kind of element when it meets the first one; Plotly's has 4.7 MB. The answer
to who asks for a page names it as one that will be needed.
"""

from functools import cache
from pathlib import Path

import streamlit
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SCRIPTS = Path(streamlit.__file__).parent / "static" / "static" / "js"
_CORE = "/_stcore/"


def preloaded(path: str) -> str:
    """The header for the page at `path`, its addresses relative to the page's; "" where `path` is no page's.

    The start page has one figure, of ECharts; all others have Plotly's.
    """
    last = path.rpartition("/")[2]
    if _CORE in path or "." in last:
        return ""
    script = address("PlotlyChart" if last else "EChartsChart")
    return script and f"<{script}>; rel=modulepreload"


@cache
def address(kind: str) -> str:
    """Of the script that draws this kind of element, relative to a page's; "" where none has that name.

    Names have a digest of the release in them; another release may name its scripts otherwise.
    """
    return next((f"./static/js/{each.name}" for each in sorted(_SCRIPTS.glob(f"{kind}.*.js"))), "")


class Preload:
    """Around the pages."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        link = preloaded(scope["path"]) if scope["type"] == "http" and scope["method"] == "GET" else ""

        async def answered(message: Message) -> None:
            if link and message["type"] == "http.response.start" and message["status"] in (200, 304):
                MutableHeaders(scope=message).append("link", link)
            await send(message)

        await self.app(scope, receive, answered)
