"""The user's own loss, as the app was started: `streamlit run app.py -- --loss path/to/file.py:function`."""

import argparse
import sys
from functools import cache

import streamlit as st

from analysis.forces.own_loss import OPTION, add_own_loss
from losses.errors import LabError
from ui.foreign_text import plain
from ui.server.public import caps


@cache
def refusals() -> tuple[str, ...]:
    """Add the losses of the command line, once a process; a sentence for each that does not fit. In public, none."""
    arguments = named() if caps().own_code else []
    return tuple(sentence for argument in arguments if (sentence := _add(argument)))


def named() -> list[str]:
    """The losses that the command line names."""
    return _named(sys.argv[1:])


def show_refusals() -> None:
    """On every page: the app runs without a loss that does not fit, and says so."""
    for sentence in refusals():
        st.error(plain(sentence), icon=":material/error:")


def _add(argument: str) -> str:
    try:
        add_own_loss(argument)
    except LabError as mistake:
        return str(mistake)
    return ""


def _named(arguments: list[str]) -> list[str]:
    """What follows each --loss; "" where nothing does, which is refused like anything else that names no file."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument(OPTION, action="append", nargs="?", const="", default=[])
    return parser.parse_known_args(arguments)[0].loss
