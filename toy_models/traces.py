"""What the traces of all worlds share: frames stacked to arrays, and files of plain arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from losses.errors import LabError
from toy_models.specs import WorldSpec


class ArrayTrace:
    """Base of a frozen dataclass whose fields are `spec`, `device` and arrays."""

    __slots__ = ()
    SPEC: ClassVar[type[WorldSpec]]
    SINCE_THE_FRAME_BEFORE: ClassVar[tuple[str, ...]] = ()
    """The arrays that are means over the steps since the frame before."""

    @classmethod
    def of(cls, spec: Any, frames: Sequence[Any], device: str = "cpu") -> Self:
        """Stack frames, of a whole run or of one that was stopped. LabError without any."""
        if not frames:
            raise LabError("trace", "must have at least one frame", 0, "Run at least one step.")
        held = {name: "step" if name == "steps" else name for name in cls._arrays()}
        arrays = {name: np.stack([np.asarray(getattr(each, field)) for each in frames]) for name, field in held.items()}
        return cls(spec=spec, device=device, **arrays)  # type: ignore[call-arg]

    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """The shape that each array must have, by the spec and the number of frames."""
        raise NotImplementedError

    def save(self, path: Path) -> None:
        """Write an .npz of plain arrays; the spec is a JSON string."""
        arrays = {name: getattr(self, name) for name in self._arrays()}
        spec, device = (np.array(each) for each in (self.spec.to_json(), self.device))  # type: ignore[attr-defined]
        np.savez_compressed(path, spec=spec, device=device, **arrays)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote, without unpickling. LabError where an array is missing or has another shape."""
        with np.load(path, allow_pickle=False) as file:
            missing = {"spec", "device", *cls._arrays()} - set(file)
            if missing:
                raise LabError(
                    path.name, "must have all arrays of its world's trace", but=f"has no {', '.join(sorted(missing))}"
                )
            arrays = {name: file[name] for name in cls._arrays()}
            trace = cls(spec=cls.SPEC.from_json(str(file["spec"])), device=str(file["device"]), **arrays)  # type: ignore[call-arg]
        for name, shape in trace.shapes().items():
            if getattr(trace, name).shape != shape:
                raise LabError(f"{path.name}: {name}", f"must have shape {shape}", getattr(trace, name).shape)
        return trace

    @classmethod
    def _arrays(cls) -> list[str]:
        names = [field.name for field in fields(cls)]  # type: ignore[arg-type]
        return [name for name in names if name not in ("spec", "device")]


def names_of(kind: type) -> tuple[str, ...]:
    """The fields of a dataclass of metrics."""
    return tuple(field.name for field in fields(kind))


def columns_of(trace: Any, titles: Mapping[str, str], metrics: Sequence[str]) -> dict[str, np.ndarray]:
    """Metrics (T, L, S) as columns, and which run each row is of: loss_name, its title, then seed, step, seconds."""
    losses = [titles[name] for name in trace.spec.losses]
    seeds = range(trace.spec.seed, trace.spec.seed + trace.spec.seeds)
    return _runs(trace.steps, trace.seconds, losses, seeds) | {name: getattr(trace, name).ravel() for name in metrics}


def _runs(steps: np.ndarray, seconds: np.ndarray, losses: Sequence[str], seeds: Sequence[int]) -> dict[str, np.ndarray]:
    each = len(losses) * len(seeds)
    return {
        "loss_name": np.tile(np.repeat(np.array(losses), len(seeds)), len(steps)),
        "seed": np.tile(np.array(seeds), len(steps) * len(losses)),
        "step": np.repeat(steps, each),
        "seconds": np.repeat(seconds, each),
    }
