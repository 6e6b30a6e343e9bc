"""Writing a file whole or not at all."""

import os
import secrets
from pathlib import Path

from losses.errors import LabError


def check_writable(path: Path) -> None:
    """Say now what would fail after the training: a missing or read-only folder, a folder in the file's place."""
    if path.is_dir():
        raise LabError(str(path), "must be a file name", "a folder")
    if not path.parent.is_dir():
        raise LabError(str(path), "must lie in an existing folder", remedy=f"Make {path.parent} first.")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise LabError(str(path), "must lie in a folder that you can write to")


def write_atomic(path: Path, data: bytes) -> None:
    """Write beside `path`, flush to disk, rename over it: a reader sees the old file or the new one, never half."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        _write_flushed(temporary, data)
        temporary.replace(path)
        _flush_folder(path.parent)
    except OSError as error:
        raise LabError(str(path), f"could not be written ({error.strerror})") from error
    finally:
        temporary.unlink(missing_ok=True)


def _write_flushed(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """The rename itself is on disk only when the folder is."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
