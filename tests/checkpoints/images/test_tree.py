"""Image folders on disk and in a zip: the same items, what is no image named, nothing outside of them read."""

import io
import zipfile
import zlib

import numpy as np
import pytest
from PIL import Image

from checkpoints.images.decode import decode
from checkpoints.images.finding import image_data
from checkpoints.images.source import evenly
from losses.errors import LabError


def encoded(value, kind="PNG", mode="RGB"):
    buffer = io.BytesIO()
    Image.new(mode, (6, 4), value).save(buffer, kind)
    return buffer.getvalue()


FILES = {
    "pets/train/dog/b.png": encoded((1, 2, 3)),
    "pets/train/dog/a.jpg": encoded((200, 10, 10), "JPEG"),
    "pets/train/cat/a.PNG": encoded(7, mode="L"),
    "pets/val/cat/x.png": encoded((9, 9, 9, 0), mode="RGBA"),
    "pets/notes.md": b"no image",
    "pets/train/.thumbs/a.png": encoded((0, 0, 0)),
    "__MACOSX/train/dog/a.png": b"resource fork",
}


def as_folder(path, files):
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


def as_zip(path, files, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path / "pets.zip", "w", method) as file:
        for name, data in files.items():
            file.writestr(name, data)
    return path / "pets.zip"


@pytest.mark.parametrize("make", [as_folder, as_zip])
def test_of_class_folders_without_sides_half_of_each_class_is_train(tmp_path, make):
    files = {f"pets/{name}/{place}.png": encoded((place, 9, 9)) for name in ("dog", "cat") for place in range(6)}
    with image_data(make(tmp_path, files | {"pets/notes.md": b"no image"})) as data:
        assert data.class_names == ("cat", "dog")
        assert data.train.labels.tolist() == data.test.labels.tolist() == [0] * 3 + [1] * 3
        assert sorted([*data.train.ids, *data.test.ids]) == sorted(files)
        assert "drawn with seed 0, are train, the others test" in data.notes[0]
        first = data.train.ids.tolist()
    with image_data(tmp_path if make is as_folder else tmp_path / "pets.zip") as again:
        assert again.train.ids.tolist() == first


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"a.png": encoded(1, mode="L"), "b.png": encoded(2, mode="L")}, "2 images in 0 class folders"),
        ({"all/a.png": encoded(1, mode="L"), "all/b.png": encoded(2, mode="L")}, "2 images in 1 class folder"),
        ({"train/a.png": encoded(1, mode="L"), "test/a.png": encoded(2, mode="L")}, "2 images in 0 class folders"),
        ({"notes.md": b"no image"}, "none"),
    ],
)
def test_what_cannot_be_split_says_what_was_found(tmp_path, files, found):
    sentence = rf"^pets.zip must have images as train/CLASS.*, but has {found}\.$"
    with pytest.raises(LabError, match=sentence), image_data(as_zip(tmp_path, files)):
        pass


@pytest.mark.parametrize("make", [as_folder, as_zip])
def test_a_tree_is_read_the_same_from_folder_and_zip(tmp_path, make):
    with image_data(make(tmp_path, FILES)) as data:
        assert data.class_names == ("cat", "dog")
        assert data.train.ids.tolist() == ["pets/train/cat/a.PNG", "pets/train/dog/a.jpg", "pets/train/dog/b.png"]
        assert (data.train.labels.tolist(), data.test.labels.tolist()) == ([0, 1, 1], [0])
        np.testing.assert_array_equal(data.train.read(0), np.full((4, 6, 3), 7))
        np.testing.assert_array_equal(data.train.read(2), np.tile(np.array([1, 2, 3], np.uint8), (4, 6, 1)))
        assert data.test.read(0).shape == (4, 6, 3)
        assert data.notes == (
            "1 files are no images of a class and were left out (.md 1): pets/notes.md",
            "1 of 2 classes have no test images",
        )


@pytest.mark.parametrize("make", [as_folder, as_zip])
def test_content_changes_with_the_bytes_of_an_image(tmp_path, make):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    digests = []
    for name, files in (("one", FILES), ("two", FILES | {"pets/train/dog/b.png": encoded((1, 2, 4))})):
        with image_data(make(tmp_path / name, files)) as data:
            digests.append(data.train.content(np.arange(3)))
            assert digests[-1] == data.train.content(np.arange(3))
    assert digests[0] != digests[1]


@pytest.mark.parametrize("make", [as_folder, as_zip])
@pytest.mark.parametrize("side", ["train", "test"])
def test_a_side_without_images_is_named(tmp_path, make, side):
    other = "test" if side == "train" else "train"
    sentence = f"train and test images, but has {other} images alone. Give the class folders"
    with pytest.raises(LabError, match=sentence), image_data(
        make(tmp_path, {f"{other}/cat/a.png": encoded((1, 2, 3))})
    ):  # fmt: skip
        pass


