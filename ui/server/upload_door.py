"""The totals of uploads, held where the bytes come in: what is refused here is never stored.

A page counts what its own widgets hold; the endpoint of uploads takes files from whoever has a session, page or not.
"""

import logging
import re
from collections.abc import Callable, Mapping

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from losses.errors import LabError
from ui.server.public import Caps, caps
from ui.uploads import check_file, check_totals, kept

logger = logging.getLogger(__name__)
_PATH = re.compile(r"/_stcore/upload_file/([^/]+)/([^/]+)\Z")
_LEAST = 2**16  # bytes that each file counts for, an empty one too: it is an entry, and a temporary file while it comes
_FRAME = 2**12  # bytes at most that an upload has around its file
Place = tuple[str, str]
"""Session and file, as the address of an upload names them."""


def stored() -> dict[Place, int]:
    """Bytes of each file that the running server holds, in its uploads or for a session that keeps it."""
    from streamlit.runtime import get_instance
    from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

    manager = get_instance().uploaded_file_mgr
    if not isinstance(manager, MemoryUploadedFileManager):
        raise TypeError(f"uploads are held by {type(manager).__name__}, whose sizes are not known here")
    with manager._lock:
        return kept() | {
            (session, name): len(file.data)
            for session, files in manager.file_storage.items()
            for name, file in files.items()
        }


def _refuse(why: LabError) -> str:
    """The sentence for who asks, said in the terminal too: a browser shows the status alone."""
    logger.warning("Refused an upload: %s", why)
    return str(why)


class UploadDoor:
    """ASGI middleware: counts what is stored and what arrives, and answers 413 with a sentence to what would be more.

    All of it runs in the server's one event loop, and no await stands between a check and its count.
    """

    def __init__(
        self, app: ASGIApp, stored: Callable[[], Mapping[Place, int]] = stored, most: Callable[[], Caps] = caps
    ) -> None:
        self.app, self._stored, self._most = app, stored, most
        self._arriving: dict[Place, int] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = _PATH.search(scope["path"]) if scope["type"] == "http" and scope["method"] == "PUT" else None
        if found is None:
            await self.app(scope, receive, send)
            return
        place: Place = (found[1], found[2])
        length = Headers(scope=scope).get("content-length", "")
        declared = int(length) if length.isdecimal() and len(length) < 16 else 0
        try:
            self._check(place, declared)
        except LabError as refused:
            await PlainTextResponse(_refuse(refused), status_code=413)(scope, receive, send)
            return
        try:
            await self.app(scope, self._counting(place, declared, receive), send)
        finally:
            self._arriving.pop(place, None)

    def _counting(self, place: Place, declared: int, receive: Receive) -> Receive:
        """Only what came is counted for others, so that nobody can hold room by announcing much."""
        came = 0

        async def counted() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            try:
                self._check(place, max(came, declared))
            except LabError as refused:
                raise HTTPException(413, _refuse(refused)) from refused
            self._arriving[place] = max(came, self._arriving.get(place, 0))
            return message

        return counted

    def _check(self, place: Place, size: int) -> None:
        """LabError where session or process would hold too much with `size` bytes at `place`."""
        check_file(size - _FRAME, self._most())
        sizes = dict(self._stored())
        for each, bytes_ in (*self._arriving.items(), (place, size)):
            sizes[each] = max(bytes_ - _FRAME, sizes.get(each, 0))
        sizes = {each: max(bytes_, _LEAST) for each, bytes_ in sizes.items()}
        own = sum(each for (session, _), each in sizes.items() if session == place[0])
        check_totals(own, sum(sizes.values()), self._most())
