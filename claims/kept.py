"""Results on disk, by all that their numbers depend on: claim, code, libraries, machine, seed and effort.

A file is a digest and one line of JSON below it; nothing is unpickled. Whatever is wrong with one, and whatever was
written by other code or libraries, is as if it were not there.
"""

import hashlib
import json
from contextlib import suppress
from pathlib import Path

from analysis.maps.cache import default_folder as maps_folder
from checkpoints.reading.atomic import write_atomic
from checkpoints.reading.safe_files import read_whole
from claims.claim import Claim, Effort
from claims.code_version import code_of, libraries, machine
from claims.results import MOST_BYTES, SCHEMA, Result, dumps, loads
from losses.errors import LabError

MOST_RESULTS = 500  # the longest unused go first


def default_folder() -> Path:
    """$XDG_CACHE_HOME/nce-lab/claims, by default ~/.cache/nce-lab/claims."""
    return maps_folder().with_name("claims")


def path_of(claim: Claim, effort: Effort, seed: int, folder: Path) -> Path:
    """Where a result lies."""
    parts = [SCHEMA, claim.name, effort.value, seed, code_of(claim), libraries(), machine()]
    return folder / f"{hashlib.blake2b(json.dumps(parts).encode(), digest_size=20).hexdigest()}.claim"


def keep(result: Result, folder: Path) -> None:
    """Write a result; a disk that is full or cannot be written costs the next visitor a run, no more."""
    text = dumps(result)
    with suppress(OSError, LabError):
        folder.mkdir(parents=True, exist_ok=True)
        path = path_of(result.claim, result.effort, result.seed, folder)
        write_atomic(path, f"{_digest(text)}\n{text}".encode())
        _trim(folder)


def find(claim: Claim, effort: Effort, seed: int, folder: Path) -> Result | None:
    """The result that was kept, None where there is none that is whole."""
    path = path_of(claim, effort, seed, folder)
    with suppress(LabError, OSError, UnicodeDecodeError):
        digest, _, text = read_whole(path, limit=MOST_BYTES).data.decode().partition("\n")
        if digest != _digest(text):
            return None
        found = loads(text, claim, name=path.name)
        path.touch()  # it is in use: others go first
        return found if (found.effort, found.seed) == (effort, seed) else None
    return None


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=20).hexdigest()


def _trim(folder: Path) -> None:
    """The newest stay."""
    found = []
    for file in folder.glob("*.claim"):
        with suppress(OSError):
            found.append((file.stat().st_mtime, file))
    for _, file in sorted(found, reverse=True)[MOST_RESULTS:]:
        file.unlink(missing_ok=True)
