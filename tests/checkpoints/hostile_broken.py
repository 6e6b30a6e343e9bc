"""Files that were whole once: cut, flipped, spliced, or written by something that got a rule wrong."""

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.checkpoints.hostile import Hostile, archive, pickled, tensor, text, zipped
from tests.checkpoints.hostile_data import bundle

ZOO = Path(__file__).parents[2] / "checkpoints" / "zoo"
Header = dict[str, Any]
Edit, Rewrite = Callable[[Header], Any], Callable[[bytes], bytes]


def cases() -> list[Hostile]:
    return [*_pickles(), *_torch_archives(), *_numpy_archives(), *_safetensors(), *_native()]


def _pickles() -> list[Hostile]:
    whole = "must hold a whole pickle"
    wrong = {
        "empty_pickle": (b"", "must have a data.pkl of 1 to"),
        "cut_pickle": (b"\x80\x02]q", whole),
        "cut_name": (b"\x80\x02cos\nsystem", whole),
        "name_in_no_utf8": (pickled(b"cx\n\\\xf1\n"), whole),
        "cut_text": (b"\x80\x02X\xff\x00\x00\x00ab", whole),
        "no_stop": (b"\x80\x02N", whole),
        "stack_underflow": (b"\x80\x02R.", whole),
        "pop_of_nothing": (b"\x80\x020.", whole),
        "mark_as_value": (b"\x80\x02(.", whole),
        "no_mark": (b"\x80\x02t.", whole),
        "left_over": (b"\x80\x02NN.", whole),
        "unknown_memo": (b"\x80\x02h\x05.", whole),
        "odd_pairs": (pickled(b"}(NNNu"), whole),
        "append_to_a_number": (pickled(b"K\x01Na"), whole),
        "state_of_a_list": (pickled(b"]}b"), "sets a plain value's state"),
        "name_of_a_number": (b"\x80\x04K\x01K\x01\x93.", whole),
        "bad_utf8": (pickled(b"X\x02\x00\x00\x00\xff\xfe"), whole),
        "negative_length": (pickled(b"T\xff\xff\xff\xff"), whole),
        "negative_long": (pickled(b"\x8b\xff\xff\xff\xff"), whole),
        "no_opcode": (pickled(b"\xfe"), whole),
        "same_key_twice": (pickled(b"}(" + text("a") + b"K\x01" + text("a") + b"K\x02u"), "names 'a' twice"),
    }
    lone = pickled(b"}" + text(b"\xed\xa0\x80") + text(b"\xed\xa0\x80\x1b[31m") + b"s")
    return [
        *(Hostile(f"{name}.pth", archive(data), why) for name, (data, why) in wrong.items()),
        Hostile("backslash_in_a_name.pth", archive(pickled(b"cx\n\\q\n")), shows=r"x.\\q"),
        Hostile("lone_surrogates.pth", archive(lone), shows=r"\ud800"),
    ]


