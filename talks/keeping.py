"""Talks that are being edited, on this machine's disk: so that a reload, or a new server, finds them again."""

import hashlib
import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from checkpoints.reading.atomic import write_atomic
from checkpoints.reading.safe_files import read_whole
from losses.errors import LabError
from talks import bounds
from talks.model import Talk
from talks.reading import decode, title_of
from talks.writing import SUFFIX, encode

MOST, MOST_BYTES = 50, 500 << 20
"""The newest of them stay."""
_NAME = re.compile(r"[0-9a-f]{32}\Z")


@dataclass(frozen=True, slots=True)
class Kept:
    """A talk on the disk: the name that only its maker's browser knows, its title, when it was last changed."""

    name: str
    title: str
    changed: float

    @property
    def when(self) -> str:
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(self.changed))


def default_folder() -> Path:
    """$XDG_CACHE_HOME/nce-lab/talks, by default ~/.cache/nce-lab/talks."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "nce-lab" / "talks"


def new_name() -> str:
    """One that nobody guesses."""
    return secrets.token_hex(16)


def name_of(talk: Talk) -> str:
    """The same for the same talk: who opens it again and again has it on the disk once, and pushes no other off it."""
    return hashlib.sha256(encode(talk)).hexdigest()[:32]


def keep(folder: Path, name: str, talk: Talk, before: str) -> tuple[str, str]:
    """Write the talk; its name and the digest of its bytes. LabError where the disk does not take it.

    `before`: the digest of what this session wrote or read last, "" for none. Where another tab has changed the file
    since, this one goes on under a name of its own.
    """
    folder.mkdir(parents=True, exist_ok=True)
    data = encode(talk)
    digest = hashlib.sha256(data).hexdigest()
    if _digest_on_disk(folder / f"{name}{SUFFIX}") not in ("", before, digest):
        name = new_name()
    write_atomic(folder / f"{name}{SUFFIX}", data)
    _trim(folder)
    return name, digest


def find(folder: Path, name: str) -> tuple[Talk, str] | None:
    """The talk of that name and the digest of its bytes; None where there is none that is whole."""
    if not _NAME.match(name):
        return None
    try:
        content = read_whole(folder / f"{name}{SUFFIX}", limit=bounds.FILE_BYTES)
        return decode(content.data, "the talk kept on this machine"), content.digest
    except LabError:
        return None


def listed(folder: Path, most: int = 20) -> list[Kept]:
    """The newest talks that are whole as far as their title."""
    found = []
    for changed, _, path in sorted(_files(folder), reverse=True)[:most]:
        with suppress(LabError):
            found.append(Kept(path.stem, title_of(read_whole(path, limit=bounds.FILE_BYTES).data, path.name), changed))
    return found


def _digest_on_disk(path: Path) -> str:
    try:
        return read_whole(path, limit=bounds.FILE_BYTES).digest
    except LabError:
        return ""


def _files(folder: Path) -> Iterator[tuple[float, int, Path]]:
    for path in folder.glob(f"*{SUFFIX}"):
        with suppress(OSError):
            if _NAME.match(path.stem):
                yield path.stat().st_mtime, path.stat().st_size, path


def _trim(folder: Path) -> None:
    total = 0
    for number, (_, size, path) in enumerate(sorted(_files(folder), reverse=True)):
        total += size
        if number >= MOST or total > MOST_BYTES:
            path.unlink(missing_ok=True)
