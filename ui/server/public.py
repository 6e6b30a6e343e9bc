"""One switch for a lab that strangers may use: `--public`, or NCE_LAB_PUBLIC=1 in the environment.

It turns off what only the owner of a machine may do, and lowers what one visitor may take of it.
"""

import os
import sys
from dataclasses import dataclass

OPTION, VARIABLE = "--public", "NCE_LAB_PUBLIC"
_OFF = {"", "0", "no", "off", "false"}


@dataclass(frozen=True, slots=True)
class Caps:
    """What a visitor may do.

    Uploads in MB (2^20 bytes) of a file, a session, all sessions; seconds that a live run may compute; images of each
    split that may go through a network; a loss from a file; files by path; outputs and runs kept on disk.
    """

    file_mb: int
    session_mb: int
    process_mb: int
    run_seconds: float
    images: int
    own_code: bool
    paths: bool
    keeps: bool


OWNER = Caps(400, 800, 2_000, 900.0, 200_000, own_code=True, paths=True, keeps=True)
PUBLIC = Caps(50, 100, 500, 120.0, 500, own_code=False, paths=False, keeps=False)


def is_public() -> bool:
    """Whether the switch is on: any value of the variable but "", 0, no, off, false; or the option."""
    return OPTION in sys.argv[1:] or os.environ.get(VARIABLE, "").strip().lower() not in _OFF


def caps() -> Caps:
    """What holds for everybody who visits this process."""
    return PUBLIC if is_public() else OWNER
