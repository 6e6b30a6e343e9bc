"""Scripts, styles and fonts of Streamlit's page are read from disk once, and not for every browser anew.

A page asks for some 120 of them. Each would be looked up, opened and read in pieces of 64 KB by threads of their own,
while the page's own script waits for the same interpreter: together as long as that script runs.
"""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST = 32 * 2**20
"""Bytes that are held; all of Streamlit's files together have less."""
_FOLDER = "/static/"
_CONDITIONS = ("range", "if-range", "if-none-match", "if-modified-since")
"""What makes an answer another than the whole file."""


class HeldScripts:
    """Around the pages: a whole file whose name changes with its content is read once and then held in memory."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._held: dict[str, tuple[Message, Message]] = {}
        self._size = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _asks_for_a_file(scope):
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        if path in self._held:
            for message in self._held[path]:
                await send(dict(message))
            return
        heard: list[Message] = []

        async def listened(message: Message) -> None:
            heard.append(dict(message))
            await send(message)

        await self.app(scope, receive, listened)
        self._hold(path, heard)

    def _hold(self, path: str, heard: list[Message]) -> None:
        start, parts = heard[0] if heard else {}, heard[1:]
        if not _stays(start) or path in self._held:
            return
        body = b"".join(part.get("body", b"") for part in parts)
        if self._size + len(body) <= MOST and int(Headers(raw=start["headers"])["content-length"]) == len(body):
            self._held[path] = (start, {"type": "http.response.body", "body": body})
            self._size += len(body)


def _asks_for_a_file(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET" or _FOLDER not in scope["path"]:
        return False
    headers = Headers(scope=scope)
    return not any(name in headers for name in _CONDITIONS)


def _stays(start: Message) -> bool:
    """Of a file for everybody, for good, as it lies on disk."""
    if start.get("type") != "http.response.start" or start["status"] != 200:
        return False
    headers = Headers(raw=start["headers"])
    alike = "set-cookie" not in headers and "content-encoding" not in headers and "content-length" in headers
    return alike and "immutable" in headers.get("cache-control", "")
