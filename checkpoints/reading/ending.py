"""What a file's name says it is: content decides, but who is told something else than the name says is told so."""

from pathlib import PurePath

_TORCH = ("torch", "weights")
_KINDS = {
    ".npz": ("npz",),
    ".npy": ("npy",),
    ".safetensors": ("safetensors", "weights"),
    ".pt": _TORCH,
    ".pth": _TORCH,
    ".ckpt": _TORCH,
    ".pkl": ("pickle", *_TORCH),
    ".pickle": ("pickle", *_TORCH),
    ".mat": ("matlab", "matlab 4"),
    ".parquet": ("parquet",),
    ".feather": ("arrow",),
    ".arrow": ("arrow",),
    ".csv": ("table",),
    ".tsv": ("table",),
    ".json": ("rows", "json"),
    ".jsonl": ("rows", "json"),
}
"""Ending -> the kinds of content (see `content.kind_of`) that it stands for; others stand for none in particular."""


def though_named(name: str, kind: str) -> str:
    """Reads on after "is a table": which other kind the file's name would have it be; "" where it says nothing else.

    >>> though_named("mine.npz", "table")
    ', though its name ends in .npz'
    """
    ending = PurePath(name).suffix.lower()
    return "" if kind in _KINDS.get(ending, (kind,)) else f", though its name ends in {ending}"
