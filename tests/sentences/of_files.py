"""What is said of files: the whole corpus of hostile ones that are refused."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.checkpoints.confined import READERS
from tests.checkpoints.hostile import Hostile, corpus


def _opened(case: Hostile, folder: Path) -> object:
    return READERS[case.reader](str(case.write(folder)))


SAID: tuple[Callable[[Path], object], ...] = tuple(
    partial(_opened, case) for case in corpus(Path("marker")) if case.sentence is not None
)
