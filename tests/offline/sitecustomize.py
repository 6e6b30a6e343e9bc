"""No network: a Python that imports this refuses to connect, send, listen or look up a name beyond this machine.

The tests import it, and put its folder on PYTHONPATH, where every interpreter that they start finds it under the name
that Python imports by itself. What was refused is also written to a file: the caller may swallow the error.
"""

import os
import sys

REFUSALS = "NCE_LAB_REFUSED_CONNECTIONS"
"""The variable that names the file of refusals; beside it, `.armed` has a line for each interpreter that refuses."""

_WITH_ADDRESS = {"socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind"}
_WITH_HOST = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}


def _watch(event: str, arguments: tuple) -> None:
    if event in _WITH_ADDRESS:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # a text is a socket in the file system
    elif event in _WITH_HOST:
        host = arguments[0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host
    if isinstance(host, str) and not (host.startswith("127.") or host in ("localhost", "::1")):
        _note("", f"{event} {host}")
        raise PermissionError(f"no network in tests: {event} {host!r}")


def _note(ending: str, line: str) -> None:
    if REFUSALS in os.environ:
        with open(os.environ[REFUSALS] + ending, "a") as file:
            file.write(f"{os.getpid()} {line}\n")


sys.addaudithook(_watch)
_note(".armed", " ".join(sys.argv[:3]))
