"""A finished run as arrays over its repetitions: what figures and downloads read."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from losses.errors import LabError
from toy_models.noise_floor.run import BINS, Frame
from toy_models.noise_floor.spec import LINKS, NoiseFloorSpec

METRICS = ("squared_error", "standard_error", "bias", "infinite")


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """T frames stacked: steps, seconds, repetitions (T,), the metrics of `Frame` (T, L, Q), errors (T, L, Q, BINS)."""

    spec: NoiseFloorSpec
    device: str
    steps: np.ndarray
    seconds: np.ndarray
    repetitions: np.ndarray
    squared_error: np.ndarray
    standard_error: np.ndarray
    bias: np.ndarray
    infinite: np.ndarray
    errors: np.ndarray

    @classmethod
    def of(cls, spec: NoiseFloorSpec, frames: Sequence[Frame], device: str = "cpu") -> "Trace":
        """Stack frames, of a whole run or of one that was stopped. LabError without any."""
        if not frames:
            raise LabError("trace", "must have at least one frame", 0, "Run at least one step.")
        along = [np.array([getattr(f, name) for f in frames]) for name in ("step", "seconds", "repetitions")]
        return cls(spec, device, *along, *(np.stack([getattr(f, n) for f in frames]) for n in (*METRICS, "errors")))

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
            trace = cls(NoiseFloorSpec.from_json(str(file["spec"])), str(file["device"]), **arrays)
        trace._check()
        return trace

    def table(self) -> "Curves":
        """The curves, one row for each frame, link and n."""
        frames, links, draws = self.bias.shape
        return Curves(
            np.tile(np.repeat(np.array(list(LINKS.values())), draws), frames),
            np.tile(np.array(self.spec.draws), frames * links),
            np.repeat(self.repetitions, links * draws),
            *(getattr(self, name).ravel() for name in METRICS),
        )

    def _check(self) -> None:
        shape = (len(self.steps), len(LINKS), len(self.spec.draws))
        for name, wanted in {**dict.fromkeys(METRICS, shape), "errors": (*shape, BINS)}.items():
            if getattr(self, name).shape != wanted:
                raise LabError(f"trace file: {name}", f"must have shape {wanted}", getattr(self, name).shape)


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """The curves of a run as columns of equal length; `link` is the title, errors are of log-odds, in nats."""

    link: np.ndarray
    draws: np.ndarray
    repetitions: np.ndarray
    squared_error: np.ndarray
    standard_error: np.ndarray
    bias: np.ndarray
    infinite: np.ndarray
