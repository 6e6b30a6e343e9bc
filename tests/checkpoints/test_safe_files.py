import hashlib
import os
from pathlib import Path

import pytest

from checkpoints.reading.safe_files import read_head, read_whole
from losses.errors import LabError

FDS = Path("/proc/self/fd")


def test_the_bytes_and_their_sha256(tmp_path):
    data = os.urandom(3 << 20)
    (tmp_path / "file").write_bytes(data)
    content = read_whole(tmp_path / "file", limit=len(data))
    assert (content.name, content.data, content.digest) == ("file", data, hashlib.sha256(data).hexdigest())
    assert read_head(tmp_path / "file", 100) == data[:100]


def test_an_empty_file_is_read(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    assert read_whole(tmp_path / "file", limit=10).data == b""


def refused(path, limit=100):
    with pytest.raises(LabError) as caught:
        read_whole(path, limit=limit)
    return str(caught.value)


def test_a_symbolic_link_is_not_followed(tmp_path):
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "link").symlink_to(tmp_path / "secret")
    assert "must be the file itself, not a symbolic link" in refused(tmp_path / "link")


def test_a_fifo_does_not_block(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert "must be a regular file, but is a pipe or device" in refused(tmp_path / "pipe")


def test_a_device_is_not_read():
    assert "must be a regular file, but is a pipe or device" in refused("/dev/zero")


def test_a_folder_is_named(tmp_path):
    assert "must be a regular file, but is a folder" in refused(tmp_path)


def test_a_missing_file_is_named(tmp_path):
    assert "must be an existing file" in refused(tmp_path / "none")
    (tmp_path / "file").write_text("x")
    assert "must be an existing file" in refused(tmp_path / "file" / "inside")


def test_a_nul_in_a_path_is_a_sentence():
    assert "NUL" in refused("a\0b")


def test_a_name_too_long_is_a_sentence():
    assert "cannot be opened" in refused("x" * 5000)


def test_too_many_bytes_are_refused_before_they_are_read(tmp_path):
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(1 << 26)
    assert refused(tmp_path / "sparse").startswith("sparse must have at most 100 bytes, but is 67,108,864 bytes")


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "growing"
    path.write_bytes(b"x" * 10)
    true_status = os.fstat

    def grow(descriptor):
        status = true_status(descriptor)
        path.write_bytes(b"x" * 20)
        return status

    monkeypatch.setattr(os, "fstat", grow)
    assert "must not change while it is read" in refused(path)


@pytest.mark.skipif(not FDS.exists(), reason="no list of open files here")
def test_no_descriptor_is_leaked(tmp_path):
    before = len(list(FDS.iterdir()))
    for _ in range(20):
        refused(tmp_path)
    assert len(list(FDS.iterdir())) == before
