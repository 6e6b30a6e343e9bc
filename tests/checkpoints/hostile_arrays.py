"""Arrays in the other forms, broken or made to harm: MATLAB, tables, Parquet and Arrow, tensors, names of classes."""

import io
import json
import struct
import zlib

import numpy as np
import pandas as pd
import pyarrow as pa
import scipy.io

from tests.checkpoints.hostile import Hostile, archive, pickled, tensor, text

ROWS, LABELS = np.arange(120, dtype=np.float32).reshape(20, 6) % 7, np.arange(20) % 3
_ASKS = "must say which array is what"
_MATLAB = "must be whole, but is a broken MATLAB file"


def matlab(*, packed: bool = False, **arrays: object) -> bytes:
    scipy.io.savemat(made := io.BytesIO(), arrays or {"X": ROWS, "y": LABELS}, do_compression=packed)
    return made.getvalue()


def columns() -> pd.DataFrame:
    return pd.DataFrame({**{f"e{place}": ROWS[:, place] for place in range(6)}, "label": LABELS})


def parquet() -> bytes:
    columns().to_parquet(made := io.BytesIO())
    return made.getvalue()


def feather() -> bytes:
    columns().to_feather(made := io.BytesIO(), compression="uncompressed")
    return made.getvalue()


def safetensors(tensors: dict[str, tuple[str, list[int], bytes]]) -> bytes:
    header, data = dict[str, object](), b""
    for name, (dtype, shape, held) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(held)]}
        data += held
    top = json.dumps(header).encode()
    return struct.pack("<Q", len(top)) + top + data


def cases() -> list[Hostile]:
    return [*_matlab(), *_old_matlab(), *_tables(), *_rows(), *_columns(), *_tensors(), *_archives()]


def _matlab() -> list[Hostile]:
    good = matlab()

    def element(kind: int, length: int, data: bytes) -> bytes:
        return good[:128] + struct.pack("<II", kind, length) + data

    huge = zlib.compress(struct.pack("<II", 14, 2**31) + bytes(1 << 24))
    head = struct.pack("<IIII", 6, 8, 6, 0) + struct.pack("<IIii", 5, 8, 2**30, 2**30)
    claims = head + struct.pack("<II", 1, 1) + b"X" + bytes(7) + struct.pack("<II", 9, 2**31 - 8)
    wrong = {
        "cut": (good[:300], _MATLAB),
        "header_alone": (good[:100], _MATLAB),
        "no_order": (good[:126] + b"??" + good[128:], _MATLAB),
        "beyond": (element(14, 2**31, b""), _MATLAB),
        "unknown_element": (element(99, 8, bytes(8)), _MATLAB),
        "bomb": (element(15, len(huge), huge), "must unpack to at most"),
        "not_packed": (element(15, 16, bytes(16)), _MATLAB),
        "large_claim": (element(14, len(claims), claims), _MATLAB),
        "version_7_3": (b"MATLAB 7.3 MAT-file, Platform: GLNXA64" + bytes(500), "which is HDF5"),
        "structs": (matlab(s={"a": 1}), "must have embeddings, but has s other (1)"),
        "big_endian": (good[:124] + b"\x01\x00MI" + good[128:], _MATLAB),
    }
    return [Hostile(f"{name}.mat", data, why, reader="arrays") for name, (data, why) in wrong.items()]


def matlab4(**arrays: object) -> bytes:
    scipy.io.savemat(made := io.BytesIO(), arrays or {"X": ROWS, "y": LABELS.astype(float)}, format="4")
    return made.getvalue()


def _old_matlab() -> list[Hostile]:
    """Version 4: nothing is packed, so that sizes alone can lie."""
    good = matlab4()
    wrong = {
        "cut": (good[:-1], _MATLAB),
        "large_claim": (struct.pack("<5i", 0, 2**31 - 1, 2**31 - 1, 0, 2) + b"X\0", _MATLAB),
        "not_another": (good + b"something else", _MATLAB),
        "sparse": (struct.pack("<5i", 2, 1, 3, 0, 2) + b"X\0" + bytes(24), "X holds a sparse matrix"),
    }
    return [Hostile(f"version_4_{name}.mat", data, why, reader="arrays") for name, (data, why) in wrong.items()]


def _rows() -> list[Hostile]:
    """JSON, an object an item."""
    good = b"".join(b'{"v": [%d, 1.5], "y": %d}\n' % (row, row % 2) for row in range(120))
    begun = good + b'{"v": [1, '
    wrong: dict[str, tuple[bytes, str]] = {
        "cut": (good[:-9], "must be JSON, an object an item, but that is not so in row 120"),
        "two_lengths": (good + b'{"v": [1], "y": 0}', "must have a list of 2 numbers in each row, but has"),
        "text_in_list": (good + b'{"v": [1, "x"], "y": 0}', "must have a list of 2 numbers in each row, but has"),
        "text_late": (good + b'{"v": [1, 2], "y": "x"}', "must be numbers, but has 'x' in row 121"),
        "no_object": (good + b"7", "must have an object of at most 20,000 keys an item, but that is not so in row 121"),
        "nested": (begun + b"[" * 200_000, "must be JSON, an object an item, but that is not so in row 121"),
        "long_number": (begun + b"9" * 5_000 + b"]}", "must be JSON, an object an item, but that is not so in row 121"),
        "large_number": (begun + b"9" * 400 + b"]}", "must have a list of 2 numbers in each row, but has"),
        "latin": (good + b'{"v": [1, 2], "y": "\xe9"}', "must be a text in UTF-8"),
    }
    return [Hostile(f"rows_{name}.jsonl", data, why, reader="arrays") for name, (data, why) in wrong.items()]


