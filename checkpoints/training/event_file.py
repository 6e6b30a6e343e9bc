"""TensorBoard's event files, written without TensorBoard: scalars alone.

A record is its length, a checksum of that, an Event message of protocol buffers, and a checksum of the message
(tensorflow/core/lib/io/record_writer.cc, tensorflow/core/util/event.proto).
"""

import os
import socket
import struct
import time
from collections.abc import Mapping
from pathlib import Path

from checkpoints.reading.quoting import shown
from losses.errors import LabError

_POLYNOMIAL = 0x82F63B78  # of Castagnoli, reflected
_MASK = 0xA282EAD8


def _entry(byte: int) -> int:
    for _ in range(8):
        byte = (byte >> 1) ^ (_POLYNOMIAL if byte & 1 else 0)
    return byte


_TABLE = [_entry(byte) for byte in range(256)]


def crc32c(data: bytes) -> int:
    """The cyclic redundancy check of Castagnoli.

    >>> hex(crc32c(b"123456789"))
    '0xe3069283'
    """
    found = 0xFFFFFFFF
    for byte in data:
        found = (found >> 8) ^ _TABLE[(found ^ byte) & 0xFF]
    return found ^ 0xFFFFFFFF


def record(message: bytes) -> bytes:
    """A message as it stands in the file."""
    length = struct.pack("<Q", len(message))
    return length + _masked(length) + message + _masked(message)


def _masked(data: bytes) -> bytes:
    check = crc32c(data)
    return struct.pack("<I", (((check >> 15) | (check << 17)) + _MASK) & 0xFFFFFFFF)


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def scalars(step: int, values: Mapping[str, float], seconds: float) -> bytes:
    """An Event of scalars by their tags at a step; seconds since 1970."""
    each = [_field(1, _field(1, tag.encode()) + b"\x15" + struct.pack("<f", value)) for tag, value in values.items()]
    return _head(step, seconds) + _field(5, b"".join(each))


def _head(step: int, seconds: float) -> bytes:
    return b"\x09" + struct.pack("<d", seconds) + b"\x10" + _varint(step)


def _begun(step: int, seconds: float) -> bytes:
    """SessionLog START: what an earlier run left from this step on no longer counts."""
    return _head(step, seconds) + _field(7, b"\x08\x01")


class EventFile:
    """A new file in `folder`, which is made where it is missing. `first`: the first step that it will have."""

    def __init__(self, folder: Path, first: int) -> None:
        now = time.time()
        name = f"events.out.tfevents.{int(now):010}.{socket.gethostname()}.{os.getpid()}.0"
        try:
            folder.mkdir(exist_ok=True)
            self._file = (folder / name).open("xb")
        except OSError as error:
            rule = f"must be a folder that can be written to ({error.strerror})"
            raise LabError("--events", rule, shown(str(folder))) from error
        self._write(b"\x09" + struct.pack("<d", now) + _field(3, b"brain.Event:2"))
        self._write(_begun(first, now))

    def add(self, step: int, values: Mapping[str, float]) -> None:
        """Scalars by their tags; they are on disk when this returns."""
        self._write(scalars(step, values, time.time()))

    def close(self) -> None:
        """Nothing more is added."""
        self._file.close()

    def _write(self, message: bytes) -> None:
        try:
            self._file.write(record(message))
            self._file.flush()
        except OSError as error:
            raise LabError(self._file.name, f"could not be written ({error.strerror})") from error
