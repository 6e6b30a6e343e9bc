"""For all tests: no network, neither in this process nor in the interpreters that they start; one confined reader."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.checkpoints.confined import Confined, confined
from tests.offline import sitecustomize
from ui.server.parsing import one_at_a_time

one_at_a_time()  # pytest parses what it imports, beside the threads of earlier tests


@pytest.fixture(scope="session", autouse=True)
def refused_connections(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The file of what was refused, see `offline.sitecustomize`; it must be empty in the end."""
    log = tmp_path_factory.mktemp("network") / "refused"
    log.touch()
    paths = [str(Path(sitecustomize.__file__).parent), os.environ.get("PYTHONPATH", "")]
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))
        environment.setenv(sitecustomize.REFUSALS, str(log))
        yield log
    assert log.read_text() == "", "something asked for the network"


@pytest.fixture(scope="session", autouse=True)
def cache_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What the lab remembers on disk begins from nothing, and nothing of the tests is left in the user's cache."""
    folder, before = tmp_path_factory.mktemp("cache"), os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    with pytest.MonkeyPatch.context() as environment:
        if (browsers := Path(before) / "ms-playwright").is_dir() and "PLAYWRIGHT_BROWSERS_PATH" not in os.environ:
            environment.setenv("PLAYWRIGHT_BROWSERS_PATH", str(browsers))  # playwright looks below the same variable
        environment.setenv("XDG_CACHE_HOME", str(folder))
        yield folder


@pytest.fixture(scope="session")
def confined_reader() -> Iterator[Confined]:
    """Opens files in children with limits, see `checkpoints.confined`."""
    with confined() as worker:
        yield worker
