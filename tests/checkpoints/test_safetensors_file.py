"""Our own safetensors against the library's, and against files that lie."""

import json
import time
import tracemalloc

import numpy as np
import pytest
import safetensors
import safetensors.numpy

from checkpoints.reading.safetensors_file import encode, read
from checkpoints.reading.safetensors_header import DTYPES, parse_header
from losses.errors import LabError

ARRAYS = {
    "weight": np.arange(6, dtype=np.float32).reshape(2, 3),
    "wide": np.array([1.5, -2.5]),
    "count": np.array(7, dtype=np.int64),
    "image": np.arange(5, dtype=np.uint8),
}


def test_the_library_reads_what_we_write(tmp_path):
    (tmp_path / "file").write_bytes(encode(ARRAYS, {"said": "é"}))
    with safetensors.safe_open(tmp_path / "file", "numpy") as file:
        assert file.metadata() == {"said": "é"}
    for name, array in safetensors.numpy.load_file(tmp_path / "file").items():
        np.testing.assert_array_equal(array, ARRAYS[name], strict=True)


def test_we_read_what_the_library_writes(tmp_path):
    safetensors.numpy.save_file(ARRAYS, tmp_path / "file", {"said": "something"})
    file = read(tmp_path / "file")
    assert file.header.metadata == {"said": "something"}
    assert file.arrays().keys() == ARRAYS.keys()
    for name, array in file.arrays().items():
        np.testing.assert_array_equal(array, ARRAYS[name], strict=True)
        assert array.flags.writeable
        assert array.flags.aligned


@pytest.mark.parametrize("code", DTYPES.values())
def test_every_dtype_goes_round(tmp_path, code):
    (tmp_path / "file").write_bytes(encode({"a": np.array([1, 2], code)}, {}))
    np.testing.assert_array_equal(read(tmp_path / "file").arrays()["a"], np.array([1, 2], code), strict=True)


def test_the_bytes_do_not_depend_on_the_order_of_the_arrays():
    assert encode(ARRAYS, {}) == encode(dict(reversed(ARRAYS.items())), {})


def entry(dtype="F32", shape=(2,), offsets=(0, 8)):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


def packed(header, body=bytes(8)) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + body


