"""Talks that come with the lab: one a paper and one of the family, made by `python -m talks.shipped` from claims
and the catalogue.

Here are their names and their files; `outlines` says what is in them.
"""

from pathlib import Path

from losses.errors import LabError
from talks.model import Talk
from talks.reading import read
from talks.writing import SUFFIX

TITLES = {
    "soft_targets": "Soft target InfoNCE: what labels do when they are soft",
    "sincere": "SINCERE: when positives are compared with positives",
    "weince": "WEINCE: what the hardest negatives look like",
    "family": "The InfoNCE family: twelve claims, checked on one CPU",
}


def path_of(name: str) -> Path:
    return Path(__file__).parent / f"{name}{SUFFIX}"


def shipped(name: str) -> Talk:
    """The talk of this name. LabError for one that there is not."""
    if name not in TITLES:
        raise LabError("shipped", f"must be one of {', '.join(TITLES)}", repr(name[:40]))
    return read(path_of(name))
