"""Plain pickles: every array is numpy's own in each protocol, number by number; what is no array is named, not made."""

import os
import pickle
import struct
from collections import OrderedDict, defaultdict

import numpy as np
import pandas as pd
import pytest
import torch

from checkpoints.arrays import forms
from checkpoints.arrays.opening import listing_of
from checkpoints.contents import contents_at
from checkpoints.inspect import main
from checkpoints.listing import listing
from checkpoints.opening import needs_of, open_outputs
from checkpoints.reading.array_spec import ArraySpec
from checkpoints.reading.content import kind_of
from checkpoints.reading.torch_file.contents import open_torch, torch_contents
from checkpoints.reading.torch_file.plain_pickle import PlainPickle
from losses.errors import LabError
from tests.checkpoints.hostile_pickles import array, sizes

RNG = np.random.default_rng(5)
ROWS = RNG.normal(size=(24, 5)).astype(np.float32)
LABELS = [["cat", "dog", "owl"][row % 3] for row in range(24)]
PROTOCOLS = range(6)
ARRAYS = {
    "float32": ROWS,
    "float64": ROWS.astype("f8"),
    "float16": ROWS.astype("f2"),
    "big endian": ROWS.astype(">f4"),
    "Fortran": np.asfortranarray(ROWS),
    "every other row": ROWS[::2],
    "axes exchanged": RNG.normal(size=(2, 3, 4)).transpose(2, 0, 1),
    "bool": ROWS > 0,
    "no rows": np.empty((0, 4)),
    "no axis": np.array(3.5),
    "texts": np.array(["cat", "", "\u00e9\n\\\u2603"]),
    "texts, big endian": np.array(["a", "bc"], ">U2"),
    "bytes": np.array([b"a", b"b\0c", b"\xff"]),
    **{kind: RNG.integers(0, 99, 7).astype(kind) for kind in ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", ">i8")},
}
SCALARS = {"f": np.float32(1.5), "h": np.float16(0.5), "i": np.int64(-3), "b": np.bool_(True), "s": np.str_("h\u00e9")}
VALUES = {
    "one": 1,
    "minus": -7,
    "giant": 10**40,
    "yes": True,
    "no": False,
    "none": None,
    "text": "a\\'\n\u2603",
    "half": 0.5,
    "tiny": 1e-300,
    "infinite": float("inf"),
}


def saved(tmp_path, value, protocol=4, name="a.pkl"):
    path = tmp_path / name
    path.write_bytes(pickle.dumps(value, protocol=protocol))
    return path


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("name", ARRAYS)
def test_an_array_is_numpys_own(tmp_path, name, protocol):
    array = ARRAYS[name]
    for value, place in ((array, ""), ({"x": {"y": array}}, "x/y"), ([array], "0"), (OrderedDict(x=array), "x")):
        with open_torch(saved(tmp_path, value, protocol)) as (contents, archive):
            found = contents.arrays[place].array(archive)
            assert contents.plain
        assert np.array_equal(found, array)
        assert (found.shape, found.dtype) == (array.shape, array.dtype.newbyteorder("="))
        assert found.flags.c_contiguous


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_numbers_and_texts_are_their_own(tmp_path, protocol):
    path = saved(tmp_path, {**SCALARS, **VALUES, "some": defaultdict(list, a=[1, 2]), "all": (1, (2, 3))}, protocol)
    values = torch_contents(path).values
    nested = {"some/a/0": 1, "some/a/1": 2, "all/0": 1, "all/1/0": 2, "all/1/1": 3}
    assert values == {name: scalar.item() for name, scalar in SCALARS.items()} | VALUES | nested
    assert {name: type(values[name]) for name in VALUES} == {name: type(value) for name, value in VALUES.items()}


TENSORS = {
    "float32": torch.tensor(ROWS),
    "its columns": torch.tensor(ROWS).T,
    "some rows": torch.tensor(ROWS)[3:7],
    "half": torch.tensor(ROWS).half(),
    "bfloat16": torch.tensor(ROWS).bfloat16(),
    "bool": torch.tensor(ROWS) > 0,
    "int64": torch.arange(9),
    "uint8": torch.arange(9, dtype=torch.uint8),
    "no axis": torch.tensor(3),
    "parameter": torch.nn.Parameter(torch.tensor(ROWS)),
}


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("name", TENSORS)
def test_a_tensor_is_torchs_own(tmp_path, name, protocol):
    tensor = TENSORS[name]
    with open_torch(saved(tmp_path, {"a": tensor, "again": tensor}, protocol)) as (contents, archive):
        for place in ("a", "again"):
            found = torch.from_numpy(contents.tensors[place].array(archive))
            assert found.shape == tensor.shape
            assert torch.equal(found, tensor.detach().float() if name == "bfloat16" else tensor.detach())
            first = contents.tensors[place].first(archive, 1 << 16)
            assert name == "its columns" or np.array_equal(first, found.numpy().ravel())


def test_older_numpys_names_are_known(tmp_path):
    for protocol in PROTOCOLS:
        data = pickle.dumps({"x": ROWS}, protocol).replace(b"numpy._core", b"numpy.core")
        data = data.replace(b"\x8c\x16numpy.core", b"\x8c\x15numpy.core").replace(
            b"\x8c\x13numpy.core", b"\x8c\x12numpy.core"
        )
        path = tmp_path / "a.pkl"
        path.write_bytes(data)
        assert torch_contents(path).arrays["x"].shape == ROWS.shape


def test_what_python_2_wrote(tmp_path):
    """Quoted texts with escapes, and unicode ones."""
    path = tmp_path / "a.pkl"
    path.write_bytes(
        b"(dp0\nS'a\\x41\\n\"'\np1\nS\"it's\"\np2\nsV\\u2603\np3\nI01\nsg1\nF0.5\ns.".replace(b"sg1", b"sS'z'")
    )
    assert torch_contents(path).values == {'aA\n"': "it's", "\u2603": True, "z": 0.5}


def test_arrays_of_python_2_are_what_pickle_makes_of_them(tmp_path):
    """Their bytes are its texts: quoted in protocol 0, behind a length in protocol 2."""
    content = ROWS.tobytes()
    quoted = b"S" + repr(content)[1:].encode() + b"\n"
    for text in (quoted, b"T" + struct.pack("<I", len(content)) + content):
        data = b"(" + b"S'x'\n" + array(sizes(24, 5), text) + b"S'y'\n(S'cat'\nS'dog'\nld."
        (tmp_path / "a.pkl").write_bytes(data)
        with open_torch(tmp_path / "a.pkl") as (contents, archive):
            found = contents.arrays["x"].array(archive)
        made = pickle.loads(data, encoding="latin1")
        assert np.array_equal(found, made["x"])
        assert found.dtype == made["x"].dtype
        assert [contents.values["y/0"], contents.values["y/1"]] == made["y"]
        assert type(contents.values["y/0"]) is str


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    "value",
    [{"a": 1}, [1, "a"], {}, [], ROWS, [ROWS], (ROWS, LABELS), [[ROWS]], [{"a": ROWS}], ("a", ROWS), "text"],
    ids=lambda value: type(value).__name__,
)
def test_it_is_told_by_its_first_bytes(value, protocol):
    assert kind_of(pickle.dumps(value, protocol)) == "pickle"


