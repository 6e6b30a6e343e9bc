"""A script that stays is answered from memory the second time; nothing else is."""

import asyncio

import pytest

from ui.server import held_scripts
from ui.server.held_scripts import HeldScripts

FOR_GOOD = "public, immutable, max-age=31536000"


class Files:
    """An app that answers with `body`, in two parts, and counts how often it is asked."""

    def __init__(self, body: bytes = b"import this;" * 9, status: int = 200, **headers: str) -> None:
        self.body, self.status, self.asked = body, status, 0
        self.headers = {"cache-control": FOR_GOOD, "content-length": str(len(body)), "content-type": "text/javascript"}
        self.headers |= {name.replace("_", "-"): value for name, value in headers.items()}

    async def __call__(self, scope, receive, send):
        self.asked += 1
        headers = [(name.encode(), value.encode()) for name, value in self.headers.items() if value]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body[:5], "more_body": True})
        await send({"type": "http.response.body", "body": self.body[5:]})


def asked(held, path="/base/static/js/a.1.js", method="GET", **headers):
    """Status, headers and body of the answer."""
    said = []

    async def send(message):
        said.append(message)

    written = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    asyncio.run(held({"type": "http", "method": method, "path": path, "headers": written}, None, send))
    start, *parts = said
    assert [bool(part.get("more_body")) for part in parts] == [True] * (len(parts) - 1) + [False]
    return start["status"], start["headers"], b"".join(part["body"] for part in parts)


def ask_twice(files, **request):
    held = HeldScripts(files)
    return [asked(held, **request) for _ in range(2)]


def test_the_second_answer_is_the_first_without_asking():
    files = Files()
    held = HeldScripts(files)
    first = asked(held)
    assert first[::2] == (200, files.body)
    assert asked(held) == asked(held) == first
    assert files.asked == 1


def test_another_file_is_another_answer():
    files = Files()
    held = HeldScripts(files)
    asked(held, "/static/js/a.js")
    files.body, files.headers["content-length"] = b"another", "7"
    assert asked(held, "/static/js/b.js")[2] == b"another"


@pytest.mark.parametrize(
    "files",
    [
        Files(status=404),
        Files(status=206),
        Files(cache_control="no-cache"),
        Files(cache_control=""),
        Files(set_cookie="who=me"),
        Files(content_encoding="br"),
        Files(content_length=""),
    ],
    ids=["missing", "part", "changes", "unsaid", "personal", "packed", "endless"],
)
def test_what_may_be_another_answer_next_time_is_asked_for_again(files):
    ask_twice(files)
    assert files.asked == 2


@pytest.mark.parametrize("headers", [{"range": "bytes=0-3"}, {"if_none_match": '"a"'}, {"if_modified_since": "now"}])
def test_who_asks_for_a_part_or_only_for_news_is_not_given_the_whole(headers):
    files = Files()
    ask_twice(files, **headers)
    assert files.asked == 2


@pytest.mark.parametrize(("path", "method"), [("/Results", "GET"), ("/media/a.png", "GET"), ("/static/a.js", "HEAD")])
def test_pages_media_and_other_methods_go_through(path, method):
    files = Files()
    ask_twice(files, path=path, method=method)
    assert files.asked == 2


def test_memory_has_a_bound(monkeypatch):
    monkeypatch.setattr(held_scripts, "MOST", 150)
    files = Files()
    held = HeldScripts(files)
    for name in ("a", "b", "a", "b"):
        assert asked(held, f"/static/js/{name}.js")[2] == files.body
    assert files.asked == 3


def test_a_file_that_breaks_off_is_not_held():
    said = []

    async def broken(_scope, _receive, send):
        headers = [(b"cache-control", FOR_GOOD.encode()), (b"content-length", b"9")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"four", "more_body": True})

    async def send(message):
        said.append(message)

    held = HeldScripts(broken)
    scope = {"type": "http", "method": "GET", "path": "/static/js/a.js", "headers": []}
    for _ in range(2):
        asyncio.run(held(scope, None, send))
    assert len(said) == 4


def test_the_server_holds_them():
    from ui.server.middleware import MIDDLEWARE

    assert HeldScripts in [each.cls for each in MIDDLEWARE]
