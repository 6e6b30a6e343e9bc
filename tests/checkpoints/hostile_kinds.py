"""What people give by mistake: a web page, a pointer, a folder, a pipe. Each is told what it is."""

import bz2
import gzip
import io
import lzma
import os
import tarfile
from pathlib import Path

from tests.checkpoints.hostile import Hostile, zipped

_LEGACY = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."


def cases() -> list[Hostile]:
    page, old = "is a web page", "must hold a whole pickle"
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
    files = {
        "empty.pth": (b"", "is an empty file"),
        "one_byte.pth": (b"\x80", old),
        "page.pth": (b"<!DOCTYPE html><html><body>Sign in</body></html>", page),
        "page_with_bom.npz": (b"\xef\xbb\xbf \n<html>", page),
        "denied.safetensors": (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", page),
        "pointer.pth": (pointer, "is a git-lfs pointer"),
        "text.pth": (b"404: Not Found", "is a text"),
        "json.pth": (b'{"error": "not found"}', "is a JSON text"),
        "noise.pth": (bytes(range(256)) * 20, "is something else"),
        "zeros.pth": (bytes(5000), "is zeros alone"),
        "legacy.pth": (_LEGACY + b"\x80\x02M\xe9\x03.", old),
        "legacy_claims_a_length.pth": (_LEGACY + b"\xff" * 8 + (2**40).to_bytes(8, "little"), old),
        "packed.pth.gz": (gzip.compress(b"hello"), "is a compressed archive"),
        "packed.pth.bz2": (bz2.compress(b"hello"), "is a compressed archive"),
        "packed.pth.xz": (lzma.compress(b"hello"), "is a compressed archive"),
        "packed.tar": (_tar(), "is a tar archive"),
        "weights.h5": (b"\x89HDF\r\n\x1a\n" + bytes(100), "is an HDF5 file"),
        "array.npy": (b"\x93NUMPY\x01\x00", "must have a header that numpy writes"),
        "photos.zip": (zipped({"a/1.png": b"\x89PNG"}), "is a zip archive"),
        "empty.zip": (zipped({}), "is an archive with nothing in it"),
    }  # fmt: skip
    return [*(Hostile(name, data, why) for name, (data, why) in files.items()), *_places()]


def _places() -> list[Hostile]:
    """What is at a path without being a file."""
    regular = "must be a regular file, but is a pipe or device"
    return [
        Hostile("pipe.pth", make=os.mkfifo, sentence=regular),
        Hostile("device.pth", make=lambda path: path.symlink_to("/dev/zero"), sentence="not a symbolic link"),
        Hostile("link.pth", make=lambda path: path.symlink_to("/etc/passwd"), sentence="not a symbolic link"),
        Hostile("loop.pth", make=lambda path: path.symlink_to(path), sentence="not a symbolic link"),
        Hostile("absent.pth", make=lambda path: None, sentence="must be an existing file"),
        Hostile("folder.pth", make=Path.mkdir, sentence="must have embeddings"),
    ]


def _tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"), io.BytesIO(b""))
    return buffer.getvalue()
