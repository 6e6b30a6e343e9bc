"""Parquet as pyarrow writes it for Hugging Face's datasets: the same images, one at a time, and what is none named."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from checkpoints.images.finding import image_data
from losses.errors import LabError
from tests.checkpoints.images.test_tree import encoded

NAMES = {"huggingface": json.dumps({"info": {"features": {"label": {"names": ["ant", "bee", "cat"]}}}})}

MANY = pa.table({"image": pa.nulls(1_000_000, pa.binary()), "label": pa.array(np.zeros(1_000_000, np.int8))})


def table(items, *, raw=False, **columns):
    """A shard whose image k has the colour k."""
    pictures = [encoded((k, k, k)) for k in range(items)]
    images = pa.array(pictures if raw else [{"bytes": each, "path": "x.png"} for each in pictures])
    columns = {"label": [k % 3 for k in range(items)]} | columns
    return pa.table({"image": images, **{name: pa.array(values) for name, values in columns.items() if values}})


@pytest.fixture
def shards(tmp_path):
    """As a data set is cloned from the hub: 9 train images in two shards of several row groups, 3 of test, 2 of val."""
    (tmp_path / "pets" / "data").mkdir(parents=True)
    for name, items in (("train-00000-of-00002", 5), ("train-00001-of-00002", 4), ("test-0", 3), ("validation-0", 2)):
        made = table(items).replace_schema_metadata(NAMES)
        pq.write_table(made, tmp_path / "pets" / "data" / f"{name}.parquet", row_group_size=2)
    return tmp_path / "pets"


def colours(side, rows):
    return [int(side.read(row)[0, 0, 0]) for row in rows]


def test_shards_are_one_data_set(shards):
    with image_data(shards) as data:
        assert (data.kind, data.class_names) == ("Parquet, 4 shards", ("ant", "bee", "cat"))
        assert data.train.labels.tolist() == [0, 1, 2, 0, 1, 0, 1, 2, 0]
        assert data.test.labels.tolist() == [0, 1, 2]
        assert data.notes == ("2 validation images left out, since there is a test split",)
        assert data.train.ids[5] == "data/train-00001-of-00002.parquet row 0"
        assert colours(data.train, [0, 1, 2, 3, 4, 5, 6, 7, 8]) == [0, 1, 2, 3, 4, 0, 1, 2, 3]
        assert colours(data.train, [8, 3, 4, 1, 0, 7]) == [3, 3, 4, 1, 0, 2]
        assert data.train.read(3).shape == (4, 6, 3)
        assert (
            data.train.content(np.array([1])) == data.train.content(np.array([6])) != data.train.content(np.array([2]))
        )


@pytest.mark.parametrize("raw", [True, False])
def test_one_file_with_a_split_column_and_labels_of_text(tmp_path, raw):
    splits, labels = ["train", "validation", "train", "other", "train"], ["10", "9", "9", "9", None]
    pq.write_table(table(5, raw=raw, split=splits, label=labels), tmp_path / "all.parquet")
    with image_data(tmp_path / "all.parquet") as data:
        assert (data.train.labels.tolist(), data.test.labels.tolist()) == ([10, 9], [9])
        assert colours(data.test, [0]) == [1]
        assert data.notes[:2] == (
            "1 image with no label left out: all.parquet row 4",
            "1 image with no split that is known here left out: all.parquet row 3",
        )


def test_an_image_that_is_only_a_path_is_one_sentence(tmp_path):
    images = pa.array([{"bytes": encoded((1, 2, 3)), "path": None}, {"bytes": None, "path": "/etc/passwd"}] * 2)
    made = pa.table({"img": images, "fine_label": [0, 0, 0, 0], "split": ["train", "train", "test", "test"]})
    pq.write_table(made, tmp_path / "all.parquet")
    with image_data(tmp_path / "all.parquet") as data:
        assert data.train.read(0).shape == (4, 6, 3)
        with pytest.raises(LabError, match=r"all\.parquet row 1 must have its bytes in the file"):
            data.train.read(1)
        assert data.test.read(0).shape == (4, 6, 3)


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (table(2), "must have labelled train images, but has none. Give a folder with the shards of both"),
        (pa.table({"x": [1.0], "label": [1]}), "must have a column of images .*, but has the columns 'x', 'label'"),
        (table(2, label=[], weight=[0.5, 0.5]), "one of labels"),
        (MANY, r"must have at most 10,\d{3} rows in [\d,]+ bytes, but declares 1,000,000 rows and 2 columns"),
        (table(2, label=[0, 7], split=["train", "test"]).replace_schema_metadata(NAMES), "labels below 3, .* has 7"),
    ],
    ids=range(5),
)
def test_what_is_no_labelled_images_is_one_sentence(tmp_path, made, sentence):
    pq.write_table(made, tmp_path / "all.parquet")
    with pytest.raises(LabError, match=sentence), image_data(tmp_path / "all.parquet"):
        pass


def test_a_broken_file_ends_nobody(shards):
    path = shards / "data" / "train-00000-of-00002.parquet"
    whole = path.read_bytes()
    path.write_bytes(whole[:-300] + b"\xff" * 200 + whole[-100:])
    with (
        pytest.raises(LabError, match=r"train-00000-of-00002\.parquet must be a whole Parquet file"),
        image_data(shards),
    ):
        pass


def test_a_worker_that_ended_is_begun_anew(shards):
    with image_data(shards) as data:
        worker = data.test.encoded.__closure__
        process = next(cell.cell_contents for cell in worker if hasattr(cell.cell_contents, "data"))
        process = next(
            cell.cell_contents for cell in process.data.__closure__ if hasattr(cell.cell_contents, "_process")
        )
        process._process.kill()
        process._process.wait()
        assert colours(data.test, [0, 1, 2]) == [0, 1, 2]
    assert process._process.poll() is not None
