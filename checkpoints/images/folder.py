"""An image folder on disk. Links are not followed; files are read one at a time."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from checkpoints.images.decode import MOST_BYTES
from checkpoints.images.source import ImageData
from checkpoints.images.tree import MOST_FILES, tree_data
from checkpoints.reading.quoting import file_name, printable
from checkpoints.reading.safe_files import read_whole
from losses.errors import LabError

_DEEPEST = 6


def folder_data(path: Path) -> ImageData:
    """`train|test/CLASS/*.jpg|png` below `path`, possibly in one more folder."""

    def bytes_of(inside: str) -> bytes:
        return read_whole(path / inside, limit=MOST_BYTES).data

    def content(inside: list[str]) -> bytes:
        digest = hashlib.blake2b(digest_size=20)
        for each in inside:
            digest.update(f"{each}\0".encode(errors="surrogatepass") + _digest(path / each))
        return digest.digest()

    return tree_data(files_below(path), bytes_of, content, name=file_name(path), kind="an image folder")


def _digest(path: Path) -> bytes:
    """Of a file's bytes; of one that will be refused when it is read, of its absence."""
    try:
        return bytes.fromhex(read_whole(path, limit=MOST_BYTES).digest)
    except LabError:
        return b"refused"


def files_below(top: Path) -> Iterator[str]:
    """Relative paths of the regular files below `top`."""
    waiting, seen = [("", 0)], 0
    while waiting:
        folder, depth = waiting.pop()
        try:
            with os.scandir(top / folder) as entries:
                for entry in entries:
                    seen += 1
                    if seen > MOST_FILES:
                        raise LabError(file_name(top), f"must have at most {MOST_FILES:,} files")
                    inside = f"{folder}/{entry.name}" if folder else entry.name
                    if entry.is_dir(follow_symlinks=False) and depth < _DEEPEST:
                        waiting.append((inside, depth + 1))
                    elif entry.is_file(follow_symlinks=False):
                        yield inside
        except OSError as error:
            raise LabError(printable(str(top / folder)), f"cannot be read ({error.strerror})") from error
