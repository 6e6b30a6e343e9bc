"""Plain pickles, of every protocol: exploits, bombs, arrays whose records lie, streams that are cut or mixed."""

import os
import pickle
import struct
from pathlib import Path

import numpy as np

from tests.checkpoints.hostile import Hostile, Pickle, archive, number, pickled, storage, text
from tests.checkpoints.hostile_bombs import laughs
from tests.checkpoints.hostile_code import Runs
from tests.checkpoints.hostile_legacy import legacy, listed, stored

_RECORDS = b"cnumpy._core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\x00tC\x01btR"
_DTYPE = (
    b"cnumpy\ndtype\n(" + text("f4") + b"\x89\x88tR(K\x03" + text("<") + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
)
_WHOLE, _NOTHING = "must hold a whole pickle", "must hold arrays, tensors or lists of numbers"
ROWS = np.arange(80, dtype=np.float32).reshape(20, 4) % 7 + np.eye(20, 4, dtype=np.float32)
LABELS = ["cat", "dog"] * 10


def cases(marker: Path) -> list[Hostile]:
    harmful = [*_exploits(marker), *_old_exploits(marker), *_tensors(marker)]
    return [*harmful, *_bombs(), *_records(), *_broken(), *_others()]


def array(shape: Pickle, content: Pickle, dtype: Pickle = _DTYPE, fortran: Pickle = b"\x89") -> Pickle:
    """Opcodes that leave an array, whatever its sizes."""
    return _RECORDS + b"(K\x01" + shape + dtype + fortran + content + b"tb"


def sizes(*values: int) -> Pickle:
    return b"(" + b"".join(map(number, values)) + b"t"


def raw(content: bytes) -> Pickle:
    return b"B" + struct.pack("<I", len(content)) + content


def _exploits(marker: Path) -> list[Hostile]:
    """What pickle itself writes; arrays beside it open all the same."""
    runs = Runs(os.system, f"touch {marker}")
    beside = {"embeddings": ROWS, "labels": LABELS, "extra": runs}
    first, then = pickle.dumps(ROWS), pickle.dumps(runs)
    no = "it could call posix.system, which no checkpoint needs"
    return [
        *(Hostile(f"alone_{p}.pkl", pickle.dumps(runs, p), shows=no, reader="contents") for p in range(6)),
        *(Hostile(f"alone_{p}.pickle", pickle.dumps(runs, p), _NOTHING) for p in range(6)),
        *(Hostile(f"beside_{p}.pkl", pickle.dumps(beside, p), shows=no, reader="contents") for p in range(6)),
        *(Hostile(f"beside_{p}.p", pickle.dumps(beside, p), shows="an object of posix.system") for p in range(6)),
        *(Hostile(f"eval_{p}.pkl", pickle.dumps(Runs(eval, "1"), p), shows=".eval", reader="contents") for p in (0, 4)),
        Hostile("second.pkl", first + then, shows=no, reader="contents"),
        Hostile("second_behind_zeros.pkl", first + bytes(9) + then, _WHOLE, reader="contents"),
    ]


def _old_exploits(marker: Path) -> list[Hostile]:
    """By opcodes that only a hand writes, or Python 2."""
    line = f"'touch {marker}'\n".encode()
    calls = {
        "text": b"cos\nsystem\n(S" + line + b"tR.",
        "text_with_places": b"cposix\nsystem\np0\n(V" + line[1:-2] + b"\np1\ntp2\nRp3\n.",
        "instance": b"(S" + line + b"ios\nsystem\n.",
        "instance_first": b"(ios\nsystem\n.",
        "object": b"\x80\x02(cos\nsystem\n" + text(f"touch {marker}") + b"o.",
        "new_object": b"\x80\x04cos\nsystem\n(" + text(f"touch {marker}") + b"t}\x92.",
        "behind_a_mark": b"\x80\x02(cos\nsystem\n1cos\nsystem\n)R.",
        "in_a_list": b"(lp0\ncos\nsystem\n(S" + line + b"tRa.",
        "in_a_dict": b"(dp0\nS'a'\ncos\nsystem\n(S" + line + b"tRs.",
    }
    no = "it could call os.system"
    said = {"text_with_places": "it could call posix.system"}
    refused = {"by_number": b"\x80\x02\x82\x01.", "outside": b"\x80\x02(Pabc\n.", "buffer": b"\x80\x05\x97."}
    which = {"by_number": "the opcode EXT1", "outside": "the opcode PERSID", "buffer": "the opcode NEXT_BUFFER"}
    return [
        *(Hostile(f"{name}.pkl", data, shows=said.get(name, no), reader="contents") for name, data in calls.items()),
        *(Hostile(f"{name}.pkl", data, which[name], reader="contents") for name, data in refused.items()),
    ]


