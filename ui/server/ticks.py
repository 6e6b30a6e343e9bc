"""A tick carries no click.

A part of a page that is drawn anew by itself (`run_every`) asks for it with the state of all controls. Streamlit's page
holds a click as such a state for a moment before it sends it; a tick in that moment takes the click along, and what was
pressed once happens twice: Pause, then Resume. The click's own message always follows, so a tick's is dropped here.
"""

from google.protobuf.message import DecodeError
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

from ui.live import courtesy

_TRIGGERS = ("trigger_value", "string_trigger_value", "json_trigger_value", "chat_input_value")


class Ticks:
    """Around the pages' websocket; whatever is no tick goes through as it came. A tick is left out while somebody's
    click comes first, see `courtesy`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return

        async def heard() -> Message:
            while True:
                message = await receive()
                content = message.get("bytes")
                found = _read(content) if content else None
                if found is None or found.WhichOneof("type") != "rerun_script":
                    return message
                if not found.rerun_script.is_auto_rerun:
                    courtesy.PROCESS.asked()
                    return message
                if not courtesy.PROCESS.left():  # else the next look is soon enough
                    message["bytes"] = without_clicks(message["bytes"])
                    return message

        await self.app(scope, heard, send)


def _read(content: bytes) -> BackMsg | None:
    """A page's message; what cannot be read is for Streamlit to refuse."""
    try:
        return BackMsg.FromString(content)
    except DecodeError:
        return None


def without_clicks(content: bytes) -> bytes:
    """The message of a page, a tick's without the clicks in it; what cannot be read is for Streamlit to refuse."""
    message = _read(content)
    if message is None or not message.rerun_script.is_auto_rerun:
        return content
    states = message.rerun_script.widget_states.widgets
    kept = [state for state in states if state.WhichOneof("value") not in _TRIGGERS]
    if len(kept) == len(states):
        return content
    del states[:]
    states.extend(kept)
    return message.SerializeToString()
