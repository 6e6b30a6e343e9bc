"""What somebody hears of a training's recipe file, its log, and its processes."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from checkpoints.train import main
from checkpoints.training.event_file import EventFile
from checkpoints.training.images import joined
from checkpoints.training.images.place import Place
from checkpoints.training.journal import Journal
from checkpoints.training.recipe_file import toml_of, words_in
from losses.errors import LabError
from tests.checkpoints.joined_training import curve
from tests.checkpoints.test_image_training import recipe

Said = Callable[[Path], object]


def of_file(text: str | bytes) -> Said:
    """A recipe with this text."""

    def said(folder: Path) -> object:
        (folder / "run.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
        return words_in(folder / "run.toml", ("loss", "seed"))

    return said


def _no_log(folder: Path) -> object:
    (folder / "a.jsonl").write_text("thesis\n")
    return Journal(folder / "a.jsonl").check()


def _folder_as_log(folder: Path) -> object:
    return Journal(folder)._line({"epoch": 1})


def _closed(folder: Path) -> object:
    """A full disk, as far as who writes can tell."""

    class Full:
        name = "events/events.out.tfevents.1.host.1.0"

        def write(self, _: bytes) -> int:
            raise OSError(28, "No space left on device")

    file = EventFile(folder / "events", 1)
    file.close()
    file._file = Full()  # type: ignore[assignment]
    return file.add(1, {"loss": 1.0})


def _lost(_: Path) -> object:
    def refuses(_backend: str) -> None:
        raise RuntimeError("Connection closed by peer [127.0.0.1]:1234")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(joined, "place", lambda: Place(0, 2, 0))
        patch.setattr(joined.dist, "init_process_group", refuses)
        with joined.together("cpu"):
            return None


def _told_to_all(_: Path) -> object:
    with pytest.raises(LabError) as mistake:
        curve(recipe(batch_size=64))
    return joined._mistake(joined._parts(mistake.value))


def _few(_: Path) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(joined, "count", lambda: 9)
        return curve(recipe())


def _digits_by_two(folder: Path) -> object:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("RANK", "0"), ("WORLD_SIZE", "2"), ("LOCAL_RANK", "0")):
            patch.setenv(name, value)
        return main(["--loss", "nll", "--out", str(folder / "a.safetensors")])


SAID: tuple[Said, ...] = (
    of_file("epoch = 3"),
    of_file("seed = [1]"),
    of_file("seed = "),
    of_file(b"\xff"),
    of_file(b"#" * 100_001),
    lambda folder: words_in(folder / "none.toml", ()),
    lambda _: toml_of({"data": "a\nb"}),
    _no_log,
    _folder_as_log,
    lambda folder: Journal(None, folder / "none" / "events").check(),
    lambda folder: EventFile(folder / "none" / "events", 1),
    _closed,
    _lost,
    lambda _: joined._told_to_end(15, None),
    _told_to_all,
    _few,
    _digits_by_two,
    lambda _: replace(recipe(), cutmix=1.0),
    lambda _: replace(recipe(), encoder="vit_tiny"),
    lambda _: replace(recipe(), encoder="vit_tiny", width=192, side=30),
)
