"""One visitor without a browser: speaks to the server as Streamlit's own script in a browser does, over a websocket.

A browser's drawing would take the processor from the server and is not what is measured. What a visitor must do as a
browser does: hand its widgets back with each rerun, and rerun the fragments that the server asks it to.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import ClientConnection, connect

from benchmarks.soak.widgets import untouched

LONGEST = 240.0
"""Seconds until a page that is not done counts as stuck."""
_TEXTS = {"markdown": "body", "alert": "body", "text": "body", "heading": "body", "progress": "text"}
_PAUSE = 0.1
"""Seconds of silence after which a script that has ended does not go on."""
_LEFT_OUT = 2.0
"""Seconds without an answer after which a look counts as left out."""
_SILENCE = 20.0
"""Seconds of silence after which nothing more is expected of a page on which nothing ticks."""


class Stuck(Exception):
    """A page that did not get there in time, or showed an error that nobody asked for."""


@contextmanager
def visiting(url: str) -> Iterator["Visitor"]:
    """A tab on the server at `url`, closed in the end."""
    with connect(f"ws://{urlsplit(url).netloc}/_stcore/stream", max_size=None, compression=None) as socket:
        yield Visitor(socket)


class Visitor:
    """A tab: `open` a page by its link, `press` a button, `wait_for` a text."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._page, self._query, self._script = "", "", ""
        self._buttons: dict[str, str] = {}
        self._widgets: dict[str, WidgetState] = {}
        self._due: dict[str, tuple[float, float]] = {}
        self._said: list[str] = []
        self.reruns = 0

    def open(self, page: str, query: str = "") -> None:
        """Go to `page`, the last part of its address, and wait until its script has run."""
        self._page, self._query, self._script = page, query, ""
        self._rerun()
        self._settle()

    def press(self, label: str) -> None:
        """Press the button with this label, and wait until the page has answered."""
        self._rerun(press=self._buttons[label])
        self._settle()

    def wait_for(self, *beginnings: str) -> None:
        """Rerun the fragments that ask for it until a text begins with one of these; `Stuck` where none does so."""
        until = time.monotonic() + LONGEST
        while not any(text.startswith(beginnings) for text in self._said):
            if time.monotonic() > until or not self._tick():
                raise Stuck(f"{self._page}?{self._query}: nothing begins with {beginnings}; last: {self._said[-8:]}")

    def _tick(self) -> bool:
        """Wait for the next fragment that is due, and rerun it; without any, for what a busy server still sends."""
        if not self._due:
            try:
                self._take(ForwardMsg.FromString(self._socket.recv(timeout=_SILENCE)))
            except TimeoutError:
                return False
            return True
        fragment, (at, every) = min(self._due.items(), key=lambda item: item[1][0])
        time.sleep(max(0.0, at - time.monotonic()))
        self._due[fragment] = (time.monotonic() + every, every)
        self._rerun(fragment=fragment)
        if self._is_answered():
            self._settle()
        return True

    def _is_answered(self) -> bool:
        """A look that is due while somebody's click comes first is left out, see `ui.server.ticks`: the next one is
        soon enough."""
        try:
            self._take(ForwardMsg.FromString(self._socket.recv(timeout=_LEFT_OUT)))
        except TimeoutError:
            return False
        return True

    def _rerun(self, press: str = "", fragment: str = "") -> None:
        message = BackMsg()
        state = message.rerun_script
        state.page_name, state.page_script_hash = self._page, self._script
        state.query_string, state.fragment_id = self._query, fragment
        state.is_auto_rerun = bool(fragment)
        if press:
            state.widget_states.widgets.extend(self._widgets.values())
            widget = state.widget_states.widgets.add()
            widget.id, widget.trigger_value = press, True
        self._socket.send(message.SerializeToString())
        self.reruns += 1

    def _settle(self) -> None:
        """Until the script has ended and nothing follows: a fragment may ask for the whole page as it ends."""
        until, ended = time.monotonic() + LONGEST, False
        while True:
            try:
                message = self._socket.recv(timeout=_PAUSE if ended else until - time.monotonic())
            except TimeoutError:
                if ended:
                    return
                raise Stuck(f"{self._page}?{self._query}: still running; last: {self._said[-8:]}") from None
            ended = self._take(ForwardMsg.FromString(message), ended)

    def _take(self, message: ForwardMsg, ended: bool = True) -> bool:
        """Note what matters; whether the script has ended, as far as this message and those before it say."""
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._begin(of_a_fragment=bool(message.metadata.run.fragment_ids))
        elif kind == "delta":
            self._note(message.delta.new_element)
        elif kind == "auto_rerun":
            every = message.auto_rerun.interval
            self._due.setdefault(message.auto_rerun.fragment_id, (time.monotonic() + every, every))
        elif kind == "stop_auto_rerun":
            for fragment in message.stop_auto_rerun.fragment_ids:
                self._due.pop(fragment, None)
        elif kind == "navigation":
            self._script = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self._query = message.page_info_changed.query_string
        elif kind == "session_status_changed":
            return not message.session_status_changed.script_is_running
        return ended and kind != "new_session"

    def _begin(self, *, of_a_fragment: bool) -> None:
        self._said.clear()
        if not of_a_fragment:
            self._due.clear()
            self._buttons.clear()
            self._widgets.clear()

    def _note(self, element: Element) -> None:
        kind = element.WhichOneof("type") or "empty"
        shown = getattr(element, kind)
        if kind == "exception":
            raise Stuck(f"{self._page}?{self._query}: {shown.type}: {shown.message}")
        if kind == "button":
            self._buttons[shown.label] = shown.id
        if (state := untouched(kind, shown)) is not None:
            self._widgets[state.id] = state
        if kind in _TEXTS:
            self._said.append(getattr(shown, _TEXTS[kind]))