def _tables() -> list[Hostile]:
    header = b"e0,e1,e2,label\n"
    good = header + b"".join(b"%d,1.5,2.5,%d\n" % (row, row % 2) for row in range(120))
    wrong: dict[str, tuple[bytes, str]] = {
        "ragged": (good + b"1,2\n", "must have 4 cells in each row, but has 2 in row 121"),
        "text_late": (good + b"1,2,x,0\n", "must be numbers, but has 'x' in row 121"),
        "open_quote": (good + b'1,2,3,"0\n', "must be a whole table, but is broken in line"),
        "latin": (good + b"1,2,3,\xe9\n", "must be a text in UTF-8"),
        "long_cell": (good + b"1,2,3," + b"9" * 140_000 + b"\n", "must be a whole table"),
        "long_line": (good + b"1," * (5 << 20), "must have lines of less than"),
        "lists_of_two_lengths": (
            b'v,label\n"[1, 2]",0\n' + b'"[1, 2]",1\n' * 120 + b'"[1, 2, 3]",1\n',
            "must have a list of as many numbers in each row",
        ),
    }
    formula = b"v0,v1,=cmd\n1,2,0\n3,4,1\n"
    missing = header + b"1,,3,0\n2,5,6,1\n"
    return [
        *(Hostile(f"table_{name}.csv", data, why, reader="arrays") for name, (data, why) in wrong.items()),
        Hostile("table_formula.csv", formula, "Likely right is --map embeddings=v0-v1,labels=#2"),
        Hostile(
            "table_missing.csv", missing, "must be finite, but that is not so in 1 row, first row 0", reader="arrays"
        ),
    ]


def _columns() -> list[Hostile]:
    whole, arrow = parquet(), feather()
    lists = pd.DataFrame({"emb": [[1.0, 2.0], [1.0]], "label": [0, 1]})
    lists.to_parquet(uneven := io.BytesIO())
    table = pa.table({"when": pa.array([1, 2], pa.timestamp("s"))})
    with pa.ipc.new_file(dates := io.BytesIO(), table.schema) as writer:
        writer.write_table(table)
    broken = "file, but is broken"
    return [
        Hostile("cut.parquet", whole[: len(whole) // 2], broken, reader="arrays"),
        Hostile("footer.parquet", whole[:-8] + struct.pack("<I", 2**31 - 1) + b"PAR1", broken, reader="arrays"),
        Hostile("cut.feather", arrow[: len(arrow) // 2], broken, reader="arrays"),
        Hostile("noise.arrow", b"\xff\xff\xff\xff" + struct.pack("<i", 2**31 - 1) + bytes(64), broken, reader="arrays"),
        Hostile("uneven.parquet", uneven.getvalue(), "lists of different lengths", reader="arrays"),
        Hostile("dates.feather", dates.getvalue(), "must have embeddings, but has when other (2)", reader="arrays"),
        Hostile("old.feather", b"FEA1" + bytes(100), "is a Feather file of version 1"),
    ]


def _tensors() -> list[Hostile]:
    eights = {"X": ("F8_E4M3", [4, 2], b"\x7f" * 8), "y": ("U8", [4], bytes(4))}
    short = {"X": ("BF16", [4, 2], bytes(8)), "y": ("U8", [4], bytes(4))}
    pairs = b"}" + text("features") + tensor((2, 2), (2, 1)) + b"s" + text("path\u202e") + tensor((2,), (1,)) + b"s"
    return [
        Hostile("nan_of_eight_bits.safetensors", safetensors(eights), "must be finite", reader="arrays"),
        Hostile("short_bfloat.safetensors", safetensors(short), "must span the 16 bytes", reader="arrays"),
        Hostile("flags.safetensors", safetensors({"X": ("F32", [2, 2], bytes(16)), "y": ("BOOL", [2], b"\x07\x00")}),
                "at least one item with a direction", reader="arrays"),
        Hostile("strange_names.pth", archive(pickled(pairs), {"0": struct.pack("<4f", 1, 2, 3, 4)}), _ASKS),
    ]  # fmt: skip


def _archives() -> list[Hostile]:
    def made(**arrays: object) -> bytes:
        np.savez(buffer := io.BytesIO(), **arrays)  # type: ignore[arg-type]
        return buffer.getvalue()

    objects = np.array(["a", "b"] * 10, object)
    return [
        Hostile("labels_of_objects.npz", made(X=ROWS, y=objects), "save texts as labels.astype(str)"),
        Hostile("fewer_labels.npz", made(X=ROWS, y=LABELS[:-1]), "y must have a row for each of 20 rows of X",
                reader="arrays"),
        Hostile("marked_names.npz", made(**{"a\u202eb": ROWS, "=1+1": LABELS}), _ASKS),
        Hostile("scalars.npz", made(loss=np.float32(3), step=np.int64(7)), "No array looks like embeddings"),
    ]  # fmt: skip
