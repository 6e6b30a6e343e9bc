"""How much may be uploaded: uploads lie in the server's memory, so a session and the process have a total each."""

import re
import threading
from typing import Any, Protocol
from weakref import WeakSet

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from losses.errors import LabError
from ui.lost import remember
from ui.server.public import Caps, caps
from ui.session import session

_KEY = "nce_lab_uploads"
_lock = threading.Lock()


class Held:
    """What one session has uploaded: on the page it is on, bytes by the uploader's key; and what it keeps beyond that,
    bytes by the upload's number. `session` is the server's name for it."""

    def __init__(self) -> None:
        self.page, self.session = "", ""
        self.sizes, self.kept = dict[str, int](), dict[str, int]()

    @property
    def total(self) -> int:
        return sum(self.sizes.values()) + sum(self.kept.values())


class File(Protocol):
    """An uploaded file, as far as it is looked at here."""

    name: str
    size: int


_sessions: "WeakSet[Held]" = WeakSet()  # a session that ends takes its own with it


def admit(key: str, *files: File | None) -> None:
    """Count what the uploader `key` holds now, and say below it what it once held. LabError where session or process
    hold more than they may."""
    remember(key, {file.name: f"{file.name}, upload it again" for file in files if file is not None})
    count(key, *files)


def count(key: str, *files: File | None) -> None:
    """The same, and nothing is said. What is kept counts once."""
    with _lock:
        held = _held()
        mine = [file for file in files if file is not None and getattr(file, "file_id", "") not in held.kept]
        held.sizes[key] = sum(file.size for file in mine)
        own, everyone = held.total, sum(each.total for each in _sessions)
    check_totals(own, everyone, caps())


def keep(key: str, upload: str, size: int) -> None:
    """Count an upload in the uploader `key` as one whose bytes stay in the session when its page is left."""
    context = get_script_run_ctx()
    with _lock:
        held = _held()
        held.session = context.session_id if context is not None else ""
        held.sizes[key] = held.sizes.get(key, size) - size
        held.kept[upload] = size


def put_away(upload: str) -> None:
    """It is kept no longer, nor lies in an uploader."""
    with _lock:
        _held().kept.pop(upload, None)
    context = get_script_run_ctx()
    if context is not None:
        manager: Any = context.uploaded_file_mgr  # its protocol lacks what every manager has
        manager.remove_file(context.session_id, upload)


def kept() -> dict[tuple[str, str], int]:
    """Bytes of every upload that a session keeps, by session and number."""
    with _lock:
        return {(each.session, upload): size for each in _sessions for upload, size in each.kept.items()}


def check_totals(own: int, everyone: int, most: Caps) -> None:
    """LabError where one session's uploads, or those of all of them, are more bytes than they may be."""
    by_path = ", or open files by path (--root)" if most.paths else ""
    _check(own, most.session_mb, "your uploads", "together", f"Remove one{by_path}.")
    _check(
        everyone, most.process_mb, "the uploads of all tabs", "together", "Close another tab, or remove a file there."
    )


def _held() -> Held:
    """This session's; what lay in another page's uploaders is gone with the page."""
    held = st.session_state.setdefault(_KEY, Held())
    _sessions.add(held)
    if held.page != session().page:
        held.page = session().page
        held.sizes.clear()
    return held


def check_file(size: int, most: Caps) -> None:
    """LabError for a file of more bytes than one may have."""
    _check(size, most.file_mb, "a file", "to be uploaded", "")


def forget_other_pages() -> None:
    """Free what lay in the uploaders of a page that was left: a browser does not, and nobody can reach it any more."""
    before = st.session_state.get(_KEY)
    if before is not None and before.page != session().page:
        context = get_script_run_ctx()
        if context is not None:
            context.uploaded_file_mgr.remove_session_files(context.session_id)
    _held()


def _check(size: int, most: float, name: str, how: str, remedy: str) -> None:
    found = f"{size / 2**20:,.0f} MB"
    if size > most * 2**20:
        value = found if found != f"{most:,} MB" else "more"  # while it comes, only that it is more is known
        has = "has" if name == "a file" else "have"
        raise LabError(name, f"must have at most {most:,} MB {how}", remedy=remedy, but=f"{has} {value}")


def safe_name(name: str) -> str:
    """An uploaded file's name as one that any disk can take."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", name)[-80:].lstrip(".") or "file"
