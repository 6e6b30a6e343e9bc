"""What the commands share: one sentence and exit code 2 for a user's mistake, no usage block, no traceback."""

import argparse
import sys
from collections.abc import Callable
from typing import NoReturn

from checkpoints.quoting import printable
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
