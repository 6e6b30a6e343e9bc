"""What is said of files: the hostile ones that are refused."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from checkpoints.contents import contents_at
from tests.checkpoints.confined import READERS
from tests.checkpoints.hostile import Hostile, corpus, zipped


def _opened(case: Hostile, folder: Path) -> object:
    return READERS[case.reader](str(case.write(folder)))


def _program(folder: Path) -> object:
    """What torch.jit.save writes."""
    members = {"script/data.pkl": b"\x80\x02}.", "script/code/__torch__.py": b"", "script/constants.pkl": b"\x80\x02)."}
    (folder / "script.pt").write_bytes(zipped(members))
    return READERS["inspect"](str(folder / "script.pt"))


def _large_pickle(folder: Path) -> object:
    """A pickle of more bytes than are read, nearly all of them a hole."""
    with (folder / "large.pkl").open("wb") as file:
        file.write(b"\x80\x04")
        file.truncate((2 << 30) + 1)
    return contents_at(folder / "large.pkl")


def _nothing(folder: Path) -> object:
    """The contents of a folder without any arrays."""
    return contents_at(folder)


SAID: tuple[Callable[[Path], object], ...] = (
    *(partial(_opened, case) for case in corpus(Path("marker")) if case.sentence is not None),
    _program,
    _large_pickle,
    _nothing,
)
