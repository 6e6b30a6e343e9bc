"""`make bench-losses`: forward + backward of every loss beside its bare product, its textbook form and another library.

All contenders of one size take turns in one run; medians of their times, ratios of medians. Peak memory is that of a
fresh process, beyond its inputs. Ends with the table as docs/loss_speed.csv; the picture is `benchmarks.loss_plot`.
"""

import csv
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import torch
from torch import Generator, Tensor
from torch.nn.functional import normalize

import losses
from benchmarks import textbook
from benchmarks.peak_memory import BY_SIMILARITIES, extra_megabytes
from losses.catalog import CATALOG, losses_of_family

TABLE = Path(__file__).parents[1] / "docs" / "loss_speed.csv"
THREADS, DIMENSIONS, CLASS_SIZE = 2, 128, 16
MOST_TRIPLES = 1024
"""pytorch-metric-learning's NT-Xent takes N^3 memory and a minute a pass at this size: measured once, and no larger."""
LONG_PASS_MS = 5000
EMBEDDING_SIZES, HEAD_SIZES, HEAD_CLASSES = (1024, 2048, 4096, 8192), (512, 1024, 2048, 4096), (10, 100, 1000)

Pass = Callable[[Tensor], Tensor]
"""One forward pass from a leaf to a scalar."""


@dataclass(frozen=True, slots=True)
class Row:
    """One loss at one size: milliseconds, and what its time is a multiple of. NaN: no such contender."""

    loss: str
    samples: int
    columns: int
    ours_ms: float
    bare_ms: float
    times_bare: float
    textbook_times_ours: float
    library_times_ours: float
    extra_mb: float


def main() -> None:
    torch.set_num_threads(THREADS)
    rows = []
    print(" | ".join(field.name for field in fields(Row)))
    for row in measurements():
        rows.append(row)
        print(" | ".join(f"{x:.3g}" if isinstance(x, float) else str(x) for x in astuple(row)), flush=True)
    with TABLE.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(field.name for field in fields(Row))
        writer.writerows([f"{x:.4g}" if isinstance(x, float) else x for x in astuple(row)] for row in rows)


def measurements() -> Iterator[Row]:
    for samples in EMBEDDING_SIZES:
        yield from embedding_rows(samples)
    for samples in HEAD_SIZES:
        for classes in HEAD_CLASSES:
            yield from head_rows(samples, classes)


def embedding_rows(samples: int) -> Iterator[Row]:
    """N unit embeddings of D = 128 in classes of 16, or N / 2 pairs."""
    generator = Generator().manual_seed(samples)
    z = normalize(torch.randn(samples, DIMENSIONS, generator=generator), dim=1)
    labels = torch.randperm(samples, generator=generator) % (samples // CLASS_SIZE)
    upstream = torch.randn(samples, samples, generator=generator)
    library = other_library(labels)
    graph = torch.rand(samples, samples, generator=generator)
    for name in losses_of_family("labelled embeddings", "paired views"):
        has_views = CATALOG[name].family == "paired views"
        settings = {"temperature": 0.1} if "temperature" in CATALOG[name].defaults else {}

        def ours(x: Tensor, name: str = name, views: bool = has_views, settings: dict[str, float] = settings) -> Tensor:
            loss: Callable[..., Tensor] = getattr(losses, name)
            return loss(*x.chunk(2), **settings) if views else loss(x, labels, **settings)

        passes: list[Pass] = [ours]
        if (theirs := getattr(textbook, name, None)) is not None:
            passes.append(
                (lambda x, f=theirs: f(*x.chunk(2), 0.1)) if has_views else (lambda x, f=theirs: f(x, labels, 0.1))
            )
        extra = extra_megabytes(name, samples, DIMENSIONS)
        yield _row(name, z, lambda x: (x @ x.T, upstream), passes, library.get(name), extra)
    given: list[Pass] = [
        lambda x: losses.x_clr(x, similarities=graph, temperature=0.1),
        lambda x: textbook.x_clr_of_similarities(x, graph, 0.1),
    ]
    form = f"x_clr:{BY_SIMILARITIES}"
    extra = extra_megabytes(form, samples, DIMENSIONS)
    yield _row(form, z, lambda x: (x @ x.T, upstream), given, None, extra)


def head_rows(samples: int, classes: int) -> Iterator[Row]:
    generator = Generator().manual_seed(samples + classes)
    logits = torch.randn(samples, classes, generator=generator)
    targets = torch.randn(samples, classes, generator=generator).softmax(dim=1)
    labels, prior = targets.argmax(dim=1), targets.mean(dim=0)
    upstream = torch.randn(samples, samples, generator=generator)
    for name, answers in (("soft_target_infonce", targets), ("label_infonce", labels)):
        ours, theirs = getattr(losses, name), getattr(textbook, name)
        passes = [lambda f, g=g, w=answers: g(f, w, prior) for g in (ours, theirs)]
        extra = extra_megabytes(name, samples, classes)
        yield _row(name, logits, lambda f: (f @ targets.T, upstream), passes, None, extra)


def other_library(labels: Tensor) -> dict[str, Pass]:
    """pytorch-metric-learning's losses of the same names."""
    from pytorch_metric_learning.losses import NTXentLoss, SupConLoss

    supcon, nt_xent = SupConLoss(temperature=0.1), NTXentLoss(temperature=0.1)
    pairs = torch.arange(len(labels) // 2).repeat(2)
    found: dict[str, Pass] = {"supcon": lambda x: supcon(x, labels)}
    if len(labels) <= MOST_TRIPLES:
        found["nt_xent"] = lambda x: nt_xent(x, pairs)
    return found


def _row(
    name: str,
    leaf: Tensor,
    bare: Callable[[Tensor], tuple[Tensor, Tensor]],
    passes: list[Pass],
    library: Pass | None,
    extra: float,
) -> Row:
    def backward_of(make: Pass) -> Callable[[Tensor], None]:
        return lambda x: make(x).backward()

    def bare_product(x: Tensor) -> None:
        product, upstream = bare(x)
        product.backward(upstream)

    bare_ms, ours, *others = medians(leaf, [bare_product, *map(backward_of, passes)])
    theirs = others[0] if others else float("nan")
    elsewhere = patiently(leaf, backward_of(library)) / ours if library else float("nan")
    return Row(name, *leaf.shape, ours, bare_ms, ours / bare_ms, theirs / ours, elsewhere, extra)


def patiently(leaf: Tensor, run: Callable[[Tensor], None]) -> float:
    """Milliseconds of a contender that may take minutes: then once is enough."""
    (first,) = medians(leaf, [run], turns=1)
    return first if first > LONG_PASS_MS else medians(leaf, [run])[0]


def medians(leaf: Tensor, contenders: list[Callable[[Tensor], None]], turns: int | None = None) -> list[float]:
    """Milliseconds of each contender, taking turns, so that a slow moment of the machine meets all of them."""
    times: list[list[float]] = [[] for _ in contenders]
    for turn in range(turns or 3 + max(2, min(20, 16384 // len(leaf)))):
        for run, seen in zip(contenders, times, strict=True):
            x = leaf.clone().requires_grad_()
            began = time.perf_counter()
            run(x)
            if turn or turns == 1:  # the first turn warms up
                seen.append(1000 * (time.perf_counter() - began))
    return [statistics.median(seen) for seen in times]


if __name__ == "__main__":
    main()