@pytest.mark.parametrize(
    "text", ["cat\ndog\n", "(a, b)\n1, 2\n", "Vector\n1 2\n", "p0\n", "]q\n", "c a\nb\n(", "(note\n"]
)
def test_texts_are_no_pickles(text):
    assert kind_of(text.encode()) == "text"


OPENED = {
    "a dict": {"embeddings": ROWS, "labels": LABELS},
    "labels in numpy": {"embeddings": ROWS, "labels": np.array(LABELS)},
    "labels as objects": {"embeddings": ROWS, "labels": np.array(LABELS, object)},
    "labels as numpy's texts": {"embeddings": ROWS, "labels": list(np.array(LABELS))},
    "lists alone": {"embeddings": ROWS.tolist(), "labels": LABELS},
    "a list of arrays": {"embeddings": list(ROWS), "labels": LABELS},
    "batches": {"embeddings": [ROWS[:10], ROWS[10:20], ROWS[20:]], "labels": LABELS},
    "a tuple": (ROWS, LABELS),
    "tensors": {"embeddings": torch.tensor(ROWS), "labels": LABELS},
    "a list of tensors": {"embeddings": list(torch.tensor(ROWS)), "labels": LABELS},
    "a tuple of lists": (ROWS.tolist(), LABELS),
    "a dict an item": [{"vector": row, "label": label} for row, label in zip(ROWS, LABELS, strict=True)],
    "a tuple an item": list(zip(ROWS, LABELS, strict=True)),
}


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("name", OPENED)
def test_rows_and_labels_open(tmp_path, name, protocol):
    path = saved(tmp_path, OPENED[name], protocol)
    found = listing_of(path)
    assert not any(each.refused for each in found.arrays)
    assert found.form == "a pickle of arrays"
    rows, labels = (next(each.name for each in found.arrays if len(each.shape) == axes) for axes in (2, 1))
    loaded = forms.load(path, {rows, labels}).arrays
    np.testing.assert_allclose(loaded[rows], ROWS, rtol=1e-6)
    assert loaded[labels].tolist() == LABELS
    outputs = open_outputs(path, arrays=ArraySpec(mapping=f"embeddings={rows},labels={labels}"))
    assert [outputs.class_names[label] for label in outputs.test.labels] == LABELS


