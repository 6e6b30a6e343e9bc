"""Which of several processes this one is, as torchrun says it in the environment. Free of torch.

What is wrong everywhere is said once: `beside_the_first` runs a command without a word, but for what its own process
alone can know.
"""

import io
import os
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

from commands.answers import REFUSED, STOPPED
from losses.errors import LabError

_PATIENCE = 5.0  # seconds that the first process has to say what is wrong, before torchrun ends it


class ProcessLost(LabError):
    """Another process of the training has ended; whoever is left says so."""


@dataclass(frozen=True, slots=True)
class Place:
    """This process's number from 0, how many there are, and its number on this machine."""

    rank: int = 0
    count: int = 1
    local: int = 0


def place() -> Place:
    """What torchrun says; one process alone without it."""
    said = [os.environ.get(name, "") for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK")]
    return Place(*map(int, said)) if all(each.isdecimal() for each in said) else Place()


def beside_the_first(command: Callable[[], int]) -> int:
    """The exit code of a command that the first process runs too. It waits with a refusal, for torchrun ends all
    processes with the one that ends first."""
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        try:
            return command()
        except ProcessLost as lost:
            said = str(lost)
        except KeyboardInterrupt:
            return STOPPED
        except (LabError, SystemExit) as end:
            if isinstance(end, SystemExit) and not end.code:
                return 0
            time.sleep(_PATIENCE)
            return REFUSED
    print(said, file=sys.stderr, flush=True)
    return REFUSED
