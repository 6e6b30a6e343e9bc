"""Which code a claim uses: a digest of its module and of all that this imports within the project, files it reads
among them. Other code may give other numbers; a page that changed gives none."""

import hashlib
import platform
import re
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path

from claims.claim import Claim

ROOT = Path(__file__).parents[1]
_ROOMS = ("losses", "commands", "toy_models", "analysis", "checkpoints", "claims")
_FROM = re.compile(r"^[ \t]*from[ \t]+(\.*[\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n#]*)", re.MULTILINE)
_PLAIN = re.compile(r"^[ \t]*import[ \t]+([\w.]+)", re.MULTILINE)
_PICTURES = "analysis/figures/"  # they draw numbers and make none


@cache
def libraries() -> str:
    """What else decides the digits, as a line to read; not for which kind of machine they were built."""
    return ", ".join(
        f"{name} {version(name).partition('+')[0]}" for name in ("torch", "numpy", "scipy", "scikit-learn")
    )


def machine() -> str:
    return platform.machine()


def code_of(claim: Claim) -> str:
    """Digest of the code and the files that a claim's numbers come from."""
    return _digest(claim.measure.__module__, claim.files)


@cache
def _digest(module: str, files: tuple[str, ...]) -> str:
    digest = hashlib.blake2b(digest_size=20)
    used = [*sorted(_reached(_file_of(module))), *(ROOT / name for name in files)]
    for path in used:
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + _content(path) + b"\0")
    return digest.hexdigest()


def _reached(start: Path | None) -> set[Path]:
    """The file and all that it imports, also inside of functions."""
    found: set[Path] = set()
    waiting = [start] if start else []
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += _imported(path)
    return found


@cache
def _imported(path: Path) -> tuple[Path, ...]:
    """Files of this project that a file imports; a name that is imported from a package may be a module of it."""
    names = set(_names(_content(path).decode(), path))
    found = (_file_of(name) for name in sorted(names) if name.split(".")[0] in _ROOMS)
    return tuple(each for each in found if each and not each.relative_to(ROOT).as_posix().startswith(_PICTURES))


def _names(text: str, path: Path) -> Iterator[str]:
    yield from _PLAIN.findall(text)
    for module, imported in _FROM.findall(text):
        base = _absolute(module, path)
        yield base
        yield from (f"{base}.{name}" for name in re.findall(r"(\w+)(?:[ \t]+as[ \t]+\w+)?", imported))


def _absolute(module: str, path: Path) -> str:
    """A relative import by its full name."""
    up = len(module) - len(module.lstrip("."))
    if not up:
        return module
    package = path.relative_to(ROOT).parts[:-up]
    return ".".join([*package, *filter(None, [module[up:]])])


def _file_of(module: str) -> Path | None:
    at = ROOT.joinpath(*module.split("."))
    return next((each for each in (at.with_suffix(".py"), at / "__init__.py") if each.is_file()), None)


@cache
def _content(path: Path) -> bytes:
    return path.read_bytes()
