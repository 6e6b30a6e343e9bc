"""Which checkpoint the page looks at: a shipped one, a file under the root, or one that was uploaded."""

import tempfile
from pathlib import Path

import streamlit as st

from analysis.outputs import Outputs
from checkpoints.listing import inside
from checkpoints.reading.array_spec import ArraySpec
from checkpoints.reading.content import kind_of
from checkpoints.reading.safe_files import read_head
from checkpoints.zoo import ZooEntry, shipped
from losses.catalog import CATALOG
from losses.errors import LabError
from ui import root, uploads
from ui.checkpoints import image_pass
from ui.checkpoints.analyses import Analyses
from ui.checkpoints.array_reading import as_read
from ui.checkpoints.image_source import Checkpoint, choose_images
from ui.controls import Panel
from ui.foreign_text import plain
from ui.uploads import safe_name

_DEFAULT = "sincere"
_SOURCES = {"shipped": "A shipped checkpoint", "root": "A file under the root"}
_HELP = (
    "A file of `python -m checkpoints.train`, an .npz with train and test embeddings and labels, or a torch file of the"
    " authors' (SupContrast, SINCERE, SimCLR, ViT), which needs images too. It stays in this browser session and is"
    " never executed."
)


def choose(controls: Panel) -> Analyses | None:
    """The list of checkpoints and the place for an own file, which goes first. None until its images have been through
    its network. LabError for a bad file."""
    folder = root.root()
    if root.refusal():
        st.error(plain(root.refusal()), icon=":material/error:")
    if folder is None:
        root.explain_missing(controls)
    source = controls.choice("Open", "source", _SOURCES, default="shipped") if folder else "shipped"
    listed = _choose_shipped(controls) if source == "shipped" or folder is None else _choose_below(controls, folder)
    own = st.file_uploader(
        "Or open your own", key="own-file", max_upload_size=uploads.caps().file_mb, help=_HELP,
        type=["safetensors", "npz", "pth", "pt", "tar", "ckpt"],
    )  # fmt: skip
    uploads.admit("own-file", own)
    image_pass.remember_passes()
    if own is not None:
        return _uploaded(controls, own.name, own.file_id, own.getbuffer())
    if isinstance(listed, ZooEntry):
        return _shipped(listed.name, listed.digest, listed.path)
    return _below(controls, *listed)


def _choose_shipped(controls: Panel) -> ZooEntry:
    entries = {entry.name: entry for entry in shipped()}
    if not entries:
        raise LabError("shipped checkpoints", "are missing from this installation", None, "`make zoo` trains them.")
    titles = {name: f"{CATALOG[entry.loss].title} · {entry.data}" for name, entry in entries.items()}
    default = _DEFAULT if _DEFAULT in entries else next(iter(entries))
    return entries[controls.choice("Checkpoint", "checkpoint", titles, default=default)]


def _choose_below(controls: Panel, folder: Path) -> tuple[str, Path]:
    """Name and path of a checkpoint below the root."""
    found = root.contents(folder)
    if found.note:
        st.caption(plain(found.note))
    if not found.checkpoints:
        raise LabError("the root", "must have checkpoints below it", but="has none that can be opened")
    names = {each: each for each in found.checkpoints}
    name = controls.choice("File", "path", names, default=found.checkpoints[0], help=plain(f"Below {folder}."))
    return name, inside(folder, name)


def _below(controls: Panel, name: str, path: Path) -> Analyses | None:
    if path.is_dir() or kind_of(read_head(path)) != "torch":
        state = root.state(path)
        return as_read(controls, lambda spec: _at_path(str(path), state, spec))
    return choose_images(controls, Checkpoint(name, root.state(path), path))


def _uploaded(controls: Panel, name: str, upload: str, content: memoryview) -> Analyses | None:
    if kind_of(bytes(content[:4096])) == "torch":
        return choose_images(controls, Checkpoint(name, upload, content))
    return as_read(controls, lambda spec: _own(upload, name, spec, content))


@st.cache_resource(max_entries=16, show_spinner="Opening the checkpoint …")
def _shipped(name: str, digest: str, _path: Path) -> Analyses:
    return Analyses(_outputs(_path), shared=True)


# Two: a file as it comes, which says what is to be asked, and as it is read.
@st.cache_resource(max_entries=2, scope="session", show_spinner="Opening the file …")
def _at_path(path: str, state: str, spec: ArraySpec) -> Analyses:
    return Analyses(_outputs(Path(path), spec), shared=True)


@st.cache_resource(max_entries=2, scope="session", show_spinner="Opening your file …")
def _own(upload: str, name: str, spec: ArraySpec, _content: memoryview) -> Analyses:
    """Parsed from a private copy that is gone before this returns."""
    with tempfile.TemporaryDirectory(prefix="nce-lab-") as folder:
        path = Path(folder) / safe_name(name)
        path.write_bytes(_content)
        return Analyses(_outputs(path, spec), shared=False)


def _outputs(path: Path, spec: ArraySpec | None = None) -> Outputs:
    from checkpoints import open_outputs  # brings torch, which the page's title need not wait for

    return open_outputs(path, arrays=spec)
