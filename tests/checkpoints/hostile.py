"""Files made to harm, files that are broken, and files that are something else, each with the sentence it gets.

`corpus` has them all. What a fuzzer or a user finds goes into the list of its kind, and stays. None of them is ever
opened by what it attacks.
"""

import io
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Pickle = bytes


@dataclass(frozen=True)
class Hostile:
    """A file by name: its bytes, what makes them, or what makes the file or folder at a path.

    `sentence` is in the refusal; None where the file opens, and then `shows` is in what is said of it. `reader` is one
    of `confined.READERS`.
    """

    name: str
    data: bytes | Callable[[], bytes] | None = None
    sentence: str | None = None
    shows: str = ""
    reader: str = "inspect"
    make: Callable[[Path], None] | None = None

    def write(self, folder: Path) -> Path:
        path = folder / self.name
        if self.make:
            self.make(path)
        else:
            path.write_bytes(self.data() if callable(self.data) else self.data or b"")
        return path


def archive(pickled: Pickle, storages: dict[str, bytes] | None = None) -> bytes:
    """A torch file around a pickle."""
    members = {f"archive/data/{key}": data for key, data in (storages or {}).items()}
    return zipped({"archive/data.pkl": pickled, **members, "archive/version": b"3\n"})


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as file:
        for name, data in members.items():
            file.writestr(dated(name, method), data)
    return buffer.getvalue()


def dated(name: str, method: int) -> zipfile.ZipInfo:
    """A member without the time of day: the same members are the same bytes."""
    member = zipfile.ZipInfo(name)
    member.compress_type = method
    return member


def text(value: str | bytes) -> Pickle:
    """The opcode that pushes a text."""
    coded = value.encode() if isinstance(value, str) else value
    return b"X" + struct.pack("<I", len(coded)) + coded


def number(value: int) -> Pickle:
    """The opcode that pushes a whole number of up to 255 bytes."""
    coded = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    return b"\x8a" + bytes([len(coded)]) + coded


def storage(key: str = "0", kind: str = "FloatStorage", numel: int = 4) -> Pickle:
    """Opcodes that leave a persistent storage on the stack."""
    return (
        b"(" + text("storage") + b"ctorch\n" + kind.encode() + b"\n" + text(key) + text("cpu") + number(numel) + b"tQ"
    )


def tensor(shape: tuple[int, ...], stride: tuple[int, ...], offset: int = 0, more: Pickle = b"", **where) -> Pickle:
    """Opcodes that leave a rebuilt tensor, whatever its sizes."""
    sizes = b"".join(b"(" + b"".join(number(value) for value in values) + b"t" for values in (shape, stride))
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage(**where) + number(offset) + sizes + b"\x89N" + more + b"tR"


def pickled(value: Pickle) -> Pickle:
    """A whole pickle of the value that the opcodes leave."""
    return b"\x80\x02" + value + b"."


def corpus(marker: Path) -> list[Hostile]:
    """Every case; the exploits among them would make the file `marker`."""
    from tests.checkpoints import (
        hostile_arrays,
        hostile_bombs,
        hostile_broken,
        hostile_code,
        hostile_data,
        hostile_events,
        hostile_image_forms,
        hostile_images,
        hostile_kinds,
        hostile_legacy,
        hostile_memory,
        hostile_pickles,
        hostile_talks,
    )

    parts = (
        hostile_arrays,
        hostile_bombs,
        hostile_broken,
        hostile_data,
        hostile_events,
        hostile_images,
        hostile_image_forms,
    )
    parts += (hostile_kinds, hostile_memory, hostile_talks)
    harmful = [*hostile_code.cases(marker), *hostile_legacy.cases(marker), *hostile_pickles.cases(marker)]
    return [*harmful, *(case for part in parts for case in part.cases())]