def loaded(content: bytes) -> Pickle:
    """The opcodes that pickle.dump writes for a storage."""
    return b"ctorch.storage\n_load_from_bytes\n(" + raw(content) + b"tR"


def rebuilt(storage: Pickle, count: int) -> Pickle:
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"K\x00" + sizes(count) + sizes(1) + b"\x89NtR"


def _tensors(marker: Path) -> list[Hostile]:
    """Storages as torch.save wrote them, inside of a pickle: torch.load(weights_only=False) would open them."""
    runs = Runs(os.system, f"touch {marker}")
    whole = legacy(pickled(storage(numel=4)), listed("0"), stored(bytes(range(16))))
    inside = legacy(pickle.dumps(runs, 2), listed())
    packed = archive(pickle.dumps(runs, 2))
    far = b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text("0/1") + text("cpu") + number(4) + b"tQ"
    encoded = b"c_codecs\nencode\n(" + text(b"\x01" * (1 << 20)) + b"q\x05" + text("latin1") + b"tR0]("
    again = b"ctorch.storage\n_load_from_bytes\n(c_codecs\nencode\n(h\x05" + text("latin1") + b"tRtR"
    large = legacy(pickled(storage(numel=1 << 16)), listed("0"), stored(bytes(1 << 18)))
    many = rebuilt(b"h\x07", 1 << 16)
    lies = "in bytes that torch.save never wrote"
    cases = {
        "five_of_four": (rebuilt(loaded(whole), 5), "a tensor that reaches beyond its storage"),
        "cut_storage": (rebuilt(loaded(whole[:-1]), 4), lies),
        "packed_storage": (rebuilt(loaded(packed), 4), lies),
        "storage_of_a_call": (rebuilt(loaded(inside), 4), lies),
        "storage_of_itself": (rebuilt(far, 4), "a tensor whose storage is not in the file"),
        "storage_of_no_name": (rebuilt(far.replace(text("0/1"), b"N"), 4), "which is not read here"),
        "encoded_again": (encoded + again * 20_000 + b"e", "which only its code can make"),
        "one_for_many": (loaded(large) + b"q\x070](" + many * 900 + b"e", "arrays of at most 4 times its size"),
    }  # fmt: skip
    judged = {
        "inside": (rebuilt(loaded(inside), 4), "it could call posix.system"),
        "inside_alone": (loaded(inside), "it could call posix.system"),
        "whole_storage": (rebuilt(loaded(whole), 4), "Only if you trust whoever made it"),
        "packed": (rebuilt(loaded(packed), 4), "Only if you trust whoever made it"),
    }
    return [
        *(Hostile(f"{name}.pkl", pickled(data), why) for name, (data, why) in cases.items()),
        *(Hostile(f"{name}.p", pickled(data), shows=why, reader="contents") for name, (data, why) in judged.items()),
    ]


