"""The forms in which arrays come: each with a function that lists and one that reads. A further form is one line."""

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from checkpoints.arrays import arrow, json_rows, matlab, matlab4, numpy_files, pickles, sidecar, tables, tensors
from checkpoints.arrays.listed import ListedArray, LoadedArrays
from checkpoints.native.file import is_native
from checkpoints.reading.content import ARRAYS, check_kind, kind_of
from checkpoints.reading.quoting import file_name
from checkpoints.reading.safe_files import read_head
from losses.errors import LabError


@dataclass(frozen=True, slots=True)
class ArrayForm:
    """words: what such a file is. listed: its arrays, unread. load: those of the names that are given."""

    words: str
    listed: Callable[[Path], tuple[ListedArray, ...]]
    load: Callable[[Path, Collection[str]], LoadedArrays]


FORMS: dict[str, ArrayForm] = {
    "npz": ArrayForm("a numpy .npz archive", numpy_files.list_npz, numpy_files.load_npz),
    "npy": ArrayForm("a numpy .npy array", numpy_files.list_npy, numpy_files.load_npy),
    "safetensors": ArrayForm("a safetensors file of arrays", tensors.list_safetensors, tensors.load_safetensors),
    "torch": ArrayForm("a torch file of tensors", tensors.list_torch, tensors.load_torch),
    "pickle": ArrayForm("a pickle of arrays", pickles.list_pickle, tensors.load_torch),
    "matlab": ArrayForm("a MATLAB file", matlab.list_matlab, matlab.load_matlab),
    "matlab 4": ArrayForm("a MATLAB file", matlab4.list_matlab4, matlab4.load_matlab4),
    "parquet": ArrayForm("a Parquet file", arrow.list_parquet, arrow.load_parquet),
    "arrow": ArrayForm("an Arrow file", arrow.list_arrow, arrow.load_arrow),
    "table": ArrayForm("a table", tables.list_table, tables.load_table),
    "rows": ArrayForm("rows in JSON", json_rows.list_rows, json_rows.load_rows),
}
"""Kind of content (see `content.kind_of`) -> its form."""
_IN_FOLDERS = FORMS | {"json": ArrayForm("names of classes", sidecar.list_names, sidecar.load_names)}
_MOST_FILES = 200


def is_of_arrays(path: Path) -> bool:
    """Whether a file or folder holds arrays and no network, judged by its content. LabError for a broken one."""
    return path.is_dir() or _kind(path) in FORMS


def kind_in(path: Path) -> str:
    """A key of `FORMS`, or "folder". LabError for what is neither."""
    if path.is_dir():
        return "folder"
    kind = _kind(path)
    if kind not in FORMS:
        check_kind(read_head(path), ARRAYS, name=file_name(path))
    return kind


def listed(path: Path) -> tuple[ListedArray, ...]:
    """The arrays in a file, or in all files of a folder, by the names that `load` takes."""
    if not path.is_dir():
        return FORMS[kind_in(path)].listed(path)
    found = [replace(each, name=name) for file in members(path) for name, each in _named(file)]
    names = [each.name for each in found]
    twice = next((name for name in names if names.count(name) > 1), "")
    if twice:
        raise LabError(file_name(path), "must have one file of each name", but=f"has several of {twice}")
    return tuple(found)


def load(path: Path, wanted: Collection[str]) -> LoadedArrays:
    """Those arrays of a file or folder that are wanted."""
    if not path.is_dir():
        return FORMS[kind_in(path)].load(path, wanted)
    arrays, parts = dict[str, np.ndarray](), list[LoadedArrays]()
    for file in members(path):
        own = {each.name: name for name, each in _named(file) if name in wanted}
        if own:
            parts.append(_IN_FOLDERS[_kind(file, beside=True)].load(file, own))
            arrays |= {own[name]: array for name, array in parts[-1].arrays.items() if name in own}
    return LoadedArrays(arrays, *_joined(parts))


def _kind(path: Path, *, beside: bool = False) -> str:
    """What a file's content is: "weights" for tensors of a network, "table" for a text of rows and columns, "rows" for
    a JSON text of them."""
    kind = kind_of(read_head(path))
    if kind == "text":
        if not beside and tables.is_header_alone(path):
            raise LabError(file_name(path), "must have rows below its header", but="has a header alone")
        return "table" if tables.is_table(path) else kind
    if kind == "json":
        return "rows" if json_rows.are_rows(path) else kind
    if kind not in ("safetensors", "torch", "pickle") or (kind == "pickle" and not beside):
        return kind
    if kind == "safetensors" and is_native(path):
        return "weights"
    shapes, refused = tensors.shapes_in(path, kind)
    return kind if tensors.are_arrays(shapes, beside=beside, refused=refused) else "weights"


def members(folder: Path) -> list[Path]:
    """The files of a folder that are arrays, in the order of their names; what is hidden or a link is passed over."""
    found = [each for each in folder.iterdir() if not each.name.startswith(".") and not each.is_symlink()]
    files = sorted(each for each in found if each.is_file())
    if len(files) > _MOST_FILES:
        raise LabError(file_name(folder), f"must have at most {_MOST_FILES} files to be read as arrays", len(files))
    return [file for file in files if _kind(file, beside=True) in _IN_FOLDERS]


def _named(file: Path) -> list[tuple[str, ListedArray]]:
    """(name in the folder, array): a file's only array is called like the file, else like the file and itself."""
    every = _IN_FOLDERS[_kind(file, beside=True)].listed(file)
    return [(file.stem if len(every) == 1 else f"{file.stem}/{each.name}", each) for each in every]


def _joined(parts: list[LoadedArrays]) -> tuple[str, int]:
    """One digest of all, and the bytes of all."""
    digests = hashlib.sha256("".join(each.digest for each in parts).encode())
    return digests.hexdigest(), sum(each.size for each in parts)