def test_rows_alone_open_as_one_array(tmp_path):
    for value, name in ((ROWS, "a"), (ROWS.tolist(), "a"), (list(ROWS), "0-23"), ([ROWS, LABELS[:2]], "0")):
        (first, *_) = listing_of(saved(tmp_path, value)).arrays
        assert (first.name, first.shape) == (name, ROWS.shape)
    assert len(listing_of(saved(tmp_path, list(ROWS[:4]))).arrays) == 4  # so few may be anything


def test_several_pickles_in_a_row_are_a_list(tmp_path):
    path = tmp_path / "a.pkl"
    path.write_bytes(pickle.dumps(ROWS) + pickle.dumps(LABELS, 0) + b"\n")
    assert [(each.name, each.shape) for each in listing_of(path).arrays] == [("0", (24, 5)), ("1", (24,))]
    path.write_bytes(pickle.dumps(ROWS) + bytes(8))
    assert [each.name for each in listing_of(path).arrays] == ["a"]


class Harm:
    """Calls a command when it is unpickled."""

    def __reduce__(self):
        return os.system, ("true",)


class Own:
    """A class that only this file has."""


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    ("value", "level", "says", "runs"),
    [
        ({"x": ROWS, "y": LABELS}, "yes", "Yes: its pickle names no code that", "No code of its own: with pickle.load"),
        ({"x": ROWS, "own": Own()}, "trust", f"with pickle.load it would import and call {__name__}.Own", "Code of"),
        (
            {"x": ROWS, "bad": Harm()},
            "no",
            "with pickle.load it could call posix.system",
            "pickle.load refuses nothing.",
        ),
        (torch.ones(3, 2), "trust", "torch.storage._load_from_bytes", "Code of the modules of torch.storage"),
        (pd.DataFrame({"a": [1.0]}), "trust", "pandas", "Code of the modules of pandas"),
    ],
    ids=["arrays", "own", "harm", "tensor", "frame"],
)
def test_may_i_open_it(tmp_path, value, level, says, runs, protocol):
    verdict = contents_at(saved(tmp_path, value, protocol)).verdict
    assert verdict.level == level
    assert says in verdict.answer
    assert runs in verdict.would_run
    assert "torch.load" not in f"{verdict.answer} {verdict.would_run}"


def test_a_second_pickle_is_judged_too(tmp_path):
    path = tmp_path / "a.pkl"
    path.write_bytes(pickle.dumps(ROWS) + pickle.dumps(Harm()))
    assert contents_at(path).verdict.level == "no"