def _bombs() -> list[Hostile]:
    words = text(b"a" * 40_000) + b"q\x05" + _DTYPE.replace(text("f4"), text("S40000")) + b"q\x060"
    scalars = b"](" + words + b"".join(b"cnumpy._core.multiarray\nscalar\n(h\x06h\x05tR" for _ in range(20_000)) + b"e"
    eight = raw(bytes(1 << 20))
    shared = b"](" + array(sizes(1 << 18), eight + b"q\x05", fortran=b"\x88")
    many = shared + b"".join(array(sizes(1 << 17, 2), b"h\x05", fortran=b"\x88") for _ in range(3_000)) + b"e"
    one = array(sizes(1 << 18), eight) + b"q\x050](" + b"h\x05" * 3_000 + b"e"
    memo = b"(lp0\n" + b"".join(b"Np%d\n0" % (step * (2**61 - 1)) for step in range(40_000)) + b"."
    return [
        Hostile("deep.pkl", pickled(b"]" * 500 + b"a" * 499), "must be nested at most 64 deep"),
        Hostile("deep_texts.pkl", b"(lp0\n" + b"(lp1\n" * 500 + b"a" * 500 + b".", "must be nested at most 64 deep"),
        Hostile("itself.pkl", b"(lp0\ng0\na.", "must be nested at most 64 deep"),
        Hostile("laughs.pkl", pickled(laughs(20)), "must not unfold to more than 32 times its pickle"),
        Hostile("laughs_called.pkl", pickled(laughs(60) + b")R"), _NOTHING),
        Hostile("bytes_of_many.pkl", pickled(many), "must not have the same bytes in many arrays"),
        Hostile("array_of_many.pkl", pickled(one), "must have tensors and arrays of at most 4 times its size"),
        Hostile("long_scalars.pkl", pickled(scalars), "which only its code can make"),
        Hostile("colliding_memo.pkl", memo, _WHOLE),
        Hostile("digits.pkl", b"(lp0\nL" + b"9" * 2_000_000 + b"L\na.", _WHOLE),
        Hostile("long_quoted.pkl", b"(lp0\nS'" + rb"\n\x00a" * 1_000_000 + b"'\na.", _NOTHING),
        Hostile("long_escaped.pkl", b"(lp0\nV" + rb"\u0000" * 1_000_000 + b"\na.", _NOTHING),
        Hostile("float_digits.pkl", b"(lp0\nF" + b"9" * 2_000_000 + b"\na.", _WHOLE),
        Hostile("many_operations.pkl", pickled(b"N0" * 600_000 + b"N"), "must have at most 1,000,000 operations"),
        Hostile("many_shared.pkl", pickled(b"N0" * 3_000 + b"N") * 400, "must have at most 1,000,000 operations"),
        Hostile("many_pickles.pkl", pickled(b"N") * 2_000, "must have at most 1,000 pickles in a row"),
        Hostile("claims_a_giant.pkl", b"\x80\x04\x8e" + struct.pack("<Q", 2**60) + b".", _WHOLE),
        Hostile("claims_a_buffer.pkl", b"\x80\x05\x96" + struct.pack("<Q", 2**60) + b".", _WHOLE),
        Hostile("frame_of_a_giant.pkl", b"\x80\x04\x95" + struct.pack("<Q", 2**62) + b"N.", _NOTHING),
        Hostile("list_of_values.pkl", pickled(b"](" + b"K\x01" * 350_000 + b"e"), "must hold at most 300,000 values"),
    ]


def _records() -> list[Hostile]:
    """Arrays that say what they are not."""

    def dtype(code: str, order: str = "<") -> Pickle:
        return _DTYPE.replace(text("f4"), text(code)).replace(text("<"), text(order))

    axes = b"cnumpy._core.numeric\n_frombuffer\n(" + raw(bytes(16)) + _DTYPE + sizes(2, 2) + text("K")
    unfit = "an array whose bytes do not fit its shape"
    lies = {
        "terabytes": (array(sizes(2**40), raw(bytes(16))), unfit),
        "overflow": (array(sizes(2**62, 2**62, 2**62), raw(bytes(16))), unfit),
        "wraps_to_16": (array(sizes(2**32, 2**32, 4), raw(bytes(16))), unfit),
        "nothing_by_giant": (array(sizes(0, 2**70), raw(b"")), unfit),
        "nothing_by_giants": (array(sizes(2**31, 0, 2**31, 2**31), raw(b"")), unfit),
        "negative": (array(sizes(-2, -2), raw(bytes(16))), unfit),
        "dimensions": (array(sizes(*[1] * 40), raw(bytes(4))), unfit),
        "size_of_a_call": (array(b"cos\nsystem\n)R", raw(bytes(16))), unfit),
        "other_order": (array(sizes(2, 2), raw(bytes(16)), dtype("f4", "%")), unfit),
        "code": (array(sizes(1), raw(bytes(16)), dtype("__import__('os')")), "an array of dtype __import__('os')"),
        "comma": (array(sizes(2), raw(bytes(16)), dtype("f4,f4")), "an array of dtype f4,f4"),
        "wide_text": (array(sizes(1), raw(bytes(16)), dtype("U99999999")), "an array of dtype U99999999"),
        "no_letters": (array(sizes(4), raw(b"\xff" * 16), dtype("U1")), unfit),
        "complex": (array(sizes(2), raw(bytes(16)), dtype("c8")), "an array of complex numbers"),
        "times": (array(sizes(2), raw(bytes(16)), dtype("M8")), "an array of dates"),
        "void": (array(sizes(2), raw(bytes(16)), dtype("V8")), "an array of a structured dtype"),
        "axes_twice": (axes + b"(K\x00K\x00ttR", unfit),
        "axes_far": (axes + b"(K\x00K\x09ttR", unfit),
        "axes_of_texts": (axes + b"(" + text("a") + text("b") + b"ttR", unfit),
        "dtype_of_a_call": (array(sizes(2), raw(bytes(8)), b"cos\nsystem\n)R"), "which only its code can make"),
        "objects": (array(sizes(2), b"](cos\nsystem\n)RK\x01e", dtype("O8", "|")), "which only its code can make"),
    }
    return [Hostile(f"{name}.pkl", pickled(data), why) for name, (data, why) in lies.items()]


