"""Images of a folder, decoded by worker processes: how many a second, and is the memory that waits for them bounded?"""

import io
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.nearest_pass import peak_kilobytes
from checkpoints.images.decoders import Decoders
from checkpoints.images.finding import image_data
from checkpoints.images.scaling import Scaling

ROOT = Path(__file__).parents[1]
FILES, WIDTH, HEIGHT, SIDE = 1_200, 500, 375, 224  # ImageNet's usual size; decoded, all are 181 MB
_FEW, _AFTER = 300, 20  # images of a time; those before it, in which workers are begun
_PAUSE = 400


def rows() -> Iterable[tuple[str, float, str, float]]:
    """Times are elapsed, as workers are other processes: read them beside the load of the machine."""
    with tempfile.TemporaryDirectory() as name:
        folder = _folder(Path(name) / "images")
        for workers in (0, 1, 2):
            found = measured(folder, workers)
            what = f"JPEGs of {WIDTH} x {HEIGHT} by {workers} workers"
            yield f"{what}: {1 / found['seconds']:,.0f} images/s, an image", 1e3 * found["seconds"], "ms", 60
            yield f"{what}, memory that {FILES:,} of them add", found["megabytes"], "MB", 220


def measured(folder: Path, workers: int) -> dict[str, float]:
    """`seconds` an image, `megabytes` above what was there before, in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.bench_decoding", str(folder), str(workers)]
    answer: dict[str, float] = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)
    return answer


def main(folder: Path, workers: int) -> None:
    with image_data(folder) as images, Decoders(Scaling(SIDE, 256, 3, False), workers) as decoders:
        rows = list(range(len(images.train)))
        Path("/proc/self/clear_refs").write_text("5")
        before, began = peak_kilobytes(), 0.0
        for place, (_, pixels) in enumerate(decoders.read(images.train, rows)):
            assert not isinstance(pixels, str)
            if place == _AFTER:
                began = time.perf_counter()
            if place == _AFTER + _FEW:
                seconds = (time.perf_counter() - began) / _FEW
            if place == _PAUSE:
                time.sleep(2)  # as a slow network: what is decoded ahead of it waits, and is held
        print(json.dumps({"seconds": seconds, "megabytes": (peak_kilobytes() - before) / 1024}))


def _folder(top: Path) -> Path:
    """Of random pixels; one test image, which a folder must have."""
    rng = np.random.default_rng(0)
    for number in range(FILES + 1):
        place = top / ("train" if number else "test") / "a"
        place.mkdir(parents=True, exist_ok=True)
        pixels = rng.integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "JPEG")
        (place / f"{number}.jpg").write_bytes(buffer.getvalue())
    return top


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
