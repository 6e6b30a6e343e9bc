"""A reverse proxy as small as can be: it hands each connection on, with the Host and the path that it was told."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit


@contextmanager
def proxy(target: str, *, port: int = 0, host: str = "", strip: str = "", forwarded: bool = False) -> Iterator[int]:
    """Listens on `port`, or on the free one that it gives, for `target`.

    `host` replaces the Host header ("" keeps it), `strip` is taken off the path, `forwarded` says X-Forwarded-Host.
    """
    address = (str(urlsplit(target).hostname), int(urlsplit(target).port or 80))
    with socket.create_server(("127.0.0.1", port)) as listener:
        accepting = threading.Thread(target=_accept, args=(listener, address, host, strip, forwarded), daemon=True)
        accepting.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
    accepting.join(10)


def _accept(listener: socket.socket, address: tuple[str, int], host: str, strip: str, forwarded: bool) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_serve, args=(client, address, host, strip, forwarded), daemon=True).start()


def _serve(client: socket.socket, address: tuple[str, int], host: str, strip: str, forwarded: bool) -> None:
    with client, suppress(OSError), socket.create_connection(address) as server:
        got = b""
        while b"\r\n\r\n" not in got:
            more = client.recv(65_536)
            if not more:
                return
            got += more
        head, body = got.split(b"\r\n\r\n", 1)
        server.sendall(_changed(head.decode("latin-1"), host, strip, forwarded).encode("latin-1") + body)
        back = threading.Thread(target=_copy, args=(server, client), daemon=True)
        back.start()
        _copy(client, server)
        back.join()


def _changed(head: str, host: str, strip: str, forwarded: bool) -> str:
    """One request a connection, unless it becomes a websocket: so each request's head is seen."""
    asked = re.search(r"(?im)^host: *(.*?)\r?$", head)
    if strip:
        head = head.replace(f" {strip}", " ", 1)
    if host:
        head = re.sub(r"(?im)^host:.*$", f"Host: {host}\r", head)
    if forwarded and asked:
        head += f"\r\nX-Forwarded-Host: {asked[1]}"
    if not re.search(r"(?im)^upgrade:", head):
        head = re.sub(r"(?im)^connection:.*\r\n", "", head) + "\r\nConnection: close"
    return head + "\r\n\r\n"


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
