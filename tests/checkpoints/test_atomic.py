import os

import pytest

from checkpoints.reading.atomic import check_writable, write_atomic
from losses.errors import LabError


def test_a_write_replaces_the_whole_file(tmp_path):
    path = tmp_path / "file"
    write_atomic(path, b"old and long")
    write_atomic(path, b"new")
    assert path.read_bytes() == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_write_that_fails_leaves_the_old_file_alone(tmp_path, monkeypatch, step):
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, full)
    with pytest.raises(LabError, match=r"could not be written \(No space left on device\)"):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_an_interrupt_leaves_no_litter(tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomic(tmp_path / "file", b"new")
    assert list(tmp_path.iterdir()) == []


def test_a_link_in_the_files_place_is_replaced_not_followed(tmp_path):
    (tmp_path / "target").write_bytes(b"untouched")
    (tmp_path / "file").symlink_to(tmp_path / "target")
    write_atomic(tmp_path / "file", b"new")
    assert (tmp_path / "target").read_bytes() == b"untouched"
    assert not (tmp_path / "file").is_symlink()


def test_what_cannot_be_written_is_said_beforehand(tmp_path):
    check_writable(tmp_path / "file")
    with pytest.raises(LabError, match="must lie in an existing folder"):
        check_writable(tmp_path / "none" / "file")
    with pytest.raises(LabError, match="must be a file name, but is a folder"):
        check_writable(tmp_path)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root writes everywhere")
def test_a_read_only_folder_is_said_beforehand(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(LabError, match="folder that you can write to"):
        check_writable(tmp_path / "file")