def test_links_are_not_followed(tmp_path):
    secret = tmp_path / "secret.png"
    secret.write_bytes(encoded((5, 5, 5)))
    folder = as_folder(tmp_path / "data", FILES)
    (folder / "pets/train/dog/link.png").symlink_to(secret)
    (folder / "pets/test").symlink_to(tmp_path)
    with image_data(folder) as data:
        assert (len(data.train), len(data.test)) == (3, 1)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("../train/cat/a.png", "must have members inside of it"), ("/train/cat/a.png", "must have members inside of it")],
)
def test_a_zip_that_climbs_is_refused(tmp_path, name, sentence):
    with pytest.raises(LabError, match=sentence), image_data(as_zip(tmp_path, FILES | {name: encoded((0, 0, 0))})):
        pass


def test_a_zip_bomb_is_refused_before_anything_is_unpacked(tmp_path):
    path = as_zip(tmp_path, {f"train/cat/{n}.png": bytes(1 << 20) for n in range(30)})
    with pytest.raises(LabError, match="must unpack to at most 100 times its size"), image_data(path):
        pass


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "must be a whole JPEG or PNG image"),
        (encoded((1, 2, 3))[:40], "must be a whole JPEG or PNG image"),
        (encoded((1, 2, 3), "GIF"), "must be a whole JPEG or PNG image"),
        (encoded((1, 2, 3), "JPEG")[:-200], "must be a whole JPEG or PNG image"),
        (b"\x89PNG\r\n\x1a\n" + b"\xff" * 60, "must be a whole JPEG or PNG image"),
    ],
    ids=["empty", "cut png", "gif", "cut jpeg", "noise"],
)
def test_what_is_no_image_is_one_sentence(data, sentence):
    with pytest.raises(LabError, match=sentence):
        decode(data, name="a.png")


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("side", [5_000, 10_000, 20_000, 65_000])
def test_an_image_that_declares_too_many_pixels_is_told_so_and_not_unpacked(side, kind):
    """Also from where Pillow itself warns (90 million) and refuses (179 million)."""
    image = bytearray(encoded((1, 2, 3), kind))
    if kind == "PNG":
        image[16:24] = side.to_bytes(4, "big") * 2
        image[29:33] = zlib.crc32(image[12:29]).to_bytes(4, "big")
    else:
        frame = image.index(b"\xff\xc0") + 5  # after marker, length and precision: height and width
        image[frame : frame + 4] = side.to_bytes(2, "big") * 2
    with pytest.raises(LabError) as told:
        decode(bytes(image), name="a.png")
    assert str(told.value).startswith(
        f"a.png must have at most 16,777,216 pixels, but is {side * side:,} pixels large."
    )


def test_pixels_are_counted_before_they_are_unpacked(monkeypatch):
    monkeypatch.setattr("checkpoints.images.decode.MOST_PIXELS", 23)
    with pytest.raises(LabError, match=r"a\.png must have at most 23 pixels, but is 24 pixels large"):
        decode(encoded((1, 2, 3)), name="a.png")


@pytest.mark.parametrize("limit", [1, 2, 5, 7, 11, 12, 30, None])
def test_evenly_takes_the_first_of_each_class(limit):
    labels = np.array([0, 0, 0, 0, 0, 1, 1, 2, 2, 2, 2, 1])
    rows = evenly(labels, limit)
    assert len(rows) == min(limit or 99, len(labels))
    assert (np.diff(rows) > 0).all()
    counts = np.bincount(labels[rows], minlength=3)
    for label in range(3):
        np.testing.assert_array_equal(rows[labels[rows] == label], np.flatnonzero(labels == label)[: counts[label]])
        full = counts[label] == (labels == label).sum()
        assert full or counts[label] >= counts.max() - 1


@pytest.mark.parametrize("content", [b"", b"<!doctype html>", b"\x93NUMPY", b"hello"])
def test_a_file_of_another_kind_is_named(tmp_path, content):
    (tmp_path / "images.zip").write_bytes(content)
    with pytest.raises(LabError, match=r"images\.zip must be an image folder, a zip or tar of one"), image_data(
        tmp_path / "images.zip"
    ):  # fmt: skip
        pass


def test_a_registered_data_set_by_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    from pathlib import Path

    with image_data(Path("digits")) as data:
        assert (len(data.train), len(data.test)) == (1258, 539)
        assert data.test.read(0).shape == (8, 8)
