"""The folder that the app may open files from, as it was started: `streamlit run app.py -- --root DIR`."""

import argparse
import os
import sys
from functools import cache
from pathlib import Path

import streamlit as st

from checkpoints.listing import Listing, is_text, listing
from checkpoints.reading.quoting import printable, shown
from losses.errors import LabError
from ui.controls import Controls
from ui.server.public import caps

OPTION = "--root"


def root() -> Path | None:
    """The folder, its links resolved; None where none was named, or none that exists (see `refusal`)."""
    return _read()[0]


def refusal() -> str:
    """Why the app runs without the root that was named, "" where nothing is wrong."""
    return _read()[1]


def named() -> str | None:
    """What the command line names, "" for an option without a folder; None without the option."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument(OPTION, nargs="?", const="")
    return parser.parse_known_args(sys.argv[1:])[0].root


@cache
def _read() -> tuple[Path | None, str]:
    said = named() if caps().paths else None
    if said is None:
        return None, ""
    if not said or not Path(said).is_dir():
        return None, f"{OPTION} must name a folder that exists, but is {shown(said)}: no files can be opened by path."
    folder = Path(said).resolve()
    if not is_text(str(folder)):
        return None, f"{OPTION} must have a path that is UTF-8, but is {shown(str(folder))}: rename what is not."
    return folder, ""


def relative(sentence: str) -> str:
    """A sentence with the paths in it as seen from the root: where that lies is nobody's business who opens a page."""
    folder = root()
    if folder is None or folder == folder.parent:
        return sentence
    for path in (str(folder), repr(str(folder))[1:-1]):  # as it is, and as a quotation escapes it
        sentence = sentence.replace(f"{path}{os.sep}", "")
    return sentence


def explain_missing(controls: Controls) -> None:
    """Say, where a link asks for a file under a root, that the app has none."""
    if st.query_params.get("source") == "root":
        rule = "cannot be root in an app that was started without a folder"
        controls.mistakes.append(LabError("source", rule, remedy=f"Start it with {OPTION} and the folder."))


def state(path: Path) -> str:
    """Changes when the file or folder does. LabError where it has gone since it was listed."""
    try:
        status = path.stat()
    except FileNotFoundError as error:
        remedy = "Choose another one, or put it back and reload."
        raise LabError(printable(path.name), "must still be there", "gone since it was listed", remedy) from error
    except OSError as error:
        raise LabError(printable(path.name), f"cannot be opened ({error.strerror})") from error
    return f"{status.st_mtime_ns} {status.st_size} {status.st_ino}"


@st.cache_data(ttl=10, max_entries=1, show_spinner=False)
def watched(folder: Path) -> Listing:
    """What can be opened below the root, looked up again after ten seconds: in silence, for whom nobody has asked."""
    return listing(folder)


def contents(folder: Path) -> Listing:
    """The same, for a reader who waits for it."""
    with st.spinner("Looking through the root …"):
        return watched(folder)
