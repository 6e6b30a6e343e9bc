"""Images that are none, or that ask for more than they have: CIFAR batches, IDX files, folders and zips."""

import gzip
import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from tests.checkpoints.hostile import Hostile, number, pickled, text, zipped
from tests.checkpoints.hostile_bombs import laughs

TREE = "train/cat/1.png"


def cases() -> list[Hostile]:
    return [*_zips(), *_folders(), *_batches(), *_idx()]


def _zips() -> list[Hostile]:
    nameless = zipped({TREE: _png(), "x": b""})
    start = nameless.rindex(b"PK\x01\x02")
    entry = nameless[start : nameless.index(b"PK\x05\x06")]
    shorter = entry[:28] + b"\0\0" + entry[30:46]
    end = bytearray(nameless[nameless.index(b"PK\x05\x06") :])
    end[12:16] = struct.pack("<I", int.from_bytes(end[12:16], "little") - 1)
    wrong: dict[str, tuple[bytes, str]] = {
        "nameless": (nameless[:start] + shorter + bytes(end), "must name its members"),
        "no_images": (zipped({"a/b.txt": b""}), "must have images as train/CLASS"),
        "climbing": (zipped({TREE: _png(), "train/../../1.png": _png()}), "must have members inside of it"),
        "no_test": (zipped({TREE: _png()}), "must have train and test images"),
        "page_as_png": (zipped({TREE: b"<html>", "test/cat/1.png": _png()}), "must be a whole JPEG or PNG image"),
        "cut_png": (zipped({TREE: _png()[:45], "test/cat/1.png": _png()}), "must be a whole JPEG or PNG image"),
        "giant_png": (zipped({TREE: _giant_png(), "test/cat/1.png": _png()}), "must"),
        "gif_as_png": (zipped({TREE: _png("GIF"), "test/cat/1.png": _png()}), "must be a whole JPEG or PNG image"),
    }
    return [Hostile(f"images_{name}.zip", data, why, reader="images") for name, (data, why) in wrong.items()]


def _png(form: str = "PNG") -> bytes:
    Image.new("RGB", (8, 8), (9, 90, 200)).save(buffer := io.BytesIO(), form)
    return buffer.getvalue()


def _giant_png() -> bytes:
    """A header that promises 60,000 x 60,000 pixels."""
    size = b"IHDR" + struct.pack(">2I5B", 60_000, 60_000, 8, 2, 0, 0, 0)
    plain = _png()
    return plain[:8] + struct.pack(">I", 13) + size + struct.pack(">I", zlib.crc32(size)) + plain[33:]


def _folder(files: dict[str, bytes]) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        for name, data in files.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(data)

    return make


def _folders() -> list[Hostile]:
    def linked(path: Path) -> None:
        _folder({"test/cat/1.png": _png()})(path)
        (path / "train" / "cat").mkdir(parents=True)
        (path / TREE).symlink_to("/etc/passwd")

    return [
        Hostile("images_linked", sentence="must have train and test images", make=linked, reader="images"),
        Hostile("images_none", sentence="must have images as train/CLASS", make=Path.mkdir, reader="images"),
    ]


def _batches() -> list[Hostile]:
    call = b"cposix\nsystem\n(" + text("true") + b"tR"
    bomb = laughs(60)
    pixels = b"cnumpy.core.multiarray\n_reconstruct\n)R"

    def batch(data: bytes, labels: bytes = b"](K\x00e") -> bytes:
        return pickled(b"}(" + text("data") + data + text("labels") + labels + b"u")

    def state(dtype: bytes, shape: bytes = b"(K\x01M\x00\x0ct") -> bytes:
        return pixels + b"(K\x01" + shape + dtype + b"\x89" + b"B" + struct.pack("<I", 4) + b"abcd" + b"tb"

    wrong: dict[str, tuple[bytes, str]] = {
        "a_call": (pickled(call), "must hold a dict"),
        "call_as_data": (batch(call), "must have its pixels as a numpy array of uint8"),
        "laughs_as_data": (batch(bomb + b")R"), "must have its pixels as a numpy array of uint8"),
        "laughs_as_key": (pickled(b"}" + bomb + b"Ns"), "must be a CIFAR batch with data and labels"),
        "laughs_as_text": (pickled(b"}" + bomb + b")RNs"), "must be a CIFAR batch with data and labels"),
        "dtype_of_nothing": (batch(state(b"cnumpy\ndtype\n)R")), "must have its pixels as a numpy array of uint8"),
        "bytes_missing": (batch(state(b"cnumpy\ndtype\n(" + text("u1") + b"tR")), "whose bytes fit its shape"),
        "label_beyond": (batch(call, b"](" + number(2**70) + b"e"), "must have labels from 0 to 999"),
        "labels_of_text": (batch(call, text("cat")), "must be a CIFAR batch with data and labels"),
        "page": (b"<html>", "must"),
    }
    return [
        Hostile(
            f"batch_{name}", sentence=why, reader="images", make=_folder({"data_batch_1": data, "test_batch": data})
        )
        for name, (data, why) in wrong.items()
    ]


def _idx() -> list[Hostile]:
    def images(shape: tuple[int, int, int], data: bytes) -> bytes:
        return struct.pack(">4B3I", 0, 0, 8, 3, *shape) + data

    wrong: dict[str, tuple[bytes, str]] = {
        "claims": (images((2**31, 2**31, 4), bytes(9)), "must be whole"),
        "cut": (images((2, 5, 5), bytes(9)), "must be whole"),
        "cut_header": (b"\0\0\x08\x03", "must be IDX bytes in 3 dimensions"),
        "floats": (struct.pack(">4B3I", 0, 0, 13, 3, 1, 1, 1) + bytes(4), "must be IDX bytes in 3 dimensions"),
        "gzip_cut": (gzip.compress(bytes(999))[:-9], "must be a whole gzip file"),
        "gzip_damaged": (b"\x1f\x8b" + bytes(30), "must be a whole gzip file"),
    }
    labels = struct.pack(">4BI", 0, 0, 8, 1, 1) + b"\1"

    def both(data: bytes) -> dict[str, bytes]:
        parts = (("images-idx3-ubyte", data), ("labels-idx1-ubyte", labels))
        return {f"{side}-{kind}": content for side in ("train", "t10k") for kind, content in parts}

    return [
        Hostile(f"idx_{name}", sentence=why, reader="images", make=_folder(both(data)))
        for name, (data, why) in wrong.items()
    ]
