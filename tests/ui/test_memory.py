"""The server's memory: heaps are few and cut, libraries are out of the collector's way, closed tabs are forgotten."""

import gc
import inspect
import subprocess
import sys
import weakref
from types import SimpleNamespace

import pytest
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.runtime import AsyncObjects, Runtime
from streamlit.runtime.session_manager import SessionInfo
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

from tests.ui.conftest import ROOT
from ui.server import memory

linux = pytest.mark.skipif(sys.platform != "linux", reason="settings of glibc, and /proc")
# Twelve threads one after the other, each with 40 MB in blocks of 400 kB, all alive at once and then gone; resident MB.
_HEAPS = """
import ctypes, sys, threading
from pathlib import Path
from ui.server import memory
if sys.argv[1] == "limited":
    assert memory.limit_heaps()
def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 // 2**20
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
libc.mallopt(-3, 2**20) if sys.argv[1] == "free" else None  # as glibc's own threshold rises in use
libc.mallopt(-1, 2**26) if sys.argv[1] == "free" else None
meet = threading.Barrier(12)
def work():
    blocks = [libc.malloc(400_000) for _ in range(100)]
    for block in blocks:
        ctypes.memset(block, 1, 400_000)
    meet.wait()
    for block in blocks:
        libc.free(block)
before = resident()
threads = [threading.Thread(target=work) for _ in range(12)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
if sys.argv[1] == "limited":
    memory.tidy()
print(resident() - before)
"""


class Ring:
    """Garbage that only the collector finds."""

    def __init__(self) -> None:
        self.itself = self


def kept(how: str) -> int:
    done = subprocess.run([sys.executable, "-c", _HEAPS, how], cwd=ROOT, capture_output=True, text=True, check=True)
    return int(done.stdout)


@linux
def test_what_many_threads_have_freed_goes_back_to_the_system():
    assert kept("free") > 300  # of 480 MB: the test would see it
    assert kept("limited") < 150  # what is left of one heap of 64 MB in each of two arenas, at most


def test_closed_tabs_are_forgotten_when_their_time_is_over_and_not_before(monkeypatch):
    clock = SimpleNamespace(now=0.0)
    storage = MemorySessionStorage(ttl_seconds=120)
    storage._cache._timer = lambda: clock.now
    session = Ring()
    session.id, session.itself = "closed", None
    gone = weakref.ref(session)
    storage.save(SessionInfo(client=None, session=session))
    del session
    loop = SimpleNamespace(call_soon_threadsafe=lambda call: call())
    manager = WebsocketSessionManager(storage, None, None, None)
    server = SimpleNamespace(_session_mgr=manager, _get_async_objs=lambda: SimpleNamespace(eventloop=loop))
    monkeypatch.setattr(memory.runtime, "exists", lambda: True)
    monkeypatch.setattr(memory.runtime, "get_instance", lambda: server)
    clock.now = 119.0
    memory.forget_closed_tabs()
    assert gone() is not None
    clock.now = 121.0
    assert gone() is not None  # Streamlit alone keeps it until another tab closes
    memory.forget_closed_tabs()
    assert gone() is None


def test_streamlit_calls_its_parts_as_we_do():
    assert "self._session_mgr = " in inspect.getsource(Runtime.__init__)
    assert "eventloop" in AsyncObjects.__annotations__
    assert inspect.signature(Runtime._get_async_objs).return_annotation == "AsyncObjects"


def test_without_a_server_there_is_nothing_to_forget():
    memory.forget_closed_tabs()
    assert not Runtime.exists(), "none was made by asking"


def test_tidying_collects_cycles():
    gone = weakref.ref(Ring())
    memory.tidy()
    assert gone() is None


def test_what_is_put_aside_is_not_looked_at_again():
    gone, kept = weakref.ref(Ring()), Ring()
    try:
        memory.put_aside()
        assert gone() is None
        assert gc.get_freeze_count() > 1_000
        assert not any(each is kept for each in gc.get_objects())
    finally:
        gc.unfreeze()