HOSTILE = {
    "no bytes": (b"", "declare a header of at most"),
    "seven bytes": (b"1234567", "declare a header of at most"),
    "header longer than allowed": ((1 << 40).to_bytes(8, "little") + b"{}", "declares 1,099,511,627,776"),
    "header longer than the file": ((500).to_bytes(8, "little") + b"{}", "cut off after 10 of at least 508"),
    "header shorter than it is": (packed({"a": entry()})[:8].replace(b"\x37", b"\x05") + b"{}" * 40, "JSON"),
    "not UTF-8": (packed(b'{"\xff": 1}'), "must be UTF-8 text, but that is not so at byte 2"),
    "a list": (packed([1]), "must be a JSON object"),
    "duplicate tensor": (packed(b'{"a": ' + json.dumps(entry()).encode() + b', "a": {}}'), "same key twice"),
    "deep": (packed(b'{"a": ' + b"[" * 3000 + b"]" * 3000 + b"}"), "nested hundreds deep"),
    "tensor that is a number": (packed({"a": 1}), r"header\.a must be a JSON object"),
    "no shape": (packed({"a": {"dtype": "F32", "data_offsets": [0, 8]}}), r"a\.shape must be there"),
    "unknown field": (packed({"a": entry() | {"code": "os.system"}}), "no unknown field, but is 'code'"),
    "unknown dtype": (packed({"a": entry("C64", (1,))}), "must have a dtype of"),
    "dtype that is no text": (packed({"a": entry(7)}), "dtype must be printable text"),
    "negative size": (packed({"a": entry(shape=(-2,))}), "must be integers of at least 1"),
    "two negative sizes": (packed({"a": entry(shape=(-1, -2))}), "must be integers of at least 1"),
    "size that is a bool": (packed({"a": entry(shape=(True, 2))}), "must be integers of at least 1"),
    "size that is a float": (packed({"a": entry(shape=(2.0,))}), "must be integers of at least 1"),
    "size of zero beside a giant": (packed({"a": entry(shape=(0, 2**62), offsets=(0, 0))}, b""), "at least 1"),
    "giant size": (packed({"a": entry(shape=(2**62, 2**62))}), "must span the"),
    "a hundred dimensions": (packed({"a": entry(shape=(1,) * 100)}), "list of at most 8 items"),
    "three offsets": (packed({"a": entry(offsets=(0, 4, 8))}), "list of at most 2 items"),
    "one offset": (packed({"a": entry(offsets=(8,))}), "must have two offsets"),
    "negative offset": (packed({"a": entry(offsets=(-8, 0))}), "must be integers of at least 0"),
    "offsets backwards": (packed({"a": entry(offsets=(8, 0))}), "must span the 8 bytes of its shape, but spans -8"),
    "span that is not the shape's": (packed({"a": entry(offsets=(0, 4))}, bytes(4)), "must span the 8 bytes"),
    "overlap": (packed({"a": entry(), "b": entry(offsets=(4, 12))}, bytes(12)), "tensor 'b' must start at byte"),
    "the same bytes twice": (packed({"a": entry(), "b": entry()}), "tensor 'b' must start at byte"),
    "gap": (packed({"a": entry(offsets=(4, 12))}, bytes(12)), "tensor 'a' must start at byte"),
    "tail": (packed({"a": entry()}, bytes(9)), "must end with its last tensor, but is 1 byte longer"),
    "cut off": (packed({"a": entry()}, bytes(7)), "must be whole, but is cut off"),
    "metadata that is no text": (packed({"__metadata__": {"a": 1}}, b""), "must be printable text"),
    "metadata that is a list": (packed({"__metadata__": []}, b""), "must be a JSON object"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_header_that_lies_is_refused(case):
    data, rule = HOSTILE[case]
    with pytest.raises(LabError, match=rule):
        parse_header(data, name="file")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_not_finite_is_refused(tmp_path, value):
    (tmp_path / "file").write_bytes(encode({"a": np.array([1, value], np.float32)}, {}))
    with pytest.raises(LabError, match="tensor 'a' must be finite"):
        read(tmp_path / "file").arrays()


def test_more_tensors_than_allowed_are_refused(monkeypatch):
    monkeypatch.setattr("checkpoints.reading.safetensors_header.MAX_TENSORS", 10)
    many = {f"t{row}": entry("U8", (1,), (row, row + 1)) for row in range(11)}
    with pytest.raises(LabError, match="at most 10 tensors, but has 11"):
        parse_header(packed(many, bytes(11)), name="file")


@pytest.mark.parametrize("filler", [b'"",', b"[],"], ids=["texts", "lists"])
def test_the_largest_header_is_refused_soon(filler):
    data = packed(b'{"a":[' + filler * (9_900_000 // len(filler)) + b"0]}")
    start = time.process_time()
    with pytest.raises(LabError, match=r"header\.a must be a JSON object|brackets"):
        parse_header(data, name="file")
    assert time.process_time() - start < 20


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":[' + b'"",' * 300_000 + b"0]}",
        b'{"a":[' + b"[]," * 300_000 + b"0]}",
        b'{"a":[' + b"1e9," * 200_000 + b"0]}",
        b"{" + b",".join(b'"%x":0' % number for number in range(100_000)) + b"}",
    ],
    ids=["texts", "lists", "numbers", "keys"],
)
def test_a_header_costs_a_small_multiple_of_its_size(text):
    data = packed(text)
    tracemalloc.start()
    try:
        with pytest.raises(LabError):
            parse_header(data, name="file")
        assert tracemalloc.get_traced_memory()[1] < 40 * len(data)
    finally:
        tracemalloc.stop()


def test_every_truncation_of_a_file_is_refused():
    data = encode(ARRAYS, {"said": "something"})
    for length in range(len(data)):
        with pytest.raises(LabError):
            parse_header(data[:length], name="file")
