"""`python -m toy_models WORLD --preset NAME --out FILE.npz`: the trace that the page shows, without a browser.

Any field of the world's spec is an option; it overrides the preset. The exit status is 2, with one sentence, where a
value is out of bounds, and 130 after Ctrl-C.
"""

import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from commands import answers
from losses.errors import LabError
from toy_models.worlds import WORLDS, WorldEntry


def parser() -> ArgumentParser:
    top = answers.Parser("python -m toy_models", description="Run a toy world and keep its trace.")
    worlds = top.add_subparsers(dest="world", required=True, metavar="WORLD")
    for world in WORLDS.values():
        _add_world(worlds.add_parser, world)
    return top


def _add_world(add: Callable[..., ArgumentParser], world: WorldEntry) -> None:
    presets = "\n".join(f"  {name}: {preset.look_at}" for name, preset in world.presets.items())
    own = add(world.name, help=world.title, epilog=f"presets:\n{presets}", formatter_class=RawDescriptionHelpFormatter)
    own.add_argument("--preset", choices=list(world.presets), metavar="NAME", help="where to start from")
    own.add_argument("--out", type=Path, required=True, metavar="FILE.npz", help="where to write the trace")
    own.add_argument("--device", default="cpu", help="auto, cpu, cuda or mps")
    for field in fields(world.defaults):
        default = getattr(world.defaults, field.name)
        option = f"--{field.name.replace('_', '-')}"
        own.add_argument(option, dest=field.name, type=_reader(default), metavar="VALUE", help=f"default {default}")


def _reader(default: Any) -> Callable[[str], Any]:
    """How a word becomes a value of the default's kind; lists have commas."""
    if isinstance(default, tuple):
        kind = type(default[0])
        return lambda text: tuple(kind(word) for word in text.split(","))
    return type(default)


def main(arguments: list[str]) -> int:
    asked = parser().parse_args(arguments)
    return answers.run(lambda: run(WORLDS[asked.world], asked), asked)


def run(world: WorldEntry, asked: Namespace) -> int:
    spec = world.presets[asked.preset].spec if asked.preset else world.defaults
    values = {field.name: getattr(asked, field.name) for field in fields(spec)}
    spec = replace(spec, **{name: value for name, value in values.items() if value is not None})
    check_writable(asked.out)
    trace = world.trace(spec, asked.device, _progress(spec.steps))
    try:
        trace.save(asked.out)
    except OSError as error:
        raise LabError(str(asked.out), f"could not be written ({error.strerror})") from error
    print(f"{asked.out}: {world.name}, {spec.steps:,} steps", file=sys.stderr)
    return 0


def check_writable(path: Path) -> None:
    """Before a run of minutes, not after it."""
    if path.suffix != ".npz":
        raise LabError("--out", "must be a file name that ends in .npz", path)
    if not path.parent.is_dir():
        raise LabError("--out", "must lie in a folder that exists", path.parent, "Make it first.")


def _progress(steps: int) -> Callable[[int], None]:
    """Says every twentieth part of a run on standard error."""

    def on_step(step: int) -> None:
        if step % max(1, steps // 20) == 0:
            print(f"\rstep {step:,} of {steps:,}", end="\n" if step == steps else "", file=sys.stderr, flush=True)

    return on_step


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
