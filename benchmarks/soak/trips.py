"""Where the visitors go: every page, by links that ask for something new each time, and live runs to their end."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import count

from benchmarks.soak.visitor import Visitor

_SHIPPED = (
    "sincere", "supcon", "eps_sup_infonce", "nll", "label_infonce", "soft_target_cross_entropy",
    "soft_distribution_infonce", "soft_target_infonce", "nt_xent", "weince",
)  # fmt: skip
_LOSSES = ("supcon", "sincere", "weince", "soft_target_infonce", "nt_xent", "nll")
_SECTIONS = "show=similarity&show=calibration&show=accuracy&show=curves&show=tails&show=geometry"
_LIVE = {
    "Simplex_labels": "steps=200&batch_size=32",
    "Repulsion": "steps=100",
    "Noise_floor": "repetitions=400",
    "Two_views": "steps=40&seeds=2",
}
_WORLDS = (("Simplex_labels", "Repulsion"), ("Noise_floor", "Two_views"))


def trips() -> Iterator[Callable[[Visitor], None]]:
    """Trips without end; each is one session. `turn` is part of every link that has a seed."""
    first, second = (partial(_run_worlds, pages=pages) for pages in _WORLDS)
    for turn in count():
        for trip in (_look_up, first, _inspect, second, _present, _compare):
            yield partial(trip, turn=turn)


def _look_up(visitor: Visitor, turn: int) -> None:
    visitor.open("")
    visitor.open("Losses", f"loss={_LOSSES[turn % len(_LOSSES)]}&seed={turn}&batch_size={32 + turn % 64}")
    visitor.open("Losses")
    visitor.open("File_contents")
    visitor.open("Coordinate_lens", f"hard={0.9 + turn % 90 / 1000:.3f}")
    visitor.open("Endpoint_tails", f"seed={turn % 50}")


def _run_worlds(visitor: Visitor, turn: int, pages: tuple[str, ...]) -> None:
    for page in pages:
        visitor.open(page, f"{_LIVE[page]}&seed={turn}")
        visitor.press("Run")
        visitor.wait_for("Finished")


def _inspect(visitor: Visitor, turn: int) -> None:
    """One checkpoint's sections; its PCA map and, in the worker, its UMAP."""
    name = _SHIPPED[turn % len(_SHIPPED)]
    choices = f"bins={5 + turn % 40}&k={1 + turn % 20}&quantile={0.9 + turn % 9 / 100:.2f}"
    visitor.open("Checkpoints", f"checkpoint={name}&map=pca&item={turn % 300}")
    visitor.open("Checkpoints", f"checkpoint={name}&{_SECTIONS}&{choices}")
    visitor.open("Checkpoints", f"checkpoint={name}&map=umap&item={turn % 200}")


def _present(visitor: Visitor, turn: int) -> None:
    visitor.open("Anatomy", f"anchor={1 + turn % 4}")
    visitor.open("Forces", f"batch={_SHIPPED[turn % 3]}&seed={turn}")
    visitor.open("Forces", f"of=logits&seed={turn}")
    visitor.open("Force_curves", f"axis=temperature&positive={turn % 18 / 20:.2f}")
    visitor.open("Dynamics")
    visitor.open("Sampling", f"seed={turn}&draws=1000")


def _compare(visitor: Visitor, turn: int) -> None:
    pair = (_SHIPPED[turn % len(_SHIPPED)], _SHIPPED[(turn + 1 + turn // 10 % 8) % len(_SHIPPED)])
    names = "&".join(f"checkpoints={name}" for name in pair)
    visitor.open("Compare", f"{names}&k={1 + turn % 5}&show=table&show=map&show=similarity&show=calibration")
    visitor.wait_for("**How to read this.**")
