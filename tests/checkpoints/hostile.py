"""Files made to harm, each with the sentence that refuses it. They are never opened by what they attack."""

import io
import os
import pickle
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Pickle = bytes


@dataclass(frozen=True)
class Hostile:
    """A file's bytes by name; `sentence` is in the refusal, None where the file opens and the harm is only named."""

    name: str
    data: bytes
    sentence: str | None = None


def archive(pickled: Pickle, storages: dict[str, bytes] | None = None, *, edit: Callable | None = None) -> bytes:
    """A torch file around a pickle."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as file:
        file.writestr("archive/data.pkl", pickled)
        for key, data in (storages or {}).items():
            file.writestr(f"archive/data/{key}", data)
        file.writestr("archive/version", "3\n")
        if edit:
            edit(file)
    return buffer.getvalue()


class Runs:
    """Pickles as a call."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def exploits(marker: Path) -> list[Hostile]:
    """Each would make the marker file if anything in it were called."""
    touch = f"touch {marker}"
    code = f"open({str(marker)!r}, 'w').close()"
    calls = {
        "system": Runs(os.system, touch),
        "exec": Runs(exec, code),
        "eval": Runs(eval, code),
        "nested": {"model": [{"deep": Runs(os.system, touch)}]},
        "as_option": {"opt": Runs(os.system, touch)},
    }
    made = [Hostile(name, archive(pickle.dumps(value, protocol=p))) for name, value in calls.items() for p in (2, 4, 5)]
    opcode = b"\x80\x02cposix\nsystem\n(X" + struct.pack("<I", len(touch)) + touch.encode() + b"tR."
    instance = b"(S'" + touch.encode() + b"'\nios\nsystem\n."
    tensor = (
        b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(cposix\nsystem\n(X"
        + struct.pack("<I", len(touch))
        + touch.encode()
        + b"tRK\x00)\x29\x89NtR."
    )
    return [
        *made,
        Hostile("global_reduce", archive(opcode)),
        Hostile("inst_opcode", archive(instance), "using the opcode INST"),
        Hostile("tensor_of_a_call", archive(tensor)),
        Hostile("bare_pickle", pickle.dumps(Runs(os.system, touch)), "is a pickle"),
    ]


def _storage(key: str = "0", kind: str = "FloatStorage", numel: int = 4) -> bytes:
    """Opcodes that leave a persistent storage on the stack."""
    text = b"X" + struct.pack("<I", len(key)) + key.encode()
    return (
        b"((X\x07\x00\x00\x00storagectorch\n"
        + kind.encode()
        + b"\n"
        + text
        + b"X\x03\x00\x00\x00cpu"
        + (b"J" + struct.pack("<i", numel))
        + b"tQ"
    )


def tensor(shape: tuple[int, ...], stride: tuple[int, ...], offset: int = 0, **storage) -> Pickle:
    """A pickle of one rebuilt tensor, whatever its sizes."""

    def numbers(values: tuple[int, ...]) -> bytes:
        return b"(" + b"".join(b"\x8a\x09" + int(v).to_bytes(9, "little", signed=True) for v in values) + b"t"

    arguments = _storage(**storage) + numbers((offset,))[1:-1] + numbers(shape) + numbers(stride) + b"\x89N"
    return b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n" + arguments + b"tR."


def tensors() -> list[Hostile]:
    """Tensors that do not fit their storage: each is refused in its place, and the file still opens."""
    held = {"0": bytes(16)}
    wrong = {
        "beyond_its_storage": tensor((5,), (1,)),
        "far_offset": tensor((1,), (1,), offset=2**40),
        "huge_view": tensor((10**6, 10**6), (0, 0)),
        "negative_size": tensor((-1,), (1,)),
        "negative_stride": tensor((2,), (-1,), offset=1),
        "huge_size": tensor((2**62,), (1,)),
        "empty_but_huge": tensor((0, 2**62), (1, 1)),
        "rank_mismatch": tensor((2, 2), (1,)),
        "no_such_storage": tensor((4,), (1,), key="7"),
        "climbing_storage": tensor((4,), (1,), key="../../etc/passwd"),
        "unknown_kind": tensor((4,), (1,), kind="ComplexFloatStorage"),
    }
    return [Hostile(name, archive(data, held)) for name, data in wrong.items()]


def broken() -> list[Hostile]:
    """Whole files that are refused."""
    good = archive(tensor((4,), (1,)), {"0": bytes(16)})
    deep = b"\x80\x02" + b"]" * 500 + b"a" * 499 + b"."
    laughs = b"\x80\x02]q\x00" + b"".join(
        b"]q" + bytes([i + 1]) + b"(h" + bytes([i]) + b"h" + bytes([i]) + b"e" for i in range(60)
    )
    cycle = b"\x80\x02]q\x00h\x00a."
    return [
        Hostile("no_pickle", _zipped({"archive/version": b"3"}), "must have one folder and one data.pkl"),
        Hostile("two_roots", _zipped({"a/data.pkl": b"N.", "b/version": b"3"}), "must have one folder"),
        Hostile("two_pickles", _zipped({"a/data.pkl": b"N.", "a/b/data.pkl": b"N."}), "must have one folder"),
        Hostile("empty_pickle", archive(b""), "must have a data.pkl of 1 to"),
        Hostile("cut_pickle", archive(b"\x80\x02]q"), "must hold a whole pickle"),
        Hostile("stack_underflow", archive(b"\x80\x02R."), "must hold a whole pickle"),
        Hostile("no_mark", archive(b"\x80\x02t."), "must hold a whole pickle"),
        Hostile("unknown_memo", archive(b"\x80\x02h\x05."), "must hold a whole pickle"),
        Hostile("extension", archive(b"\x80\x02\x82\x01."), "using the opcode EXT1"),
        Hostile("out_of_band", archive(b"\x80\x05\x97."), "using the opcode NEXT_BUFFER"),
        Hostile("deep", archive(deep), "must be nested at most 64 deep"),
        Hostile("cycle", archive(cycle), "must be nested at most 64 deep"),
        Hostile("laughs", archive(laughs + b"."), "must"),
        Hostile("many_operations", archive(b"\x80\x02" + b"N0" * 1_100_000 + b"N."), "must have at most 2,000,000"),
        Hostile("climbing", _zipped({"archive/data.pkl": b"N.", "archive/../x": b""}), "members inside its folder"),
        Hostile("absolute", _zipped({"archive/data.pkl": b"N.", "/x": b""}), "members inside its folder"),
        Hostile("compressed", _zipped({"archive/data.pkl": b"N" * 9 + b"."}, zipfile.ZIP_DEFLATED), "uncompressed"),
        Hostile("truncated", good[: len(good) // 2], "must be a whole torch file"),
        Hostile("encrypted", _flagged(good), "must not be encrypted"),
        Hostile("damaged", _flipped(good), "damaged in 'archive/data.pkl'"),
    ]


def _zipped(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return buffer.getvalue()


def _flagged(data: bytes) -> bytes:
    """The same archive with the encryption bit of every entry set in its directory."""
    changed = bytearray(data)
    place = changed.find(b"PK\x01\x02")
    while place >= 0:
        changed[place + 8] |= 1
        place = changed.find(b"PK\x01\x02", place + 4)
    return bytes(changed)


def _flipped(data: bytes) -> bytes:
    """One byte of the pickle changed under its checksum."""
    changed = bytearray(data)
    changed[data.find(b"storage")] ^= 1
    return bytes(changed)
