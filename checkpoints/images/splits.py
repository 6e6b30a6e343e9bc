"""Which split something belongs to, by the names that people give: train, test, validation and their like."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import TypeVar

import numpy as np

Item = TypeVar("Item", int, str)

_WORDS = {
    "train": "train", "training": "train",
    "test": "test", "testing": "test", "eval": "test",
    "val": "val", "valid": "val", "validation": "val", "dev": "val",
}  # fmt: skip


def split_called(word: str) -> str:
    """ "train", "test" or "val" for a split's own name, "" for another.

    >>> split_called(" Validation ")
    'val'
    """
    return _WORDS.get(word.strip().lower(), "")


def split_of(path: str) -> str:
    """By the words in a file's name, else in those of its folders, the nearest first; "" where none says it.

    >>> split_of("data/train-00000-of-00005.parquet"), split_of("validation/0.tar"), split_of("a/pets.tar")
    ('train', 'val', '')
    """
    for part in reversed(PurePosixPath(path).parts):
        for word in re.split(r"[^a-z]+", part.lower()):
            if word in _WORDS:
                return _WORDS[word]
    return ""


SEED = 0
HOW_DRAWN = f"half of the images of each class, drawn with seed {SEED}, are train, the others test"


def drawn_test(classes: Mapping[str, Sequence[Item]]) -> set[Item]:
    """Of items by class the half of each that is test, where nothing says which is: drawn with `SEED`."""
    draw, found = np.random.default_rng(SEED), set[Item]()
    for label in sorted(classes):
        mine = classes[label]
        found |= {mine[place] for place in draw.permutation(len(mine))[: len(mine) // 2].tolist()}
    return found


def judged_on(splits: Iterable[str]) -> str:
    """The split that stands for test: "test" where there is one, else the validation split."""
    return "test" if "test" in set(splits) else "val"
