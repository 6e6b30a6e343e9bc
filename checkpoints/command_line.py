"""What the commands share: see `losses.commands`, an option for each way to read arrays, and one for who builds a network."""

import argparse
from collections.abc import Callable

from checkpoints.reading.array_spec import AUTO, READINGS, ArraySpec
from checkpoints.reading.quoting import printable
from losses import commands
from losses.commands import Parser
from losses.errors import LabError

__all__ = ["Parser", "add_networks", "add_readings", "array_spec", "network", "run"]


def run(command: Callable[[], int], options: argparse.Namespace | None = None, stopped: str = "Stopped.") -> int:
    """Run a command's body, see `losses.commands`; what it says is safe for a terminal."""
    return commands.run(command, options, shown=printable, stopped=stopped)


def add_readings(parser: argparse.ArgumentParser) -> None:
    """An option for each of `array_spec.READINGS`."""
    about = {
        "scores": "what the class scores in a file of arrays are",
        "columns": "which class each of their columns is",
        "negative_labels": "what labels below 0 are",
    }
    for name, options in READINGS.items():
        option = f"--{name.replace('_', '-')}"
        parser.add_argument(option, choices=(AUTO, *options), default=AUTO, help=about[name])


def array_spec(options: argparse.Namespace) -> ArraySpec:
    """What those options say."""
    return ArraySpec(*(getattr(options, name) for name in READINGS))


def add_networks(parser: argparse.ArgumentParser) -> None:
    """Options for who builds the network, where that is not the lab."""
    parser.add_argument(
        "--encoder", metavar="FILE.py:FUNCTION",
        help="a function of your own that gives the network: its file is run, with your rights",
    )  # fmt: skip
    parser.add_argument("--arch", metavar="timm:NAME", help="a network of timm's, which must be installed")


def network(options: argparse.Namespace) -> str:
    """What those options say, for `ForeignSpec.network`; the code that `--encoder` names is run and tried here."""
    if options.encoder is None:
        return options.arch or ""
    if options.arch is not None:
        raise LabError("--arch", "must be left out beside --encoder")
    from checkpoints.brought.own_code import add_own_encoder

    add_own_encoder(options.encoder)
    return "own"
