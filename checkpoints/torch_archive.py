"""The zip that torch.save writes, its rules checked before anything in it is read. No torch here.

One root folder, `data.pkl` in it, each storage a member of its own; nothing is compressed, so nothing can unpack to
more than the file has.
"""

import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from checkpoints.quoting import shown
from losses.errors import LabError

MOST_PICKLE = 64 << 20
MOST_MEMBERS = 100_000


@dataclass(frozen=True, slots=True, eq=False)
class TorchArchive:
    """A checked archive; `name` is the file's, `root` the folder in it."""

    name: str
    root: str
    members: dict[str, zipfile.ZipInfo]
    archive: zipfile.ZipFile

    @classmethod
    def of(cls, file: IO[bytes], *, name: str, size: int) -> "TorchArchive":
        """LabError, one sentence, for an archive that torch.save would not write."""
        try:
            archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
            raise LabError(name, "must be a whole torch file", "a broken zip archive", "Get it again.") from error
        entries = archive.infolist()
        _check_entries(entries, name, size)
        roots = {PurePosixPath(entry.filename).parts[0] for entry in entries}
        pickles = [entry.filename for entry in entries if entry.filename.endswith("/data.pkl")]
        if len(roots) != 1 or len(pickles) != 1:
            found = f"{len(roots)} of the one and {len(pickles)} of the other"
            raise LabError(name, "must have one folder and one data.pkl in it", found)
        return cls(name, roots.pop(), {entry.filename: entry for entry in entries}, archive)

    def pickle(self) -> bytes:
        """The bytes of data.pkl."""
        member = f"{self.root}/data.pkl"
        declared = self.members[member].file_size if member in self.members else 0
        if not 0 < declared <= MOST_PICKLE:
            raise LabError(self.name, f"must have a data.pkl of 1 to {MOST_PICKLE:,} bytes", f"{declared:,} bytes")
        return self.read(member)

    def size_of(self, key: str) -> int | None:
        """Bytes of the storage `key`, None where there is no such member."""
        entry = self.members.get(f"{self.root}/data/{key}")
        return None if entry is None else entry.file_size

    def storage(self, key: str) -> bytes:
        return self.read(f"{self.root}/data/{key}")

    def read(self, member: str) -> bytes:
        """A member's bytes, held against its checksum; torch may leave that 0."""
        entry = self.members[member]
        try:
            with self.archive.open(entry) as opened:
                if entry.CRC == 0:
                    opened._expected_crc = None  # type: ignore[attr-defined]
                data = opened.read()
        except (zipfile.BadZipFile, EOFError, OSError) as error:
            raise LabError(self.name, "must be whole", f"damaged in {shown(member)}", "Get it again.") from error
        if len(data) != entry.file_size:
            raise LabError(self.name, "must be whole", f"cut off in {shown(member)}", "Get it again.")
        return data


def _check_entries(entries: list[zipfile.ZipInfo], name: str, size: int) -> None:
    if not 0 < len(entries) <= MOST_MEMBERS:
        raise LabError(name, f"must have 1 to {MOST_MEMBERS:,} members", len(entries))
    for entry in entries:
        parts = PurePosixPath(entry.filename).parts
        if not parts or entry.filename.startswith("/") or ".." in parts or "\\" in entry.filename:
            raise LabError(name, "must have members inside its folder", f"one named {shown(entry.filename)}")
        if entry.compress_type != zipfile.ZIP_STORED or entry.file_size != entry.compress_size:
            raise LabError(name, "must hold its members uncompressed, as torch.save does", shown(entry.filename))
        if entry.flag_bits & 1:
            raise LabError(name, "must not be encrypted", shown(entry.filename))
    twice = [member for member, count in Counter(entry.filename for entry in entries).items() if count > 1]
    if twice:
        raise LabError(name, "must name each member once", f"naming {shown(twice[0])} twice")
    declared = sum(entry.file_size for entry in entries)
    if declared > size:
        raise LabError(name, "must not declare more than it has", f"{declared:,} bytes in {size:,}")
