"""UMAP and t-SNE in a process of its own: `python -m analysis.maps.worker`, spoken to over its stdin and stdout.

numba compiles for seconds without letting go of the interpreter, and a page must not stand still for that. A fit that
crashes takes this process with it and not the server. It ends when its stdin does, so it never outlives its parent
by more than one map. A plain subprocess and no `multiprocessing`, which would run the page's script again as its main.

A request is two messages, the parameters as JSON and the embeddings as npy; so is the answer: `{}` and coordinates,
or {"refused": the parts of a LabError} and nothing. A message is its length (8 bytes, little-endian) and its bytes.
"""

import io
import json
import signal
import struct
import sys
from dataclasses import asdict
from typing import IO, Any

import numpy as np

from analysis.maps.projection import Projection, UmapSpec, umap_map
from analysis.maps.tsne import TsneSpec, tsne_map
from losses.errors import LabError

MapSpec = UmapSpec | TsneSpec
_SPECS: dict[str, type[MapSpec]] = {spec.method: spec for spec in (UmapSpec, TsneSpec)}
_LENGTH = struct.Struct("<Q")


def write_request(stream: IO[bytes], embeddings: np.ndarray, spec: MapSpec) -> None:
    """The parent's side of `serve`."""
    _write(stream, json.dumps({"method": spec.method, **asdict(spec)}).encode(), _to_bytes(embeddings))


def read_answer(stream: IO[bytes]) -> np.ndarray:
    """Coordinates (N, 2); LabError where the worker refused, EOFError where it ended."""
    about, content = json.loads(_read(stream)), _read(stream)
    if "refused" in about:
        said = about["refused"]
        raise LabError(said["name"], said["rule"], remedy=said["remedy"], but=said["but"])
    return _from_bytes(content)


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer one request after another until there is no more."""
    while True:
        try:
            spec, embeddings = _spec(json.loads(_read(requests))), _from_bytes(_read(requests))
        except EOFError:
            return
        try:
            coordinates = _map(embeddings, spec).coordinates
        except LabError as mistake:
            parts = {each: getattr(mistake, each) for each in ("name", "rule", "remedy", "but")}
            _write(answers, json.dumps({"refused": parts}).encode(), b"")
        else:
            _write(answers, b"{}", _to_bytes(coordinates))


def _spec(about: dict[str, Any]) -> MapSpec:
    return _SPECS[about.pop("method")](**about)


def _map(embeddings: np.ndarray, spec: MapSpec) -> Projection:
    return umap_map(embeddings, spec) if isinstance(spec, UmapSpec) else tsne_map(embeddings, spec)


def _write(stream: IO[bytes], *messages: bytes) -> None:
    for message in messages:
        stream.write(_LENGTH.pack(len(message)) + message)
    stream.flush()


def _read(stream: IO[bytes]) -> bytes:
    (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    return _exactly(stream, length)


def _exactly(stream: IO[bytes], size: int) -> bytes:
    content = stream.read(size)
    if len(content) < size:
        raise EOFError
    return content


def _to_bytes(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def _from_bytes(content: bytes) -> np.ndarray:
    return np.load(io.BytesIO(content), allow_pickle=False)


def main() -> None:
    """Serve the parent; whatever a library prints goes to stderr and not between the answers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's: it ends, and with it our stdin
    answers, sys.stdout = sys.stdout.buffer, sys.stderr
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
