"""The guard against the network refuses, tells, and reaches the interpreters that tests start."""

import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.offline.sitecustomize import REFUSALS

OUTSIDE = "192.0.2.1"  # a documentation address (RFC 5737): nobody is there


@pytest.fixture
def own_log(tmp_path, monkeypatch):
    """Refusals that are meant, apart from the others."""
    monkeypatch.setenv(REFUSALS, str(tmp_path / "refused"))
    return tmp_path / "refused"


@pytest.mark.parametrize(
    "ask",
    [
        lambda: socket.create_connection((OUTSIDE, 9), timeout=1),
        lambda: socket.getaddrinfo("example.org", 80),
        lambda: socket.gethostbyname("example.org"),
        lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", (OUTSIDE, 9)),
        lambda: socket.socket().bind(("", 0)),
        lambda: socket.socket().bind(("0.0.0.0", 0)),
    ],
    ids=["connect", "look up", "look up by name", "send", "listen everywhere", "listen on 0.0.0.0"],
)
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_the_network_is_refused(ask, own_log):
    with pytest.raises(PermissionError, match="no network in tests"):
        ask()
    assert "socket." in own_log.read_text()


def test_this_machine_is_not(own_log):
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname(), timeout=5):
        pass
    left, right = socket.socketpair()
    left.close()
    right.close()
    assert not own_log.exists()


def test_an_interpreter_that_a_test_starts_refuses_too(own_log):
    code = f"import socket; socket.create_connection(({OUTSIDE!r}, 9), timeout=1)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "PermissionError: no network in tests" in done.stderr
    assert OUTSIDE in own_log.read_text()


def test_the_server_listens_on_this_machine_and_tells_nobody():
    config = tomllib.loads((Path(__file__).parents[1] / ".streamlit" / "config.toml").read_text())
    assert config["server"]["address"] == "127.0.0.1"
    assert config["server"]["allowedHosts"] == ["localhost", "127.0.0.1", "::1"]
    assert config["server"]["enableXsrfProtection"] is config["server"]["enableCORS"] is True
    assert config["browser"]["gatherUsageStats"] is False
    assert config["logger"]["hideWelcomeMessage"] is True, "it would ask a service outside for this machine's address"
    assert config["client"]["showErrorDetails"] == "none"
