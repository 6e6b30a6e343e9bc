"""numpy's records in a pickle, as values; what does not fit is no array, and nothing is called."""

import pickle

import numpy as np
import pytest

from checkpoints.reading.torch_file.inert_pickle import Call, Name, read_pickle
from checkpoints.reading.torch_file.numpy_records import array_in, objects_in, scalar_in

SCALARS = [
    *(np.str_("héé"), np.int8(-3), np.uint64(2**63), np.float16(0.5), np.float32(1.5), np.float64(np.pi)),
    *(np.bool_(True), np.bytes_(b"ab"), np.float64(np.inf)),
]
ARRAYS = [
    *(np.arange(6).reshape(2, 3), np.array(3), np.array(["cat", "", "é"]), np.array([b"a", b"bc"])),
    *(np.arange(6.0).astype(">f8").reshape(3, 2), np.asfortranarray(np.arange(6.0).reshape(2, 3))),
    *(np.array([True, False]), np.empty((0, 4), np.float32), np.array(["a", "b"], ">U1")),
]


@pytest.mark.parametrize("protocol", [2, 3, 4])
@pytest.mark.parametrize("scalar", SCALARS, ids=repr)
def test_a_scalar(scalar, protocol):
    found = scalar_in(read_pickle(pickle.dumps(scalar, protocol=protocol), name="a"))
    expected = scalar.item()
    assert found == (expected.decode() if isinstance(expected, bytes) else expected)
    assert type(found) in (str, int, float, bool)


@pytest.mark.parametrize("protocol", [2, 3, 4])
@pytest.mark.parametrize("array", ARRAYS, ids=repr)
def test_an_array(array, protocol):
    found = array_in(read_pickle(pickle.dumps(array, protocol=protocol), name="a"))
    assert found is not None
    values = found.array(None)
    assert np.array_equal(values, array)
    assert values.shape == array.shape
    assert values.dtype == array.dtype.newbyteorder("=")
    assert values.flags.c_contiguous
    assert values.flags.writeable


def test_an_array_of_objects_is_the_list_in_it():
    record = read_pickle(pickle.dumps(np.array(["a", None, 3], object), protocol=2), name="a")
    assert array_in(record) is None
    assert objects_in(record) == ["a", None, 3]


def record(code="f4", order="<", shape=(2,), content=b"\0" * 8, version=1):
    dtype = Call(Name("numpy", "dtype"), (code, False, True), state=(3, order, None, None, None, -1, -1, 0))
    made = Call(Name("numpy._core.multiarray", "_reconstruct"), (Name("numpy", "ndarray"), (0,), b"b"))
    made.state = (version, shape, dtype, False, content)
    return made


def test_the_record_that_the_hostile_ones_bend():
    assert array_in(record()).values.tolist() == [0, 0]


@pytest.mark.parametrize(
    "bent",
    [
        *({"shape": (3,)}, {"shape": (2**62, 2**62)}, {"shape": (-2, -1)}, {"shape": (True, 2)}, {"shape": [2]}),
        *({"shape": (1,) * 40}, {"code": "O8"}, {"code": "V8"}, {"code": "M8"}, {"code": "f4,f4"}, {"code": "U0"}),
        *({"code": "f16"}, {"code": "c8", "shape": (1,)}, {"order": ">>"}, {"content": "a" * 8}, {"content": None}),
        *({"code": "U1", "content": b"\xff" * 8}, {"code": "U1", "content": b"\0\xd8\0\0" * 2}),
        {"content": Call(Name("_codecs", "encode"), ("\u1234" * 8, "latin1"))},
        {"content": Call(Name("_codecs", "encode"), ("a" * 8, "utf-7"))},
        {"content": Call(Name("os", "system"), ("a" * 8, "latin1"))},
        {"content": Call(Call(Name("_codecs", "encode"), ()), ("a" * 8, "latin1"))},
    ],
    ids=str,
)
def test_what_does_not_fit_is_no_array(bent):
    assert array_in(record(**bent)) is None


def test_a_bool_is_one_of_two():
    assert array_in(record("b1", "|", (4,), b"\0\1\7\xff")).values.tolist() == [False, True, True, True]


def test_other_records_are_none():
    for function in (Name("numpy", "ndarray"), Name("os", "system"), "text"):
        assert scalar_in(Call(function, (1, 2))) is None
        assert array_in(Call(function, (1, 2), state=(1, 2, 3, 4, 5))) is None
        assert objects_in(Call(function, (1, 2), state=(1, 2, 3, 4, [5]))) is None
