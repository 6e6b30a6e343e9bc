"""Peak memory of one forward and backward pass, in a fresh process.

`python -m benchmarks.peak_memory` measures every loss of the catalogue whose time grows with the square of the batch,
in each of its forms, at N = 32,768 and D = 128, and ends with 1 where one takes 512 MB beyond its input. With FORM N D
it measures that one.
"""

import inspect
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Generator, Tensor
from torch.nn.functional import normalize

import losses
from losses.catalog import CATALOG

ROOT = Path(__file__).parents[1]
SAMPLES, DIMENSIONS, LIMIT = 32_768, 128, 512
BY_SIMILARITIES, WITH_TERMS = "similarities", "extra terms"


def forms() -> Iterator[str]:
    """Names of losses, and NAME:WHAT for what a function can be asked for beside its defaults."""
    for name, entry in CATALOG.items():
        if "²" in entry.cost.time:
            yield name
            options = inspect.signature(getattr(losses, name)).parameters
            if BY_SIMILARITIES in options:
                yield f"{name}:{BY_SIMILARITIES}"
            if any(option.endswith("_weight") for option in options):
                yield f"{name}:{WITH_TERMS}"


def extra_megabytes(form: str, samples: int, columns: int) -> float:
    """Resident memory that the pass adds at its peak to that of a process that holds its input."""
    command = [sys.executable, "-m", "benchmarks.peak_memory", form, str(samples), str(columns)]
    return float(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)


def run(form: str, x: Tensor) -> None:
    """One pass over x (N, D): anchors, two stacked views, or logits."""
    name, _, what = form.partition(":")
    entry, loss = CATALOG[name], getattr(losses, name)
    if entry.family == "paired views":
        loss(*x.chunk(2), **_terms(name) if what == WITH_TERMS else {}).backward()
        return
    labels = torch.arange(len(x)) % max(2, min(x.shape[1], len(x) // 16))
    if what == BY_SIMILARITIES:
        # One row for all: the similarities are the caller's, and here they take no memory.
        loss(x, similarities=torch.linspace(-1, 1, len(x)).expand(len(x), len(x))).backward()
    elif entry.family == "labelled embeddings":
        loss(x, labels).backward()
    else:
        given = x.detach().softmax(dim=1) if entry.choosing.soft else labels
        prior = (torch.ones(x.shape[1]),) if entry.choosing.has_prior else ()
        loss(x, given, *prior).backward()


def _terms(name: str) -> Mapping[str, Any]:
    """Half of each term that can be added."""
    return {option: 0.5 for option in inspect.signature(getattr(losses, name)).parameters if option.endswith("_weight")}


def peak_kilobytes() -> int:
    """Of this program alone: getrusage would begin with the peak of the process that started it."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])


def measured(form: str, samples: int, columns: int) -> float:
    """Megabytes, in this process."""
    torch.set_num_threads(2)
    generator = Generator().manual_seed(0)
    # A small pass first: what torch loads at first use is not the loss's memory.
    run(form, normalize(torch.randn(64, columns, generator=generator), dim=1).requires_grad_())
    x = normalize(torch.randn(samples, columns, generator=generator), dim=1).requires_grad_()
    before = peak_kilobytes()
    run(form, x)
    return (peak_kilobytes() - before) / 1024


def main() -> int:
    """The table of all forms; 1 where one is over the limit."""
    missed = 0
    for form in forms():
        megabytes = extra_megabytes(form, SAMPLES, DIMENSIONS)
        missed += megabytes >= LIMIT
        print(f"{form}, N = {SAMPLES:,}, D = {DIMENSIONS}: {megabytes:.0f} MB of {LIMIT}", flush=True)
    return int(missed > 0)


if __name__ == "__main__":
    if len(sys.argv) == 1:
        sys.exit(main())
    print(measured(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
