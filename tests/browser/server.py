"""A real server: `streamlit run app.py` on a free port, in a process group of its own."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.waiting import until

ROOT = Path(__file__).parents[2]
NAME = "hub.example.org"
"""A host that nobody has (RFC 2606), which the tests' browser takes for this machine."""
ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    f"--host-resolver-rules=MAP {NAME} 127.0.0.1",
]
"""What Chromium is started with."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running app."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path


@contextmanager
def running(
    log: Path, *options: str, base: str = "", root: Path = ROOT, port: int = 0, **variables: str
) -> Iterator[Server]:
    """A server in a process group of its own, which ends with it, on a free port where none is named.

    `options` as on the command line, `base` the path before the pages, `root` where the project is, `variables` of the
    environment. What it keeps on disk lies beside its log.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    command += [*(["--server.baseUrlPath", base] if base else []), *options]
    environment = os.environ | {"XDG_CACHE_HOME": str(log.parent / "cache")} | variables
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=root, env=environment, stdout=output, stderr=output, start_new_session=True
        )
    server = Server(f"http://127.0.0.1:{port}{base}", process, log)
    try:
        until(lambda: _answers(server), every=0.1, last=log.read_text)
        yield server
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _answers(server: Server) -> bool:
    assert server.process.poll() is None, server.log.read_text()
    try:
        with urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=10) as answer:
            return answer.status == 200
    except OSError:
        return False
