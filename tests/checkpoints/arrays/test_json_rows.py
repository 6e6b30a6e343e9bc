"""Rows in JSON: lines, a list, a list a column; numbers, lists and texts by their keys."""

import json

import numpy as np
import pytest

from checkpoints.arrays import json_rows
from checkpoints.arrays.opening import listing_of, needs_mapping, open_arrays
from checkpoints.opening import is_of_arrays, needs_of
from checkpoints.reading.array_spec import ArraySpec
from checkpoints.reading.content import kind_of
from losses.errors import LabError

ITEMS = 240  # more than a listing looks at
RNG = np.random.default_rng(0)
Y = np.arange(ITEMS) % 3
X = (RNG.normal(size=(ITEMS, 4)) + 3 * np.eye(3, 4)[Y]).astype(np.float32)
NAMES = np.array(["cat", "dog", "owl"])[Y]
ROWS = [{"id": f"é{row}", "vec": X[row].tolist(), "y": int(Y[row]), "name": NAMES[row]} for row in range(ITEMS)]
LINES = "\n".join(map(json.dumps, ROWS))
AS = {
    "lines.jsonl": LINES,
    "empty_lines.jsonl": "\ufeff" + LINES.replace("\n", "\r\n\r\n") + "\n",
    "list.json": json.dumps(ROWS, indent=2, ensure_ascii=False),
    "columns.json": json.dumps({key: [row[key] for row in ROWS] for key in ROWS[0]}),
    "numbered.json": json.dumps(
        [{f"v{k}": value for k, value in enumerate(row.pop("vec"))} | row for row in json.loads(json.dumps(ROWS))]
    ),
}


@pytest.mark.parametrize("name", AS)
def test_every_form_of_rows_opens_as_the_same_arrays(tmp_path, name):
    (tmp_path / name).write_text(AS[name])
    vectors = "v0-v3" if name == "numbered.json" else "vec"
    assert {each.name: each.what for each in listing_of(tmp_path / name).arrays} == {
        "id": f"text ({ITEMS})", vectors: f"float32 ({ITEMS}, 4)", "y": f"int64 ({ITEMS})", "name": f"text ({ITEMS})"
    }  # fmt: skip
    assert needs_of(tmp_path / name) == "mapping"
    spec = ArraySpec(mapping=f"embeddings={vectors},labels=name,ids=id")
    outputs = open_arrays(tmp_path / name, spec=spec)
    assert np.array_equal(outputs.test.embeddings, X / np.linalg.norm(X, axis=1, keepdims=True)) or np.allclose(
        outputs.test.embeddings, X / np.linalg.norm(X, axis=1, keepdims=True), atol=1e-7
    )
    assert [outputs.class_names[label] for label in outputs.test.labels] == NAMES.tolist()
    assert outputs.test.ids.tolist() == [row["id"] for row in ROWS]


def test_known_names_open_without_a_question_and_a_null_label_is_none(tmp_path):
    rows = [{"embeddings": row["vec"], "labels": None if row["y"] == 2 else row["y"]} for row in ROWS]
    (tmp_path / "a.json").write_text(json.dumps(rows))
    assert not needs_mapping(tmp_path / "a.json")
    outputs = open_arrays(tmp_path / "a.json")
    assert (len(outputs.test), len(outputs.class_names)) == (160, 2)
    assert "80 items without a label" in str(outputs.provenance["notes"])


def test_a_list_of_lists_is_vectors(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(X.tolist()))
    (only,) = listing_of(tmp_path / "a.json").arrays
    assert (only.name, only.shape) == ("vectors", (ITEMS, 4))


def test_a_large_file_has_about_as_many_rows_as_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(json_rows, "_HEAD", 20_000)
    (tmp_path / "a.jsonl").write_text(LINES)
    shape = listing_of(tmp_path / "a.jsonl").arrays[0].shape
    assert shape == pytest.approx((ITEMS,), rel=0.05)
    assert len(open_arrays(tmp_path / "a.jsonl", spec=ArraySpec(mapping="embeddings=vec")).test) == ITEMS


@pytest.mark.parametrize(
    "text",
    [
        '{"model_type": "resnet", "hidden_sizes": [64, 128], "grid": [[336, 672], [672, 336]]}',  # a network's settings
        '["cat", "dog", "owl"]',
        '{"0": "cat", "1": "dog"}',
        '{"epoch": 1, "loss": 0.3}\n{"epoch": 2, "loss": 0.2}',
        "[" * 100_000,
        "{}",
    ],
)
def test_other_json_is_no_rows(tmp_path, text):
    (tmp_path / "a.json").write_text(text)
    assert not is_of_arrays(tmp_path / "a.json")


def test_lists_of_several_lengths_are_named(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"v": [1, 2], "y": 0}\n{"v": [1], "y": 1}')
    with pytest.raises(LabError, match=r"must have embeddings, but has v other .* v holds lists of several lengths"):
        open_arrays(tmp_path / "a.jsonl")


def test_a_file_beyond_the_limit_is_refused(tmp_path, monkeypatch):
    (tmp_path / "a.jsonl").write_text(LINES)
    monkeypatch.setattr(json_rows, "MOST_BYTES", 100)
    with pytest.raises(LabError, match="must have at most 100 bytes"):
        json_rows.load_rows(tmp_path / "a.jsonl", ["vec"])


