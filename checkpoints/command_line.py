"""What the commands share: one sentence and exit code 2 for a user's mistake, no usage block, no traceback."""

import argparse
import sys
from collections.abc import Callable
from typing import NoReturn

from checkpoints.reading.array_spec import AUTO, READINGS, ArraySpec
from checkpoints.reading.quoting import printable
from losses.errors import LabError


class Parser(argparse.ArgumentParser):
    """An argument parser whose refusals are one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{message} (try --help)\n")


def run(command: Callable[[], int]) -> int:
    """Run a command's body; its LabError becomes one line on stderr and exit code 2."""
    try:
        return command()
    except LabError as error:
        print(printable(str(error)), file=sys.stderr)
        return 2


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
