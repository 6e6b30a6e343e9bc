"""Native files: there and back, and every way in which one may be wrong."""

import copy
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import checkpoints
from checkpoints.native import file as native
from checkpoints.opening import open_outputs
from losses.errors import LabError

ROOT = Path(checkpoints.__file__).parents[1]


def test_a_file_gives_back_what_was_written(tmp_path, native_file):
    first = native.read(native_file())
    native.write(tmp_path / "again", first.arrays, first.about.metadata)
    again = native.read(tmp_path / "again")
    assert again.about == replace(first.about, name="again")
    for name, array in first.arrays.items():
        np.testing.assert_array_equal(again.arrays[name], array, strict=True)


def test_peek_says_what_read_says(native_file):
    path = native_file("classes")
    about = checkpoints.peek(path)
    assert about == native.read(path).about
    assert about.size == path.stat().st_size
    assert {tensor.name for tensor in about.tensors} == set(native.read(path).arrays)


def test_peek_needs_no_torch(native_file):
    code = f"import sys, checkpoints; checkpoints.peek({str(native_file('classes'))!r}); print('torch' in sys.modules)"
    # The data set of the fixture is not registered in the other process, so give it one that is.
    code = f"from checkpoints.native.datasets import DATASETS; DATASETS['bars'] = DATASETS['digits']; {code}"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def edited(*keys, to):
    """A change of one field of `nce_lab`, found by its keys; `to` may be a function of the old value."""

    def edit(about):
        about = copy.deepcopy(about)
        inner = about
        for key in keys[:-1]:
            inner = inner[key]
        inner[keys[-1]] = to(inner[keys[-1]]) if callable(to) else to
        return about

    return edit


def without(key):
    return lambda about: {name: value for name, value in about.items() if name != key}


FIELDS = {
    "schema of the future": (edited("schema", to=2), r"schema must be 1, but is 2\. The file is from another version"),
    "schema that is a bool": (edited("schema", to=True), r"schema must be an integer"),
    "no schema": (without("schema"), r"nce_lab\.schema must be there"),
    "no encoder": (without("encoder"), r"nce_lab\.encoder must be there"),
    "no log": (without("log"), r"nce_lab\.log must be there"),
    "a field too many": (lambda about: about | {"run": "os.system('true')"}, "no unknown field, but is 'run'"),
    "a list in place of all": (lambda about: [about], "nce_lab must be a JSON object"),
    "unknown encoder": (edited("encoder", "name", to="os.system"), "encoder must be one of small_conv, but is"),
    "encoder name that is a number": (edited("encoder", "name", to=1), r"encoder\.name must be printable text"),
    "giant encoder": (edited("encoder", "arguments", "width", to=10**9), r"width must be an integer from 1 to 64"),
    "giant embedding": (edited("encoder", "arguments", "outputs", to=10**9), "outputs must be an integer"),
    "width that is text": (edited("encoder", "arguments", "width", to="4"), "width must be an integer"),
    "width that is a float": (edited("encoder", "arguments", "width", to=4.0), "width must be an integer"),
    "width that is a bool": (edited("encoder", "arguments", "width", to=True), "width must be an integer"),
    "odd side": (edited("encoder", "arguments", "side", to=9), "encoder side must be even"),
    "unknown head": (edited("encoder", "arguments", "head", to="eval"), "encoder head must be one of"),
    "argument too many": (edited("encoder", "arguments", to=lambda a: a | {"depth": 3}), "unknown field, .*depth"),
    "unknown loss": (edited("loss", "name", to="triplet"), "loss must be one of"),
    "loss parameter missing": (edited("loss", "parameters", to={}), "parameters of supcon must be temperature"),
    "temperature of zero": (edited("loss", "parameters", "temperature", to=0), "temperature must lie in"),
    "temperature that is text": (edited("loss", "parameters", "temperature", to="1"), "must be a finite number"),
    "unknown data": (edited("data", to="/etc/passwd"), "data must be one of"),
    "negative seed": (edited("seed", to=-1), "seed must be an integer from 0"),
    "no classes": (edited("class_names", to=[]), "class_names must be different texts"),
    "the same class twice": (edited("class_names", to=["a", "a"]), "class_names must be different texts"),
    "class name that hides": (edited("class_names", to=["a", "\u202eb"]), "class_names must be different texts"),
    "other classes": (edited("class_names", to=["a", "b", "c", "d"]), "class_names must be those of bars"),
    "metric that is text": (edited("metrics", "loss", to="<b>"), r"metrics\.loss must be a finite number"),
    "log that is an object": (edited("log", to={}), "log must be a list"),
    "log entry too short": (edited("log", to=[{"loss": 1}]), r"log entry\.gradient_norm must be there"),
    "command of a megabyte": (edited("command", to="x" * 10**6), "command must be printable text of at most 4,096"),
    "version that is a number": (edited("libraries", "torch", to=2.13), "torch must be printable text"),
}  # fmt: skip


@pytest.mark.parametrize("case", FIELDS)
def test_a_wrong_field_is_named(native_file, rewrite_metadata, case):
    edit, rule = FIELDS[case]
    path = rewrite_metadata(native_file(), edit)
    with pytest.raises(LabError, match=rule):
        open_outputs(path)


def drop(name):
    """Leave one tensor out, moving the others together."""

    def edit(header):
        gone = header.pop(name)["data_offsets"]
        for key, entry in header.items():
            if key != "__metadata__" and entry["data_offsets"][0] >= gone[1]:
                entry["data_offsets"] = [offset - (gone[1] - gone[0]) for offset in entry["data_offsets"]]
        return header

    return edit


