"""What the commands share: see `commands.answers`, and the options of how arrays are read and images go through."""

import argparse
from collections.abc import Callable

from checkpoints.foreign.spec import DEVICES, SPACES, ForeignSpec, Triple
from checkpoints.reading.array_spec import AUTO, READINGS, ArraySpec
from checkpoints.reading.quoting import printable, shown
from commands import answers
from commands.answers import Parser
from losses.errors import LabError

__all__ = ["Parser", "add_images", "add_readings", "array_spec", "foreign_spec", "run"]


def run(command: Callable[[], int], options: argparse.Namespace | None = None, stopped: str = "Stopped.") -> int:
    """Run a command's body, see `commands.answers`; what it says is safe for a terminal."""
    return answers.run(command, options, shown=printable, stopped=stopped)


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
    drawn = "draws the half of the items that teaches a probe, where a file of arrays has no train items"
    parser.add_argument("--seed", type=int, default=0, help=drawn)


def array_spec(options: argparse.Namespace) -> ArraySpec:
    """What those options say."""
    return ArraySpec(**{name: getattr(options, name) for name in READINGS}, seed=options.seed)


def add_images(parser: argparse.ArgumentParser) -> None:
    """An option for each field of `foreign.spec.ForeignSpec`."""
    parser.add_argument("--limit", type=int, help="images a split at most, for a try-out: the first of each class")
    parser.add_argument("--device", choices=DEVICES, default="auto", help="where images go through the network")
    parser.add_argument("--space", choices=SPACES, default="head", help="embeddings: the head's output, or features")
    parser.add_argument("--side", type=int, help="pixels that images are scaled to, instead of the file's")
    parser.add_argument(
        "--mean", metavar="R,G,B", help="of the channels in [0, 1], instead of the file's; 0,0,0 for none"
    )
    parser.add_argument(
        "--std", metavar="R,G,B", help="of the channels in [0, 1], instead of the file's; 1,1,1 for none"
    )


def foreign_spec(options: argparse.Namespace) -> ForeignSpec:
    """What those options say. LabError for what cannot be."""
    mean, std = (_triple(name, getattr(options, name)) for name in ("mean", "std"))
    return ForeignSpec(options.limit, options.device, options.space, options.side, mean, std)


def _triple(name: str, text: str | None) -> Triple | None:
    """Three numbers of a command line, with commas between."""
    if text is None:
        return None
    try:
        first, second, third = (float(part) for part in text.split(","))
    except ValueError as error:
        rule = "must be three numbers with commas between, such as 0.49,0.48,0.45"
        raise LabError(f"--{name}", rule, shown(text)) from error
    return first, second, third
