"""What a click has made is there when the browser asks for it."""

from types import SimpleNamespace

import pytest
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from ui.server import downloads


@pytest.fixture
def storage(monkeypatch):
    found = MemoryMediaFileStorage("/media")
    files = MediaFileManager(found)
    running = SimpleNamespace(exists=lambda: True, get_instance=lambda: SimpleNamespace(media_file_mgr=files))
    monkeypatch.setattr(downloads, "runtime", running)
    return found, files


def names(found, files, make) -> list[str]:
    """The files that are there when the scripts of two sessions have ended after the click."""
    clicked = files.add_deferred(make, "text/csv", "1.2", file_name="a.csv")
    url = files.execute_deferred(clicked)
    for _ in range(2):
        files.remove_orphaned_files()
    return [url] if url.rsplit("/")[-1].split(".")[0] in found._files_by_id else []


def test_a_file_outlives_the_scripts_of_other_sessions(storage):
    assert names(*storage, lambda: "x,y\n1,2\n") == []
    assert names(*storage, downloads.kept(lambda: "x,y\n1,2\n", "text/csv", "a.csv")) != []


def test_so_many_are_held_and_no_more(storage):
    found, files = storage
    for number in range(3 * downloads.KEPT):
        names(found, files, downloads.kept(f"x\n{number}\n".__str__, "text/csv", "a.csv"))
    assert len(found._files_by_id) <= downloads.KEPT + 1
