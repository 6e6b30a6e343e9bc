"""What the commands share: see `commands.answers`, and the options of how arrays are read."""

import argparse
from collections.abc import Callable

from checkpoints.reading.array_spec import AUTO, READINGS, ROLES, ArraySpec
from checkpoints.reading.quoting import printable
from commands import answers
from commands.answers import Parser
from losses.errors import LabError

__all__ = ["Parser", "add_readings", "array_spec", "array_specs", "run"]


def run(command: Callable[[], int], options: argparse.Namespace | None = None, stopped: str = "Stopped.") -> int:
    """Run a command's body, see `commands.answers`; what it says is safe for a terminal."""
    return answers.run(command, options, shown=printable, stopped=stopped)


def add_readings(parser: argparse.ArgumentParser) -> None:
    """An option for each of `array_spec.READINGS`."""
    about = {
        "scores": "what the class scores in a file of arrays are",
        "columns": "which class each of their columns is",
        "negative_labels": "what labels below 0 are",
        "void_labels": "what the label 255 is, or 65535 and their like, where it is the largest",
    }
    for name, options in READINGS.items():
        option = f"--{name.replace('_', '-')}"
        parser.add_argument(option, choices=(AUTO, *options), default=AUTO, help=about[name])
    parser.add_argument(
        "--map",
        action="append",
        metavar="ROLE=ARRAY,...",
        help=f"which array is what, as embeddings=X,labels=y, once for each kind of file; roles: {', '.join(ROLES)}",
    )
    drawn = "draws the half of the items that teaches a probe, where a file of arrays has no train items"
    parser.add_argument("--seed", type=int, default=0, help=drawn)


def array_spec(options: argparse.Namespace) -> ArraySpec:
    """What those options say of one file. LabError for several mappings."""
    first, *more = array_specs(options)
    if more:
        raise LabError("--map", "must be given once for one file", len(more) + 1)
    return first


def array_specs(options: argparse.Namespace) -> tuple[ArraySpec, ...]:
    """What those options say, once for each mapping."""
    readings = {name: getattr(options, name) for name in READINGS}
    return tuple(ArraySpec(**readings, seed=options.seed, mapping=each) for each in options.map or [""])
