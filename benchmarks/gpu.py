"""`python -m benchmarks.gpu`: what the losses and the worlds take on a GPU, beside the processor; writes docs/gpu.md.

Times are medians with the queue waited for; peak memory is what a pass allocates beyond its inputs.
"""

import os
import platform
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from torch import Generator, Tensor
from torch.nn.functional import normalize

import losses
from benchmarks import bench_training, textbook
from losses.catalog import CATALOG
from toy_models.repulsion import RepulsionSpec
from toy_models.simplex import SimplexSpec
from toy_models.two_views import TwoViewsSpec
from toy_models.worlds import WORLDS

REPORT = Path(__file__).parents[1] / "docs" / "gpu.md"
SIZES, DIMENSIONS, CLASS_SIZE, TURNS = (1024, 4096, 16384, 32768), 128, 16, 20
LARGEST_TEXTBOOK = 16384
"""Its N x N buffers would take a whole GPU beyond."""
TIMED = (
    "supcon",
    "sincere",
    "x_clr",
    "nt_xent",
    "weibit",
    "weince",
    "dcl",
    "rince",
    "temperature_free_infonce",
    "siglip",
)
ENCODERS = {"resnet14": 32, "resnet18": 64}
"""With the width of the first stage; the first is the shipped encoders' own."""
TRAINED = (512, 512 * 20)
"""Images of a batch, and of the epoch that is timed."""
WORLD_SPECS = {
    "simplex, as it opens": ("simplex", SimplexSpec(steps=500)),
    "simplex, 8 seeds at batch 1,024": ("simplex", SimplexSpec(steps=500, seeds=8, batch_size=1024)),
    "repulsion, as it opens": ("repulsion", RepulsionSpec(steps=200)),
    "two views, as it opens": ("two_views", TwoViewsSpec(steps=200)),
}
LOSSES = """## Forward and backward of a loss

D = {}; *bare*: the product of the embeddings alone, forward and backward, with its N x N buffer; *textbook*: the
formula as it is written, with N x N buffers.
"""
WORLDS_INTRODUCTION = """## The worlds

Seconds of a run, and the largest difference of a number of its trace from the processor's, as a share of the largest
number of the same name.
"""
TRAINING = """## Training on images

`python -m checkpoints.train` with SINCERE, two views, batches of {} images of 32 x 32, bf16, channels last; pixels lie
on the GPU and views are made there. *bare*: the same encoder's forward and backward pass alone, on ready pixels.
"""
Rows = Iterator[tuple[object, ...]]


def main() -> None:
    torch.backends.cuda.matmul.allow_tf32 = False
    machine = f"{torch.cuda.get_device_name()}, torch {torch.__version__}, Python {platform.python_version()}"
    said = [
        f"# On a GPU\n\nMade by `python -m benchmarks.gpu`: {machine}, {os.cpu_count()} processors; no TF32.\n",
        LOSSES.format(DIMENSIONS),
        table("loss | N | ms | x bare | x faster than textbook | peak MB | textbook's", loss_rows()),
        TRAINING.format(TRAINED[0]),
        table(
            "encoder | images/s | ms a step | bare | share of the step in the encoder | of the loss", training_rows()
        ),
        WORLDS_INTRODUCTION,
        table("world | GPU, s | CPU, s | furthest apart", world_rows()),
    ]
    REPORT.write_text("\n".join(said))


def table(header: str, rows: Rows) -> str:
    lines = [f"| {header} |", "| --- " * (header.count("|") + 1) + "|"]
    for row in rows:
        lines.append("| " + " | ".join(map(cell, row)) + " |")
        print(lines[-1], flush=True)
    return "\n".join(lines).replace("nan", "-") + "\n"


def cell(value: object) -> str:
    """A number with three digits, without an exponent above a thousand."""
    return f"{float(f'{value:.3g}'):,g}" if isinstance(value, float) else str(value)


def loss_rows() -> Rows:
    for samples in SIZES:
        generator = Generator().manual_seed(samples)
        z = normalize(torch.randn(samples, DIMENSIONS, generator=generator), dim=1).cuda()
        labels = (torch.randperm(samples, generator=generator) % (samples // CLASS_SIZE)).cuda()
        bare, _ = cost(z, lambda x: (x @ x.T).sum())
        for name in TIMED:
            ms, megabytes = cost(z, one_pass(getattr(losses, name), name, labels))
            theirs = float("nan"), float("nan")
            if samples <= LARGEST_TEXTBOOK and hasattr(textbook, name):
                theirs = cost(z, one_pass(getattr(textbook, name), name, labels))
            yield name, f"{samples:,}", ms, ms / bare, theirs[0] / ms, megabytes, theirs[1]


def one_pass(loss: Callable[..., Tensor], name: str, labels: Tensor) -> Callable[[Tensor], Tensor]:
    settings = {"temperature": 0.1} if "temperature" in CATALOG[name].defaults else {}
    if CATALOG[name].family == "paired views":
        return lambda x: loss(*x.chunk(2), **settings)
    return lambda x: loss(x, labels, **settings)


def cost(leaf: Tensor, run: Callable[[Tensor], Tensor]) -> tuple[float, float]:
    """Milliseconds, megabytes."""
    seen = []
    for _ in range(3 + TURNS):
        x = leaf.clone().requires_grad_()
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
        before, began = torch.cuda.memory_allocated(), time.perf_counter()
        run(x).backward()
        torch.cuda.synchronize()
        seen.append(1000 * (time.perf_counter() - began))
    return statistics.median(seen[3:]), (torch.cuda.max_memory_allocated() - before) / 2**20


def training_rows() -> Rows:
    """Of a step: images a second, its time, that of the encoder's passes, and the shares of both and of the loss."""
    batch, items = TRAINED
    for encoder, width in ENCODERS.items():
        recipe = {"batch_size": batch, "encoder": encoder, "width": width, "precision": "bf16"}
        step, bare, loss = bench_training.seconds(torch.device("cuda"), items, **recipe)
        yield encoder, float(batch / step), 1000 * step, 1000 * bare, bare / step, loss / step


def world_rows() -> Rows:
    for title, (name, spec) in WORLD_SPECS.items():
        list(WORLDS[name].simulate(type(spec)(steps=10), "cuda"))
        times, arrays = zip(*(run_of(name, spec, device) for device in ("cuda", "cpu")), strict=True)
        yield title, *times, furthest(*arrays)


def run_of(name: str, spec: object, device: str) -> tuple[float, dict[str, np.ndarray]]:
    """Seconds, and the numbers of the trace."""
    began = time.perf_counter()
    trace = WORLDS[name].trace(spec, device)  # type: ignore[arg-type]
    seconds = time.perf_counter() - began
    with TemporaryDirectory() as folder:
        trace.save(path := Path(folder) / "trace.npz")
        with np.load(path) as saved:
            return seconds, {key: saved[key] for key in saved.files if saved[key].dtype.kind == "f"}


def furthest(found: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> float:
    return max(
        float(np.nanmax(np.abs(found[key] - each)) / max(np.nanmax(np.abs(each)), 1e-30))
        for key, each in expected.items()
        if each.size and not key.startswith("seconds")
    )


if __name__ == "__main__":
    main()
