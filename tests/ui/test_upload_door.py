"""Streamlit's own endpoint behind the door: what it stores never passes the totals, whoever asks and however."""

import asyncio
import uuid
from dataclasses import replace
from types import SimpleNamespace
from weakref import WeakSet

import pytest
from starlette.applications import Starlette
from streamlit import config
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.web.server.starlette.starlette_routes import create_upload_routes

from tests.checkpoints.hostile_data import bundle
from tests.ui.asgi import answer_to
from ui import uploads
from ui.server import upload_door
from ui.server.public import OWNER
from ui.server.upload_door import UploadDoor

MB = 2**20
CAPS = replace(OWNER, file_mb=4, session_mb=8, process_mb=20)
BORDER = b"----------0123456789"


class Sessions:
    """A runtime in which every session is there."""

    def is_active_session(self, session):
        return True


@pytest.fixture
def manager():
    return MemoryUploadedFileManager("/_stcore/upload_file")


@pytest.fixture
def endpoint(manager, monkeypatch):
    real = config.get_option
    monkeypatch.setattr(config, "get_option", lambda name: name != "server.enableXsrfProtection" and real(name))

    def stored():
        return {
            (session, name): len(file.data)
            for session, its in manager.file_storage.items()
            for name, file in its.items()
        }

    routes = Starlette(routes=create_upload_routes(Sessions(), manager, "lab"))
    return UploadDoor(routes, stored, lambda: CAPS)


