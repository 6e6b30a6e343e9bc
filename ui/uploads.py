"""How much may be uploaded: uploads lie in the server's memory, so a session and the process have a total each."""

import re
import threading
from typing import Protocol
from weakref import WeakSet

import streamlit as st

from losses.errors import LabError
from ui.lost import remember
from ui.session import session

MOST_OF_A_FILE_MB = 400
MOST_OF_A_SESSION_MB = 800
MOST_OF_THE_PROCESS_MB = 2_000
_KEY = "nce_lab_uploads"
_lock = threading.Lock()


class Held:
    """What one session has uploaded on the page it is on: bytes by the uploader's key."""

    def __init__(self) -> None:
        self.page, self.sizes = "", dict[str, int]()

    @property
    def total(self) -> int:
        return sum(self.sizes.values())


class File(Protocol):
    """An uploaded file, as far as it is looked at here."""

    name: str
    size: int


_sessions: "WeakSet[Held]" = WeakSet()  # a session that ends takes its own with it


def admit(key: str, *files: File | None) -> None:
    """Count what the uploader `key` holds now, and say below it what it once held. LabError where session or process
    hold more than they may."""
    remember(key, {file.name: f"{file.name}, upload it again" for file in files if file is not None})
    with _lock:
        held = _held()
        held.sizes[key] = sum(file.size for file in files if file is not None)
        own, everyone = held.total, sum(each.total for each in _sessions)
    _check(own, MOST_OF_A_SESSION_MB, "your uploads", "Remove one, or open files by path (--root).")
    _check(everyone, MOST_OF_THE_PROCESS_MB, "the uploads of all tabs", "Close another tab, or remove a file there.")


def _held() -> Held:
    """This session's; what lay in another page's uploaders is gone with the page."""
    held = st.session_state.setdefault(_KEY, Held())
    _sessions.add(held)
    if held.page != session().page:
        held.page = session().page
        held.sizes.clear()
    return held


def _check(total: int, most: int, name: str, remedy: str) -> None:
    if total > most * 2**20:
        raise LabError(name, f"must have at most {most:,} MB together", f"{total / 2**20:,.0f} MB", remedy)


def safe_name(name: str) -> str:
    """An uploaded file's name as one that any disk can take."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", name)[-80:].lstrip(".") or "file"
