"""WebDataset shards: tars whose samples are neighbours of one name, `000.jpg` beside `000.cls` or `000.json`.

https://github.com/webdataset/webdataset: the name ends at the first dot. A tar of an image folder opens too.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import IO

from checkpoints.images.bounds import MOST_SAMPLES
from checkpoints.images.decode import ENDINGS, MOST_BYTES
from checkpoints.images.labelled import Label, Samples, digest_of, labelled_data
from checkpoints.images.shards import begins, shards_at
from checkpoints.images.source import ImageData
from checkpoints.images.splits import split_called, split_of
from checkpoints.images.tar_members import Member, members, read_at
from checkpoints.images.tree import SIDES, tree_data
from checkpoints.reading.quoting import file_name, printable
from checkpoints.reading.safe_files import open_regular
from losses.errors import LabError, plural

ENDING = (".tar",)
_MOST_TEXT = 1 << 20
_MOST_OPEN = 256
_LABELS = ("cls", "label", "class", "target")
_REMEDY = "Give a folder with the shards of both, named train-000.tar and test-000.tar, say."


@dataclass(slots=True)
class _Found:
    """What the walk over the shards has seen: of each sample its shard, image, label and split."""

    shards: list[int] = field(default_factory=list)
    images: list[Member] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    splits: list[str] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)


class _Files:
    """Shards by number, the last few of them open."""

    def __init__(self, top: Path, names: list[str], stack: ExitStack) -> None:
        self.top, self.names, self._stack, self._open = top, names, stack, dict[int, tuple[IO[bytes], int]]()

    def __getitem__(self, number: int) -> tuple[IO[bytes], int]:
        """The file and its size."""
        if number not in self._open:
            if len(self._open) >= _MOST_OPEN:
                self.close()
            self._open[number] = self._stack.enter_context(open_regular(self.top / self.names[number]))
        return self._open[number]

    def close(self) -> None:
        self._stack.close()
        self._open.clear()


def is_tar(path: Path) -> bool:
    """By the mark of POSIX and GNU, which the tars of torch.save do not have."""
    return begins(path, b"ustar", at=257)


@contextmanager
def tar_data(path: Path) -> Iterator[ImageData]:
    """The samples of the tar at `path`, or of those below it; open inside the block."""
    with ExitStack() as stack:
        top = path if path.is_dir() else path.parent
        files = _Files(top, shards_at(path, ENDING), stack)
        found = _found(files)
        if any(label is not None for label in found.labels):
            yield _samples(found, files, path)
        else:
            yield _tree(found, files, path)


def _samples(found: _Found, files: _Files, path: Path) -> ImageData:
    def data(row: int) -> bytes:
        return _bytes(files, found.shards[row], found.images[row])

    ids = [f"{files.names[shard]}/{image.name}" for shard, image in zip(found.shards, found.images, strict=True)]
    samples = Samples(found.splits, found.labels, ids, data)
    kind = f"WebDataset, {plural(len(files.names), 'shard')}"
    return labelled_data(samples, name=file_name(path), kind=kind, notes=_notes(found.others), remedy=_REMEDY)


def _tree(found: _Found, files: _Files, path: Path) -> ImageData:
    """An image folder in a tar, or in several."""
    places = {image.name: (shard, image) for shard, image in zip(found.shards, found.images, strict=True)}

    def data(inside: str) -> bytes:
        return _bytes(files, *places[inside])

    if not any(_in_tree(each) for each in places) and len(_folders(places)) < 2:
        rule = (
            "must have images with a label beside each (000.jpg, 000.cls), or as train/CLASS/*.jpg and"
            " test/CLASS/*.jpg, or as CLASS/*.jpg of several classes"
        )
        has = "has images that have neither" if places else "has no jpg or png"
        remedy = "Unpack a data set of another form, and give its folder."
        raise LabError(file_name(path), rule, but=has, remedy=remedy)
    return tree_data(
        places, data, lambda inside: digest_of(data, inside), name=file_name(path), kind="an image folder in a tar"
    )


def _folders(paths: Iterable[str]) -> set[str]:
    """Those that images lie in, which may be their classes."""
    return {parts[-2] for path in paths if len(parts := PurePosixPath(path).parts) > 1}


def _in_tree(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return len(parts) > 2 and parts[-3].lower() in SIDES


def _bytes(files: _Files, shard: int, image: Member) -> bytes:
    if image.size > MOST_BYTES:
        raise LabError(printable(image.name), f"must have at most {MOST_BYTES:,} bytes", f"{image.size:,} bytes long")
    return read_at(files[shard][0], image)


def _found(files: _Files) -> _Found:
    found = _Found()
    for shard, name in enumerate(files.names):
        file, size = files[shard]
        for key, sample in groupby(members(file, size, name=printable(name)), _key):
            _add(found, shard, list(_bounded(sample, name)), file, split_of(key) or split_of(name))
            if len(found.images) > MOST_SAMPLES:
                raise LabError(printable(name), f"must have at most {MOST_SAMPLES:,} samples", but="has more")
    return found


def _bounded(sample: Iterable[Member], name: str, most: int = 1_000) -> Iterator[Member]:
    for count, member in enumerate(sample):
        if count == most:
            raise LabError(printable(name), f"must have samples of at most {most:,} files", but="has a longer one")
        yield member


def _key(member: Member) -> str:
    folder, slash, own = member.name.rpartition("/")
    return folder + slash + own.partition(".")[0]


def _add(found: _Found, shard: int, sample: list[Member], file: IO[bytes], split: str) -> None:
    """The first image of the sample, its label, and its split where its json names one."""
    image: Member | None = None
    label: Label = None
    for member in sample:
        ending = member.name.rpartition("/")[2].partition(".")[2].lower()
        if member.size < 0:
            found.others["link or device"] += 1
        elif image is None and f".{ending}".endswith(ENDINGS):
            image = member
        elif ending in ("cls", "cls.txt", "label", "label.txt"):
            label = _text(file, member).strip()[:200]
        elif ending == "json":
            said = _said(file, member)
            label = next((said[each] for each in _LABELS if _is_label(said.get(each))), label)
            split = split_called(str(said.get("split", ""))) or split
        else:
            found.others[f".{ending.rpartition('.')[2][:10]}"] += 1
    if image is not None:
        found.shards.append(shard)
        found.images.append(image)
        found.labels.append(label)
        found.splits.append(split)


def _text(file: IO[bytes], member: Member) -> str:
    return read_at(file, member).decode("utf-8", "replace") if member.size <= _MOST_TEXT else ""


def _said(file: IO[bytes], member: Member) -> dict[str, Label]:
    """The plain entries of a sample's json; nothing where it is none."""
    try:
        found = json.loads(_text(file, member))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _is_label(value: object) -> bool:
    return isinstance(value, str) or type(value) is int


def _notes(others: Counter[str]) -> list[str]:
    """Files that are no part of a sample."""
    if not others:
        return []
    of = ", ".join(f"{printable(ending)} {many:,}" for ending, many in others.most_common(3))
    return [f"{plural(sum(others.values()), 'file')} in the shards left out: {of}"]
