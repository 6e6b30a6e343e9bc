"""Asks an ASGI app without a server: the messages go in as they would come from one."""

import asyncio
from typing import Any

from starlette.types import ASGIApp, Message


def ask(
    app: ASGIApp,
    path: str = "/",
    *,
    method: str = "GET",
    kind: str = "http",
    body: tuple[bytes, ...] = (b"",),
    **headers: str,
) -> tuple[int, str]:
    """Status and text of the answer. A header's underscores are hyphens; a websocket's status is 101 or 403."""
    return asyncio.run(answer_to(app, path, method=method, kind=kind, body=body, **headers))


async def answer_to(
    app: ASGIApp, path: str, *, method: str, kind: str = "http", body: tuple[bytes, ...] = (b"",), **headers: str
) -> tuple[int, str]:
    """The same, inside an event loop."""
    scope = {"type": kind, "method": method, "path": path, "raw_path": path.encode(), "query_string": b""}
    scope |= {"headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]}
    scope |= {"scheme": "http", "server": ("127.0.0.1", 8501), "root_path": "", "http_version": "1.1"}
    coming = [
        {"type": "http.request", "body": part, "more_body": place < len(body)} for place, part in enumerate(body, 1)
    ]
    said: list[Message] = []

    async def receive() -> Message:
        await asyncio.sleep(0)  # others come between
        return coming.pop(0) if coming else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        said.append(message)

    await app(scope, receive, send)
    if kind == "websocket":
        return (403 if said[0]["type"] == "websocket.close" else 101), ""
    return said[0]["status"], b"".join(each.get("body", b"") for each in said).decode()


async def fine(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """An app that answers everything with what it was asked under."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"fine"})
