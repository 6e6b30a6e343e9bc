"""Peak memory of one forward and backward pass, in a fresh process: `python -m benchmarks.peak_memory LOSS N D`."""

import subprocess
import sys
from pathlib import Path

import torch
from torch import Generator, Tensor
from torch.nn.functional import normalize

import losses
from losses.catalog import CATALOG

ROOT = Path(__file__).parents[1]


def extra_megabytes(name: str, samples: int, columns: int) -> float:
    """Resident memory that the pass adds at its peak to that of a process that holds its input."""
    command = [sys.executable, "-m", "benchmarks.peak_memory", name, str(samples), str(columns)]
    return float(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)


def run(name: str, x: Tensor) -> None:
    loss = getattr(losses, name)
    labels = torch.arange(len(x)) % max(2, min(x.shape[1], len(x) // 16))
    if CATALOG[name].family == "paired views":
        value = loss(*x.chunk(2))
    elif name == "soft_target_infonce":
        value = loss(x, x.detach().softmax(dim=1), torch.ones(x.shape[1]))
    elif name == "label_infonce":
        value = loss(x, labels, torch.ones(x.shape[1]))
    else:
        value = loss(x, labels)
    value.backward()


def peak_kilobytes() -> int:
    """Of this program alone: getrusage would begin with the peak of the process that started it."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])


def main(name: str, samples: int, columns: int) -> None:
    torch.set_num_threads(2)
    generator = Generator().manual_seed(0)
    # A small pass first: what torch loads at first use is not the loss's memory.
    run(name, normalize(torch.randn(64, columns, generator=generator), dim=1).requires_grad_())
    x = normalize(torch.randn(samples, columns, generator=generator), dim=1).requires_grad_()
    before = peak_kilobytes()
    run(name, x)
    print((peak_kilobytes() - before) / 1024)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
