"""`make app` with its settings, and the steps of the Dockerfile, run as commands as far as a test may."""

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import urllib.request
from fnmatch import fnmatch
from itertools import pairwise
from pathlib import Path

import pytest

from tests.browser.server import running

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
STEPS = re.findall(r"(?m)^([A-Z]+) (.*)$", DOCKERFILE)


def make(*settings, **variables):
    """The command that `make app` would end in."""
    done = subprocess.run(
        ["make", "-n", "app", *settings],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **variables},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return shlex.split(done.stdout.splitlines()[-1])


def hosting(*arguments):
    done = subprocess.run([sys.executable, "bootstrap.py", *arguments], cwd=ROOT, capture_output=True, text=True)
    return done.returncode, done.stderr.strip()


def test_make_by_itself_allows_nothing():
    plain = ["exec", ".venv/bin/python", "-m", "streamlit", "run", "app.py"]
    plain += ["--server.address", "127.0.0.1", "--server.port", "8501"]
    assert make() == plain
    named = dict.fromkeys(("HOST", "ORIGIN", "BASE", "ADDRESS", "PUBLIC"), "evil.example")
    assert make(**named) == plain, "a shell's own variables open nothing"
    assert make("PUBLIC=0") == make("PUBLIC=off") == plain


def test_makes_settings_are_streamlits():
    said = make(
        "HOST=a.org,*.b.org", "ORIGIN=https://c.org", "BASE=/lab", "ADDRESS=0.0.0.0", "PUBLIC=1", "ROOT=my files"
    )
    options, ours = said[: said.index("--")], said[said.index("--") + 1 :]
    pairs = [pair for pair in pairwise(options) if pair[0].startswith("--")]
    hosts = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["server"]["allowedHosts"]
    assert [value for name, value in pairs if name == "--server.allowedHosts"] == [*hosts, "a.org", "*.b.org"]
    assert {("--server.corsAllowedOrigins", "https://c.org"), ("--server.baseUrlPath", "/lab")} <= set(pairs)
    assert ("--server.address", "0.0.0.0") in pairs
    assert ours == ["--root", "my files", "--public"]


@pytest.mark.parametrize(
    ("host", "origin", "base", "said"),
    [
        ("https://a.org", "", "", "HOST must be host names without http:// and port"),
        ("a.org:80", "", "", "HOST must be host names"),
        ("a.org;id", "", "", "HOST must be host names"),
        ("*", "", "", "HOST must be host names"),
        ("", "a.org", "", "ORIGIN must be the beginning of the page's address"),
        ("", "https://a.org/lab", "", "ORIGIN must be"),
        ("", "https://a.org,null", "", "but one is 'null'"),
        ("", "", "/a b", "BASE must be the path"),
        ("", "", "https://a.org/lab", "BASE must be the path"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused_at_once(host, origin, base, said):
    code, sentence = hosting("hosting", host, origin, base)
    assert (code, said in sentence, sentence.count("\n")) == (1, True, 0)


def test_settings_that_can_be_meant_pass():
    assert hosting("hosting", "a.org,*.b.org", "https://c.org:8443,http://[::1]:9", "/user/me@x/lab/") == (0, "")
    assert hosting("hosting", "", "", "") == (0, "")


@pytest.mark.parametrize("address", ["192.0.2.1", "no such address"])
def test_an_address_of_another_machine_is_refused(address, monkeypatch):
    monkeypatch.delenv("PYTHONPATH", raising=False)  # the tests' own refusal would come first
    code, sentence = hosting("port", "8501", address)
    assert (code, sentence.startswith("ADDRESS must be an address of this machine")) == (1, True)


def test_the_container_holds_what_the_lab_needs(tmp_path):
    """Each step of the Dockerfile, in order, with a folder for the image: it ends in a lab that is healthy."""
    image, served = tmp_path / "lab", False
    image.mkdir()
    for step, rest in STEPS:
        if step == "COPY":
            copy(*rest.split(), image)
        elif step == "RUN" and rest.startswith("python"):
            run_in(image, rest)
        elif step == "HEALTHCHECK":
            health = rest.partition(" CMD ")[2]
        elif step == "ENTRYPOINT":
            command = shlex.split(rest.strip("[]").replace(",", " "))
            assert command[:5] == ["python", "-m", "streamlit", "run", "app.py"]
            assert command[5:] == ["--server.address", "0.0.0.0", "--server.port", "8501"]
            with running(tmp_path / "log", "--", "--public", root=image) as server:
                port = server.url.rsplit(":", 1)[1]
                run_in(image, health.replace("8501", port))
                with urllib.request.urlopen(f"{server.url}/Losses", timeout=10) as answer:
                    assert answer.status == 200
                assert "Public: no own code" in server.log.read_text()
            served = True
        else:
            assert (step, rest) in {
                ("FROM", "python:3.11-slim"),
                ("WORKDIR", "/lab"),
                ("RUN", "useradd --create-home lab"),
                ("USER", "lab"),
                ("EXPOSE", "8501"),
            }
    assert served
    assert {"app.py", "pages", "ui", "checkpoints", ".streamlit"} <= {path.name for path in image.iterdir()}
    assert not {".git", ".venv", "tests"} & {path.name for path in image.iterdir()}


def copy(source, target, image):
    """As docker would, without what .dockerignore names."""
    assert target == "./"
    names = (ROOT / ".dockerignore").read_text().split()

    def left_out(folder, entries):
        inside = {entry: (Path(folder) / entry).relative_to(ROOT).as_posix() for entry in entries}
        return {entry for entry, path in inside.items() if any(_matches(path, name) for name in names)}

    if source == ".":
        shutil.copytree(ROOT, image, ignore=left_out, dirs_exist_ok=True)
    else:
        shutil.copy(ROOT / source, image)


def _matches(path, name):
    return path.rsplit("/", 1)[-1] == name[3:] if name.startswith("**/") else fnmatch(path, name)


def run_in(image, command):
    """A step, with this Python; what it would install must be here already, since a test asks no index."""
    words = shlex.split(command)
    assert words[0] == "python"
    if "install" in words:
        words += ["--dry-run", "--no-index", "--no-deps"]
    done = subprocess.run([sys.executable, *words[1:]], cwd=image, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Would install" not in done.stdout
