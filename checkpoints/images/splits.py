"""Which split something belongs to, by the names that people give: train, test, validation and their like."""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

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


def judged_on(splits: Iterable[str]) -> str:
    """The split that stands for test: "test" where there is one, else the validation split."""
    return "test" if "test" in set(splits) else "val"
