"""The zip that torch.save writes, its rules checked before anything in it is read. No torch here.

One root folder, `data.pkl` in it, each storage a member of its own; nothing is compressed, so nothing can unpack to
more than the file has.
"""

import zipfile
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import IO, Any, Protocol

from checkpoints.reading.npz_lines import lines_of_program
from checkpoints.reading.quoting import shown
from checkpoints.reading.torch_file.inert_pickle import Name, read_pickle
from checkpoints.reading.zip_archive import open_zip, read_member, read_part
from losses.errors import LabError, plural

MOST_PICKLE = 64 << 20
MOST_MEMBERS = 100_000


class Archive(Protocol):
    """An open torch file in either of its forms: the value in it, inert, and the bytes of its storages."""

    @property
    def name(self) -> str: ...

    def value(self, mentions: set[Name]) -> tuple[Any, int]: ...

    def size_of(self, key: str) -> int | None: ...

    def storage(self, key: str, start: int, stop: int) -> bytes: ...

    def part(self, key: str, start: int, stop: int) -> bytes: ...


@dataclass(frozen=True, slots=True, eq=False)
class TorchArchive:
    """A checked archive in an open file; `name` is the file's, `root` the folder in it.

    `whole` has the members that have been held against their checksums. For one thread at a time.
    """

    name: str
    root: str
    members: dict[str, zipfile.ZipInfo]
    archive: zipfile.ZipFile
    file: IO[bytes]
    whole: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, file: IO[bytes], *, name: str, size: int) -> "TorchArchive":
        """LabError, one sentence, for an archive that torch.save would not write."""
        archive = open_zip(file, name=name, what="torch file", members=MOST_MEMBERS)
        entries = archive.infolist()
        _check_no_program(entries, name)
        _check_entries(entries, name, size)
        roots = {PurePosixPath(entry.filename).parts[0] for entry in entries}
        pickles = [entry.filename for entry in entries if entry.filename.endswith("/data.pkl")]
        if len(roots) != 1 or len(pickles) != 1:
            found = f"has {plural(len(roots), 'folder')} and {len(pickles)} of data.pkl"
            raise LabError(name, "must have one folder and one data.pkl in it", but=found)
        return cls(name, roots.pop(), {entry.filename: entry for entry in entries}, archive, file)

    def pickle(self) -> bytes:
        """The bytes of data.pkl."""
        member = f"{self.root}/data.pkl"
        declared = self.members[member].file_size if member in self.members else 0
        if not 0 < declared <= MOST_PICKLE:
            raise LabError(
                self.name, f"must have a data.pkl of 1 to {MOST_PICKLE:,} bytes", but=f"has {declared:,} bytes of it"
            )
        return self.read(member)

    def value(self, mentions: set[Name]) -> tuple[Any, int]:
        """What was saved, and how long its pickle is; the globals that it names are put into `mentions`."""
        pickled = self.pickle()
        return read_pickle(pickled, name=self.name, globals_named=mentions), len(pickled)

    def size_of(self, key: str) -> int | None:
        """Bytes of the storage `key`, None where there is no such member."""
        entry = self.members.get(f"{self.root}/data/{key}")
        return None if entry is None else entry.file_size

    def storage(self, key: str, start: int, stop: int) -> bytes:
        """Bytes `start` to `stop` of the storage `key`; the whole of it is held against its checksum once."""
        member = f"{self.root}/data/{key}"
        if member in self.whole:
            part = read_part(self.file, self.members[member], start, stop)
        else:
            part = self.read(member)[start:stop]
            self.whole.add(member)
        if len(part) != stop - start:
            raise LabError(self.name, "must not change while it is read", remedy="Open it again.")
        return part

    def part(self, key: str, start: int, stop: int) -> bytes:
        """Bytes `start` to `stop` of the storage `key`, or what there is of them, held against no checksum."""
        return read_part(self.file, self.members[f"{self.root}/data/{key}"], start, stop)

    def read(self, member: str) -> bytes:
        """A member's bytes, held against its checksum; torch may leave that 0."""
        entry = self.members[member]
        return read_member(self.archive, entry, name=self.name, unchecked=entry.CRC == 0)


def _check_no_program(entries: list[zipfile.ZipInfo], name: str) -> None:
    """TorchScript is a zip with a data.pkl too, and the program's code in a folder `code`."""
    if any(PurePosixPath(entry.filename).parts[1:2] == ("code",) for entry in entries):
        remedy = "Who has the network's class saves its state_dict() with torch.save."
        found = "TorchScript, a program with its weights"
        refusal = LabError(name, "must be a file of torch.save", found, remedy)
        refusal.lines = lines_of_program(name)
        raise refusal


def _check_entries(entries: list[zipfile.ZipInfo], name: str, size: int) -> None:
    for entry in entries:
        parts = PurePosixPath(entry.filename).parts
        if not parts or entry.filename.startswith("/") or ".." in parts or "\\" in entry.filename:
            raise LabError(name, "must have members inside its folder", but=f"has one named {shown(entry.filename)}")
        if entry.compress_type != zipfile.ZIP_STORED or entry.file_size != entry.compress_size:
            raise LabError(
                name,
                "must hold its members uncompressed, as torch.save does",
                but=f"compresses {shown(entry.filename)}",
            )
    declared = sum(entry.file_size for entry in entries)
    if declared > size:
        raise LabError(name, "must not declare more than it has", but=f"declares {declared:,} bytes in {size:,}")
