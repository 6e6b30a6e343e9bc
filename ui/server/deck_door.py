"""The deck of the talk that a session edits, at an address that only this session is told."""

import re
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import config

from losses.errors import LabError
from ui.talks.held import HeldTalk, of_token

if TYPE_CHECKING:
    from talks.model import Talk

PATH = "talk_deck"
_ADDRESS = re.compile(rf"/{PATH}/([0-9a-f]{{32}})(?:/(\d{{1,4}}))?\Z")


def address(held: HeldTalk, slide: int | None = None) -> str:
    """Path of the whole deck, or of one slide of it, on this server."""
    base = config.get_option("server.baseUrlPath").strip("/")
    return "/".join(["", *filter(None, [base]), PATH, held.token, *([] if slide is None else [str(slide)])])


class DeckDoor:
    """ASGI middleware: builds the deck where it is asked for, beside the server's loop; all else passes."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["type"] == "http" and scope["method"] == "GET" and _ADDRESS.search(scope["path"])
        if not asked:
            await self.app(scope, receive, send)
            return
        held = of_token(asked[1])
        answer = _gone() if held is None else await run_in_threadpool(_deck, held, asked[2], _own_address(scope))
        await answer(scope, receive, send)


def _gone() -> Response:
    return PlainTextResponse("This talk is open in no tab any more: open it again on the page Talk.\n", status_code=404)


def _deck(held: HeldTalk, slide: str | None, own: str) -> Response:
    from talks.deck import POLICY, build

    try:
        text = build(_part(held.talk, slide), address=own)
    except LabError as mistake:
        return PlainTextResponse(f"{mistake}\n", status_code=422)
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": POLICY,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return HTMLResponse(text, headers=headers)


def _part(talk: "Talk", slide: str | None) -> "Talk":
    from talks.model import Talk

    return talk if slide is None else Talk(talk.title, talk.slides[int(slide) : int(slide) + 1])


def _own_address(scope: Scope) -> str:
    """Where the one who asks finds the lab; the guard has judged the host."""
    base = scope["path"].partition(f"/{PATH}/")[0]
    return f"{scope.get('scheme', 'http')}://{Headers(scope=scope).get('host', '')}{base}"
