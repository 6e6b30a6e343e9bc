"""What somebody does next who has weights and gave no images: which network they are of, or why none here has them."""

from argparse import Namespace
from dataclasses import asdict
from pathlib import Path

from checkpoints.brought.sharded import contents_of
from checkpoints.foreign.opening import network_in
from checkpoints.foreign.spec import ForeignSpec
from checkpoints.images.finding import FORMS
from checkpoints.reading.quoting import printable
from checkpoints.reading.torch_file.contents import TorchContents
from commands.answers import by_option
from losses.errors import LabError

_SHOWN = 4
_LINES = "The lines below write an .npz of its embeddings"
_CODE = "; with --arch timm:NAME, or with its code, --encoder path/to/file.py:function, it opens as it is"


def next_step(path: Path, spec: ForeignSpec | None = None) -> dict[str, object]:
    """`network`, None where none fits; `next`, a sentence; then perhaps `lines` of Python, as plain JSON values."""
    contents, spec = contents_of(path), spec or ForeignSpec()
    try:
        _, network = network_in(contents, spec, path)
    except LabError as refusal:
        said = by_option(refusal, Namespace(**asdict(spec)))
        if not refusal.lines or "--" in refusal.remedy:  # an option is all that it needs
            return {"network": None, "next": said}
        lines = f"{_LINES}{_CODE if contents.tensors else ''}."
        return {"network": None, "next": f"{said} {lines}", "lines": refusal.lines.split("\n")}
    return {"network": network.title, "next": f"Give its images with --data: {FORMS}.{_sets(contents, spec)}"}


def _sets(contents: TorchContents, spec: ForeignSpec) -> str:
    """Which other sets of weights there are to choose from."""
    names = [printable(each.name)[:80] for each in contents.networks if each.layout.opens]
    if spec.weights or len(names) < 2:
        return ""
    taken, *others = names
    return f" Of {len(names)} sets of weights {taken} is taken; --weights takes {' or '.join(others[:_SHOWN])}."
