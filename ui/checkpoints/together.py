"""Files that were given at once and are one set of arrays: .npy, tables, names of classes, held as one archive."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from streamlit.runtime.uploaded_file_manager import UploadedFile

from checkpoints.reading.content import kind_of
from ui.uploads import safe_name

_PARTS = ("npy", "text", "json")


@dataclass(frozen=True, slots=True)
class Given:
    """One upload, or several that are opened as one. key: the numbers of the uploads."""

    files: tuple[UploadedFile, ...]

    @property
    def key(self) -> str:
        return " ".join(file.file_id for file in self.files)

    @property
    def name(self) -> str:
        return " + ".join(file.name for file in self.files)[:120]

    @property
    def together(self) -> bool:
        return len(self.files) > 1

    def content(self) -> bytes:
        """The file's bytes, or those of an archive of all: the same files give the same bytes."""
        if not self.together:
            return self.files[0].getvalue()
        with zipfile.ZipFile(made := io.BytesIO(), "w") as archive:
            for number, file in enumerate(self.files):
                name = safe_name(file.name)
                again = name in archive.namelist()
                archive.writestr(zipfile.ZipInfo(f"{number}_{name}" if again else name), file.getbuffer())
        return made.getvalue()


def sorted_out(files: Sequence[UploadedFile], *, together: bool) -> list[Given]:
    """Each file for itself; those that are parts of a set as one, where they are to be opened `together`."""
    parts = [file for file in files if together and kind_of(bytes(file.getbuffer()[:4096])) in _PARTS]
    if len(parts) < 2:
        return [Given((file,)) for file in files]
    others = [Given((file,)) for file in files if file not in parts]
    return [*others, Given(tuple(sorted(parts, key=lambda file: file.name)))]


def unpacked(content: bytes, folder: Path) -> None:
    """The files of an archive that `Given.content` made."""
    folder.mkdir()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for entry in archive.infolist():
            (folder / safe_name(entry.filename)).write_bytes(archive.read(entry))
