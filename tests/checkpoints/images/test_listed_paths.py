"""Tables of paths and labels: with and without a head, with every mark; nothing outside of their folder is read."""

import numpy as np
import pytest

from checkpoints.images.finding import image_data
from losses.errors import LabError
from tests.checkpoints.images.test_tree import encoded


@pytest.fixture
def folder(tmp_path):
    """Four images below a folder whose colours are 0 to 3, and one beside it."""
    (tmp_path / "pets" / "train").mkdir(parents=True)
    for name, colour in (("train/0.png", 0), ("train/1.png", 1), ("2.png", 2), ("3.png", 3), ("../4.png", 4)):
        (tmp_path / "pets" / name).write_bytes(encoded((colour, 0, 0)))
    return tmp_path / "pets"


def written(folder, text, name="labels.csv"):
    (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return folder / name


ROWS = [
    ("train/0.png", "cat", "train"),
    ("train/1.png", "dog", "TRAIN"),
    ("2.png", "dog", "val"),
    ("3.png", "cat", "test"),
]


@pytest.mark.parametrize("mark", [",", "\t", ";"])
@pytest.mark.parametrize("head", [("path", "label", "split"), (" Image_Path", "Class ", "subset")])
def test_a_table_with_a_split_column(folder, mark, head):
    text = "\ufeff" + "\r\n".join(mark.join(row) for row in (head, *ROWS)) + "\n\n"
    with image_data(written(folder, text)) as data:
        assert data.class_names == ("cat", "dog")
        assert (data.train.labels.tolist(), data.test.labels.tolist()) == ([0, 1], [0])
        assert (data.train.ids.tolist(), data.test.ids.tolist()) == (["train/0.png", "train/1.png"], ["3.png"])
        assert [int(data.train.read(row)[0, 0, 0]) for row in (0, 1)] == [0, 1]
        assert data.notes[-1] == "1 validation image left out, since there is a test split"


def test_two_tables_without_a_head(folder):
    written(folder, '"train/0.png",10\ntrain/1.png,9\n', "pets_train.csv")
    written(folder, "2.png,9\n3.png,\n", "pets_valid.csv")
    with image_data(folder) as data:
        assert (data.train.labels.tolist(), data.test.labels.tolist()) == ([10, 9], [9])
        assert data.notes[0] == "1 image with no label left out: 3.png"


def test_the_split_of_a_path_counts_where_no_column_says_it(folder):
    (folder / "test").mkdir()
    (folder / "test" / "5.png").write_bytes(encoded((5, 0, 0)))
    with image_data(written(folder, "label,path\na,train/0.png\na,test/5.png\n")) as data:
        assert int(data.test.read(0)[0, 0, 0]) == 5


def test_links_are_not_followed(folder):
    (folder / "train" / "link.png").symlink_to(folder.parent / "4.png")
    (folder / "away").symlink_to(folder.parent)
    rows = "path,label,split\ntrain/link.png,a,train\naway/4.png,a,train\ngone.png,a,train\n2.png,a,test\n"
    with image_data(written(folder, rows)) as data:
        for row, sentence in enumerate(
            ("not a symbolic link", "away/4.png must not lie behind a link", "existing file")
        ):
            with pytest.raises(LabError, match=sentence):
                data.train.read(row)
        assert data.train.content(np.arange(3)) != data.train.content(np.arange(2))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("path,label,split\n../4.png,a,train\n", r"must name images below its own folder, but names '\.\./4\.png'"),
        ("path,label,split\n/etc/4.png,a,train\n", "must name images below its own folder"),
        ("path,label,split\n,a,train\n", r"must name images below its own folder, but names '\.'"),
        ("path,label\n2.png\n", r"must have a path and a label in each row, but has '2\.png' alone in one"),
        ("a,b\n1,2\n", "must have columns of paths and labels, but begins with 'a', 'b'. Write path,label,split"),
        ("path,label\n2.png,a\n", "must have labelled train images, but has none. Add a column split"),
        ("", "must have a row for each image, but is empty"),
        (b"path,label\n\xff\xfe,a\n", "must be a table of texts in UTF-8"),
        ('path,label\n"a" b,c\n', "must be a table of texts in UTF-8"),
        ("\n\n", "must have a row for each image, but is empty"),
        ("<html>", "is a web page"),
    ],
    ids=range(11),
)
def test_a_table_of_something_else_is_one_sentence(folder, text, sentence):
    with pytest.raises(LabError, match=sentence), image_data(written(folder, text)):
        pass
