"""An image folder inside a zip: members are read one at a time, and none may be more than it declares."""

import hashlib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from checkpoints.images.decode import MOST_BYTES
from checkpoints.images.source import ImageData
from checkpoints.images.tree import tree_data
from checkpoints.reading.quoting import file_name, printable, shown
from checkpoints.reading.safe_files import open_regular
from checkpoints.reading.zip_archive import open_zip, read_member
from losses.errors import LabError

# An image is compressed already: what shrinks a thousandfold is none.
_MOST_UNPACKED = 100
_MOST_MEMBERS = 500_000


@contextmanager
def zip_data(path: Path) -> Iterator[ImageData]:
    """`train|test/CLASS/*.jpg|png` in the zip at `path`, perhaps in one more folder; open inside the block."""
    with open_regular(path) as (file, size):
        digest = hashlib.file_digest(file, "sha256").digest()  # type: ignore[arg-type]
        with open_zip(file, name=file_name(path), what="zip archive", members=_MOST_MEMBERS) as archive:
            members = _checked(archive.infolist(), file_name(path), size)

            def data(inside: str) -> bytes:
                return _member(archive, members[inside], inside)

            def content(_inside: list[str]) -> bytes:
                return digest

            yield tree_data(members, data, content, name=file_name(path), kind="an image folder in a zip")


def _checked(entries: list[zipfile.ZipInfo], name: str, size: int) -> dict[str, zipfile.ZipInfo]:
    """The members by name, folders left out. LabError for what no archive of images has."""
    files = {entry.filename: entry for entry in entries if not entry.is_dir()}
    for entry in files.values():
        if ".." in PurePosixPath(entry.filename).parts or entry.filename.startswith("/"):
            raise LabError(name, "must have members inside of it", but=f"has one named {shown(entry.filename)}")
    declared = sum(entry.file_size for entry in files.values())
    if declared > _MOST_UNPACKED * size:
        raise LabError(
            name,
            f"must unpack to at most {_MOST_UNPACKED} times its size",
            but=f"declares {declared:,} bytes in {size:,}",
        )
    return files


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, inside: str) -> bytes:
    if entry.file_size > MOST_BYTES:
        raise LabError(printable(inside), f"must have at most {MOST_BYTES:,} bytes", f"{entry.file_size:,} bytes long")
    return read_member(archive, entry, name=printable(inside))
