"""Parts of a pass of images on disk, so that a pass that was stopped goes on where it was.

A part is some batches of a side, under the content of all that they depend on (see `about.Pass.key`). Batches are the
same in the pass that goes on, and so is every bit that they give. A part that is damaged is computed again.
"""

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np

from checkpoints.foreign.cache import arrays_digest, trim
from checkpoints.foreign.seen import Seen, joined, runs
from checkpoints.reading import safetensors_file
from checkpoints.reading.atomic import write_atomic
from losses.errors import LabError

MOST_BYTES = 4 << 30  # of all parts together; the longest unused go first
_SECONDS, _MOST_HELD = 30.0, 256 << 20  # of work that a kill would lose, or bytes, until a part is written
_ABOUT, _DIGEST = "nce_lab_part", "nce_lab_digest"
_ARRAYS = ("rows", "features", "outputs", "images")


class Parts:
    """Those of one pass. folder: where they lie, None for nowhere. A folder that cannot be written is no error."""

    def __init__(self, folder: Path | None, key: str) -> None:
        self._folder, self._key = folder, key
        self._held: dict[str, list[Seen]] = {}
        self._since = time.monotonic()

    def kept(self, side: str) -> list[Seen]:
        """Those of a side that are whole and lie behind each other, by their start."""
        found, reached = list[Seen](), 0
        for start, path in sorted(self._files(side)):
            if start >= reached and (part := _read(path, self._key)) is not None and part.start == start:
                found.append(part)
                reached = part.stop
        return found

    def add(self, side: str, batch: Seen) -> None:
        """A batch that has been through; written with those before it once they are worth a file."""
        if self._folder is None:
            return
        self._held.setdefault(side, []).append(batch)
        held = sum(each.nbytes for batches in self._held.values() for each in batches)
        if time.monotonic() - self._since > _SECONDS or held > _MOST_HELD:
            self.flush()

    def flush(self) -> None:
        """Write what is held."""
        held, self._held, self._since = self._held, {}, time.monotonic()
        if self._folder is None or not held:
            return
        with suppress(OSError, LabError):  # nothing is lost but the time that it would save
            self._folder.mkdir(parents=True, exist_ok=True)
            for side, batches in held.items():
                for run in runs(batches):
                    part = joined(run)
                    _write(self._folder / f"{self._key}-{side}-{part.start}.safetensors", self._key, part)
            trim(self._folder, MOST_BYTES)

    def forget(self) -> None:
        """Remove them: the whole is kept."""
        for side in ("train", "test"):
            for _, path in self._files(side):
                with suppress(OSError):
                    path.unlink(missing_ok=True)

    def _files(self, side: str) -> Iterator[tuple[int, Path]]:
        if self._folder is None:
            return
        with suppress(OSError):
            for path in self._folder.glob(f"{self._key}-{side}-*.safetensors"):
                start = path.stem.rpartition("-")[2]
                if start.isascii() and start.isdigit():
                    yield int(start), path


def _write(path: Path, key: str, part: Seen) -> None:
    arrays = {name: getattr(part, name) for name in _ARRAYS}
    if part.outputs is part.features:
        del arrays["outputs"]
    text = json.dumps([part.start, part.stop, part.refused])
    metadata = {_ABOUT: text, _DIGEST: arrays_digest(key, text, arrays)}
    write_atomic(path, safetensors_file.encode(arrays, metadata))


def _read(path: Path, key: str) -> Seen | None:
    """None where the file is not what was written under this key."""
    try:
        file = safetensors_file.read(path)
        text, arrays = file.header.metadata[_ABOUT], file.arrays()
        if arrays_digest(key, text, arrays) != file.header.metadata[_DIGEST]:
            return None
        start, stop, refused = json.loads(text)
        rows, features, images = (np.asarray(arrays[name]) for name in ("rows", "features", "images"))
        part = Seen(start, stop, rows, features, arrays.get("outputs", features), images, tuple(refused))
    except Exception:  # noqa: BLE001 (whatever is wrong with a kept part, it is computed again)
        return None
    with suppress(OSError):
        path.touch()  # it is in use: others go first
    return part
