"""How long from arrays of any names to what is in them, and to their outputs?"""

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import numpy as np

GIGABYTE, WIDE = 1 << 30, 512
ITEMS, WIDTH = 10_000, 128
_LISTED = """
import json, sys, time
from pathlib import Path
import checkpoints.arrays.opening as opening

def peak():
    return int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])

before, began = peak(), time.perf_counter()
listing = opening.listing_of(sys.argv[1])
opening.propose(listing)
seconds = time.perf_counter() - began
print(json.dumps({"seconds": seconds, "added": (peak() - before) / 1024, "peak": peak() / 1024}))
"""
_OPENED = """
import json, sys, time
from checkpoints.arrays.opening import open_arrays
from checkpoints.reading.array_spec import ArraySpec
from pathlib import Path

began = time.perf_counter()
outputs = open_arrays(Path(sys.argv[1]), None, ArraySpec(mapping=sys.argv[2]))
opened = time.perf_counter() - began
assert outputs.test.embeddings.shape == (10_000, 128)
print(json.dumps({"opened": opened}))
"""
_DRAWN = """
import sys
from pathlib import Path
from analysis.figures.maps.projection import embedding_map
from checkpoints.arrays.opening import open_arrays
from checkpoints.reading.array_spec import ArraySpec
from ui.checkpoints.analyses import Analyses

analyses = Analyses(open_arrays(Path(sys.argv[1]), None, ArraySpec(mapping=sys.argv[2])), shared=False)
drawn, outputs = analyses.pca("test"), analyses.outputs
exhibit = embedding_map(drawn.projection, drawn.quality, outputs.test, drawn.items, outputs.class_names, chosen=0)
assert len(exhibit.plot.to_json()) > 100_000
print("{}")
"""


def rows() -> Iterable[tuple[str, float, str, float]]:
    """The listing of 1 GB stands in a second and 200 MB; a table of 10,000 x 128 is read in 2 s, and its map drawn in
    5 s by a process that has imported nothing yet. The files are warm."""
    with tempfile.TemporaryDirectory() as place:
        for name in ("npz", "npy", "safetensors", "csv"):
            found = _run(_LISTED, _large(Path(place), name))
            yield f"names, shapes, first values of 1 GB of .{name}, and the roles proposed", found["seconds"], "s", 1.0
            yield "  memory that it adds", found["added"], "MB", 200.0
            yield "  memory of the whole process", found["peak"], "MB", 200.0
            _large(Path(place), name).unlink()
        for name in ("csv", "parquet"):
            table = _table(Path(place), name), "embeddings=e0-e127,labels=label"
            began = _run(_OPENED, *table)
            yield f"10,000 x 128 from .{name} to outputs", began["opened"], "s", 2.0
            spent = _processor(partial(_run, _DRAWN, *table))
            yield "  to its first picture (PCA), processor time from the start of Python", spent, "s", 5.0


def _processor(work: Callable[[], object]) -> float:
    """Seconds of all processes that it begins and waits for."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _run(code: str, *arguments: object) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _large(place: Path, form: str) -> Path:
    path = place / f"large.{form}"
    if path.exists():
        return path
    rows = np.random.default_rng(0).standard_normal((1_000, WIDE)).astype(np.float32)
    whole = np.tile(rows, (GIGABYTE // rows.nbytes, 1))
    if form == "npz":
        np.savez(path, A=whole, B=np.arange(len(whole)) % 10)
    elif form == "npy":
        np.save(path, whole)
    elif form == "safetensors":
        from safetensors.numpy import save_file

        save_file({"A": whole, "B": np.arange(len(whole)) % 10}, path)
    else:
        _text(path, rows)
    return path


def _text(path: Path, rows: np.ndarray) -> None:
    """A CSV of 1 GB: the same thousand rows again and again."""
    header = ",".join([*(f"e{place}" for place in range(WIDE)), "label"]) + "\n"
    lines = [",".join([*map("{:.6f}".format, row), str(number % 10)]) for number, row in enumerate(rows)]
    part = "\n".join(lines) + "\n"
    with path.open("w") as file:
        file.write(header)
        for _ in range(GIGABYTE // len(part)):
            file.write(part)


def _table(place: Path, form: str) -> Path:
    import pandas as pd

    path = place / f"table.{form}"
    labels = np.arange(ITEMS) % 10
    values = np.random.default_rng(0).standard_normal((ITEMS, WIDTH)).astype(np.float32)
    values[np.arange(ITEMS), labels] += 3
    frame = pd.DataFrame(values, columns=[f"e{place}" for place in range(WIDTH)]).assign(label=labels)
    frame.to_csv(path, index=False) if form == "csv" else frame.to_parquet(path)
    return path