def _torch_archives() -> list[Hostile]:
    good = archive(pickled(tensor((4,), (1,))), {"0": bytes(range(16))})
    folder, whole = "must have one folder and one data.pkl", "must be a whole torch file"
    pkl = "archive/data.pkl"
    return [
        Hostile("no_pickle.pth", zipped({"archive/version": b"3"}), folder),
        Hostile("two_roots.pth", zipped({"a/data.pkl": b"N.", "b/version": b"3"}), folder),
        Hostile("two_pickles.pth", zipped({"a/data.pkl": b"N.", "a/b/data.pkl": b"N."}), folder),
        Hostile("climbing.pth", zipped({pkl: b"N.", "archive/../x": b""}), "members inside its folder"),
        Hostile("absolute.pth", zipped({pkl: b"N.", "/x": b""}), "members inside its folder"),
        Hostile("backslash.pth", zipped({pkl: b"N.", "archive\\x": b""}), "members inside its folder"),
        Hostile("member_twice.pth", _renamed(zipped({pkl: b"N.", "archive/datA.pkl": b"N."})), f"names '{pkl}' twice"),
        Hostile("half.pth", good[: len(good) // 2], whole),
        Hostile("all_but_one_byte.pth", good[:-1], whole),
        Hostile("comment.pth", good[:-2] + b"\x05\x00hello", whole),
        Hostile("in_front.pth", good[:4] + b"archive/data.pkl" + good, whole),
        Hostile("encrypted.pth", edited(good, 8, 1), "must not be encrypted"),
        Hostile("patched.pth", edited(good, 8, 32), "damaged in"),
        Hostile("newer_zip.pth", edited(good, 6, 250), whole),
        Hostile("bad_name.pth", good.replace(b"archive/version", b"\xff\xfe\xfd/version"), whole),
        Hostile("flipped_pickle.pth", good.replace(b"FloatStorage", b"HloatStorage"), "damaged in 'archive/data.pkl'"),
        Hostile(
            "flipped_header.pth",
            good.replace(b"PK\x03\x04", b"PK\x03\x05").replace(b"PK\x03\x05", b"PK\x03\x04", 1),
            shows="f4 (4,)",
        ),
        Hostile("declares_more.pth", edited(edited(good, 26, 1), 22, 1), "must not declare more than it has"),
        Hostile("sizes_differ.pth", edited(good, 20, 1), "must hold its members uncompressed"),
    ]


def edited(data: bytes, place: int, bits: int) -> bytes:
    """The same archive with bits set in every entry of its directory."""
    changed, start = bytearray(data), data.find(b"PK\x01\x02")
    while start >= 0:
        changed[start + place] |= bits
        start = changed.find(b"PK\x01\x02", start + 4)
    return bytes(changed)


def _renamed(data: bytes) -> bytes:
    return data.replace(b"datA", b"data")


def _numpy_archives() -> list[Hostile]:
    good = bundle()
    broken, cut = "must be a whole .npz archive", "must be whole"
    packed = bundle(packed=True)
    middle = packed.index(b"PK\x03\x04", 4) - 40
    return [
        Hostile("half.npz", good[: len(good) // 2], broken),
        Hostile("all_but_one_byte.npz", good[:-1], broken),
        Hostile("flipped.npz", good[:300] + bytes([good[300] ^ 1]) + good[301:], "damaged in"),
        Hostile("flipped_deflated.npz", packed[:middle] + b"\xff\xff\xff" + packed[middle + 3 :], "damaged in"),
        Hostile("bad_name.npz", edited(good, 9, 8).replace(b"test_labels", b"\xff\xfe\xfd_labels"), broken),
        Hostile("encrypted.npz", edited(good, 8, 1), "must not be encrypted"),
        Hostile("strong_encryption.npz", edited(good, 8, 64), "damaged in"),
        Hostile("other_compression.npz", edited(good, 10, 14), "must be stored or deflated"),
        Hostile("newer_zip.npz", edited(good, 6, 250), broken),
        Hostile("stranger.npz", zipped({"x.npy": b"", "notes.txt": b"hello"}), "must hold .npy arrays alone"),
        Hostile("empty_member.npz", zipped({"x.npy": b""}), "must be a .npy array"),
        Hostile(
            "cut_member.npz", zipped({"x.npy": b"\x93NUMPY\x01\x00\x76\x00{'descr'"}), "a header that numpy writes"
        ),
        Hostile(
            "python_2.npz",
            zipped({"x.npy": _header(b"{'descr': '<f8', 'fortran_order': False, 'shape': (2L,), }")}),
            "a header that numpy writes",
        ),
        Hostile("deep_header.npz", zipped({"x.npy": _header(b"(" * 9_000)}), "a header that numpy writes"),
        Hostile("minus_header.npz", zipped({"x.npy": _header(b"-" * 9_000 + b"1")}), "a header that numpy writes"),
        Hostile("blank_header.npz", zipped({"x.npy": _header(b" " * 9_990)}), "a header that numpy writes"),
        Hostile(
            "key_twice.npz",
            zipped({"x.npy": _header(b"{'shape': (1,), 'shape': (2,), 'descr': '<f8', }")}),
            "a header that numpy writes",
        ),
        Hostile(
            "structured.npz",
            zipped({"x.npy": _header(b"{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (2,), }")}),
            "but has x",
        ),
        Hostile(
            "trailing.npz",
            zipped({"x.npy": _header(b"{'descr': '<f8', 'fortran_order': False, 'shape': (), }") + bytes(9)}),
            cut,
        ),
    ]


def _header(text: bytes) -> bytes:
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


def _safetensors() -> list[Hostile]:
    def packed(header: object, body: bytes = bytes(8)) -> bytes:
        coded = header if isinstance(header, bytes) else json.dumps(header).encode()
        return len(coded).to_bytes(8, "little") + coded + body

    def entry(dtype: str = "F32", shape: tuple = (2,), offsets: tuple = (0, 8)) -> Header:
        return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}

    wrong = {
        "long_header": ((1 << 40).to_bytes(8, "little") + b"{}", "declares 1,099,511,627,776"),
        "same_tensor_twice": (packed(b'{"a":1,"a":2}'), "must not have the same key twice"),
        "giant_beside_nothing": (packed({"a": entry(shape=(0, 2**62), offsets=(0, 0))}, b""), "at least 1"),
        "giant_shape": (packed({"a": entry(shape=(2**62, 2**62))}), "must span the"),
        "overlap": (packed({"a": entry(), "b": entry(offsets=(4, 12))}, bytes(12)), "must start at byte"),
        "gap": (packed({"a": entry(offsets=(8, 16))}, bytes(16)), "must start at byte"),
        "beyond": (packed({"a": entry()}, bytes(4)), "must be whole"),
        "nan_in_header": (packed(b'{"a":NaN}'), "must not have NaN"),
        "bidi_name": (packed({"a\u202eb": entry()}), "must have printable keys"),
    }  # fmt: skip
    shown = Hostile("no_metadata.safetensors", packed({"a": entry()}), shows="nothing in it can run")
    return [shown, *(Hostile(f"{name}.safetensors", data, why) for name, (data, why) in wrong.items())]


def native(edit: Edit = lambda about: None, *, header: Edit = lambda header: None, body: Rewrite = bytes) -> bytes:
    """A shipped checkpoint with what it says about itself, its header or its weights changed."""
    data = (ZOO / "sincere.safetensors").read_bytes()
    length = int.from_bytes(data[:8], "little")
    whole = json.loads(data[8 : 8 + length])
    about = json.loads(whole["__metadata__"]["nce_lab"])
    edit(about)
    whole["__metadata__"]["nce_lab"] = json.dumps(about)
    header(whole)
    text = json.dumps(whole).encode()
    return len(text).to_bytes(8, "little") + text + body(data[8 + length :])


def _native() -> list[Hostile]:
    nan = struct.pack("<f", float("nan"))
    wrong: dict[str, tuple[Edit, str]] = {
        "other_schema": (lambda about: about.update(schema=2), "must be 1, but is 2"),
        "names_code": (lambda about: about["encoder"].update(name="os.system"), "encoder must be one of"),
        "names_a_loss": (lambda about: about["loss"].update(name="__import__('os')"), "loss"),
        "names_a_file": (lambda about: about.update(data="../../etc/passwd"), "data"),
        "giant_encoder": (
            lambda about: about["encoder"]["arguments"].update(width=10**9),
            "width must be an integer from",
        ),
        "other_encoder": (lambda about: about["encoder"]["arguments"].update(width=8), "must be float32 of shape"),
        "no_classes": (lambda about: about.update(class_names=[]), "class_names must be different texts"),
        "other_classes": (
            lambda about: about.update(class_names=list("abcdefghij")),
            "class_names must be those of digits",
        ),
        "unknown_field": (lambda about: about.update(code="import os"), "must have no unknown field"),
        "missing_field": (lambda about: about.pop("libraries"), "must be there, but is missing"),
        "bidi_class": (
            lambda about: about["class_names"].__setitem__(0, "\u202e0"),
            "class_names must be different texts",
        ),
    }
    return [
        *(Hostile(f"{name}.safetensors", native(edit), why) for name, (edit, why) in wrong.items()),
        Hostile("nan_weight.safetensors", native(body=lambda body: nan + body[4:]), "must be finite"),
        Hostile(
            "huge_weights.safetensors",
            native(body=lambda body: struct.pack("<f", 3e38) * (len(body) // 4)),
            "embeddings must be finite",
        ),
        Hostile("cut.safetensors", native(body=lambda body: body[:-1]), "must be whole"),
        Hostile("longer.safetensors", native(body=lambda body: body + b"x"), "must end with its last tensor"),
        Hostile(
            "more_metadata.safetensors",
            native(header=lambda header: header["__metadata__"].update(x="y")),
            "must have no metadata but",
        ),
    ]
