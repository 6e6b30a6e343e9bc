"""Small files that would take for ever, or unfold to more than a machine has."""

import io
import struct
import zipfile
from pathlib import Path

from tests.checkpoints.hostile import Hostile, archive, number, pickled, tensor, text, zipped


def cases() -> list[Hostile]:
    return [*_pickles(), *_archives(), *_headers()]


def _pickles() -> list[Hostile]:
    deep = b"]" * 500 + b"a" * 499
    calls = b"cx\ny\n" + b")R" * 150_000
    encode = b"c_codecs\nencode\n(" * 40 + text("a" * 100) + (text("utf-16") + b"tR") * 40
    keys = b"}(" + b"".join(number(step * (2**61 - 1)) + b"N" for step in range(40_000)) + b"u"
    memo = b"".join(b"Np%d\n0" % (step * (2**61 - 1)) for step in range(40_000)) + b"N"
    place = b"}" + text("k" * 200)
    long_places = place * 60 + b"](" + b"N" * 300_000 + b"e" + b"s" * 60
    giant = b"\x8b" + struct.pack("<i", 1 << 20) + b"\x7f" * (1 << 20)
    return [
        Hostile("deep.pth", archive(pickled(deep)), "must be nested at most 64 deep"),
        Hostile("deep_calls.pth", archive(pickled(calls)), shows="an object without a name"),
        Hostile("cycle.pth", archive(b"\x80\x02]q\x00h\x00a."), "must be nested at most 64 deep"),
        Hostile(
            "cycle_dict.pth", archive(b"\x80\x02}q\x00X\x01\x00\x00\x00ah\x00s."), "must be nested at most 64 deep"
        ),
        Hostile("laughs.pth", archive(pickled(laughs(20))), "must not unfold to more than 32 times its pickle"),
        Hostile("laughs_called.pth", archive(pickled(laughs(60) + b")R")), shows="an object without a name"),
        Hostile("laughs_as_tensor.pth", archive(pickled(laughs(60) + b"(NNNNtR")), shows="an object without a name"),
        Hostile(
            "laughs_as_argument.pth", archive(pickled(b"cpathlib\nPosixPath\n(" + laughs(60) + b"tR")), shows='": "."'
        ),
        Hostile("laughs_as_key.pth", archive(pickled(b"}" + laughs(60) + b"Ns")), shows="<list 0>"),
        Hostile("laughs_as_storage.pth", archive(pickled(laughs(60) + b"Q")), shows="outside reference"),
        Hostile("nested_encode.pth", archive(pickled(encode)), shows="_codecs.encode"),
        Hostile(
            "bytearray.pth", archive(pickled(b"c__builtin__\nbytearray\n(" + number(2**32) + b"tR")), shows="bytearray"
        ),
        Hostile(
            "range.pth",
            archive(pickled(b"c__builtin__\nlist\n(c__builtin__\nrange\n(" + number(2**40) + b"tRtR")),
            shows="list",
        ),
        Hostile(
            "power.pth",
            archive(pickled(b"c_operator\npow\n(" + number(10) + number(10**9) + b"tR")),
            shows="_operator.pow",
        ),
        Hostile("colliding_keys.pth", archive(pickled(keys)), shows='"tensors"'),
        Hostile("colliding_memo.pth", archive(pickled(memo)), "uses the opcode PUT"),
        Hostile(
            "many_operations.pth", archive(pickled(b"N0" * 600_000 + b"N")), "must have at most 1,000,000 operations"
        ),
        Hostile("many_lists.pth", archive(pickled(b"](" + b"]" * 350_000 + b"e")), "must hold at most 300,000 values"),
        Hostile("many_dicts.pth", archive(pickled(b"](" + b"}" * 350_000 + b"e")), "must hold at most 300,000 values"),
        Hostile("long_places.pth", archive(pickled(long_places)), "must not unfold to more than 32 times its pickle"),
        Hostile("giant_number.pth", archive(pickled(giant)), shows="a whole number of 8,388,607 bits"),
        Hostile("giant_key.pth", archive(pickled(b"}" + giant + b"Ns")), shows="<int 0>"),
        Hostile("giant_text.pth", archive(pickled(text("\x1b" * 4_000_000))), shows="(4,000,000 characters)"),
        Hostile(
            "giant_bytes.pth",
            archive(pickled(b"B" + struct.pack("<I", 1 << 22) + bytes(1 << 22))),
            shows="4,194,304 bytes",
        ),
        Hostile("giant_name.pth", archive(pickled(b"cx\n" + b"y" * 4_000_000 + b"\n)R")), shows="characters)"),
        Hostile(
            "claims_a_giant.pth", archive(b"\x80\x04\x8d" + struct.pack("<Q", 2**60) + b"."), "must hold a whole pickle"
        ),
        Hostile("frame_of_a_giant.pth", archive(b"\x80\x04\x95" + struct.pack("<Q", 2**62) + b"N."), shows='"values"'),
        Hostile("memo_far_away.pth", archive(pickled(b"Nr\xff\xff\xff\xff")), shows='"values"'),
    ]