def _broken() -> list[Hostile]:
    whole = [pickle.dumps({"embeddings": ROWS, "labels": LABELS}, protocol) for protocol in range(6)]
    texts = {
        "no_bool": b"(lp0\nI1_0\na.",
        "no_number": b"(lp0\nLx\na.",
        "no_float": b"(lp0\nFx\na.",
        "no_place": b"(lp0\ng-1\na.",
        "empty_place": b"(lp0\ng9\na.",
        "no_quotes": b"(lp0\nSabc\na.",
        "half_an_escape": rb"(lp0" + b"\nS'\\'\na.",
        "one_quote": b"(lp0\nS'\na.",
        "odd_escape": rb"(lp0" + b"\nS'\\q'\na.",
        "odd_letter": rb"(lp0" + b"\nV\\uZZZZ\na.",
        "odd_pairs": b"(dp0\nNs.",
        "odd_dict": b"(lp0\n(NdRa.",
        "no_line": b"(lp0\nVabc",
        "object_of_nothing": b"\x80\x02(o.",
        "no_mark": b"\x80\x021.",
    }
    return [
        *(Hostile(f"cut_{p}.pkl", data[: len(data) // 2], _WHOLE) for p, data in enumerate(whole)),
        *(Hostile(f"cut_end_{p}.pkl", data[:-1], _WHOLE) for p, data in enumerate(whole)),
        *(Hostile(f"{name}.pkl", data, _WHOLE) for name, data in texts.items()),
        Hostile("garbage_behind.pkl", whole[4] + b"\xff\xfe", _WHOLE),
    ]


def _others() -> list[Hostile]:
    """What is no array and is named."""
    tensor = (
        b"ctorch._utils\n_rebuild_tensor_v2\n(ctorch.storage\n_load_from_bytes\n(" + raw(b"x") + b"tRK\x00)\x29\x89NtR"
    )
    frame = b"cpandas\nDataFrame\n)\x81}b"
    wrapper = b"cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}b\x93NUMPY"
    return [
        Hostile("tensor.pkl", pickled(tensor), "in bytes that torch.save never wrote: save it with torch.save"),
        Hostile("tensor.pickle", pickled(tensor), shows="Only if you trust whoever made it", reader="contents"),
        Hostile("frame.pkl", pickled(frame), "holds a DataFrame of pandas. Save it with to_parquet"),
        Hostile("frame.pickle", pickled(frame), shows="A pickle of pandas.DataFrame", reader="contents"),
        Hostile("weights.pkl", pickle.dumps({"fc.weight": ROWS, "fc.bias": ROWS[0]}), "holds weights of a network"),
        Hostile("joblib.pkl", pickled(wrapper), "is joblib's own form"),
        Hostile("nothing.pkl", pickled(b"]"), f"{_NOTHING}, but holds nothing"),
        Hostile("twice.pkl", pickled(b"}(" + text("a") + b"N" + text("a") + b"Nu"), "names 'a' twice"),
        Hostile("outside_reference.pkl", pickled(text("a") + b"Q"), "outside reference"),
    ]
