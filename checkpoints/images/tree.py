"""Image folders, `train|test/CLASS/*.jpg|png`, on disk or in a zip: from the paths of the files to two sides.

Where there are folders of classes alone, half of each class is train.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePosixPath

import numpy as np

from checkpoints.images.decode import ENDINGS
from checkpoints.images.source import ImageData, Side, encoded_side
from checkpoints.images.splits import HOW_DRAWN, drawn_test
from checkpoints.reading.quoting import printable
from losses.errors import LabError, plural

SIDES = {"train": "train", "test": "test", "val": "test", "valid": "test", "validation": "test"}
MOST_FILES = 2_000_000
_HIDDEN = (".", "__MACOSX")
_SHOWN = 3
_DRAWN = f"there are class folders and no folder of train or test images: {HOW_DRAWN}"


def tree_data(
    paths: Iterable[str],
    data: Callable[[str], bytes],
    content: Callable[[list[str]], bytes],
    *,
    name: str,
    kind: str,
) -> ImageData:
    """The images at `paths`, relative and with slashes: `data` gives a file, `content` digests those of some paths."""
    found, strangers = _sorted_out(sorted(paths))
    drawn: tuple[str, ...] = ()
    if not found:
        found, strangers = _halved(strangers, name)
        drawn = (_DRAWN,)
    names = sorted({label for label, _ in found.values()})
    number = {label: at for at, label in enumerate(names)}
    sides = {}
    for side in ("train", "test"):
        mine = [(path, number[label]) for path, (label, where) in found.items() if where == side]
        sides[side] = _side([path for path, _ in mine], [at for _, at in mine], data, content)
    for side, other in (("train", "test"), ("test", "train")):
        if not len(sides[other]):
            remedy = "Give the class folders inside of it alone: half of each class is then drawn as train."
            raise LabError(name, "must have train and test images", but=f"has {side} images alone", remedy=remedy)
    notes = _notes(strangers, {side: len(set(each.labels.tolist())) for side, each in sides.items()}, len(names))
    return ImageData(name, kind, tuple(map(printable, names)), sides["train"], sides["test"], (*drawn, *notes))


def _side(
    paths: list[str], labels: list[int], data: Callable[[str], bytes], content: Callable[[list[str]], bytes]
) -> Side:
    return encoded_side(
        np.array(labels, dtype=np.int64),
        np.array([printable(path) for path in paths], dtype=np.str_),
        lambda row: (data(paths[row]), printable(paths[row])),
        lambda rows: content([paths[row] for row in rows]),
    )


def _sorted_out(paths: list[str]) -> tuple[dict[str, tuple[str, str]], list[str]]:
    """path -> (class, side) of the images, by their last two folders; and the other files."""
    found: dict[str, tuple[str, str]] = {}
    strangers = []
    for path in paths:
        parts = PurePosixPath(path).parts
        if any(part.startswith(_HIDDEN) for part in parts):
            continue
        side = SIDES.get(parts[-3].lower()) if len(parts) >= 3 else None
        if side and parts[-1].lower().endswith(ENDINGS):
            found[path] = parts[-2], side
        else:
            strangers.append(path)
    return found, strangers


def _halved(paths: list[str], name: str) -> tuple[dict[str, tuple[str, str]], list[str]]:
    """path -> (class, side) of images in folders of their classes without sides, of which half is drawn; and the other
    files. LabError where there are not two classes to tell apart, one of them with two images."""
    classes: dict[str, list[str]] = {}
    strangers = []
    for path in paths:
        parts = PurePosixPath(path).parts
        is_image = parts[-1].lower().endswith(ENDINGS)
        if is_image and len(parts) >= 2 and parts[-2].lower() not in SIDES:
            classes.setdefault(parts[-2], []).append(path)
        else:
            strangers.append(path)
    if len(classes) < 2 or max(map(len, classes.values())) < 2:
        images = sum(path.lower().endswith(ENDINGS) for path in paths)
        rule = (
            "must have images as train/CLASS/*.jpg and test/CLASS/*.jpg (or png), or as CLASS/*.jpg of several classes"
        )
        found = f"{plural(images, 'image')} in {plural(len(classes), 'class folder')}" if images else "none"
        raise LabError(name, rule, but=f"has {found}")
    test = drawn_test(classes)
    sides = {path: (label, "test" if path in test else "train") for label, mine in classes.items() for path in mine}
    return dict(sorted(sides.items())), strangers


def _notes(strangers: list[str], classes: Mapping[str, int], count: int) -> tuple[str, ...]:
    notes = []
    if strangers:
        kinds = Counter(PurePosixPath(path).suffix.lower()[:10] or "no ending" for path in strangers)
        shown = ", ".join(printable(path)[:80] for path in strangers[:_SHOWN])
        of = ", ".join(f"{printable(ending)} {many:,}" for ending, many in kinds.most_common(3))
        notes.append(f"{len(strangers):,} files are no images of a class and were left out ({of}): {shown}")
    for side, held in classes.items():
        if held < count:
            notes.append(f"{count - held:,} of {count:,} classes have no {side} images")
    return tuple(notes)
