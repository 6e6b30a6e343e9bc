"""Ways to spoil a file: any bytes of it, or with knowledge of what it is, so that the first check is passed."""

import io
import json
import pickletools
import warnings
import zipfile
from collections.abc import Callable
from random import Random

from tests.checkpoints.hostile import dated

Mutation = Callable[[Random, bytes, bytes], bytes]

_ODD = (
    0,
    1,
    2,
    3,
    4,
    7,
    8,
    16,
    64,
    127,
    128,
    255,
    256,
    2**15,
    2**16 - 1,
    2**31 - 1,
    2**31,
    2**32 - 1,
    2**62,
    2**63,
    2**64 - 1,
)
_OPCODES = bytes(ord(opcode.code) for opcode in pickletools.opcodes)
_VALUES: tuple[object, ...] = (
    None, True, -1, 0, 1, 2**31, 2**62, 10**25, 0.5, 1e400, "", "F32", "BF16", "\u202e", "x" * 5000, [], [0], {},
)  # fmt: skip


def mutated(random: Random, data: bytes, other: bytes) -> bytes:
    """`data` spoilt once to four times; `other` is another good file, to take parts from."""
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        data = random.choice(_FOR[_form(data)])(random, data, other)
    return data


def _form(data: bytes) -> str:
    if data[:4] == b"PK\x03\x04":
        return "zip"
    if data[8:9] == b"{":
        return "safetensors"
    return "pickle" if data[:1] == b"\x80" or data.startswith((b"(dp0\n", b"}q\0")) else "plain"


def flip(random: Random, data: bytes, other: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 8, 64)) if data else 0):
        changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


def cut(random: Random, data: bytes, other: bytes) -> bytes:
    place = random.randrange(len(data) + 1)
    return random.choice(
        (data[:place], data[place:], data[:-1], data[: place // 64], data + b"\0" * random.randrange(9))
    )


def splice(random: Random, data: bytes, other: bytes) -> bytes:
    """Its beginning and another's end, or a part taken out, repeated or put elsewhere."""
    a, b = sorted(random.randrange(len(data) + 1) for _ in range(2))
    c = random.randrange(len(other) + 1)
    part = data[a : a + random.choice((1, 4, 30, 400))]
    return random.choice(
        (data[:a] + other[c:], data[:a] + data[b:], data[:b] + part + data[b:], data[:a] + other[c : c + 40] + data[a:])
    )


def length(random: Random, data: bytes, other: bytes) -> bytes:
    """A number of 1 to 8 bytes overwritten by one that programs get wrong."""
    width = random.choice((1, 2, 4, 8))
    if len(data) < width:
        return data
    place, order = random.randrange(len(data) - width + 1), random.choice(("little", "little", "big"))
    number = (random.choice(_ODD) % 256**width).to_bytes(width, order)
    return data[:place] + number + data[place + width :]


def head(random: Random, data: bytes, other: bytes) -> bytes:
    """The same in the first bytes, where formats keep their lengths."""
    return length(random, data[:128], other) + data[128:]


def opcode(random: Random, data: bytes, other: bytes) -> bytes:
    """Opcodes of a pickle exchanged, inserted or left out where opcodes stand."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of backslashes in names
            places = [place for _, _, place in pickletools.genops(data)]
    except ValueError:
        return flip(random, data, other)
    for _ in range(random.choice((1, 1, 2, 5))):
        place = random.choice(places)
        new = bytes([random.choice(_OPCODES)])
        data = random.choice(
            (
                data[:place] + new + data[place + 1 :],
                data[:place] + new + data[place:],
                data[:place] + data[place + 1 :],
            )
        )
    return data


def member(random: Random, data: bytes, other: bytes) -> bytes:
    """A zip packed again with one member spoilt, its checksum right."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [(entry, archive.read(entry)) for entry in archive.infolist()]
    except Exception:  # noqa: BLE001 (it has been spoilt before: any bytes of it will do)
        return flip(random, data, other)
    chosen = random.randrange(len(entries)) if random.random() < 0.5 else 0
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number, (entry, content) in enumerate(entries):
            spoilt = random.choice(_FOR[_form(content)])(random, content, other) if number == chosen else content
            archive.writestr(dated(entry.filename, entry.compress_type), spoilt)
    return packed.getvalue()


def header(random: Random, data: bytes, other: bytes) -> bytes:
    """The JSON header of a safetensors file, and the JSON in it, with a value exchanged."""
    size = int.from_bytes(data[:8], "little")
    try:
        top = json.loads(data[8 : 8 + size])
        about = json.loads(top["__metadata__"]["nce_lab"])
        _exchange(random, random.choice((top, about, about)))
        top["__metadata__"]["nce_lab"] = json.dumps(about)
    except (ValueError, KeyError, TypeError):
        return flip(random, data, other)
    text = json.dumps(top).encode()
    return len(text).to_bytes(8, "little") + text + data[8 + size :]


def _exchange(random: Random, value: object) -> None:
    """Somewhere in nested dicts and lists: another value, one less, or a key renamed."""
    while isinstance(value, dict | list) and value:
        key = random.choice(list(value)) if isinstance(value, dict) else random.randrange(len(value))
        inner = value[key]
        if isinstance(inner, dict | list) and inner and random.random() < 0.8:
            value = inner
            continue
        change = random.randrange(4)
        if change == 0:
            del value[key]
        elif change == 1 and isinstance(value, dict):
            value[random.choice(("", "x", "shape", "\u202e"))] = value.pop(key)
        else:
            value[key] = random.choice(_VALUES)
        return


_PLAIN: tuple[Mutation, ...] = (flip, cut, splice, length, head)
_FOR: dict[str, tuple[Mutation, ...]] = {
    "plain": _PLAIN,
    "pickle": (*_PLAIN, opcode, opcode, opcode),
    "zip": (*_PLAIN, member, member, member, member, member),
    "safetensors": (*_PLAIN, header, header, header, header),
}
