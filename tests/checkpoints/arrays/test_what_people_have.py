"""Files as spreadsheets and scripts leave them, with something small wrong: the sentence says what, and leads on."""

import numpy as np
import pytest

from checkpoints.arrays.opening import open_arrays
from checkpoints.reading.array_spec import ArraySpec
from checkpoints.reading.safe_files import read_head
from losses.errors import LabError

X = np.random.default_rng(0).normal(size=(12, 4)).round(3)
Y = np.arange(12) % 3
NAMES = ["cat", "dog, big", "owl"]
HEAD = "e0,e1,e2,e3,label\n"
MAPPED = ArraySpec(mapping="embeddings=e0-e3,labels=label")


def table(path, labels, *, separator=",", comma=False):
    lines = [HEAD.replace(",", separator)]
    for row, label in zip(X, labels, strict=True):
        cells = [str(value).replace(".", ",") if comma else str(value) for value in row]
        lines.append(separator.join([*cells, f'"{label}"']) + "\n")
    path.write_text("".join(lines))
    return path


def test_names_with_commas_and_decimal_commas(tmp_path):
    path = table(tmp_path / "a.csv", [NAMES[label] for label in Y], separator=";", comma=True)
    outputs = open_arrays(path, spec=MAPPED)
    np.testing.assert_allclose(outputs.test.embeddings, X / np.linalg.norm(X, axis=1, keepdims=True), atol=1e-6)
    assert outputs.class_names == tuple(NAMES)


@pytest.mark.parametrize("missing", ["", "NA", "None", "null", "N/A", " nan "])
def test_what_stands_where_a_label_is_missing_is_said(tmp_path, missing):
    path = table(tmp_path / "a.csv", [missing if place < 4 else NAMES[label] for place, label in enumerate(Y)])
    outputs = open_arrays(path, spec=MAPPED)
    assert (len(outputs.test), outputs.class_names) == (8, tuple(NAMES))
    said = f"test labels: 4 items without a label ({missing.strip() or 'empty'}) are left out"
    assert said in outputs.provenance["notes"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (HEAD, r"^a\.csv must have rows below its header, but has a header alone\.$"),
        (f"\n{HEAD}\n", "must have rows below its header"),
        (HEAD + "1,2,3,4,a\n", "must have embeddings.* e0-e3 has one row, and two items at least are asked for"),
    ],
)
def test_a_table_without_rows_or_with_one(tmp_path, text, sentence):
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(LabError, match=sentence):
        open_arrays(tmp_path / "a.csv")


def test_marks_between_thousands(tmp_path):
    (tmp_path / "a.csv").write_text(HEAD + "1,2,3,4,a\n" * 300 + '1,2,3,"1,234.5",a\n')
    with pytest.raises(LabError, match=r"must be numbers, but has '1,234\.5' in row 301\. Write numbers without marks"):
        open_arrays(tmp_path / "a.csv", spec=MAPPED)


@pytest.mark.parametrize(
    ("labels", "what"),
    [
        (Y + 0.5, r"labels float64 \(12\) is not proposed as labels, which are one whole number or text an item"),
        (np.stack([Y, Y], axis=1) + 2, r"labels int64 \(12, 2\) is not proposed as labels"),
        (X[:, 0] + 1j, "labels holds complex numbers: save .real"),
        (np.array(["2020-01-01"] * 12, "M8[D]"), "labels holds values of dates"),
    ],
)
def test_labels_that_are_none_are_named(tmp_path, labels, what):
    np.savez(tmp_path / "a.npz", embeddings=X, labels=labels)
    with pytest.raises(LabError, match=rf"Likely right is --map embeddings=embeddings;.*{what}"):
        open_arrays(tmp_path / "a.npz")


def test_no_items(tmp_path):
    np.savez(tmp_path / "a.npz", embeddings=X[:0], labels=Y[:0])
    with pytest.raises(LabError, match="embeddings has no rows, and two items at least are asked for"):
        open_arrays(tmp_path / "a.npz")


def test_numbers_here_and_texts_of_numbers_there(tmp_path):
    np.savez(tmp_path / "a.npz", train_embeds=X, train_labels=Y, test_embeds=X, test_labels=Y.astype(str))
    with pytest.raises(LabError, match=r"but are texts against numbers\. Save both alike, as texts"):
        open_arrays(tmp_path / "a.npz")


def test_a_link_says_where_to_go(tmp_path):
    (tmp_path / "a.npz").symlink_to("b.npz")
    (tmp_path / "loop").symlink_to("loop")
    for name in ("a.npz", "loop"):
        with pytest.raises(LabError, match=r"not a symbolic link\. Give the file that it leads to"):
            read_head(tmp_path / name)
