"""Which checkpoint the page looks at: a shipped one, or a file of the user's own."""

import hashlib
import re
import tempfile
from pathlib import Path

import streamlit as st

from analysis.outputs import Outputs
from checkpoints.zoo import ZooEntry, shipped
from losses.catalog import CATALOG
from losses.errors import LabError
from ui.checkpoint_analyses import Analyses
from ui.controls import Panel

LARGEST_MB = 200


def choose(controls: Panel) -> Analyses:
    """The list of shipped checkpoints and the place for an own file, which goes first. LabError for a bad one."""
    entries = {entry.name: entry for entry in shipped()}
    if not entries:
        raise LabError("shipped checkpoints", "are missing from this installation", None, "`make zoo` trains them.")
    titles = {name: _title(entry) for name, entry in entries.items()}
    default = "sincere" if "sincere" in entries else next(iter(entries))
    name = controls.choice("Checkpoint", "checkpoint", titles, default=default)
    own = st.file_uploader(
        "Or open your own",
        type=["safetensors", "npz"],
        key="own-file",
        max_upload_size=LARGEST_MB,
        help="A file of `python -m checkpoints.train`, or an .npz with train and test embeddings and labels. It stays"
        " in this browser session and is never executed.",
    )
    if own is not None:
        content = own.getvalue()
        return _own(hashlib.blake2b(content, digest_size=20).hexdigest(), own.name, content)
    return _shipped(name, entries[name].digest, entries[name].path)


def _title(entry: ZooEntry) -> str:
    return f"{CATALOG[entry.loss].title} · {entry.data}"


@st.cache_resource(max_entries=16, show_spinner="Opening the checkpoint …")
def _shipped(name: str, digest: str, _path: Path) -> Analyses:
    return Analyses(_outputs(_path), shared=True)


@st.cache_resource(max_entries=1, scope="session", show_spinner="Opening your file …")
def _own(digest: str, name: str, _content: bytes) -> Analyses:
    """Parsed from a private copy that is gone before this returns."""
    with tempfile.TemporaryDirectory(prefix="nce-lab-") as folder:
        path = Path(folder) / (re.sub(r"[^A-Za-z0-9._-]", "_", name)[-80:].lstrip(".") or "file")
        path.write_bytes(_content)
        return Analyses(_outputs(path), shared=False)


def _outputs(path: Path) -> Outputs:
    from checkpoints import open_outputs  # brings torch, which the page's title need not wait for

    return open_outputs(path)