def renamed(header):
    header["head.2.spare"] = header.pop("head.2.bias")
    return header


def reshaped(header):
    header["head.2.weight"]["shape"].reverse()
    return header


def retyped(header):
    header["head.2.bias"]["dtype"] = "I32"
    return header


def bare(header):
    del header["__metadata__"]
    return header


HEADERS = {
    "no metadata": (bare, "data must be given for model.safetensors: its network needs"),
    "no nce_lab": (
        lambda header: header | {"__metadata__": {"format": "pt"}},
        "data must be given for model.safetensors: its network needs",
    ),
    "tensor of another name": (renamed, r"tensor 'head\.2\.bias' .*but is missing"),
    "tensor of another shape": (reshaped, r"must be float32 of shape \(6, 16\), but is float32 of shape \(16, 6\)"),
    "tensor of another dtype": (retyped, "must be float32 of shape"),
}


@pytest.mark.parametrize("case", HEADERS)
def test_a_wrong_header_is_refused(native_file, rewrite, case):
    edit, rule = HEADERS[case]
    path = rewrite(native_file(), edit)
    with pytest.raises(LabError, match=rule):
        open_outputs(path)


def test_a_missing_and_an_extra_tensor_are_named(tmp_path, native_file):
    file = native.read(native_file())
    extra = {**file.arrays, "hook": np.ones(1, np.float32)}
    native.write(tmp_path / "extra.safetensors", extra, file.about.metadata)
    with pytest.raises(LabError, match=r"'hook' must be one of the encoder's"):
        open_outputs(tmp_path / "extra.safetensors")
    fewer = {name: array for name, array in file.arrays.items() if name != "head.0.bias"}
    native.write(tmp_path / "fewer.safetensors", fewer, file.about.metadata)
    with pytest.raises(LabError, match=r"'head\.0\.bias' .*but is missing"):
        open_outputs(tmp_path / "fewer.safetensors")


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_that_are_not_finite_are_refused(tmp_path, native_file, value):
    file = native.read(native_file())
    file.arrays["head.0.bias"][0] = value
    native.write(tmp_path / "bad.safetensors", file.arrays, file.about.metadata)
    with pytest.raises(LabError, match=r"tensor 'head\.0\.bias' must be finite"):
        open_outputs(tmp_path / "bad.safetensors")


def test_weights_that_overflow_are_refused(tmp_path, native_file):
    file = native.read(native_file())
    for array in file.arrays.values():
        array[...] = 3e38
    native.write(tmp_path / "big.safetensors", file.arrays, file.about.metadata)
    with pytest.raises(LabError, match="embeddings must be finite"):
        open_outputs(tmp_path / "big.safetensors")


def test_a_model_that_says_nothing_is_refused(tmp_path, native_file):
    file = native.read(native_file("classes"))
    for array in file.arrays.values():
        array[...] = 0
    native.write(tmp_path / "zero.safetensors", file.arrays, file.about.metadata)
    with pytest.raises(LabError, match="embeddings must have a direction, but is zero in 64 of 64 rows"):
        open_outputs(tmp_path / "zero.safetensors")


def test_a_head_for_other_classes_is_refused(native_file, rewrite_metadata):
    path = rewrite_metadata(native_file("classes"), edited("encoder", "arguments", "outputs", to=5))
    with pytest.raises(LabError, match="encoder outputs must be the 4 classes, but is 5"):
        open_outputs(path)


def test_an_encoder_for_other_images_is_refused(native_file, rewrite_metadata):
    path = rewrite_metadata(native_file(), edited("encoder", "arguments", "side", to=16))
    with pytest.raises(LabError, match="encoder side must be the 8 pixels of bars, but is 16"):
        open_outputs(path)


def test_duplicate_fields_in_the_metadata_are_refused(native_file, rewrite):
    def twice(header):
        about = header["__metadata__"]["nce_lab"]
        header["__metadata__"]["nce_lab"] = about[:-1] + ',"seed":4}'
        return header

    with pytest.raises(LabError, match="same key twice"):
        open_outputs(rewrite(native_file(), twice))


def test_every_truncation_is_refused(native_file):
    path = native_file()
    data = path.read_bytes()
    for length in range(0, len(data), 97):
        path.write_bytes(data[:length])
        with pytest.raises(LabError):
            native.read(path)


def test_a_link_and_a_fifo_are_refused(tmp_path, native_file):
    (tmp_path / "link.safetensors").symlink_to(native_file())
    with pytest.raises(LabError, match="not a symbolic link"):
        open_outputs(tmp_path / "link.safetensors")
    os.mkfifo(tmp_path / "pipe.safetensors")
    with pytest.raises(LabError, match="a pipe or device"):
        open_outputs(tmp_path / "pipe.safetensors")


def test_a_refusal_is_one_short_line(native_file, rewrite_metadata):
    path = rewrite_metadata(native_file(), edited("encoder", "name", to="x\n" * 2000))
    with pytest.raises(LabError) as caught:
        open_outputs(path)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_the_metadata_is_json_with_sorted_keys(native_file):
    data = native_file().read_bytes()
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    about = header["__metadata__"]["nce_lab"]
    assert about == json.dumps(json.loads(about), sort_keys=True, separators=(",", ":"))
