"""Which images go through a checkpoint's network, and how many: chosen, started, watched."""

import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import streamlit as st

from analysis.outputs import Outputs
from checkpoints.brought.sharded import contents_of
from checkpoints.foreign.preparation import Preparation
from checkpoints.foreign.spec import ForeignSpec, Stopped, Watch
from checkpoints.listing import inside
from checkpoints.native.datasets import DATASETS
from checkpoints.reading.file_contents import of_torch
from checkpoints.reading.torch_file.contents import TorchContents
from losses.errors import LabError
from ui import root, uploads
from ui.checkpoints import image_pass
from ui.checkpoints.analyses import Analyses
from ui.checkpoints.file_contents import draw as draw_contents
from ui.checkpoints.image_preparation import Known, choose_network, choose_own, network_of, said
from ui.controls import Controls
from ui.errors import explain
from ui.foreign_text import plain
from ui.server.public import caps
from ui.uploads import safe_name
from ui.worlds.world import choose_device

_SPACES = {"head": "Output of the head", "encoder": "Features of the encoder"}
_ENCODERS = {"encoder": _SPACES["encoder"]}  # of a network whose head gives no embeddings
_TRY_OUT = 500
_NOTHING, _OWN = "", "own code"
_OFFER = "nce_lab_offer"
_ASSUMED = "assumed: "
_CHOOSE = " Choose in the sidebar."


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A torch file: its name, what changes when it does, and where it is, or its bytes."""

    name: str
    state: str
    held: Path | memoryview


@dataclass(frozen=True, slots=True)
class Request:
    """All that a pass depends on: of a file, what changes when it does."""

    checkpoint: str
    state: str
    images: str
    images_state: str
    spec: ForeignSpec


@dataclass(frozen=True, slots=True)
class Offer:
    """A pass that could be made: None for images that are still to be chosen."""

    checkpoint: Checkpoint
    request: Request | None
    data: Path | memoryview
    spec: ForeignSpec

    @property
    def name(self) -> str:
        """For a list of passes."""
        images = "none" if self.request is None else self.request.images
        own = [self.spec.weights] if self.spec.weights else []
        own += [_OWN if self.spec.network == "own" else self.spec.network] if self.spec.network else []
        own += [f"{self.spec.side} pixels"] if self.spec.side else []
        own += [f"mean {self.spec.mean}, std {self.spec.std}"] if self.spec.mean else []
        return ", ".join(
            [f"{self.checkpoint.name}, {self.spec.limit:,} of {images}", *own, _SPACES[self.spec.space].lower()]
        )

    def start(self) -> None:
        by_path = isinstance(self.checkpoint.held, Path) and isinstance(self.data, Path)
        images = "images.zip" if self.request is None else self.request.images
        work = partial(_work, self.checkpoint, self.data, images, self.spec, keep=by_path)
        image_pass.start(self.request, self.name, work, shared=by_path)


def choose_images(controls: Controls, checkpoint: Checkpoint) -> Analyses | None:
    """The analyses once the pass that is asked for has ended well; None before: `draw_waiting` goes on from there."""
    images = _choose(controls)
    name, state, data = images or ("", "", memoryview(b""))
    spec = _choose_spec(controls, checkpoint, data)
    request = Request(checkpoint.name, checkpoint.state, name, state, spec) if images else None
    st.session_state[_OFFER] = Offer(checkpoint, request, data, spec)
    made = image_pass.find(request)
    return made.analyses if request is not None and made is not None and made.succeeded else None


def draw_waiting() -> None:
    """In the page's main part, while there are no outputs yet: what is in the file, the start of a pass, or its bar."""
    offer = st.session_state[_OFFER]
    running = next((each for each in image_pass.passes() if not each.job.done), None)
    if running is not None:
        image_pass.progress(running)
        return
    tried = image_pass.find(offer.request)
    if tried is not None and isinstance(tried.job.failure, Stopped):
        _say_stopped(tried)
    elif tried is not None and tried.job.failure is not None:
        with explain():
            raise tried.job.failure
    found = _contents(offer.checkpoint.name, offer.checkpoint.state, offer.checkpoint.held)
    with explain():
        _draw_offer(offer, found)
    draw_contents(of_torch(found))


def _say_stopped(tried: image_pass.ImagePass) -> None:
    why = "nobody was watching; " if tried.unwatched else ""
    then = (
        "what was done is kept, and a new start goes on from there" if tried.goes_on else "nothing is kept of the pass"
    )
    st.info(f"Stopped: {why}{then}.")


def _draw_offer(offer: Offer, found: TorchContents) -> None:
    """The network in the file and the button; LabError where no network here has such weights."""
    known = Known(found, _path(offer.checkpoint.held), _path(offer.data))
    weights, plan = network_of(known, offer.spec)
    prepared = said(known, offer.spec)
    st.info(
        plain(f"This file has the weights of {plan.title}, so it needs images.")
        + " Choose train and test images of the same classes in the sidebar."
    )
    st.caption(plain(f"How images reach the network: {_without_assumed(prepared)}"))
    if weights.network is not None and weights.network.also:
        others = ", ".join(weights.network.also[:6])
        st.info(plain(f"These are the weights {weights.network.name}; the file has others: {others}.") + _CHOOSE)
    # A note ends with the command's option, where there is one.
    said_so = (note.partition("; --")[0] for note in plan.notes)
    notes = [note.removeprefix(_ASSUMED) for note in said_so if note.startswith(_ASSUMED)]
    if assumed := [*prepared.assumed, *notes]:
        st.warning(plain("Assumed: " + "; ".join(assumed) + ".") + " All of it can be changed in the sidebar.")
    if rest := [note for note in plan.notes if not note.startswith(_ASSUMED)]:
        st.caption(plain("; ".join(rest) + "."))
    st.button("Run the images through", type="primary", disabled=offer.request is None, on_click=offer.start)


