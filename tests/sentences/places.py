"""Every place in the source that makes a LabError, found in the syntax; and what was said where, while watched."""

import ast
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from losses.errors import LabError

ROOT = Path(__file__).parents[2]
ROOMS = (
    *("losses", "commands", "toy_models", "analysis", "checkpoints", "claims", "talks", "ui", "pages"),
    *("bootstrap.py", "app.py"),
)

KINDS = ("HeadsUnknown", "LabError", "NotPlain", "ProcessLost", "Stopped")
"""It and the classes made of it, which a test compares with what there is."""

Place = tuple[str, int]
"""File below the root, and the line on which the call begins."""


def places() -> dict[Place, str]:
    """Place -> "file function: rule", which stays when lines move."""
    found: dict[Place, str] = {}
    for room in ROOMS:
        top = ROOT / room
        for file in sorted(top.rglob("*.py")) if top.is_dir() else [top]:
            name = file.relative_to(ROOT).as_posix()
            for owner, call in _calls(ast.parse(file.read_text()), "module"):
                found[name, call.lineno] = f"{name} {owner}: {', '.join(map(ast.unparse, call.args[1:2]))}"
    return found


def _calls(node: ast.AST, owner: str) -> Iterator[tuple[str, ast.Call]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call) and getattr(child.func, "id", getattr(child.func, "attr", "")) in KINDS:
            yield owner, child
        yield from _calls(child, child.name if isinstance(child, ast.FunctionDef) else owner)


@contextmanager
def watched() -> Iterator[list[tuple[Place, str, str]]]:
    """(place, name, sentence) of every LabError that is made meanwhile, in this process."""
    seen: list[tuple[Place, str, str]] = []
    make = LabError.__init__

    def made(self: LabError, *arguments: Any, **named: Any) -> None:
        make(self, *arguments, **named)
        frame = sys._getframe(1)
        file = Path(frame.f_code.co_filename)
        if file.is_relative_to(ROOT):
            seen.append(((file.relative_to(ROOT).as_posix(), frame.f_lineno), self.name, str(self)))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LabError, "__init__", made)
        yield seen