def test_a_text_that_is_too_long_is_refused(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"v": [1, 2], "y": "a"}\n{"v": [1, 2], "y": "%s"}' % ("b" * 3_000))
    with pytest.raises(LabError, match="must be texts of at most 2,000 characters"):
        json_rows.load_rows(tmp_path / "a.jsonl", ["y"])


VECTORS = np.random.default_rng(5).normal(size=(6, 4)).round(3)
IDS = [f"img/{place}.png" for place in range(6)]
CLASSES = ["cat", "dog", "owl", "cat", "dog", "owl"]
OBJECTS = {
    "a vector an id": (dict(zip(IDS, VECTORS.tolist(), strict=True)), "embeddings=vectors,ids=id"),
    "a vector a number": ({str(n): row for n, row in enumerate(VECTORS.tolist())}, "embeddings=vectors,ids=id"),
    "an object an id": (
        {key: {"embedding": row, "label": y} for key, row, y in zip(IDS, VECTORS.tolist(), CLASSES, strict=True)},
        "embeddings=embedding,labels=label,ids=id",
    ),
    "ids of single letters": (
        {key: {"embedding": row, "label": y} for key, row, y in zip("abcdef", VECTORS.tolist(), CLASSES, strict=True)},
        "embeddings=embedding,labels=label,ids=id",
    ),
    "an object a column": (
        {
            "embeddings": dict(zip(IDS, VECTORS.tolist(), strict=True)),
            "labels": dict(zip(IDS, CLASSES, strict=True)),
        },
        "embeddings=embeddings,labels=labels,ids=id",
    ),
    "as pandas writes a table": (
        {
            **{
                f"e{k}": {str(n): value for n, value in enumerate(column)}
                for k, column in enumerate(VECTORS.T.tolist())
            },
            "label": {str(n): y for n, y in enumerate(CLASSES)},
        },
        "embeddings=e0-e3,labels=label,ids=id",
    ),
    "numbered columns": (
        {f"e{k}": column for k, column in enumerate(VECTORS.T.tolist())},
        "embeddings=e0-e3",
    ),
    "a table a class": (
        {y: VECTORS[[k for k in range(6) if CLASSES[k] == y]].tolist() for y in ("cat", "dog", "owl")},
        "embeddings=vectors,labels=label",
    ),
    "rows inside an answer": (
        {"model": "m", "data": [{"index": n, "embedding": row} for n, row in enumerate(VECTORS.tolist())]},
        "embeddings=embedding,ids=index",
    ),
}


@pytest.mark.parametrize("name", OBJECTS)
@pytest.mark.parametrize("indent", [None, 1])
def test_one_object_that_is_a_table(tmp_path, name, indent):
    content, mapping = OBJECTS[name]
    path = tmp_path / "a.json"
    path.write_text(json.dumps(content, indent=indent))
    with pytest.raises(LabError, match=rf"must say which array is what.* --map {mapping};"):
        open_arrays(path)
    outputs = open_arrays(path, spec=ArraySpec(mapping=mapping))
    rows = VECTORS if name != "a table a class" else VECTORS[[0, 3, 1, 4, 2, 5]]
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    np.testing.assert_allclose(outputs.test.embeddings, unit, atol=1e-6)
    if "labels" in mapping:
        expected = sorted(CLASSES) if name == "a table a class" else CLASSES
        assert [outputs.class_names[label] for label in outputs.test.labels] == expected
    if "ids=id" in mapping and name not in ("a vector a number", "as pandas writes a table", "ids of single letters"):
        assert list(outputs.test.ids) == IDS


def test_an_object_that_goes_on_beyond_the_head_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(json_rows, "_HEAD", 200)
    for name in ("a vector an id", "an object an id"):
        content, mapping = OBJECTS[name]
        (tmp_path / "a.json").write_text(json.dumps(content))
        assert len(open_arrays(tmp_path / "a.json", spec=ArraySpec(mapping=mapping)).test.embeddings) == 6


def test_an_id_that_stands_twice_is_named(tmp_path):
    (tmp_path / "a.json").write_text('{"a": [1, 2], "b": [2, 3], "a": [5, 6], "c": [1, 1]}')
    with pytest.raises(LabError, match=r"must have each key once, but has .a. twice in one object\. Rename"):
        open_arrays(tmp_path / "a.json")


@pytest.mark.parametrize(
    "text",
    [
        '{"image_mean": [0.5, 0.5, 0.5], "image_std": [0.2, 0.2, 0.2]}',  # a preprocessor's
        '{"model": {"width": 8}, "data": {"name": "c"}}',
        '{"train": "a", "data": [{"path": "x"}]}',
        '{"a": {"x": 1}, "b": {"y": 2}}',
    ],
)
def test_settings_are_no_rows(tmp_path, text):
    (tmp_path / "a.json").write_text(text)
    assert not is_of_arrays(tmp_path / "a.json")


@pytest.mark.parametrize("text", ['{"id0": {"v": [1, 2]}', '{     "a": [1, 2]', '[[1, 2], {"a": 3}'])
def test_json_with_a_brace_as_its_ninth_letter_is_no_safetensors_file(text):
    assert kind_of(text.encode()) == "json"
    assert kind_of((123).to_bytes(8, "little") + b"{") == "safetensors"