def _without_assumed(prepared: Preparation) -> str:
    """The preparation in words, without what is said to be assumed below."""
    rest = "; ".join(reason for reason in prepared.why.split("; ") if reason not in prepared.assumed)
    return prepared.words.replace(f" ({prepared.why})", f" ({rest})" if rest else "")


def draw_about(analyses: Analyses) -> None:
    """How images were prepared for the network, and what was left out: nothing for files that name their own data.
    What the one says is not said again by the other."""
    said = analyses.outputs.provenance
    prepared, notes = str(said.get("preprocessing") or ""), str(said.get("notes") or "")
    rest = (each for each in notes.split("; ") if not (each.startswith(_ASSUMED) and each[len(_ASSUMED) :] in prepared))
    notes = "; ".join(rest)
    for name, text in (("Preprocessing", prepared), ("Notes", notes)):
        if text:
            st.caption(plain(f"{name}: {text}"))


@st.cache_resource(max_entries=1, scope="session", show_spinner="Looking into the file …")
def _contents(name: str, state: str, _held: Path | memoryview) -> TorchContents:
    with tempfile.TemporaryDirectory(prefix="nce-lab-") as folder:
        return contents_of(_on_disk(_held, Path(folder) / "checkpoint", name))


def _choose(controls: Controls) -> tuple[str, str, Path | memoryview] | None:
    """Name, state and place: an uploaded zip goes first, then a path under the root or a data set of the lab."""
    given = st.file_uploader(
        "Images, as a zip, tar, Parquet or .npz", type=["zip", "tar", "parquet", "npz"], key="own-images",
        max_upload_size=uploads.caps().file_mb,
        help="`train/CLASS/*.jpg` and `test/CLASS/*.jpg` (or png) in a zip or tar (of `CLASS/*.jpg` in a zip, half is"
        " train); Parquet with a `split`; `.npz` as MedMNIST's. It stays in this browser session.",
    )  # fmt: skip
    uploads.admit("own-images", given)
    folder = root.root()
    below = root.contents(folder).images if folder else ()
    options = {_NOTHING: "choose …", **{each: each for each in below}, **{each: f"{each} (grey)" for each in DATASETS}}
    name = controls.choice("Or images that are here", "images", options, default=_NOTHING)
    if given is not None:
        return given.name, given.file_id, given.getbuffer()
    if name == _NOTHING:
        return None
    if folder is None or name not in below:
        return name, "", Path(name)
    path = inside(folder, name)
    return name, root.state(path), path


def _choose_spec(controls: Controls, checkpoint: Checkpoint, data: Path | memoryview) -> ForeignSpec:
    limit = _choose_limit(controls)
    found = _contents(checkpoint.name, checkpoint.state, checkpoint.held)
    known = Known(found, _path(checkpoint.held), _path(data))
    space = _choose_space(controls, known)
    device = choose_device(controls)
    spec = ForeignSpec(limit, device, "head" if space == "head" else "encoder")
    return choose_own(controls, known, choose_network(controls, known, spec))


def _choose_space(controls: Controls, known: Known) -> str:
    """Of the head or of the encoder, where there is a head that gives embeddings."""
    try:
        projects = network_of(known, ForeignSpec())[1].role == "projection"
    except LabError:
        projects = True  # not known yet: of a transformer without its heads, of your own network
    if projects:
        return controls.choice("Embeddings", "space", _SPACES, default="head", help="The loss saw the head's output.")
    help = "This network has no projection head."
    return controls.choice("Embeddings", "space", _ENCODERS, default="encoder", help=help)


def _choose_limit(controls: Controls) -> int:
    return controls.integer(
        "Images of each split, at most", "limit", default=_TRY_OUT, low=10, high=caps().images,
        help="The first of each class, evenly: a few for a try-out, all of them where there is a GPU or time.",
    )  # fmt: skip


def _path(held: Path | memoryview) -> Path | None:
    return held if isinstance(held, Path) else None


def _work(
    checkpoint: Checkpoint, data: Path | memoryview, name: str, spec: ForeignSpec, watch: Watch, *, keep: bool
) -> Outputs:
    """In the pass's own thread. What was uploaded lies in a private folder that is gone before this returns; `name`:
    of the images."""
    from checkpoints import open_outputs

    with tempfile.TemporaryDirectory(prefix="nce-lab-") as folder:
        path = _on_disk(checkpoint.held, Path(folder) / "checkpoint", checkpoint.name)
        images = _on_disk(data, Path(folder) / "images", name)
        return open_outputs(path, images, spec=spec, watch=watch, keep=keep and caps().keeps)


def _on_disk(held: Path | memoryview, folder: Path, name: str) -> Path:
    if isinstance(held, Path):
        return held
    folder.mkdir()
    (folder / safe_name(name)).write_bytes(held)
    return folder / safe_name(name)
