"""How long from a file to what is in it, to its outputs and its first picture, or to its refusal?"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median

import numpy as np

from analysis.figures.maps.projection import embedding_map
from benchmarks.timing import once
from checkpoints import open_outputs, peek
from checkpoints.zoo import FOLDER, ZooEntry, shipped
from losses.errors import LabError

REPEATS = 5

# A header of the largest size allowed, all of it one list of empty texts where a tensor should be.
_HOSTILE = b'{"a":[' + b'"",' * 3_300_000 + b'""]}'


def rows() -> Iterable[tuple[str, float, str, float]]:
    """From the file to PCA and histograms there are 2 s; the limits here leave most of them to analysis and drawing."""
    entries = shipped()
    yield "list all shipped checkpoints, without torch", _seconds(shipped), "s", 0.5
    yield "describe one (peek)", _seconds(lambda: peek(entries[0].path)), "s", 0.1
    yield "first opening in a new process, its imports included", once(lambda: _first(entries[0])), "s", 10.0
    yield "open a shipped checkpoint to outputs, slowest of all", max(map(_opening, entries)), "s", 1.0
    yield "refuse a hostile header of 10 MB", once(_refusal), "s", 5.0
    looked = _look_into_torch()
    yield "contents of a 224 MB torch file, in a process without torch", looked["seconds"], "s", 0.5
    yield "  memory that looking into it adds", looked["megabytes"], "MB", 50.0
    yield "array bundle of 10,000 x 128 to its first map (PCA), drawn", _bundle_to_picture(), "s", 2.0


_LOOK = """
import json, sys, time
from pathlib import Path
from checkpoints.reading.torch_file.contents import torch_contents

def peak():
    return int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])

before, began = peak(), time.perf_counter()
contents = torch_contents(sys.argv[1])
seconds = time.perf_counter() - began
assert len(contents.tensors) > 300 and "torch" not in sys.modules
print(json.dumps({"seconds": seconds, "megabytes": (peak() - before) / 1024}))
"""


def _look_into_torch() -> dict[str, float]:
    """Tensors, options, digest of a checkpoint of ResNet-50's size with its optimiser's state; the file is warm."""
    import torch

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "last.pth"
        weights = {f"encoder.layer{number}.weight": torch.zeros(175_000) for number in range(160)}
        state = {number: {"momentum_buffer": torch.zeros(175_000)} for number in range(160)}
        torch.save({"model": weights, "optimizer": {"state": state, "param_groups": []}, "epoch": 1}, path)
        command = [sys.executable, "-c", _LOOK, str(path)]
        runs = [subprocess.run(command, cwd=FOLDER.parents[1], capture_output=True, check=True) for _ in range(3)]
    found: list[dict[str, float]] = [json.loads(run.stdout) for run in runs]
    return min(found, key=lambda each: each["seconds"])


def _bundle_to_picture() -> float:
    """As the page does it: opened, PCA and its quality, the figure."""
    from ui.checkpoints.analyses import Analyses

    rng = np.random.default_rng(0)
    arrays = {"train_embeds": rng.standard_normal((10_000, 128), np.float32), "train_labels": np.arange(10_000) % 10}
    arrays |= {"test_embeds": rng.standard_normal((10_000, 128), np.float32), "test_labels": np.arange(10_000) % 10}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bundle.npz"
        np.savez(path, **arrays)

        def draw() -> None:
            analyses = Analyses(open_outputs(path), shared=False)
            drawn, outputs = analyses.pca("test"), analyses.outputs
            embedding_map(drawn.projection, drawn.quality, outputs.test, drawn.items, outputs.class_names, chosen=0)

        return _seconds(draw)


def _first(entry: ZooEntry) -> None:
    script = f"from checkpoints import open_outputs; open_outputs({str(entry.path)!r})"
    subprocess.run([sys.executable, "-c", script], cwd=FOLDER.parents[1], check=True, timeout=120)


def _opening(entry: ZooEntry) -> float:
    return _seconds(lambda: open_outputs(entry.path))


def _refusal() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hostile.safetensors"
        path.write_bytes(len(_HOSTILE).to_bytes(8, "little") + _HOSTILE)
        try:
            open_outputs(path)
        except LabError:
            return
    raise AssertionError("a hostile header was accepted")


def _seconds(work: Callable[[], object]) -> float:
    return median(once(work) for _ in range(REPEATS))
