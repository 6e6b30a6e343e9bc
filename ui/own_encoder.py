"""The user's own encoder, as the app was started: `streamlit run app.py -- --encoder path/to/file.py:function`."""

import argparse
import sys
from functools import cache

from losses.errors import LabError
from ui.server.public import caps

OPTION = "--encoder"


def named() -> str | None:
    """What the command line names, "" for an option without a value; None without the option."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument(OPTION, nargs="?", const="")
    return parser.parse_known_args(sys.argv[1:])[0].encoder


@cache
def refusal() -> str:
    """Run and try the encoder of the command line, once a process; why it does not fit, "" where it does. In public,
    none is."""
    argument = named() if caps().own_code else None
    if argument is None:
        return ""
    from checkpoints.brought.own_code import add_own_encoder  # brings torch, which other starts need not wait for

    try:
        add_own_encoder(argument)
    except LabError as mistake:
        return str(mistake)
    return ""


def title() -> str:
    """What the encoder is called, "" where the app was started without one."""
    if named() is None or not caps().own_code or refusal():
        return ""
    from checkpoints.brought.own_code import own_encoder

    own = own_encoder()
    return "" if own is None else own.title