@pytest.mark.parametrize(
    "call", [b"(S'true'\nios\nsystem\n.", b"\x80\x02(cos\nsystem\nX\x01\0\0\0ao.", b"cos\nsystem\n(tR."]
)
def test_calls_of_older_opcodes_are_a_no(tmp_path, call):
    path = tmp_path / "a.pkl"
    path.write_bytes(call)
    found = contents_at(path)
    assert (found.verdict.level, found.title) == ("no", "A pickle of os.system")


def test_contents_say_what_there_is(tmp_path):
    found = contents_at(saved(tmp_path, {"x": ROWS, "y": LABELS, "lr": 0.1, "own": Own(), "z": ROWS.astype("c8")}))
    assert [(each.place, each.dtype, each.shape) for each in found.entries] == [("x", "float32", (24, 5))]
    assert found.verdict.read_here == "1 array of numpy as numbers and 25 other values as text; nothing was called."
    assert found.foreign == {"own": f"{__name__}.Own"}
    assert found.refused == {"z": "an array of complex numbers: save .real, or .abs() of them"}
    assert (found.title, found.counts, len(found.digest)) == ("A pickle", {"numbers": 120}, 64)
    assert contents_at(saved(tmp_path, Own())).title == f"A pickle of {__name__}.Own"
    assert contents_at(saved(tmp_path, ROWS, name="a.npz")).title == "A pickle, though its name ends in .npz"


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    ("value", "says"),
    [
        (pd.DataFrame({"a": [1.0]}), "but holds a DataFrame of pandas. Save it with to_parquet, and give that."),
        ({"x": pd.Series([1.0])}, "but holds a Series of pandas. Save it with to_parquet"),
        (torch.eye(3).to_sparse(), "but holds a sparse tensor."),
        ({"conv1.weight": ROWS, "fc.bias": ROWS[0]}, "but holds weights of a network. Save them with torch.save("),
        (Own(), f"but holds an object of {__name__}.Own, which only its code can make. Save its arrays with"),
        (Harm(), "but holds an object of posix.system"),
        ({"x": ROWS.astype("c8")}, "but holds an array of complex numbers: save .real, or .abs() of them."),
        ({"lr": 0.1}, "but holds 1 single value."),
    ],
)
def test_what_is_no_array_is_named_with_the_remedy(tmp_path, value, says, protocol, capsys):
    assert main([str(saved(tmp_path, value, protocol))]) == 2
    assert says in capsys.readouterr().err


def test_objects_beside_arrays_are_left_out_and_named(tmp_path):
    path = saved(tmp_path, {"embeddings": ROWS, "labels": LABELS, "own": Own(), "table": pd.DataFrame({"a": [1.0]})})
    assert open_outputs(path).provenance["unused_arrays"] == {
        "own": f"an object of {__name__}.Own, which only its code can make",
        "table": "a DataFrame of pandas: save it with to_parquet",
    }


def test_a_folder_takes_pickles_of_arrays_and_passes_others_over(tmp_path):
    np.save(tmp_path / "embeddings.npy", ROWS)
    saved(tmp_path, {"classifier": Own()}, name="model.pkl")
    assert [each.name for each in listing_of(tmp_path).arrays] == ["embeddings"]
    saved(tmp_path, ROWS, name="logits.pkl")
    assert [each.name for each in listing_of(tmp_path).arrays] == ["embeddings", "logits"]


def test_a_root_lists_them_and_no_images_are_asked_for(tmp_path):
    path = saved(tmp_path, {"A": ROWS, "B": LABELS})
    assert listing(tmp_path).checkpoints == ("a.pkl",)
    assert needs_of(path) == "mapping"


def test_no_storage_is_in_it(tmp_path):
    with saved(tmp_path, ROWS).open("rb") as file:
        plain = PlainPickle("a", file, 1)
        assert plain.size_of("0") is None
        for read in (plain.storage, plain.part):
            with pytest.raises(KeyError):
                read("0", 0, 1)


def test_one_that_is_too_large_is_refused_unread(tmp_path):
    path = tmp_path / "a.pkl"
    with path.open("wb") as file:
        file.write(pickle.dumps(ROWS)[:200])
        file.truncate((2 << 30) + 1)
    with pytest.raises(LabError, match=r"must have at most 2,147,483,648 bytes"):
        contents_at(path)
