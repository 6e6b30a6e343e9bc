"""What is said of files: the whole corpus of hostile ones that are refused."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch

from tests.checkpoints.confined import READERS
from tests.checkpoints.hostile import Hostile, corpus


def _opened(case: Hostile, folder: Path) -> object:
    return READERS[case.reader](str(case.write(folder)))


def _program(folder: Path) -> object:
    """What torch.jit.save writes."""
    program = torch.jit.trace(torch.nn.Linear(2, 2), torch.zeros(1, 2))
    torch.jit.save(program, str(folder / "script.pt"))
    return READERS["inspect"](str(folder / "script.pt"))


SAID: tuple[Callable[[Path], object], ...] = (
    *(partial(_opened, case) for case in corpus(Path("marker")) if case.sentence is not None),
    _program,
)
