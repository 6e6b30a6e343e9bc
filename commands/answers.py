"""How the project's commands answer: a mistake in one sentence with exit code 2, Ctrl-C with 130, never a traceback."""

import argparse
import re
import sys
from collections.abc import Callable
from typing import NoReturn

from losses.errors import LabError

REFUSED, STOPPED = 2, 130


class Parser(argparse.ArgumentParser):
    """An argument parser whose refusals are one sentence."""

    def error(self, message: str) -> NoReturn:
        self.exit(REFUSED, f"{in_words(message)}\n")


def run(
    command: Callable[[], int],
    options: argparse.Namespace | None = None,
    *,
    shown: Callable[[str], str] = str,
    stopped: str = "Stopped.",
) -> int:
    """Run a command's body; its LabError becomes one line on stderr and exit code 2, and Ctrl-C another and 130. Code
    that helps further goes to stdout, where a file can take it.

    A field of `options` that the LabError names is called by its option, as the user wrote it. `shown`: how a line
    goes to a terminal.
    """
    try:
        return command()
    except LabError as mistake:
        print(shown(by_option(mistake, options or argparse.Namespace())), file=sys.stderr)
        for line in mistake.lines.split("\n") if mistake.lines else ():
            print(shown(line))
        return REFUSED
    except KeyboardInterrupt:
        print(f"\n{stopped}", file=sys.stderr)
        return STOPPED


def by_option(mistake: LabError, options: argparse.Namespace) -> str:
    """The sentence with the option's name for the field's.

    >>> by_option(LabError("batch size", "must be at most 64", 65), argparse.Namespace(batch_size=65))
    '--batch-size must be at most 64, but is 65.'
    """
    field = mistake.name.replace(" ", "_")
    if field not in vars(options):
        return str(mistake)
    return f"--{field.replace('_', '-')}{str(mistake).removeprefix(mistake.name)}"


def in_words(message: str) -> str:
    """What argparse says, as this project says it.

    >>> in_words("argument --device: invalid choice: 'abacus' (choose from 'cpu', 'cuda')")
    "--device must be one of cpu, cuda, but is 'abacus'."
    >>> in_words("argument --k: invalid int value: 'few'")
    "--k must be a whole number, but is 'few'."
    >>> in_words("argument --k: expected one argument")
    '--k must have a value. Try --help.'
    >>> in_words("the following arguments are required: --loss, --out")
    '--loss, --out must be given. Try --help.'
    >>> in_words("unrecognized arguments: --neighbours 3")
    '--neighbours 3 is not known here. Try --help.'
    """
    for pattern, sentence in _WORDS:
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return sentence(*found.groups())
    return f"{message.removeprefix('argument ')}. Try --help."


def _names(argument: str) -> str:
    """ "WORLD" or "--seeds"; of several names the last."""
    return argument.rsplit("/", 1)[-1]


_KINDS = {"int": "a whole number", "float": "a number"}
_WORDS: tuple[tuple[str, Callable[..., str]], ...] = (
    (
        r"argument (.+?): invalid choice: (.+) \(choose from (.+)\)",
        lambda name, value, known: f"{_names(name)} must be one of {known.replace(chr(39), '')}, but is {value}.",
    ),
    (
        r"argument (.+?): invalid (\S+) value: (.+)",
        lambda name, kind, value: (
            f"{_names(name)} must be {_KINDS.get(kind, 'numbers with commas between')}, but is {value}."
        ),
    ),
    (r"argument (.+?): expected .*", lambda name: f"{_names(name)} must have a value. Try --help."),
    (r"the following arguments are required: (.+)", lambda names: f"{names} must be given. Try --help."),
    (
        r"unrecognized arguments: (.+)",
        lambda words: f"{words} is not known here. Try --help.",
    ),
)
