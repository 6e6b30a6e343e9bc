"""A finished run as arrays over time: what replay, figures and downloads read."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from losses.errors import LabError
from toy_models.two_views.run import Frame
from toy_models.two_views.spec import LOSSES, TwoViewsSpec

METRICS = ("loss", "gradient_norm", "retrieval", "view_cosine", "hardest_cosine")
EVIDENCE = ("lam", "delta_aic", "rho")


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """T frames of a run stacked: steps and seconds (T,), metrics of `Frame` (T, L, S), evidence (T, L, S, 2B)."""

    spec: TwoViewsSpec
    device: str
    steps: np.ndarray
    seconds: np.ndarray
    loss: np.ndarray
    gradient_norm: np.ndarray
    retrieval: np.ndarray
    view_cosine: np.ndarray
    hardest_cosine: np.ndarray
    lam: np.ndarray
    delta_aic: np.ndarray
    rho: np.ndarray

    @classmethod
    def of(cls, spec: TwoViewsSpec, frames: Sequence[Frame], device: str = "cpu") -> "Trace":
        """Stack frames, of a whole run or of one that was stopped. LabError without any."""
        if not frames:
            raise LabError("trace", "must have at least one frame", 0, "Run at least one step.")
        steps, seconds = np.array([f.step for f in frames]), np.array([f.seconds for f in frames])
        stacked = {name: np.stack([getattr(f, name) for f in frames]) for name in (*METRICS, *EVIDENCE)}
        return cls(spec, device, steps, seconds, **stacked)

    def save(self, path: Path) -> None:
        """Write an .npz of plain arrays; the spec is a JSON string."""
        arrays = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("spec", "device")}
        np.savez_compressed(path, spec=np.array(self.spec.to_json()), device=np.array(self.device), **arrays)

    @classmethod
    def load(cls, path: Path) -> "Trace":
        """Read what `save` wrote, without unpickling. LabError where an array is missing or has another shape."""
        with np.load(path, allow_pickle=False) as file:
            missing = {field.name for field in fields(cls)} - set(file)
            if missing:
                raise LabError("trace file", f"must have the arrays {', '.join(sorted(missing))}", "without them")
            arrays = {f.name: file[f.name] for f in fields(cls) if f.name not in ("spec", "device")}
            trace = cls(TwoViewsSpec.from_json(str(file["spec"])), str(file["device"]), **arrays)
        trace._check()
        return trace

    def table(self) -> "Curves":
        """The curves, one row for each frame, loss and seed; evidence as its mean over anchors."""
        frames, losses, seeds = self.loss.shape
        names = np.array([LOSSES[name] for name in self.spec.losses])
        return Curves(
            np.tile(np.repeat(names, seeds), frames),
            np.tile(self.spec.seed + np.arange(seeds), frames * losses),
            np.repeat(self.steps, losses * seeds),
            np.repeat(self.seconds, losses * seeds),
            *(getattr(self, name).ravel() for name in METRICS),
            *(getattr(self, name).mean(axis=-1, dtype=np.float64).ravel() for name in EVIDENCE),
        )

    def _check(self) -> None:
        shape = (len(self.steps), len(self.spec.losses), self.spec.seeds)
        evidence = dict.fromkeys(EVIDENCE, (*shape, 2 * self.spec.batch_size))
        for name, wanted in {**dict.fromkeys(METRICS, shape), **evidence}.items():
            if getattr(self, name).shape != wanted:
                raise LabError(f"trace file: {name}", f"must have shape {wanted}", getattr(self, name).shape)


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """The curves of a run as columns of equal length; `loss_name` is the title, losses are in nats."""

    loss_name: np.ndarray
    seed: np.ndarray
    step: np.ndarray
    seconds: np.ndarray
    loss: np.ndarray
    gradient_norm: np.ndarray
    retrieval: np.ndarray
    view_cosine: np.ndarray
    hardest_cosine: np.ndarray
    lam: np.ndarray
    delta_aic: np.ndarray
    rho: np.ndarray
