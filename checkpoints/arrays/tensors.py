"""Tensors that are no network's: those of a .safetensors file, and of a torch file or a plain pickle that holds one, a
dict or lists of them."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import numpy as np

from checkpoints.arrays.listed import HEAD, SAMPLE, ListedArray, LoadedArrays, dtype_in_words
from checkpoints.arrays.pickled_lists import lists_in, tables_in, unread_in
from checkpoints.arrays.roles import CLASS_NAMES
from checkpoints.arrays.torch_rows import WEIGHTS, turned
from checkpoints.reading.quoting import file_name
from checkpoints.reading.safe_files import open_regular
from checkpoints.reading.safetensors_file import read_header
from checkpoints.reading.safetensors_header import Tensor
from checkpoints.reading.torch_file.archive import Archive
from checkpoints.reading.torch_file.contents import TorchContents, open_torch
from checkpoints.reading.torch_file.layouts import network_of
from checkpoints.reading.torch_file.numpy_records import PickledArray
from checkpoints.reading.torch_file.tensors import StoredTensor
from losses.errors import LabError

Held = StoredTensor | PickledArray
MOST_BYTES = 2 << 30
_FEWEST_BATCHES, _FEWEST_ALONE, _SAMPLED = 3, 10, 16
_MOST = 200  # tensors; a state_dict of other names has more
_NARROW = {"BF16": "bfloat16", "F8_E4M3": "float8_e4m3", "F8_E5M2": "float8_e5m2", "BOOL": "bool"}


def are_arrays(shapes: Mapping[str, tuple[int, ...]], *, beside: bool = False, refused: Collection[str] = ()) -> bool:
    """Whether tensors of these names and shapes are arrays and not the weights of a network: none is called like a
    weight, none lies deeper than in a dict in a dict, and one is a table. `beside` others of a folder a tensor that is
    all of its file may be any. `refused`: names of what cannot be read: with others, perhaps the table."""
    if beside and set(shapes) == {""}:
        return True
    batches = batches_in(shapes)
    parts = {place for each in batches.values() for place in each[1:]}
    names = {*shapes, *refused} - parts
    if not 0 < len(names) <= _MOST or network_of(shapes) is not None:
        return False
    weights = any(WEIGHTS.search(name) or name.count("/") > 1 for name in names)
    tables = any(len(shape) > 1 and shape[0] > 1 for shape in shapes.values())
    return not weights and (tables or bool(batches) or bool(shapes and refused))


def batches_in(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, list[str]]:
    """Lists of tensors that are parts of one array, as a loop over batches leaves them: a name for all, such as
    "embeddings/0-39", and the places in order. All but the last are as long as each other; they may be single items. A
    list that is all of its file has ten vectors at least: fewer may be anything."""
    lists: dict[str, list[str]] = {}
    for place in shapes:
        outer, _, inner = place.rpartition("/")
        if inner == str(len(lists.get(outer, ()))):
            lists.setdefault(outer, []).append(place)
    found = {}
    for outer, places in lists.items():
        first, last = shapes[places[0]], shapes[places[-1]]
        alike = all(shapes[place] == first for place in places[:-1])
        shorter = first == last or (first[1:] == last[1:] and last and last[0] < first[0])
        if outer and len(places) >= _FEWEST_BATCHES and alike and shorter:
            found[f"{outer}/0-{len(places) - 1}"] = places
        elif not outer and len(places) >= _FEWEST_ALONE and len(first) == 1 and alike and first == last:
            found[f"0-{len(places) - 1}"] = places
    return found


def list_safetensors(path: Path) -> tuple[ListedArray, ...]:
    """By the header, and the first bytes of each."""
    tensors = read_header(path).tensors
    with open_regular(path) as (file, _):
        found = []
        for each in tensors:
            file.seek(each.start)
            part = file.read(min(each.stop - each.start, HEAD))
            dtype = _NARROW.get(each.dtype) or each.values(part[:0]).dtype.name
            found.append(ListedArray(each.name, dtype, each.shape, each.values(part)))
    return tuple(found)


def load_safetensors(path: Path, wanted: Collection[str]) -> LoadedArrays:
    """Those that are wanted, one after the other."""
    tensors, name = read_header(path).tensors, file_name(path)
    with open_regular(path) as (file, size):
        if size > MOST_BYTES:
            raise LabError(name, f"must have at most {MOST_BYTES:,} bytes", f"{size:,} bytes long")
        digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        arrays = {each.name: _read(file, each, name) for each in tensors if each.name in wanted}
    return LoadedArrays(arrays, digest, size)


def list_torch(path: Path) -> tuple[ListedArray, ...]:
    """By the pickle, and the first bytes of each storage; what cannot be read is listed with the reason."""
    with open_torch(path, hashed=False) as (contents, archive):
        held, values = _held_in(contents)
        if (rows_of := turned(_shapes(held), values)) is not None:
            of_tensors = {name: [held[place] for place in places] for name, places in rows_of.tensors.items()}
            listed = [_joined(name, parts, archive, single=True) for name, parts in of_tensors.items()]
            return (*listed, *(_of_list(name, array) for name, array in rows_of.lists.items()))
        batches = batches_in(_shapes(held))
        parts = {place for each in batches.values() for place in each}
        alone = {place: each for place, each in held.items() if place not in parts}
        found = [_listed(_name(place, path), each, archive) for place, each in alone.items()]
        found += [_joined(name, [held[each] for each in batches[name]], archive) for name in batches]
    rows = {each.shape[0] for each in found if each.shape}
    lists = {
        place: array
        for place, array in lists_in(values).items()
        if len(array) in rows or _names_classes(place, array, rows)
    }
    found += [_of_list(_name(place, path), array) for place, array in lists.items()]
    unread = unread_in(replace(contents, values=values), {*held, *lists}, rows)
    whys = {**contents.refused, **unread}
    return (*found, *(ListedArray(_name(place, path), "other", (), refused=why) for place, why in whys.items()))


def _names_classes(place: str, array: np.ndarray, rows: Collection[int]) -> bool:
    """Texts, each another, fewer than there are items, and called so: names of classes beside their numbers."""
    called = place.rpartition("/")[2].lower() in CLASS_NAMES
    return called and array.dtype.kind == "U" and len(set(array.tolist())) == len(array) < max(rows, default=0)


def load_torch(path: Path, wanted: Collection[str]) -> LoadedArrays:
    """Those that are wanted, as `StoredTensor.array` gives them."""
    with open_torch(path) as (contents, archive):
        held, values = _held_in(contents)
        if (rows_of := turned(_shapes(held), values)) is not None:
            arrays = {
                name: np.stack([held[place].array(archive) for place in places])
                for name, places in rows_of.tensors.items()
                if name in wanted
            }
            arrays |= {name: array for name, array in rows_of.lists.items() if name in wanted}
            return LoadedArrays(arrays, contents.digest, contents.size)
        named = {_name(place, path): each for place, each in held.items()}
        arrays = {name: each.array(archive) for name, each in named.items() if name in wanted}
        for name, places in batches_in(_shapes(held)).items():
            if name in wanted:
                whole = [held[place].array(archive) for place in places]
                arrays[name] = np.stack(whole) if _of_items(held[places[0]]) else np.concatenate(whole)
        lists = {_name(place, path): array for place, array in lists_in(values).items()}
        arrays |= {name: array for name, array in lists.items() if name in wanted and name not in arrays}
        return LoadedArrays(arrays, contents.digest, contents.size)


def shapes_in(path: Path, kind: str) -> tuple[dict[str, tuple[int, ...]], tuple[str, ...]]:
    """Of a torch or a safetensors file, by name; and the names of tensors that cannot be read."""
    if kind == "safetensors":
        return {each.name: each.shape for each in read_header(path).tensors}, ()
    with open_torch(path, hashed=False) as (contents, _):
        held, values = _held_in(contents)
        shapes = _shapes(held)
        if (rows_of := turned(shapes, values)) is not None:
            shapes = {name: rows_of.shape(name, shapes) for name in rows_of.tensors}
        return shapes, tuple(contents.refused)


def _held_in(contents: TorchContents) -> tuple[dict[str, Held], dict[str, Any]]:
    """Tensors and arrays, lists of rows among them where nothing else is there or has as many; and the other values."""
    held: dict[str, Held] = dict(contents.held)
    rows = {each.shape[0] for each in held.values() if each.shape}
    tables = {place: table for place, table in tables_in(contents.values).items() if not held or len(table) in rows}
    if not tables:
        return held, contents.values
    values = {place: value for place, value in contents.values.items() if _table_of(place) not in tables}
    return held | {place: PickledArray(table) for place, table in tables.items()}, values


def _table_of(place: str) -> str | None:
    """Where the list of rows would be that a number at this place is of; None where that could be none."""
    outer, *inner = place.rsplit("/", 2)
    return outer if len(inner) == 2 else "" if inner else None


def _shapes(held: Mapping[str, Held]) -> dict[str, tuple[int, ...]]:
    return {place: each.shape for place, each in held.items()}


def _of_list(name: str, array: np.ndarray) -> ListedArray:
    return ListedArray(name, dtype_in_words(array.dtype), array.shape, array[:SAMPLE])


def _of_items(part: Held) -> bool:
    """Whether a part of an array is one item: a number, or a vector that is not of labels."""
    return len(part.shape) == 0 or (len(part.shape) == 1 and part.numpy_name.startswith(("float", "bfloat")))


def _name(place: str, path: Path) -> str:
    """A tensor alone is called like its file."""
    return place or path.stem


def _read(file: IO[bytes], tensor: Tensor, name: str) -> np.ndarray:
    file.seek(tensor.start)
    part = file.read(tensor.stop - tensor.start)
    if len(part) != tensor.stop - tensor.start:
        raise LabError(name, "must not change while it is read", remedy="Open it again.")
    return tensor.values(part).reshape(tensor.shape).copy()


def _listed(name: str, tensor: Held, archive: Archive) -> ListedArray:
    return ListedArray(name, tensor.numpy_name, tensor.shape, tensor.first(archive, HEAD))


def _joined(name: str, parts: list[Held], archive: Archive, *, single: bool | None = None) -> ListedArray:
    """Of the parts of one array: rows of its first, and the shape of all."""
    first, single = parts[0], _of_items(parts[0]) if single is None else single
    rows = len(parts) if single else sum(each.shape[0] for each in parts)
    few = [each.first(archive, HEAD) for each in parts[: _SAMPLED if single else 1]]
    return ListedArray(name, first.numpy_name, (rows, *first.shape[0 if single else 1 :]), np.concatenate(few))
