"""What is said of arrays under any names: of the roles that are given, of tables, of names of classes."""

import io
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from checkpoints import compare, inspect
from checkpoints.arrays import arrow, forms, json_rows, matlab, matlab4, sidecar, tables, tensors
from checkpoints.reading.array_spec import ArraySpec
from checkpoints.reading.safe_files import read_whole
from checkpoints.reading.safetensors_header import Tensor
from tests.checkpoints.hostile import Hostile
from tests.checkpoints.hostile_arrays import LABELS, ROWS
from tests.checkpoints.hostile_arrays import matlab as mat
from tests.checkpoints.hostile_arrays import matlab4 as mat4
from tests.sentences.of_commands import inspected

Said = Callable[[Path], object]


def npz(**arrays: object) -> bytes:
    np.savez(made := io.BytesIO(), **arrays)  # type: ignore[arg-type]
    return made.getvalue()


LETTERS = npz(A=ROWS, B=LABELS)


def of_letters(roles: str, data: bytes = LETTERS) -> Said:
    return inspected(data, "--map", roles)


def folder(roles: str = "", **files: bytes) -> Said:
    """The command on a folder of these files; two underscores for the dot."""

    def command(place: Path) -> object:
        for name, data in files.items():
            (place / name.replace("__", ".")).write_bytes(data)
        return inspect.main([str(place), "--map", roles])

    return command


def npy(array: np.ndarray) -> bytes:
    np.save(made := io.BytesIO(), array)
    return made.getvalue()


def limited(module: object, name: str, value: object, command: Said) -> Said:
    """The command where a limit is small."""

    def said(place: Path) -> object:
        before = getattr(module, name)
        setattr(module, name, value)
        try:
            return command(place)
        finally:
            setattr(module, name, before)

    return said


def compared(place: Path) -> object:
    path = str(Hostile("letters.npz", LETTERS).write(place))
    return compare.main([path, path, "--map", "embeddings=Q"])


def an_arrow(place: Path) -> Path:
    return Hostile("a.arrow", b"ARROW1\0\0" * 9).write(place)


def list_arrow(place: Path) -> object:
    return arrow.list_arrow(an_arrow(place))


def load_arrow(place: Path) -> object:
    return arrow.load_arrow(an_arrow(place), ["x"])


UNEVEN = b'v,label\n"[1, 2]",0\n' + b'"[1, 2]",1\n' * 120 + b'"[1, 2, 3]",1\n'
TABLE = b"e0,e1,label\n1,2,cat\n3,4,dog\n"
ROW = b'{"v": [1, 2], "y": "cat", "n": 1}\n'


def rows_with(last: bytes, *wanted: str, first: bytes = ROW * 120) -> Said:
    """Rows in JSON, of which one comes last that is not like the others."""
    return lambda place: json_rows.load_rows(Hostile("r.jsonl", first + last).write(place), wanted)


PAIR = {"X__npy": npy(ROWS), "y__npy": npy(LABELS)}
BOTH = "embeddings=X,labels=y,class_names=names"

SAID: tuple[Said, ...] = (
    inspected(LETTERS),
    inspected(npz(loss=np.float32(1))),
    inspected(LETTERS, "--data", "images"),
    of_letters("embeddings"),
    of_letters("embeddings=A,rows=B"),
    of_letters("embeddings=A,embeddings=B"),
    of_letters("embeddings=Q"),
    of_letters("embeddings=B,labels=A"),
    of_letters("embeddings=A,labels=B", npz(A=ROWS, B=LABELS.astype(object))),
    compared,
    lambda _: ArraySpec(mapping="embeddings=A,=B"),
    folder(BOTH, **PAIR, names__json=b'["cat", "dog"]'),
    folder(BOTH, **PAIR, names__json=b'["cat", 7]'),
    folder(BOTH, **PAIR, names__json=b'["caf\xe9"]'),
    folder("embeddings=X,labels=y,class_names=y", **PAIR),
    folder("", **PAIR, X__csv=b"1.5\n2.5\n"),
    limited(forms, "_MOST_FILES", 1, folder("", **PAIR)),
    inspected(TABLE, "--map", "embeddings=e0-e1", "--map", "labels=label", name="t.csv"),
    limited(tables, "MOST_BYTES", 8, inspected(TABLE, "--map", "embeddings=e0-e1,labels=label", name="t.csv")),
    limited(tables, "_LONGEST_TEXT", 2, inspected(TABLE, "--map", "embeddings=e0-e1,labels=label", name="t.csv")),
    limited(tables, "_MOST_TEXT", 2, inspected(TABLE, "--map", "embeddings=e0-e1,labels=label", name="t.csv")),
    limited(
        arrow,
        "MOST_BYTES",
        8,
        lambda place: arrow.load_arrow(Hostile("a.arrow", b"ARROW1\0\0" * 9).write(place), ["x"]),
    ),
    limited(
        arrow, "_SECONDS", 0.001, lambda place: arrow.list_arrow(Hostile("a.arrow", b"ARROW1\0\0" * 9).write(place))
    ),
    limited(tensors, "MOST_BYTES", 8, lambda place: tensors.load_safetensors(_saved(place), ["X"])),
    limited(matlab, "MOST_ARRAYS", 0, lambda place: matlab.list_matlab(Hostile("a.mat", mat()).write(place))),
    lambda place: matlab.load_matlab(Hostile("a.mat", mat(c=np.array([1, "x"], object))).write(place), ["c"]),
    lambda place: matlab.load_matlab(Hostile("a.mat", mat(w=np.ones(2) * 1j)).write(place), ["w"]),
    limited(matlab4, "MOST_BYTES", 8, lambda place: matlab4.list_matlab4(Hostile("a.mat", mat4()).write(place))),
    limited(matlab4, "MOST_ARRAYS", 0, lambda place: matlab4.list_matlab4(Hostile("a.mat", mat4()).write(place))),
    lambda place: matlab4.load_matlab4(Hostile("a.mat", mat4(w=np.ones(2) * 1j)).write(place), ["w"]),
    limited(json_rows, "MOST_BYTES", 8, rows_with(b"", "v")),
    rows_with(b'"\xe9"', "v"),
    rows_with(b"{", "v"),
    rows_with(b"7", "v"),
    inspected(b"a,b,label\n", name="h.csv"),
    rows_with(b'{"v": [1, 2], "v": [2, 3]}', "v"),
    rows_with(b"", "v", first=b"[" + b",".join([ROW] * 3)),
    rows_with(b'{"v": [1]}', "v"),
    rows_with(b'{"v": [1, "x"]}', "v"),
    rows_with(b'{"v": [1, 2], "y": 7}', "y"),
    rows_with(b'{"v": [1, 2], "n": "x"}', "n"),
    limited(tables, "_CELLS", 2, inspected(UNEVEN, "--map", "embeddings=v,labels=label", name="u.csv")),
    limited(arrow, "_COMMAND", (sys.executable, "-c", "import os; os.abort()"), list_arrow),
    lambda _: tensors._read(io.BytesIO(), Tensor("X", "F32", (2,), 8, 16), "a.safetensors"),
    lambda place: read_whole(an_arrow(place), limit=8),
    inspected(b"hello, these are my notes\nabout training\n", name="notes.txt"),
    lambda place: tables.list_table(Hostile("a.csv", b"404").write(place)),
    lambda place: sidecar.list_names(Hostile("a.json", b"{}").write(place)),
)


def _saved(place: Path) -> Path:
    from safetensors.torch import save_file

    save_file({"X": torch.ones(3, 2)}, place / "a.safetensors")
    return place / "a.safetensors"
