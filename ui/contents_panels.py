"""The parts of the page on a file's contents. Text from a file is shown as text and nothing else."""

import tempfile
from pathlib import Path

import pandas as pd
import streamlit as st

from checkpoints.content import check_kind, kind_of
from checkpoints.quoting import printable
from checkpoints.torch_contents import TorchContents, torch_contents
from ui.foreign_text import line, table
from ui.uploads import MOST_OF_A_FILE_MB, admit, safe_name


def choose() -> TorchContents | None:
    """What is in the file that the user gave, None without one. LabError for a file that is refused."""
    st.markdown(
        "A torch file is a pickle in a zip archive, and a pickle can hold code. Here it is read as data: every function"
        " that it would call is a name in a list, nothing is called, and torch is not even loaded."
    )
    given = st.file_uploader("Torch file", key="file", max_upload_size=MOST_OF_A_FILE_MB, help="It is not kept.")
    admit("file", given)
    if given is None:
        st.caption("For example last.pth of SupContrast or SINCERE, or checkpoint_200.tar of SimCLR.")
        return None
    with tempfile.TemporaryDirectory(prefix="nce-lab-") as folder:
        path = Path(folder) / safe_name(given.name)
        content = given.getbuffer()
        path.write_bytes(content)
        head = bytes(content[:4096])
        if kind_of(head) != "torch":
            check_kind(head, "torch", name=given.name)
        return torch_contents(path)


def draw(found: TorchContents) -> None:
    """Layout, size and digest; then tensors, values, and what is only named."""
    weights = sum(tensor.count for tensor in found.tensors.values())
    st.subheader(f"{found.layout.title}: {len(found.tensors):,} tensors, {weights:,} numbers", anchor=False)
    st.text(line(f"{found.name} · {found.size:,} bytes · sha256 {found.digest}"))
    _table("Options and other values", "value", found.values)
    _table("Objects that are only named: nothing makes them", "name", found.foreign)
    _table("Refused", "why", found.refused)
    if found.mentions:
        st.markdown("**Every name in the pickle.** Whoever unpickles the file looks these up; here they are text.")
        st.dataframe(table(pd.DataFrame({"name": [printable(name) for name in found.mentions]})), hide_index=True)
    rows = [
        (name, tensor.dtype.lstrip("<|"), str(tensor.shape), tensor.count) for name, tensor in found.tensors.items()
    ]
    st.markdown("**Tensors**")
    st.dataframe(table(pd.DataFrame(rows, columns=["place", "dtype", "shape", "numbers"])), hide_index=True)


def _table(title: str, column: str, entries: dict[str, object]) -> None:
    if entries:
        st.markdown(f"**{title}**")
        rows = [(printable(place), printable(str(value))[:200]) for place, value in entries.items()]
        st.dataframe(table(pd.DataFrame(rows, columns=["place", column])), hide_index=True)
