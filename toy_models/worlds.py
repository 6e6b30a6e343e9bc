"""The toy worlds by name: what the command line, the code view and the tests need of each. No torch until it runs."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from toy_models.presets import Preset


class Spec(Protocol):
    """A frozen dataclass that checks itself; `steps` says how far a run goes."""

    @property
    def steps(self) -> int: ...


class Trace(Protocol):
    """A run as arrays."""

    def save(self, path: Path) -> None: ...


@dataclass(frozen=True, slots=True)
class WorldEntry:
    """One world: the package that it lives in, and the expression that prints what to look at of a `trace`."""

    name: str
    title: str
    result: str

    @property
    def package(self) -> Any:
        return import_module(f"toy_models.{self.name}")

    @property
    def presets(self) -> Mapping[str, Preset[Any]]:
        return import_module(f"toy_models.{self.name}.presets").PRESETS

    @property
    def defaults(self) -> Any:
        """The spec with all its defaults."""
        return type(next(iter(self.presets.values())).spec)()

    def simulate(self, spec: Spec, device: str = "cpu", on_step: Callable[[int], None] | None = None) -> Iterator[Any]:
        """The frames of a run, one by one."""
        return self.package.simulate(spec, device, on_step)

    def trace(self, spec: Spec, device: str = "cpu", on_step: Callable[[int], None] | None = None) -> Trace:
        """Run a spec to its end."""
        return self.package.Trace.of(spec, list(self.simulate(spec, device, on_step)), device)

    def command(self, spec: Spec, device: str = "cpu") -> str:
        """The command line that writes the trace of a spec."""
        options = [f"--{name.replace('_', '-')} {_word(value)}" for name, value in changed(spec)]
        return " ".join(
            [f"python -m toy_models {self.name}", *options, f"--device {device} --out {self.name}_trace.npz"]
        )

    def code(self, spec: Spec, device: str = "cpu") -> str:
        """The lines of Python that give the same numbers as the page."""
        kind = type(spec).__name__
        arguments = ", ".join(f"{name}={value!r}" for name, value in changed(spec))
        return (
            f"from toy_models.{self.name} import {kind}, Trace, reference, simulate\n\n"
            f"spec = {kind}({arguments})\n"
            f'trace = Trace.of(spec, list(simulate(spec, "{device}")), "{device}")\n'
            f"print({self.result})\n"
        )


def changed(spec: Spec) -> list[tuple[str, Any]]:
    """The fields in which a spec differs from its defaults, (name, value)."""
    defaults = type(spec)()
    names = [field.name for field in fields(spec)]  # type: ignore[arg-type]
    return [(name, getattr(spec, name)) for name in names if getattr(spec, name) != getattr(defaults, name)]


def _word(value: Any) -> str:
    """A value as a command line says it."""
    return ",".join(map(_word, value)) if isinstance(value, tuple) else str(value)


WORLDS: Mapping[str, WorldEntry] = {
    world.name: world
    for world in (
        WorldEntry(
            "simplex",
            "Labels are points of the simplex",
            "trace.kl_density[-1].mean(axis=1), reference(spec).floors",
        ),
        WorldEntry(
            "repulsion",
            "Free vectors of a few classes",
            "trace.repelling_share[-1].mean(axis=1), reference(spec).optima",
        ),
        WorldEntry(
            "noise_floor",
            "Winners near an endpoint",
            "trace.squared_error[-1], [link.floor for link in reference(spec).links]",
        ),
        WorldEntry(
            "two_views",
            "Two noisy views of each sample",
            "trace.retrieval[-1].mean(axis=1), trace.lam[-1].mean(axis=(1, 2)), reference(spec)",
        ),
    )
}
