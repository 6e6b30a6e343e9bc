"""`pip install .` gives `nce_losses`: its need is torch alone; it has types and the lab's version."""

import os
import shutil
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path
from zipfile import ZipFile

import pytest

import losses
from ui import frame

ROOT = Path(__file__).parents[1]
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-cache-dir"]


def run(command: list[str], folder: Path, **options: object) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=280, **options)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy: setuptools leaves its `build` folder beside what it builds."""
    source = tmp_path_factory.mktemp("source")
    shutil.copytree(ROOT / "losses", source / "losses", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "LICENSE"):
        shutil.copy(ROOT / name, source)
    built = tmp_path_factory.mktemp("built")
    run([*PIP, "wheel", ".", "--no-deps", "--no-build-isolation", "--no-index", "-w", str(built)], source)
    (found,) = built.iterdir()
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package alone: torch is found where the tests have it."""
    target = tmp_path_factory.mktemp("installed")
    run([*PIP, "install", "--no-deps", "--no-index", "--target", str(target), str(wheel)], target)
    return target


def test_the_wheel_has_the_losses_their_types_and_nothing_else(wheel):
    with ZipFile(wheel) as file:
        packed = {name for name in file.namelist() if ".dist-info/" not in name}
    here = {path.relative_to(ROOT / "losses").as_posix() for path in (ROOT / "losses").rglob("*.py")} | {"py.typed"}
    assert packed == {f"nce_losses/{name}" for name in here}


def test_it_has_the_version_of_the_lab_and_torch_as_its_only_need(installed):
    (found,) = distributions(path=[str(installed)])
    assert (found.name, found.version, found.requires) == ("nce-losses", losses.__version__, ["torch"])
    assert losses.__version__ == frame.VERSION


def test_the_readmes_example_and_the_doctests_run_where_torch_alone_is(installed, tmp_path, monkeypatch):
    program = shutil.copy(ROOT / "tests" / "installed_program.py", tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(installed), prepend=os.pathsep)
    said = run([sys.executable, "-W", "error", str(program), str(ROOT / "README.md")], tmp_path).splitlines()
    sources = [path.read_text() for path in (ROOT / "losses").rglob("*.py")]
    examples = sum(source.count(">>> ") for source in sources)
    home = installed / "nce_losses" / "__init__.py"
    assert said == [f"{home} {losses.__version__} {len(sources)} {examples}", "0"]


def test_a_name_misspelt_is_said_with_the_name_of_the_package():
    with pytest.raises(AttributeError, match=r"^module 'losses' has no attribute 'sincerely'$"):
        losses.sincerely  # noqa: B018


def test_a_type_checker_knows_it_and_finds_a_name_misspelt(installed, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(installed), prepend=os.pathsep)
    (tmp_path / "mypy.ini").write_text("[mypy]\n[mypy-torch.*]\nfollow_imports = skip\n")  # torch alone takes a minute
    title = "reveal_type(nce_losses.CATALOG['sincere'].title)"
    (tmp_path / "own.py").write_text(f"import nce_losses\n{title}\nnce_losses.sincerely\n")
    command = [sys.executable, "-m", "mypy", "own.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=280)
    assert done.stdout.splitlines() == [
        'own.py:2: note: Revealed type is "str"',
        'own.py:3: error: Module has no attribute "sincerely"; maybe "sincere"?  [attr-defined]',
        "Found 1 error in 1 file (checked 1 source file)",
    ]
