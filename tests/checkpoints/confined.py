"""One file after another through a reader, each in a forked child with limits of its own.

`python -m tests.checkpoints.confined` reads a reader's name and a path a line and answers each with a line of JSON.
Everything heavy is imported once; a child that crashes, hangs or fills the memory takes nobody with it.
"""

import contextlib
import io
import json
import os
import resource
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SECONDS, MEGABYTES = 30, 2048
"""What a child is killed at; the tests ask for far less."""


@dataclass(frozen=True)
class Outcome:
    """code: 0 opened, 2 refused, None where it ended in any other way, which `trouble` then says.

    `seconds` of processor time; `kilobytes` that the resident memory rose by at its peak.
    """

    code: int | None
    out: str = ""
    err: str = ""
    trouble: str = ""
    seconds: float = 0.0
    kilobytes: int = 0


class Confined:
    """The worker's other end."""

    def __init__(self) -> None:
        # One thread: forking beside others hangs. A warning is a fault here like any other.
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
        command = [sys.executable, "-W", "error", "-m", "tests.checkpoints.confined"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self._worker = subprocess.Popen(command, cwd=ROOT, env=environment, text=True, **pipes)

    def __call__(self, path: Path, reader: str = "inspect") -> Outcome:
        self._worker.stdin.write(json.dumps([reader, str(path)]) + "\n")
        self._worker.stdin.flush()
        return Outcome(**json.loads(self._worker.stdout.readline()))

    def close(self) -> None:
        self._worker.communicate()


@contextlib.contextmanager
def confined() -> Iterator[Confined]:
    worker = Confined()
    try:
        yield worker
    finally:
        worker.close()


def main() -> None:
    import analysis.accuracy.probe  # noqa: F401
    import checkpoints.arrays.opening
    import checkpoints.images.finding
    import checkpoints.inspect
    import checkpoints.inspection
    import checkpoints.native.outputs
    import checkpoints.opening

    checkpoints.native.outputs.DATASETS["digits"]()
    for line in sys.stdin:
        print(json.dumps(asdict(_in_child(*json.loads(line)))), flush=True)


def _in_child(reader: str, path: str) -> Outcome:
    answers, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _child(READERS[reader], path, writer)
    os.close(writer)
    with os.fdopen(answers) as answer:
        text = answer.read()
    _, status, used = os.wait4(child, 0)
    if os.WIFSIGNALED(status):
        return Outcome(None, trouble=f"killed by {signal.Signals(os.WTERMSIG(status)).name}")
    seconds = used.ru_utime + used.ru_stime
    return Outcome(**json.loads(text), seconds=seconds) if text else Outcome(None, trouble=f"ended with {status}")


def _child(reader: Callable[[str], int], path: str, writer: int) -> None:
    signal.alarm(2 * SECONDS)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    most = _kilobytes("VmSize") * 1024 + (MEGABYTES << 20)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    answer = json.dumps(_read(reader, path))
    with os.fdopen(writer, "w") as pipe:
        pipe.write(answer)
    os._exit(0)


def _read(reader: Callable[[str], int], path: str) -> dict[str, object]:
    out, err = io.StringIO(), io.StringIO()
    before = _kilobytes("VmRSS")
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code, trouble = reader(path), ""
    except BaseException:  # noqa: BLE001 (that anything at all comes here is what the tests look for)
        code, trouble = None, traceback.format_exc()
    told = {"out": out.getvalue(), "err": err.getvalue(), "trouble": trouble}
    return {"code": code, **told, "kilobytes": _kilobytes("VmHWM") - before}


def _inspect(path: str) -> int:
    from checkpoints.inspect import main as inspect

    return inspect([path, "--json"])


def _contents(path: str) -> int:
    """What is in a file of any kind, and whether one may open it."""
    from checkpoints.inspect import main as inspect

    return inspect([path, "--contents", "--json"])


def _tensors(path: str) -> int:
    """What is in a torch file, and a copy of each tensor."""
    from checkpoints.command_line import run
    from checkpoints.reading.file_contents import of_torch, report
    from checkpoints.reading.torch_file.contents import open_torch

    def command() -> int:
        with open_torch(path) as (contents, archive):
            print(json.dumps(report(of_torch(contents)), allow_nan=False))
            for tensor in contents.tensors.values():
                tensor.array(archive)
        return 0

    return run(command)


def _outputs(path: str) -> int:
    """Embeddings, labels and logits, without their numbers."""
    from checkpoints.command_line import run
    from checkpoints.opening import open_outputs

    return run(lambda: 0 * len(open_outputs(path, keep=False).test))


def _arrays(path: str) -> int:
    """Every array of a file, and the outputs that the likeliest roles give."""
    from checkpoints.arrays import forms
    from checkpoints.arrays.opening import listing_of, no_mapping
    from checkpoints.arrays.roles import propose, said
    from checkpoints.command_line import run
    from checkpoints.opening import open_outputs
    from checkpoints.reading.array_spec import ArraySpec

    def command() -> int:
        listing = listing_of(path)
        roles = propose(listing).roles
        if not roles:
            raise no_mapping(listing)
        forms.load(Path(path), {each.name for each in listing.arrays if not each.refused})
        return 0 * len(open_outputs(path, arrays=ArraySpec(mapping=said(listing, roles))).test)

    return run(command)


def _listed(path: str) -> int:
    """The same without the outputs."""
    from checkpoints.arrays import forms
    from checkpoints.arrays.opening import listing_of
    from checkpoints.command_line import run

    def command() -> int:
        names = {each.name for each in listing_of(path).arrays if not each.refused}
        return 0 * len(forms.load(Path(path), names).arrays)

    return run(command)


def _images(path: str) -> int:
    """Every image of both sides."""
    from checkpoints.command_line import run
    from checkpoints.images.finding import image_data

    def command() -> int:
        with image_data(Path(path)) as data:
            for side in (data.train, data.test):
                for row in range(len(side)):
                    assert side.read(row).dtype == "uint8"
        return 0

    return run(command)


def _talk(path: str) -> int:
    """A talk, and the deck that it becomes."""
    from checkpoints.command_line import run
    from talks.deck import build
    from talks.reading import read

    def command() -> int:
        page = build(read(path))
        assert "<script>alert" not in page
        assert "<img" not in page.split("<body>")[1].split("<script")[0]
        return 0

    return run(command)


def _weights(path: str) -> int:
    """What weights in several files are, and which network a config.json beside them names: none is built."""
    from checkpoints.brought.hub_config import config_beside
    from checkpoints.brought.sharded import contents_of, weights_at
    from checkpoints.command_line import run

    def command() -> int:
        at = weights_at(Path(path))
        assert at is not None
        print(len(contents_of(at).tensors), config_beside(at) is not None)
        return 0

    return run(command)


def _events(path: str) -> int:
    """Curves of an event file, or of those in a folder, as they are drawn: by the reader's own process."""
    from checkpoints.command_line import run
    from checkpoints.event_curves import event_files_beside, read_events

    def command() -> int:
        at = Path(path)
        files, folder = (event_files_beside(at), at) if at.is_dir() else ((at,), at.parent)
        found = read_events(files, folder)
        print(json.dumps({tag: [steps.tolist(), values.tolist()] for tag, (steps, values) in found.curves.items()}))
        return 0

    return run(command)


def _ends_itself(path: str) -> int:
    """What a reader that crashes looks like."""
    os.kill(os.getpid(), signal.SIGSEGV)
    return 0


READERS = {
    "talk": _talk,
    "inspect": _inspect, "contents": _contents, "tensors": _tensors, "outputs": _outputs, "images": _images,
    "arrays": _arrays,
    "listed": _listed, "weights": _weights,
    "events": _events,
    "ends_itself": _ends_itself,
}  # fmt: skip


def _kilobytes(what: str) -> int:
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith(what)).split()[1])


if __name__ == "__main__":
    main()
