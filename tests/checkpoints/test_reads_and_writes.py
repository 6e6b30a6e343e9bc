"""Opening reads the file that was named and writes in the cache folder alone: every `open` of a child, as it says."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.checkpoints.hostile_data import bundle
from tests.fuzz.seeds import ZOO, supcon_file

ROOT = Path(__file__).parents[2]
WATCHED = """
import json, os, sys
seen = {"read": [], "written": []}
def watch(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, bytes)):
        path, mode, flags = os.fsdecode(arguments[0]), arguments[1] or "", arguments[2] or 0
        writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) or set(mode) & set("wax+")
        seen["written" if writes else "read"].append(os.path.abspath(path))
    elif event in ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree"):
        seen["written"].append(os.path.abspath(os.fsdecode(arguments[0])))
sys.addaudithook(watch)
from checkpoints.inspect import main
code = main(sys.argv[1:])
print(json.dumps({"code": code} | seen), file=sys.stderr)
"""
# The interpreter, the repository, and what a library asks the machine.
OURS = (str(ROOT), sys.prefix, sys.base_prefix, "/proc/", "/sys/", "/etc/", "/usr/", "/dev/", "/lib")


@pytest.fixture
def folder(tmp_path):
    given = tmp_path / "given"
    given.mkdir()
    (given / "bundle.npz").write_bytes(bundle())
    (given / "native.safetensors").write_bytes((ZOO / "sincere.safetensors").read_bytes())
    (given / "last.pth").write_bytes(supcon_file())
    (given / "neighbour.txt").write_text("nobody named this file")
    return given


@pytest.mark.parametrize("name", ["bundle.npz", "native.safetensors", "last.pth"])
def test_only_what_was_named_is_read_and_only_the_cache_written(folder, name, tmp_path):
    cache, temporary = tmp_path / "cache", tmp_path / "temporary"
    temporary.mkdir()
    quiet = {"XDG_CACHE_HOME": str(cache), "TMPDIR": str(temporary), "HOME": str(tmp_path / "home")}
    environment = os.environ | quiet | {"PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", WATCHED, str(folder / name), "--json"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    seen = json.loads(done.stderr.splitlines()[-1])
    assert seen["code"] == 0
    assert {path for path in seen["read"] if not path.startswith(OURS)} == {str(folder / name)}
    inside = (str(cache / "nce-lab"), str(temporary), os.environ["NCE_LAB_REFUSED_CONNECTIONS"], "/dev/null")
    assert [path for path in seen["written"] if not path.startswith(inside)] == []
    assert not list(temporary.iterdir())
