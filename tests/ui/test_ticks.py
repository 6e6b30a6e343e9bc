"""What a page asks by itself carries no click: the click comes on its own."""

import asyncio

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from ui.live import courtesy
from ui.server.middleware import MIDDLEWARE
from ui.server.ticks import Ticks, without_clicks

CLICKS = (WidgetState(id="run", trigger_value=True), WidgetState(id="row", json_trigger_value="[1]"))
VALUES = (WidgetState(id="tau", double_value=0.1), WidgetState(id="on", bool_value=True))


def asked(states: tuple[WidgetState, ...], *, tick: bool) -> bytes:
    message = BackMsg()
    message.rerun_script.fragment_id, message.rerun_script.is_auto_rerun = "panel", tick
    message.rerun_script.widget_states.widgets.extend(states)
    return message.SerializeToString()


def test_a_tick_loses_its_clicks_and_nothing_else():
    assert BackMsg.FromString(without_clicks(asked((*CLICKS, *VALUES), tick=True))) == BackMsg.FromString(
        asked(VALUES, tick=True)
    )


@pytest.mark.parametrize("content", [asked((*CLICKS, *VALUES), tick=False), asked(VALUES, tick=True), b"\xff", b""])
def test_all_else_goes_through_byte_by_byte(content):
    assert without_clicks(content) is content


def test_a_tick_is_left_out_while_a_click_comes_first(monkeypatch):
    monkeypatch.setattr(courtesy, "PROCESS", courtesy.Courtesy(60))
    sent = [asked(VALUES, tick=True), asked(CLICKS, tick=False), asked(VALUES, tick=True), asked(VALUES, tick=False)]
    waiting, heard = list(sent), []

    async def app(scope, receive, send):
        heard.extend([await receive() for _ in range(3)])

    async def receive():
        return {"type": "websocket.receive", "bytes": waiting.pop(0)}

    asyncio.run(Ticks(app)({"type": "websocket"}, receive, None))
    assert [each["bytes"] for each in heard] == [sent[0], sent[1], sent[3]]


def test_it_stands_around_the_pages():
    heard = []

    async def app(scope, receive, send):
        heard.append(await receive())

    async def receive():
        return {"type": "websocket.receive", "bytes": asked(CLICKS, tick=True)}

    asyncio.run(Ticks(app)({"type": "websocket"}, receive, None))
    assert not BackMsg.FromString(heard[0]["bytes"]).rerun_script.widget_states.widgets
    assert Ticks in [each.cls for each in MIDDLEWARE]
