"""What the toy worlds, their traces and their command say."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from toy_models import __main__ as command
from toy_models.device import resolve
from toy_models.finite import check_finite
from toy_models.noise_floor import run as noise_floor
from toy_models.noise_floor.spec import NoiseFloorSpec
from toy_models.repulsion.arrows import arrows
from toy_models.repulsion.class_size import StudySpec
from toy_models.repulsion.spec import RepulsionSpec
from toy_models.simplex.run import simulate
from toy_models.simplex.spec import SimplexSpec
from toy_models.simplex.trace import Trace


def run(world: str, *options: str) -> Callable[[Path], object]:
    return lambda folder: command.main([world, *(word.replace("{}", str(folder)) for word in options)])


def _spoilt_trace(folder: Path, **changed: np.ndarray | None) -> Trace:
    path, spec = folder / "trace.npz", SimplexSpec(losses=("nll",), steps=10, batch_size=8, seeds=1, hidden=4)
    Trace.of(spec, list(simulate(spec))).save(path)
    with np.load(path) as file:
        arrays = {**file, **changed}
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})
    return Trace.load(path)


SAID = (
    run("simplex", "--steps", "1", "--out", "{}/t.npz"),
    run("simplex", "--out", "{}/t.csv"),
    run("simplex", "--out", "{}/nowhere/t.npz"),
    run("simplex", "--labels", "other", "--out", "{}/t.npz"),
    run("simplex", "--losses", "nll,nll", "--out", "{}/t.npz"),
    run("simplex", "--losses", "triplet", "--out", "{}/t.npz"),
    run("simplex", "--seeds", "32", "--batch-size", "1024", "--out", "{}/t.npz"),
    run("noise_floor", "--device", "cuda", "--out", "{}/t.npz"),
    run("noise_floor", "--scores", "0.1", "--out", "{}/t.npz"),
    run("noise_floor", "--scores", "0.5,0.1", "--out", "{}/t.npz"),
    run("noise_floor", "--scores", "0.5,0.5", "--out", "{}/t.npz"),
    run("noise_floor", "--scores", "0.1,0.999999", "--exponent", "20", "--out", "{}/t.npz"),
    run("repulsion", "--per-class", "1", "--out", "{}/t.npz"),
    run("repulsion", "--classes", "64", "--per-class", "128", "--out", "{}/t.npz"),
    run("repulsion", "--classes", "16", "--seeds", "32", "--out", "{}/t.npz"),
    run("two_views", "--samples", "8", "--batch-size", "9", "--out", "{}/t.npz"),
    run("two_views", "--seeds", "32", "--batch-size", "256", "--samples", "512", "--out", "{}/t.npz"),
    lambda _: next(iter(simulate(SimplexSpec(), "abacus"))),
    lambda _: next(iter(noise_floor.simulate(NoiseFloorSpec(), "cuda"))),
    lambda _: resolve("abacus"),
    lambda _: check_finite(torch.tensor([[torch.nan]]), ["SupCon"], 0, 3),
    lambda _: arrows(RepulsionSpec(), "supcon", np.eye(32, 3), anchor=99),
    lambda _: StudySpec(spreads=()),
    lambda _: SimplexSpec.from_json("[]"),
    lambda _: Trace.of(SimplexSpec(), []),
    lambda folder: _spoilt_trace(folder, loss=None),
    lambda folder: _spoilt_trace(folder, device=None),
    lambda folder: _spoilt_trace(folder, loss=np.zeros(3)),
)
