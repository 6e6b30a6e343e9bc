"""The parts of the page on a file's contents. Text from a file is shown as text and nothing else."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import streamlit as st

from checkpoints.contents import contents_at
from checkpoints.listing import inside
from checkpoints.reading.file_contents import FileContents
from checkpoints.reading.quoting import printable
from losses.errors import LabError, plural
from ui import root
from ui.checkpoints import image_pass, offer
from ui.checkpoints.opened import OpenedFile, opened
from ui.controls import Controls
from ui.foreign_text import line, plain, table
from ui.uploads import admit, caps, safe_name

_SHOW = {"yes": st.success, "trust": st.warning, "no": st.error}
_ICONS = {"yes": ":material/check_circle:", "trust": ":material/warning:", "no": ":material/dangerous:"}
_SOURCES = {"upload": "A file that you upload"}
_OPEN, _BELOW = {"open": "A file that is open in this session"}, {"root": "A file under the root"}
_WORDS = {
    "parameters": "parameters of the network",
    "buffers": "numbers in its buffers (batch norms' statistics)",
    "other_numbers": "other numbers (an optimiser's, averages)",
    "numbers": "numbers",
}


def choose(controls: Controls) -> Path | OpenedFile | None:
    """A file below the folder that the app was started with, or one that is open; None for one that is uploaded."""
    folder, files = root.root(), offer.on_offer("opened", images=True)
    files = {ref: name for ref, name in files.items() if ref not in image_pass.finished()}
    if folder is None:
        root.explain_missing(controls)
    sources = _SOURCES | (_OPEN if files else {}) | (_BELOW if folder else {})
    offer.keep_within("source", sources)
    source = controls.choice("Open", "source", sources, default="upload") if len(sources) > 1 else "upload"
    offer.draw_put_away()
    if source == "open":
        return _choose_open(controls, files)
    if source == "upload" or folder is None:
        return None
    names = {each: each for each in root.contents(folder).checkpoints}
    if not names:
        raise LabError("the root", "must have checkpoints below it", but="has none")
    name = controls.choice(
        "File", "path", names, default=next(iter(names)), help="Below the folder of --root.", always=True
    )
    return inside(folder, name)


def _choose_open(controls: Controls, files: Mapping[str, str]) -> OpenedFile | None:
    """LabError for one that a link asks for and that is not here."""
    offer.keep_within("opened", files)
    ref = controls.choice("File", "opened", files, default=next(iter(files)))
    offer.check_here(controls, ref)
    return opened().find(ref)


def look(chosen: Path | OpenedFile | None) -> FileContents | None:
    """What is in the chosen file, or else in an uploaded one; None without one. LabError where it is refused."""
    st.markdown(
        "A torch file is a pickle in a zip archive, and a pickle can hold code; so can one by itself, and an .npz of"
        " objects. Here a file"
        " is read as data: every function that it would call is a name in a list, nothing is called, and no torch is"
        " needed."
    )
    if isinstance(chosen, OpenedFile):
        return chosen.once("contents", contents_at)
    if chosen is not None:
        return _at_path(str(chosen), root.state(chosen))
    given = st.file_uploader(
        "Checkpoint or arrays", key="file", max_upload_size=caps().file_mb,
        help="A torch file, .safetensors, .npz, .npy, a table (CSV, TSV), Parquet, Arrow, Feather, MATLAB, JSON rows,"
        " a pickle. It is not kept.",
    )  # fmt: skip
    admit("file", given)
    if given is None:
        st.caption("For example last.pth of SupContrast or SINCERE, or checkpoint_200.tar of SimCLR.")
        return None
    with tempfile.TemporaryDirectory(prefix="nce-lab-") as private:
        path = Path(private) / safe_name(given.name)
        path.write_bytes(given.getbuffer())
        return contents_at(path)


@st.cache_resource(max_entries=1, scope="session", show_spinner="Looking into the file …")
def _at_path(path: str, state: str) -> FileContents:
    return contents_at(path)


def draw(found: FileContents, *, asked: bool = False) -> None:
    """The verdict, under its question unless the page has `asked` it; layout, tensors, values, what is only named."""
    if not asked:
        st.header("May I open this file?", anchor=False)
    _draw_verdict(found)
    counts = ", ".join(
        f"{count:,} {_WORDS[what]}" for what, count in found.counts.items() if count or what != "other_numbers"
    )
    st.header(plain(found.title), anchor=False)
    st.text(f"{plural(len(found.entries), 'tensor')}: {counts}")
    st.text(line(f"{found.name} · {found.size:,} bytes · sha256 {found.digest}"))
    _table("Options and other values", "value", found.values)
    _table("Objects that are only named: nothing makes them", "name", found.foreign)
    _table("Refused", "why", found.refused)
    rows = [(printable(entry.place), entry.dtype, str(entry.shape), entry.count) for entry in found.entries]
    st.markdown("**Tensors**")
    st.dataframe(table(pd.DataFrame(rows, columns=["place", "dtype", "shape", "numbers"])), hide_index=True)


def _draw_verdict(found: FileContents) -> None:
    """What would run, by whom it was named, and what was read here instead."""
    verdict = found.verdict
    _SHOW[verdict.level](plain(printable(verdict.answer)), icon=_ICONS[verdict.level])
    st.text(line(f"What would run with pickle: {verdict.would_run}"))
    st.text(line(f"What was read here instead: {verdict.read_here}"))
    if verdict.named:
        st.markdown("**Every name in the pickle.** Whoever unpickles the file looks these up; here they are text.")
        rows = [(printable(name), by) for name, by in verdict.named]
        st.dataframe(table(pd.DataFrame(rows, columns=["name", "put there by"])), hide_index=True)


def _table(title: str, column: str, entries: Mapping[str, object]) -> None:
    if entries:
        st.markdown(f"**{title}**")
        rows = [(printable(place), printable(str(value))[:200]) for place, value in entries.items()]
        st.dataframe(table(pd.DataFrame(rows, columns=["place", column])), hide_index=True)
