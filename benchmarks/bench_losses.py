"""How much does a loss, forward and backward, cost beside the one matrix product that it cannot do without?"""

import time
from collections.abc import Callable, Iterable
from functools import partial

import torch
from torch import Tensor
from torch.nn.functional import normalize

import losses
from losses.catalog import losses_of_family

SAMPLES, DIMENSIONS, CLASSES, REPEATS, THREADS = 1024, 128, 1000, 15, 2


def rows() -> Iterable[tuple[str, float, str, float]]:
    """Multiples of z z^T or f w^T, forward and backward; the released SINCERE takes 11, WEINCE above 1,000.

    `python -m benchmarks.loss_speed` has all sizes, beside textbook forms and another library.
    """
    torch.set_num_threads(THREADS)
    generator = torch.Generator().manual_seed(0)
    z = normalize(torch.randn(SAMPLES, DIMENSIONS, generator=generator), dim=1)
    labels = torch.randint(10, (SAMPLES,), generator=generator)
    upstream = torch.randn(SAMPLES, SAMPLES, generator=generator)
    square = _seconds(lambda x: x @ x.T, z, upstream)
    for name in losses_of_family("labelled embeddings"):
        cost = _seconds(partial(_labelled, getattr(losses, name), labels), z) / square
        yield f"{name}, N = {SAMPLES}, D = {DIMENSIONS}: multiples of its product", cost, "x", 2.0
    for name in losses_of_family("paired views"):
        cost = _seconds(partial(_paired, getattr(losses, name)), z) / square
        limit = 4.0 if name in ("weibit", "weince") else 2.0
        yield f"{name}, B = {SAMPLES // 2}, D = {DIMENSIONS}: multiples of its product", cost, "x", limit
    logits = torch.randn(SAMPLES, CLASSES, generator=generator)
    targets = torch.randn(SAMPLES, CLASSES, generator=generator).softmax(dim=1)
    prior = targets.mean(dim=0)
    wide = _seconds(lambda f: f @ targets.T, logits, upstream)
    cost = _seconds(lambda f: losses.soft_target_infonce(f, targets, prior), logits) / wide
    yield f"soft_target_infonce, N = {SAMPLES}, K = {CLASSES}: multiples of its product", cost, "x", 2.0


def _labelled(loss: Callable[..., Tensor], labels: Tensor, z: Tensor) -> Tensor:
    return loss(z, labels)


def _paired(loss: Callable[..., Tensor], z: Tensor) -> Tensor:
    return loss(*z.chunk(2))


def _seconds(make: Callable[[Tensor], Tensor], leaf: Tensor, upstream: Tensor | None = None) -> float:
    """Shortest time of a forward and backward pass: what else runs on the machine only adds."""

    def once() -> float:
        leaf_of_once = leaf.clone().requires_grad_()
        began = time.perf_counter()
        make(leaf_of_once).backward(upstream)
        return time.perf_counter() - began

    once()
    return min(once() for _ in range(REPEATS))
