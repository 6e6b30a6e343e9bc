"""Which checkpoint the page looks at: a shipped one, one that was opened in this session, or a file under the root."""

from pathlib import Path

import streamlit as st

from checkpoints.listing import inside
from checkpoints.opening import needs_images
from checkpoints.zoo import ZooEntry
from losses.errors import LabError
from ui import root, uploads
from ui.checkpoints import event_curves, mapping, offer, training
from ui.checkpoints.analyses import Analyses
from ui.checkpoints.array_reading import as_read
from ui.checkpoints.image_source import Checkpoint, choose_images
from ui.checkpoints.main_part import MainPart
from ui.checkpoints.opened import (
    OpenedFile,
    analyses_of,
    listing_below,
    needs_below,
    of_below,
    of_shipped,
    opened,
)
from ui.checkpoints.zoo_list import on_offer, title
from ui.controls import Controls
from ui.errors import explain
from ui.foreign_text import plain

_DEFAULT = "sincere"
_SOURCES = {
    "shipped": "Shipped, or open here",
    "root": "A file under the root",
    "training": "A training under the root",
}
_HELP = (
    "Arrays: an .npz, CSV, Parquet, .mat, .safetensors, .pt or .pkl with embeddings and labels under any names, or"
    " several .npy or tables at once. Or a file of `python -m checkpoints.train`, or a torch file of the authors'"
    " (SupContrast, SINCERE, SimCLR, ViT), which needs images too. It stays in this browser session, on every page,"
    " until it is put away, and is never executed."
)


def choose(controls: Controls, main: MainPart) -> Analyses | None:
    """The list of checkpoints and the place for an own file. None until its images have been through its network.
    LabError for a file that a link asks for and that is not here; an upload that is refused is said above what was open
    before."""
    mapping.forget()
    folder = root.root()
    if root.refusal():
        st.error(plain(root.refusal()), icon=":material/error:")
    if folder is None:
        root.explain_missing(controls)
    place = st.container()
    taken = _take_own(controls)
    with place:
        source = controls.choice("Open", "source", _SOURCES, default="shipped") if folder else "shipped"
        chosen = _choose_from(controls, source, folder)
    offer.draw_put_away()
    for mistake in taken.refused[: -1 if taken.last else None]:
        st.error(plain(str(mistake)), icon=":material/error:")
    event_curves.beside(chosen[1] if isinstance(chosen, tuple) else None)
    main.turn_to(source if isinstance(chosen, ZooEntry) or source == "training" else (source, chosen))
    if taken.last:
        _still_open(main, taken.refused[-1], chosen)
    if isinstance(chosen, ZooEntry):
        return of_shipped(chosen)
    return _below(controls, *chosen) if isinstance(chosen, tuple) else _own(controls, chosen)


def _still_open(main: MainPart, mistake: LabError, chosen: ZooEntry | str | tuple[str, Path]) -> None:
    """Why the file that came in last is not opened, and what is in view instead, as the address says."""
    file = opened().find(chosen) if isinstance(chosen, str) else None
    if isinstance(chosen, ZooEntry):
        name = title(chosen)
    elif isinstance(chosen, str):
        name = file.name if file is not None else chosen
    else:
        name = chosen[0]
    with main.place:
        with explain():
            raise mistake
        st.caption(plain(f"What was open before stays open: {name}."))


def _choose_from(controls: Controls, source: str, folder: Path | None) -> ZooEntry | str | tuple[str, Path]:
    training.forget()
    if folder is None or source == "shipped":
        return _choose_listed(controls)
    return training.choose(controls, folder) if source == "training" else _choose_below(controls, folder)


def _take_own(controls: Controls) -> offer.Taken:
    """What comes in new goes into view."""
    own = st.file_uploader(
        "Or open your own", key=offer.uploader_key("own-file"), max_upload_size=uploads.caps().file_mb, help=_HELP,
        type=offer.TYPES, accept_multiple_files=True,
    )  # fmt: skip
    taken = offer.take("own-file", own, "checkpoint", together=True)
    for file in taken.news:
        offer.into_view(controls, "source", "shipped")
        offer.into_view(controls, "checkpoint", file.ref)
    return taken


def _choose_listed(controls: Controls) -> ZooEntry | str:
    """A shipped one, or what another one is called in links."""
    entries = on_offer()
    if not entries:
        raise LabError("shipped checkpoints", "are missing from this installation", None, "`make zoo` trains them.")
    titles = {name: title(entry) for name, entry in entries.items()}
    default = _DEFAULT if _DEFAULT in entries else next(iter(entries))
    options = titles | offer.on_offer("checkpoint", images=True)
    offer.keep_within("checkpoint", options)
    chosen = controls.choice("Checkpoint", "checkpoint", options, default=default)
    return entries.get(chosen, chosen)


def _choose_below(controls: Controls, folder: Path) -> tuple[str, Path]:
    """Name and path of a checkpoint below the root."""
    found = root.contents(folder)
    if found.note:
        st.caption(plain(found.note))
    if not found.checkpoints:
        raise LabError("the root", "must have checkpoints below it", but="has none that can be opened")
    names = {each: each for each in found.checkpoints}
    # Which file is the first changes with the folder: a link names it.
    help = plain(f"Below {folder}.")
    name = controls.choice("File", "path", names, default=found.checkpoints[0], help=help, always=True)
    return name, inside(folder, name)


def _below(controls: Controls, name: str, path: Path) -> Analyses | None:
    needs = needs_below(path)
    if needs == "images":
        weights = needs_images(path) or path  # in a folder they change without it
        return choose_images(controls, Checkpoint(name, root.state(weights), weights))
    if needs == "mapping":
        return mapping.mapped(controls, name, lambda: listing_below(path), lambda spec: of_below(name, spec))
    return as_read(controls, lambda spec: of_below(name, spec))


def _own(controls: Controls, ref: str) -> Analyses | None:
    """A file of the user's, or what images gave."""
    offer.check_here(controls, ref)
    offer.warn_of_another([ref])
    file: OpenedFile | None = opened().find(ref)
    if file is None:
        return analyses_of(ref)
    if file.needs_images:
        return choose_images(controls, Checkpoint(file.name, file.sha256, memoryview(file.content)))
    if file.needs == "mapping":
        return mapping.mapped(controls, file.sha256, file.listing, file.analyses)
    return as_read(controls, file.analyses)
