"""TensorBoard's event files, made by hand, to spoil; and ones whose lengths, shapes and nesting are not what they say.

A record is a length, its checksum, a protobuf Event and its checksum. Only where `tensorboard` is installed are they
read; else each gets the sentence of a reader that is not there, and no harm is done either.
"""

import struct
from collections.abc import Callable

from checkpoints.event_curves import installed
from tests.checkpoints.hostile import Hostile

NAME = "events.out.tfevents.1.me"
_BROKEN = "must be whole and of TensorBoard's own making to be read"


def cases() -> list[Hostile]:
    good = events()
    files: dict[str, tuple[Callable[[], bytes] | bytes, str]] = {
        "cut": (good[: len(good) // 2], ""),
        "noise": (bytes(range(256)) * 20, ""),
        "claims_a_length": (_framed(b"", length=2**62), _BROKEN),
        "wrong_checksum": (good[:-2] + b"\0\0", ""),
        "no_event": (record(b"\xff" * 50), _BROKEN),
        "nested": (record(b"\x2b" * 100_000), _BROKEN),
        "tensor_of_a_terabyte": (record(event(1, tensor("loss", (2**40,)))), ""),
        "tensor_of_texts": (record(event(1, tensor("loss", (), kind=7))), ""),
        "long_tag": (record(event(1, scalar("x" * 5_000_000, 1.0))), ""),
        "many_tags": (lambda: b"".join(record(event(1, scalar(f"tag {n}", 1.0))) for n in range(20_000)), ""),
        "not_finite": (record(event(1, scalar("loss", float("nan")))), ""),
        "tag_of_markup": (record(event(1, scalar("<img src=x onerror=alert(1)>\u202e", 1.0))), ""),
    }
    return [
        Hostile(f"{name}.tfevents.1", data, (sentence or None) if installed() else _BROKEN, reader="events")
        for name, (data, sentence) in files.items()
    ]


def events() -> bytes:
    """Two tags over three steps, of torch's kind and of TensorFlow's."""
    made = [record(_text(3, b"brain.Event:2"))]
    for step in range(3):
        made.append(record(event(step, scalar("loss", 1 / (step + 1)))))
        made.append(record(event(step, tensor("accuracy", ()))))
    return b"".join(made)


def record(data: bytes) -> bytes:
    return _framed(data, length=len(data))


def _framed(data: bytes, *, length: int) -> bytes:
    head = struct.pack("<Q", length)
    return head + struct.pack("<I", _masked(head)) + data + struct.pack("<I", _masked(data))


def event(step: int, value: bytes) -> bytes:
    """wall_time, step, and a Summary of one value."""
    return b"\x09" + struct.pack("<d", 1.0) + b"\x10" + _varint(step) + _text(5, _text(1, value))


def scalar(tag: str, value: float) -> bytes:
    return _text(1, tag.encode()) + b"\x15" + struct.pack("<f", value)


def tensor(tag: str, shape: tuple[int, ...], kind: int = 1) -> bytes:
    """A TensorProto of that shape with one float, and the plugin "scalars"."""
    sizes = b"".join(_text(2, b"\x08" + _varint(size)) for size in shape)
    proto = b"\x08" + _varint(kind) + _text(2, sizes) + (_text(5, struct.pack("<f", 0.5)) if kind == 1 else b"")
    return _text(1, tag.encode()) + _text(8, proto) + _text(9, _text(1, _text(1, b"scalars")))


def _text(field: int, data: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    made = bytearray()
    while value > 127:
        made.append(value & 127 | 128)
        value >>= 7
    return bytes([*made, value])


def _masked(data: bytes) -> int:
    """TFRecord's checksum: CRC-32C, turned by 15 bits, and a constant added."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _CRC[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def _table() -> list[int]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        table.append(value)
    return table


_CRC = _table()
