"""What somebody does next who has weights and gave no images: which network they are of, or why none here has them."""

from argparse import Namespace
from dataclasses import asdict
from pathlib import Path

from checkpoints.brought.sharded import contents_of
from checkpoints.foreign.opening import network_in
from checkpoints.foreign.spec import ForeignSpec
from checkpoints.images.finding import FORMS
from commands.answers import by_option
from losses.errors import LabError

_OWN = "Or bring its code (--encoder path/to/file.py:function), or write an .npz of its embeddings by the lines below."


def next_step(path: Path, spec: ForeignSpec | None = None) -> dict[str, object]:
    """`network`, None where none fits; `next`, a sentence; then perhaps `lines` of Python, as plain JSON values."""
    try:
        _, network = network_in(contents_of(path), spec, path)
    except LabError as refusal:
        lines = refusal.lines.split("\n") if refusal.lines else []
        said = by_option(refusal, Namespace(**asdict(spec or ForeignSpec())))
        return {"network": None, "next": f"{said} {_OWN if lines else ''}".rstrip()} | (
            {"lines": lines} if lines else {}
        )
    return {"network": network.title, "next": f"Give its images with --data: {FORMS}."}
