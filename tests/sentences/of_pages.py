"""What the pages, their links and the server say."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from checkpoints import open_outputs
from checkpoints.event_curves import read_events
from tests.waiting import PATIENCE
from ui import root, uploads
from ui.checkpoints import opened as opened_files
from ui.checkpoints import source
from ui.compare import source as compared
from ui.compare.job import ComparisonJob
from ui.compare.questions import in_page_words
from ui.controls import Controls
from ui.links import PageLink
from ui.live import kept_runs
from ui.live.slots import Slots
from ui.losses import anatomy_batches, dynamics_series
from ui.server.guard import Asked, refusal
from ui.server.public import OWNER, PUBLIC

APP = Path(__file__).parents[2] / "app.py"
Said = Callable[[Path], object]


@contextmanager
def _quiet(below: Path | None = None) -> Iterator[None]:
    """No thread beside the tests; the app may open what lies in a folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ui.machine.warm_up", lambda: None)
        patch.setattr("ui.server.memory.keep_level", lambda: None)
        if below is not None:
            patch.setattr(root, "root", lambda: below)
        yield


def opened(page: str, rooted: bool = False, **query: str | list[str]) -> Said:
    """The page with this link."""

    def drawn(folder: Path) -> object:
        with _quiet(folder if rooted else None):
            app = AppTest.from_file(str(APP), default_timeout=PATIENCE)
            app.switch_page(f"pages/{page}.py")
            for name, value in query.items():
                app.query_params[name] = value
            app.run()
        assert not app.exception
        return [*app.error, *app.warning]

    return drawn


def no_zoo(folder: Path) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source, "on_offer", dict)
        return opened("2_Checkpoints")(folder)


def without_images(_: Path) -> object:
    return compared._no_images("last.pth")


def too_many_opened(_: Path) -> object:
    files = {str(n): opened_files.OpenedFile(str(n), str(n), str(n), str(n), b"") for n in range(opened_files.MOST)}
    return opened_files.Opened(files=files).take("mine.npz", "", b"more", ())


def full(_: Path) -> object:
    slots = Slots(1, waiting=0)
    slots.join()
    return slots.join()


def stopped(_: Path) -> object:
    job = ComparisonJob.__new__(ComparisonJob)
    job.models, job._stopped = (), _Set()
    return job._work()


class _Set:
    """An event that has happened."""

    def is_set(self) -> bool:
        return True


def spoilt_run(folder: Path) -> object:
    from checkpoints.reading.safetensors_file import encode

    path = folder / "run.safetensors"
    path.write_bytes(encode({"step": np.zeros(2)}, {kept_runs._KEY: "{}", "digest": "another"}))
    return kept_runs._read(path)


def no_trainings(folder: Path) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ui.root.root", lambda: folder)
        patch.setattr(dynamics_series, "offered", lambda: ("a", "b"))
        return dynamics_series.choose(_NoneChosen())  # type: ignore[arg-type]


class _NoneChosen:
    """Controls of which nothing is chosen."""

    def choices(self, *_: object, **__: object) -> tuple[str, ...]:
        return ()


def broken_events(folder: Path) -> object:
    (folder / "events.out.tfevents.1").write_bytes(b"no protobuf")
    return read_events([folder / "events.out.tfevents.1"], folder)


def unnamed_arrays_on_a_page(folder: Path) -> object:
    np.savez(folder / "a.npz", feats=np.eye(4), y=np.arange(4))
    with in_page_words():
        return open_outputs(folder / "a.npz")


SAID: tuple[Said, ...] = (
    unnamed_arrays_on_a_page,
    opened("3_Force_curves", loss=""),
    opened("3_Force_curves", no_such_name="1"),
    opened("3_Forces", loss=""),
    opened("3_Forces", loss=["supcon", "sincere", "eps_sup_infonce", "nt_xent", "weibit"]),
    opened("3_Dynamics", checkpoint=""),
    opened("3_Dynamics", curves=""),
    opened("3_Dynamics", seed="2", v="9"),
    no_trainings,
    broken_events,
    opened("3_Anatomy", points="A:x"),
    opened("3_Anatomy", points="A:1"),
    opened("3_Force_curves", tau="hot", axis="time"),
    opened("2_Checkpoints", source="root"),
    opened("2_Checkpoints", rooted=True, source="root"),
    opened("2_File_contents", rooted=True, source="root"),
    opened("2_Compare", checkpoints=""),
    no_zoo,
    too_many_opened,
    without_images,
    lambda _: opened_files.of_below("mine.npz"),
    lambda _: opened_files.missing("mine.npz 0123456789ab"),
    full,
    stopped,
    spoilt_run,
    lambda folder: root.state(folder / "gone.pth"),
    lambda folder: root.state(folder / ("x" * 300)),
    lambda _: anatomy_batches._heads_value(pd.DataFrame({"logit A": [1.0, None]})),
    lambda _: uploads.check_totals(500 << 20, 0, PUBLIC),
    lambda _: uploads.check_totals(0, 3 << 30, OWNER),
    lambda _: uploads.check_file(500 << 20, PUBLIC),
    lambda _: Controls(PageLink())._at_most("only", tuple(map(str, range(201)))),
    lambda _: refusal(Asked("evil.test", ""), ("lab.test",), ()),
    lambda _: refusal(Asked("", ""), ("lab.test",), ()),
    lambda _: refusal(Asked("127.0.0.1:8501", "http://evil.test"), ("127.0.0.1",), ()),
)
