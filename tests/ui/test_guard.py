"""Which requests are answered, which are refused, and what is said about them."""

import json
import logging

import pytest
from streamlit import config, net_util

from tests.ui.asgi import ask, fine
from ui.server.guard import Guard

LAB = "127.0.0.1:8501"
STREAM = "/_stcore/stream"
HUB = "https://hub.example.org"


@pytest.fixture(autouse=True)
def settings(monkeypatch):
    """The project's own, which a test may add to; and nobody outside may be asked for an address."""
    values = {"server.allowedHosts": ["localhost", "127.0.0.1", "::1"], "server.corsAllowedOrigins": []}
    real = config.get_option
    monkeypatch.setattr(config, "get_option", lambda name: values[name] if name in values else real(name))
    for look_up in ("get_external_ip", "get_internal_ip"):
        monkeypatch.setattr(net_util, look_up, lambda: pytest.fail("an address was looked up"))
    return values


@pytest.mark.parametrize("host", [LAB, "localhost:9000", "LOCALHOST", "localhost.", "[::1]:8501", "127.0.0.1"])
def test_this_machine_is_answered(host):
    assert ask(Guard(fine), host=host) == (200, "fine")
    assert ask(Guard(fine), STREAM, kind="websocket", host=host, origin=f"http://{host}")[0] == 101


@pytest.mark.parametrize("path", ["/", "/Losses", "/_stcore/metrics", "/static/js/index.js", "/media/x.png"])
@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "0.0.0.0:8501", "a/localhost", "", "[::1"],
)
def test_another_host_is_refused_whatever_it_asks_for(host, path):
    status, said = ask(Guard(fine), path, host=host)
    assert status == 403
    assert "must be one of localhost, 127.0.0.1, ::1" in said


def test_no_host_at_all_is_refused():
    assert ask(Guard(fine))[0] == 403
    assert ask(Guard(fine), STREAM, kind="websocket")[0] == 403


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        (LAB, "http://127.0.0.1:8501", 101),
        (LAB, "http://localhost:3000", 101),  # an SSH tunnel from another port; both are the reader's own machine
        (LAB, HUB, 403),
        (LAB, "https://127.0.0.1.evil.example", 403),
        (LAB, "https://evil.example/127.0.0.1:8501", 403),
        (LAB, "https://localhost@evil.example", 403),
        (LAB, "null", 403),
        (LAB, "http://[::1", 403),
        ("hub.example.org", HUB, 403),
    ],
)
def test_a_websocket_from_another_page_is_refused(host, origin, status):
    assert ask(Guard(fine), STREAM, kind="websocket", host=host, origin=origin)[0] == status


def test_a_page_may_not_call_itself_local_before_a_host_that_is_not(settings):
    settings["server.allowedHosts"].append("hub.example.org")
    assert ask(Guard(fine), STREAM, kind="websocket", host="hub.example.org", origin="http://localhost:3000")[0] == 403


def test_the_settings_that_are_named_allow_what_was_refused(settings):
    asked = {"host": "hub.example.org", "origin": HUB}
    said = ask(Guard(fine), "/_stcore/metrics", **asked)[1]
    assert "make app HOST=hub.example.org (without make: --server.allowedHosts hub.example.org)" in said
    settings["server.allowedHosts"].append("hub.example.org")
    assert ask(Guard(fine), STREAM, kind="websocket", **asked)[0] == 101

    asked = {"host": "localhost:8501", "origin": HUB}
    said = ask(Guard(fine), "/_stcore/metrics", **asked)[1]
    assert f"make app ORIGIN={HUB} (without make: --server.corsAllowedOrigins {HUB})" in said
    settings["server.corsAllowedOrigins"].append(f"{HUB}/")
    assert ask(Guard(fine), STREAM, kind="websocket", **asked)[0] == 101
    assert ask(Guard(fine), STREAM, kind="websocket", host=LAB, origin="http://hub.example.org")[0] == 403


def test_an_allowed_page_is_the_labs_own_for_streamlit(settings):
    from streamlit.web.server.starlette.starlette_websocket import _is_origin_allowed

    seen = []

    async def streamlits(scope, receive, send):
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        seen.append(_is_origin_allowed(headers["origin"], headers["host"]))
        await fine(scope, receive, send)

    settings["server.corsAllowedOrigins"].append(HUB)
    assert ask(Guard(streamlits), STREAM, kind="websocket", host=LAB, origin=HUB)[0] == 101
    assert seen == [True]


def test_a_proxy_that_says_where_its_page_is(settings):
    asked = {"host": "localhost", "x_forwarded_host": "hub.example.org, inner", "x_forwarded_proto": "https,http"}
    status, said = ask(Guard(fine), "/Losses", **asked)
    assert (status, f"make app ORIGIN={HUB} " in said) == (403, True)
    settings["server.corsAllowedOrigins"].append(HUB)
    assert ask(Guard(fine), "/Losses", **asked)[0] == 200
    settings["server.allowedHosts"].append("hub.example.org")
    assert ask(Guard(fine), "/Losses", host="hub.example.org", x_forwarded_host="hub.example.org:443")[0] == 200


def test_a_pages_first_question_is_answered_with_the_sentence_as_json():
    status, said = ask(Guard(fine), "/lab/_stcore/health", host=LAB, referer=f"{HUB}/Losses?loss=x")
    assert status == 421
    assert f"make app ORIGIN={HUB} " in " ".join(json.loads(said).split("\n"))
    assert ask(Guard(fine), "/lab/_stcore/health", host=LAB)[0] == 200


def test_a_link_elsewhere_leads_here():
    assert ask(Guard(fine), "/Losses", host=LAB, referer="https://blog.example/post") == (200, "fine")


def test_the_terminal_says_each_refusal_once_and_no_more_than_it_can_bear(caplog):
    guard = Guard(fine)
    with caplog.at_level(logging.WARNING):
        for number in range(200):
            for _ in range(2):
                ask(guard, host=f"{number}.evil.example")
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == len(set(said)) == 50
    assert "make app HOST=0.evil.example " in said[0]


@pytest.mark.parametrize("host", ["\x1b[31mred", "a\u202eb", "x;rm -rf ~", "$(id)", "a" * 5_000])
def test_what_no_name_could_be_is_quoted_and_never_recommended(host, caplog):
    with caplog.at_level(logging.WARNING):
        _, said = ask(Guard(fine), host=host.encode("utf-8").decode("latin-1"))
    for text in (said.strip(), caplog.messages[-1]):
        assert text.isprintable()
        assert len(text) < 300
        assert "make app" not in text
