"""What a checkpoint is: training, safe reading, and opening one to the outputs that every analysis takes.

Everything is loaded at first use: `peek` and the list of shipped checkpoints cost no torch import.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checkpoints.native.file import Peek, peek
    from checkpoints.opening import open_outputs

_HOME = {"open_outputs": "checkpoints.opening", "peek": "checkpoints.native.file", "Peek": "checkpoints.native.file"}

__all__ = ["Peek", "open_outputs", "peek"]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'checkpoints' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
