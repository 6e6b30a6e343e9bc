"""Who may ask the server: a request for another host or from another page is refused before anything answers it.

Streamlit checks the websocket alone: its pages and numbers go to any host, and to judge a foreign origin it asks a
service outside for this machine's address. Here every request is judged first, and nothing is asked.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from textwrap import fill
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import config
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from checkpoints.reading.quoting import shown
from losses.errors import LabError

logger = logging.getLogger(__name__)
_CORE = "/_stcore/"
_PROBES = (f"{_CORE}health", f"{_CORE}host-config")  # what a page asks first; it shows JSON that is no 403
_MOST_SAID = 50
_WIDTH = 46  # letters in a line of the box in which a page shows the answer
_LETTERS = set("abcdefghijklmnopqrstuvwxyz0123456789.-:[]/_")


@dataclass(frozen=True, slots=True)
class Asked:
    """Where a request says it goes and comes from: the Host header; the page's origin, "" where it is not said."""

    host: str
    origin: str

    @classmethod
    def read(cls, path: str, headers: Headers) -> "Asked":
        """A proxy that changes the host may say the page's own in X-Forwarded-Host; a page's first two questions have
        no origin, but a referrer. Scripts and styles are the same for every page, so their origin is left alone."""
        origin = headers.get("origin", "") if _CORE in path else ""
        if not origin and (forwarded := _first(headers.get("x-forwarded-host", ""))):
            same = _name(forwarded) == _name(headers.get("host", ""))
            origin = "" if same else f"{_first(headers.get('x-forwarded-proto', '')) or 'http'}://{forwarded}"
        if not origin and path.endswith(_PROBES) and (referrer := headers.get("referer", "")):
            origin = "/".join(referrer.split("/")[:3])
        return cls(headers.get("host", ""), origin)


def refusal(asked: Asked, hosts: Iterable[str], origins: Iterable[str]) -> LabError | None:
    """Why the request is refused, with the setting that would allow it; None where it is not."""
    if not is_host_allowed(asked.host or None):
        rule = f"must be one of {', '.join(hosts)}"
        remedy = _remedy("If your own proxy asks by this name", "HOST", _name(asked.host), "--server.allowedHosts")
        return LabError("The host that a request asks for", rule, shown(asked.host) if asked.host else "empty", remedy)
    if not asked.origin or _is_same(asked.origin, asked.host) or _is_listed(asked.origin, origins):
        return None
    remedy = _remedy("If this is your own proxy", "ORIGIN", asked.origin.lower(), "--server.corsAllowedOrigins")
    rule = f"must be the address of the lab itself, {shown(asked.host)}"
    return LabError("The page that a request comes from", rule, shown(asked.origin), remedy)


class Guard:
    """Around the whole server. The first refusals of each kind are said in the terminal, all to who asked."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._said = set[str]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        asked = Asked.read(scope["path"], Headers(scope=scope))
        refused = refusal(asked, config.get_option("server.allowedHosts"), _origins())
        if refused is None:
            await self.app(_as_own(scope, asked), receive, send)
            return
        self._say(str(refused))
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})  # before it is accepted: status 403
        else:
            await _answer(scope["path"], str(refused))(scope, receive, send)

    def _say(self, sentence: str) -> None:
        if sentence not in self._said and len(self._said) < _MOST_SAID:
            self._said.add(sentence)
            logger.warning("Refused. %s", sentence)


def _answer(path: str, sentence: str) -> Response:
    if path.endswith(_PROBES):
        return JSONResponse(fill(sentence, _WIDTH, break_long_words=False), status_code=421)
    return PlainTextResponse(f"{sentence}\n", status_code=403)


def _as_own(scope: Scope, asked: Asked) -> dict[str, Any] | Scope:
    """A websocket from an allowed page, as one from the lab's own: Streamlit would look up addresses to allow it."""
    if scope["type"] != "websocket" or not asked.origin:
        return scope
    changed = dict(scope, headers=list(scope["headers"]))
    MutableHeaders(scope=changed)["origin"] = f"{urlsplit(asked.origin).scheme}://{asked.host}"
    return changed


def _origins() -> list[str]:
    return [each.strip().rstrip("/").lower() for each in config.get_option("server.corsAllowedOrigins")]


def _is_same(origin: str, host: str) -> bool:
    """Of the very host that was asked, or both on the machine of the browser."""
    return _netloc(origin) == host.lower() or (_is_loopback(_name(_netloc(origin))) and _is_loopback(_name(host)))


def _is_listed(origin: str, origins: Iterable[str]) -> bool:
    return not config.get_option("server.enableCORS") or origin.lower() in origins


def _remedy(case: str, setting: str, value: str, option: str) -> str:
    """Nothing to copy where the value is not one that anybody could mean."""
    if not value or len(value) > 255 or not set(value) <= _LETTERS:
        return "See docs/hosting.md."
    return (
        f"{case}, start the lab with: make app {setting}={value} (without make: {option} {value}). See docs/hosting.md."
    )


def _first(values: str) -> str:
    return values.split(",")[0].strip()


def _netloc(origin: str) -> str:
    return origin.partition("://")[2].split("/")[0].lower()


def _name(host: str) -> str:
    """The host without its port; "" where it is none."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_loopback(name: str) -> bool:
    try:
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False