def laughs(depth: int) -> bytes:
    """A list of two times the list of two times ...: 2 ** depth values if they were all looked at."""
    level = b"".join(b"](h" + bytes([i]) + b"h" + bytes([i]) + b"eq" + bytes([i + 1]) + b"0" for i in range(depth))
    return b"]q\x000" + level + b"h" + bytes([depth])


def _archives() -> list[Hostile]:
    crowd = zipped({f"{name}.npy": b"" for name in range(1_001)})
    return [
        Hostile(
            "deflated.pth", zipped({"archive/data.pkl": b"N" * 4_000 + b"."}, zipfile.ZIP_DEFLATED), "uncompressed"
        ),
        Hostile("deflated_storage.pth", _mixed(), "must hold its members uncompressed"),
        Hostile(
            "zeros.npz", lambda: zipped({"x.npy": bytes(200 << 20)}, zipfile.ZIP_DEFLATED), "must unpack to at most"
        ),
        Hostile("crowd.npz", crowd, "must have 1 to 1,000 members"),
        Hostile("directory.pth", _directory, "must have 1 to 100,000 members"),
        Hostile(
            "directory.npz",
            lambda: _directory().replace(b"archive/data.pkl", b"archive/data.npy"),
            "must have 1 to 1,000 members",
        ),
        Hostile("overlapping.npz", _overlapping(), "names 'x.npy' twice"),
        Hostile("overlapping_names.npz", _overlapping(b"y.npy"), "damaged in 'y.npy'"),
        Hostile("holes.pth", make=lambda path: _holes(path, 9 << 30), sentence="must have at most 8,589,934,592 bytes"),
        Hostile(
            "holes.safetensors",
            make=lambda path: _holes(path, 9 << 30, b"\x02" + bytes(7) + b"{}"),
            sentence="must end with its last tensor",
        ),
        Hostile("recursive.zip", zipped({"a.zip": zipped({"b.zip": zipped({"c.txt": b"c"})})}), "is a zip archive"),
    ]


def _mixed() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("archive/data.pkl", pickled(tensor((1 << 20,), (1,))))
        file.writestr("archive/data/0", bytes(4 << 20), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _directory() -> bytes:
    """A directory of 150,000 entries, all of one member: zipfile would make an object of each."""
    plain = zipped({"archive/data.pkl": b"N."})
    start = plain.index(b"PK\x01\x02")
    entry, end = plain[start : plain.index(b"PK\x05\x06")], bytearray(plain[plain.index(b"PK\x05\x06") :])
    end[12:16] = struct.pack("<I", len(entry) * 150_000)
    return plain[:start] + entry * 150_000 + bytes(end)


def _overlapping(other: bytes = b"x.npy") -> bytes:
    """Two entries of the directory over the same bytes."""
    plain = zipped({"x.npy": bytes(1000)})
    start, stop = plain.index(b"PK\x01\x02"), plain.index(b"PK\x05\x06")
    entry, end = plain[start:stop], bytearray(plain[stop:])
    end[8:12], end[12:16] = struct.pack("<2H", 2, 2), struct.pack("<I", 2 * len(entry))
    return plain[:start] + entry.replace(b"x.npy", other) + entry + bytes(end)


def _holes(path: Path, size: int, head: bytes = b"PK\x03\x04" + bytes(22) + b"archive/data.pkl") -> None:
    """A file that says to have gigabytes and takes a block on the disk."""
    with path.open("wb") as file:
        file.write(head)
        file.truncate(size)


def _headers() -> list[Hostile]:
    texts = b'{"a":[' + b'"",' * 3_300_000 + b'""]}'
    nested = b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    digits = b'{"a":' + b"9" * 1_000_000 + b"}"
    return [
        Hostile("texts.safetensors", lambda: len(texts).to_bytes(8, "little") + texts, "must be a JSON object"),
        Hostile("nested.safetensors", lambda: len(nested).to_bytes(8, "little") + nested, "not nested hundreds deep"),
        Hostile("digits.safetensors", lambda: len(digits).to_bytes(8, "little") + digits, "more than 20 digits"),
    ]