def put(endpoint, session, size, *, file="", declared=True, parts=16, claims=None):
    """An upload as a browser sends it: (status, text)."""
    head = b"--" + BORDER + b'\r\nContent-Disposition: form-data; name="f"; filename="a.npz"\r\n\r\n'
    body = head + b"\0" * size + b"\r\n--" + BORDER + b"--\r\n"
    step = -(-len(body) // parts)
    chunks = tuple(body[at : at + step] for at in range(0, len(body), step))
    headers = {"content_type": f"multipart/form-data; boundary={BORDER.decode()}"}
    if declared:
        headers["content_length"] = str(claims or len(body))
    place = f"/lab/_stcore/upload_file/{session}/{file or uuid.uuid4()}"
    return answer_to(endpoint, place, method="PUT", body=chunks, **headers)


def held(manager):
    return {
        session: sum(len(file.data) for file in files.values()) / MB for session, files in manager.file_storage.items()
    }


@pytest.mark.parametrize("declared", [True, False])
def test_one_after_another(endpoint, manager, declared):
    async def eight():
        return [await put(endpoint, "one", 3 * MB, declared=declared) for _ in range(8)]

    answers = asyncio.run(eight())
    assert [status for status, _ in answers] == [204, 204] + [413] * 6
    assert (
        "your uploads must have at most 8 MB together, but have " + ("9 MB. R" if declared else "more. R")
        in answers[-1][1]
    )
    assert held(manager) == {"one": 6}


@pytest.mark.parametrize("declared", [True, False])
def test_all_at_once(endpoint, manager, declared):
    async def eight():
        return await asyncio.gather(*(put(endpoint, "one", 3 * MB, declared=declared) for _ in range(8)))

    answers = asyncio.run(eight())
    assert {status for status, _ in answers} <= {204, 413}
    assert held(manager).get("one", 0) <= 8
    assert asyncio.run(put(endpoint, "two", 3 * MB))[0] == 204, "what was refused holds no room"


def test_sessions_share_the_process(endpoint, manager):
    async def many():
        return [await put(endpoint, f"{session}", 4 * MB - 1) for session in range(10) for _ in range(2)]

    answers = asyncio.run(many())
    assert [status for status, _ in answers] == [204] * 5 + [413] * 15
    assert "the uploads of all tabs must have at most 20 MB together" in answers[-1][1]
    assert sum(held(manager).values()) <= 20


def test_a_file_has_its_own_cap(endpoint, manager):
    assert asyncio.run(put(endpoint, "one", 4 * MB))[0] == 204
    for declared in (True, False):
        status, said = asyncio.run(put(endpoint, "one", 4 * MB + 2**17, declared=declared))
        assert (status, "at most 4 MB to be uploaded" in said) == (413, True)
    assert held(manager) == {"one": 4}


def test_the_same_file_again_counts_once(endpoint, manager):
    for _ in range(5):
        assert asyncio.run(put(endpoint, "one", 4 * MB - 1, file="same"))[0] == 204
    assert asyncio.run(put(endpoint, "one", 4 * MB - 1))[0] == 204
    assert round(held(manager)["one"]) == 8


def test_what_was_removed_makes_room(endpoint, manager):
    for file in "abc":
        asyncio.run(put(endpoint, "one", 4 * MB - 1, file=file))
    assert list(manager.file_storage["one"]) == ["a", "b"]
    manager.remove_file("one", "a")
    assert asyncio.run(put(endpoint, "one", 3 * MB, file="c"))[0] == 204
    manager.remove_session_files("one")
    assert asyncio.run(put(endpoint, "one", 4 * MB))[0] == 204


def test_empty_files_are_counted_too(endpoint, manager):
    async def many():
        return [await put(endpoint, "one", 0, parts=1) for _ in range(200)]

    statuses = [status for status, _ in asyncio.run(many())]
    assert statuses.count(204) == len(manager.file_storage["one"]) == CAPS.session_mb * MB // 2**16


def test_an_announcement_holds_no_room(endpoint):
    """Somebody announces 4 MB and sends little: others upload meanwhile."""

    async def slow_and_quick():
        slow = asyncio.create_task(put(endpoint, "one", 64, parts=100, claims=4 * MB))
        await asyncio.sleep(0)
        quick = [await put(endpoint, "one", 3 * MB, parts=1) for _ in range(2)]
        await slow
        return quick

    assert [status for status, _ in asyncio.run(slow_and_quick())] == [204, 204]


@pytest.mark.parametrize("length", ["x", "-1", "9" * 5_000, "1_0"])
def test_a_length_that_is_none_is_no_bug(endpoint, length):
    assert asyncio.run(put(endpoint, "one", 10, claims=length))[0] in (204, 400, 413)


def test_a_page_that_is_left_takes_its_uploads_with_it(open_page, monkeypatch):
    """The browser never deletes them: they would count against the visitor, who could not remove them any more."""
    managers, real = [], uploads.get_script_run_ctx
    monkeypatch.setattr(uploads, "get_script_run_ctx", lambda: managers.append(real().uploaded_file_mgr) or real())
    app = open_page("pages/2_File_contents.py")
    app.file_uploader("file").upload("last.pth", b"x" * 1_000, "application/octet-stream").run()
    app.run()
    app.switch_page("pages/4_Losses.py").run()
    assert not app.exception
    assert not any(managers[-1].file_storage.values())


def test_what_a_session_keeps_counts_at_the_door_after_its_page_was_left(open_page, monkeypatch):
    """Once, though the uploads' own store may have it too."""
    managers, real = [], uploads.get_script_run_ctx
    monkeypatch.setattr(uploads, "get_script_run_ctx", lambda: managers.append(real().uploaded_file_mgr) or real())
    monkeypatch.setattr(uploads, "_sessions", WeakSet())
    content = bundle()

    def stored() -> list[int]:
        with monkeypatch.context() as here:
            here.setattr("streamlit.runtime.get_instance", lambda: SimpleNamespace(uploaded_file_mgr=managers[-1]))
            return list(upload_door.stored().values())

    app = open_page("pages/2_Checkpoints.py", show="similarity")
    app.file_uploader("own-file").upload("mine.npz", content).run()
    assert stored() == [len(content)]
    app.switch_page("app.py").run()
    assert not any(managers[-1].file_storage.values())
    assert stored() == [len(content)]
    app.switch_page("pages/2_Checkpoints.py").run()
    app.menu_button("put-away-opened").click_index(0).run()
    assert stored() == []
