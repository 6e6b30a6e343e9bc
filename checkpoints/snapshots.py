"""A series: a folder whose files are snapshots of one training, with the epoch in their names."""

import os
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from analysis.comparison.over_epochs import Point
from checkpoints.inspection import inspect_outputs
from checkpoints.listing import is_text
from checkpoints.reading.quoting import file_name, printable, shown
from losses.errors import LabError, plural

MOST = 200
"""Snapshots of a series that are read; of more, those that lie evenly between the first and the last."""
MOST_ENTRIES = 20_000
_ENDINGS = (".npz", ".safetensors", ".pth", ".pt", ".ckpt", ".tar", ".bin")
_SAID = re.compile(r"(?<![a-z])(?:epochs?|ep|e|steps?|iter)[_=-]?(\d{1,9})(?!\d)", re.IGNORECASE | re.ASCII)
_LAST = re.compile(r"(?<!\d)(\d{1,9})(?!.*\d)", re.ASCII)
_NO_EPOCH = re.compile(r"(?:seed|fold|run|top|[vk])[_=-]?$", re.IGNORECASE)
NEEDS_IMAGES = "weights, which need images"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One file of a series."""

    epoch: int
    path: Path

    @property
    def state(self) -> str:
        """Changes when the file does; "" where it has gone."""
        try:
            status = self.path.stat()
        except OSError:
            return ""
        return f"{status.st_mtime_ns} {status.st_size} {status.st_ino}"


@dataclass(frozen=True, slots=True)
class Series:
    """Snapshots by epoch; `left_out` is one sentence on the files that are not among them, "" for none."""

    folder: Path
    snapshots: tuple[Snapshot, ...]
    left_out: str = ""

    @property
    def state(self) -> tuple[tuple[str, str], ...]:
        """Changes when a file comes, goes or changes."""
        return tuple((each.path.name, each.state) for each in self.snapshots)


def epoch_in(name: str) -> tuple[str, int] | None:
    """What the names of a series have in common, and the epoch; None of a name without one.

    >>> epoch_in("ckpt_epoch_30.pth")
    ('ckpt_epoch_#.pth', 30)
    >>> epoch_in("digits_seed0.npz") is None
    True
    """
    stem, ending = _parted(name)
    found = _SAID.search(stem) or _LAST.search(stem)
    if not ending or found is None or _NO_EPOCH.search(stem[: found.start(1)]):
        return None
    return f"{stem[: found.start(1)]}#{stem[found.end(1) :]}{ending}", int(found[1])


def series_among(names: Iterable[str]) -> list[str]:
    """The folders, of relative paths with slashes, that hold two snapshots or more."""
    count: defaultdict[tuple[str, str], int] = defaultdict(int)
    for name in names:
        folder, _, file = name.rpartition("/")
        if found := epoch_in(file):
            count[folder or ".", found[0]] += 1
    return sorted({folder for (folder, _), files in count.items() if files > 1})


def find_series(folder: str | Path) -> Series:
    """The series in a folder: of several the one with most files. LabError where there is none.

    Files that need images, and what belongs to another series, are left out and said.
    """
    folder = Path(folder)
    names = _names(folder)
    groups: defaultdict[str, list[Snapshot]] = defaultdict(list)
    for name in names:
        if found := epoch_in(name):
            groups[found[0]].append(Snapshot(found[1], folder / name))
    if not groups:
        rule = "must have files with an epoch in their names, as epoch_3.npz"
        raise LabError(file_name(folder), rule, but="has none")
    pattern = max(groups, key=lambda each: (len(groups[each]), each))
    every = sorted(groups[pattern], key=lambda each: (each.epoch, each.path.name))
    usable = [each for each in every if not needs_images(each)]
    others = sum(map(len, groups.values())) - len(every)
    kept = _thinned(usable)
    return Series(folder, tuple(kept), _left_out(len(every) - len(usable), others, pattern, len(usable) - len(kept)))


def needs_images(snapshot: Snapshot) -> bool:
    """Whether a file is weights that only images bring to outputs, looked at once as long as it stays as it is. What
    cannot be read yet is taken for whole."""
    return _needs_images(snapshot.path, snapshot.state)


@lru_cache(maxsize=MOST_ENTRIES)
def _needs_images(path: Path, _state: str) -> bool:
    from checkpoints.opening import needs_images as weights_in

    try:
        return weights_in(path) is not None
    except LabError:
        return False


def check_items(point: Point, first: Point | None) -> Point:
    """The same. LabError where its test items are not those of the first."""
    if first is not None and not np.array_equal(point.labels, first.labels):
        raise LabError(point.file, f"must have the test items of {first.file}", but="has others")
    return point


def read_snapshot(snapshot: Snapshot) -> Point:
    """Open one and take its numbers. LabError for what is refused, half-written files among it."""
    from analysis.maps.projection import pca
    from checkpoints.opening import open_outputs

    outputs = open_outputs(snapshot.path, keep=False)
    test = outputs.test
    try:
        projection = pca(test.embeddings)
    except LabError:
        projection = None
    return Point(
        snapshot.epoch,
        file_name(snapshot.path),
        inspect_outputs(outputs),
        None if projection is None else projection.coordinates,
        None if projection is None else projection.explained,
        test.labels,
        test.ids,
    )


def _parted(name: str) -> tuple[str, str]:
    """Stem and endings: .pth.tar is one. ("", "") where it is no checkpoint's."""
    stem, endings = name, ""
    while (ending := Path(stem).suffix).lower() in _ENDINGS and ending:
        stem, endings = stem[: -len(ending)], ending + endings
    return stem, endings


def _names(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as found:
            plain = (each for each in found if not each.name.startswith(".") and not each.is_symlink())
            names = [each.name for _, each in zip(range(MOST_ENTRIES), plain, strict=False) if each.is_file()]
    except OSError as error:
        raise LabError(shown(str(folder), 200), f"cannot be read as a folder ({error.strerror})") from error
    return [name for name in names if is_text(name)]


def _thinned(snapshots: list[Snapshot]) -> list[Snapshot]:
    if len(snapshots) <= MOST:
        return snapshots
    return [snapshots[place] for place in np.linspace(0, len(snapshots) - 1, MOST).round().astype(int)]


def _left_out(images: int, others: int, pattern: str, thinned: int) -> str:
    said = [f"{plural(images, 'file')} of {NEEDS_IMAGES}"] if images else []
    said += [f"{plural(others, 'file')} with other names than {printable(pattern)}"] if others else []
    said += [f"{plural(thinned, 'snapshot')} between those that are read"] if thinned else []
    return f"Left out: {'; '.join(said)}." if said else ""
