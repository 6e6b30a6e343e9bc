"""WebDataset shards as tarfile writes them in each of its formats: the same samples; nothing else is read."""

import gzip
import io
import json
import tarfile

import numpy as np
import pytest

from checkpoints.images.finding import image_data
from checkpoints.images.tar_members import members
from losses.errors import LabError
from tests.checkpoints.images.test_tree import FILES, encoded

FORMATS = {"ustar": tarfile.USTAR_FORMAT, "gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}
LONG = "ä" * 60 + "x" * 100


def tar(files, form="ustar", links=()):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=FORMATS[form]) as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
        for name, kind in links:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc/passwd"
            archive.addfile(member)
    return buffer.getvalue()


def sample(key, colour, label=None, said=None):
    files = {f"{key}.png": encoded((colour, 0, 0))}
    files |= {} if label is None else {f"{key}.cls": f"{label}\n".encode()}
    return files | ({} if said is None else {f"{key}.json": json.dumps(said).encode()})


@pytest.mark.parametrize("form", FORMATS)
def test_shards_in_a_folder(tmp_path, form):
    first = sample("000", 1, 10) | sample("a.b/001", 2, 9) | {"a.b/001.txt": b"a caption"}
    (tmp_path / "pets-train-0.tar").write_bytes(tar(first, form))
    (tmp_path / "pets-train-1.tar").write_bytes(tar(sample("000", 3, said={"label": 9, "url": [1]}), form))
    (tmp_path / "validation").mkdir()
    (tmp_path / "validation" / "0.tar").write_bytes(tar(sample("x", 4, 9) | sample("y", 5), form))
    with image_data(tmp_path) as data:
        assert (data.train.labels.tolist(), data.test.labels.tolist()) == ([10, 9, 9], [9])
        assert [int(data.train.read(row)[0, 0, 0]) for row in (2, 0, 1)] == [3, 1, 2]
        assert data.train.ids[1] == "pets-train-0.tar/a.b/001.png"
        assert data.notes[:2] == (
            "1 file in the shards left out: .txt 1",
            "1 image with no label left out: validation/0.tar/y.png",
        )
        assert data.train.content(np.array([0])) != data.train.content(np.array([1]))


def test_one_tar_whose_samples_say_their_split(tmp_path):
    files = sample("train/0", 1, "dog") | sample("0", 2, said={"cls": "cat", "split": "test"})
    (tmp_path / "pets.tar").write_bytes(tar(files))
    with image_data(tmp_path / "pets.tar") as data:
        assert (data.class_names, data.train.labels.tolist(), data.test.labels.tolist()) == (("cat", "dog"), [1], [0])


@pytest.mark.parametrize("form", FORMATS)
def test_a_tar_of_an_image_folder_is_the_folder(tmp_path, form):
    (tmp_path / "pets.tar").write_bytes(tar(FILES, form))
    with image_data(tmp_path / "pets.tar") as data:
        assert (data.class_names, data.kind) == (("cat", "dog"), "an image folder in a tar")
        assert (data.train.labels.tolist(), data.test.labels.tolist()) == ([0, 1, 1], [0])
        np.testing.assert_array_equal(data.train.read(0), np.full((4, 6, 3), 7))
        assert data.train.content(np.arange(2)) != data.train.content(np.arange(1, 3))


@pytest.mark.parametrize("form", FORMATS)
def test_members_are_those_that_tarfile_finds(form):
    files = {"a": b"", "./b/c": b"x" * 512, f"d/{'e' * 90}/f": b"y" * 513} | ({} if form == "ustar" else {LONG: b"z"})
    packed = tar(files, form)
    found = {
        each.name: packed[each.start : each.start + each.size]
        for each in members(io.BytesIO(packed), len(packed), name="a.tar")
    }
    assert found == {name.removeprefix("./"): data for name, data in files.items()}


def test_links_and_devices_are_left_out(tmp_path):
    links = [
        ("1.png", tarfile.SYMTYPE),
        ("2.png", tarfile.LNKTYPE),
        ("3.png", tarfile.CHRTYPE),
        ("4.cls", tarfile.SYMTYPE),
    ]
    (tmp_path / "train.tar").write_bytes(tar(sample("0", 1, 0), links=links))
    (tmp_path / "test.tar").write_bytes(tar(sample("0", 1, 0)))
    with image_data(tmp_path) as data:
        assert (len(data.train), data.notes) == (1, ("4 files in the shards left out: link or device 4",))


def overwritten(data, place, text):
    """With other text in the header, its checksum right."""
    header = bytearray(data[:512])
    header[place : place + len(text)] = text
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + data[512:]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (tar(sample("../0", 1, 0)), r"must have members inside of it, but has one named '\.\./0\.png'"),
        (tar(sample("/0", 1, 0)), "must have members inside of it"),
        (tar(sample("0", 1, 0))[:540], "must be a whole tar archive, but is cut off"),
        (overwritten(tar(sample("0", 1, 0)), 124, b"77777777777\0"), "must be a whole tar archive, but is cut off"),
        (
            overwritten(tar(sample("0", 1, 0)), 124, b"\x80" + b"\xff" * 11),
            "must be a whole tar archive, but is a broken one",
        ),
        (tar(sample("0", 1, 0)).replace(b"0.png", b"1.png", 1), "must be a whole tar archive, but is a broken one"),
        (tar({"a.txt": b""}), "must have images with a label beside each .*, but has no jpg or png"),
        (tar(sample("0", 1)), "must have images with a label beside each .*, but has images that have neither"),
        (tar(sample("0", 1, 0)), r"must have labelled train images, but has none\. Give a folder"),
        (tar({"0." + "x" * 70_000: b""}, "gnu"), "must have headers of at most 65,536 bytes"),
        (tar({f"0.{n}": b"" for n in range(1001)}), "must have samples of at most 1,000 files"),
    ],
    ids=range(11),
)
def test_a_tar_that_is_none_is_one_sentence(tmp_path, data, sentence):
    (tmp_path / "pets.tar").write_bytes(data)
    with pytest.raises(LabError, match=sentence), image_data(tmp_path / "pets.tar"):
        pass


HALVED = "half of the images of each class, drawn with seed 0, are train, the others test"


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("above", ["", "pets/", "a/b/"])
def test_class_folders_in_a_tar_are_halved_as_on_disk(tmp_path, form, above):
    files = {f"{above}{name}/{n}.png": encoded((n, 0, at)) for at, name in enumerate(("cat", "dog")) for n in range(6)}
    (tmp_path / "pets.tar").write_bytes(tar(files, form))
    for path, data in files.items():
        place = tmp_path / "folder" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    with image_data(tmp_path / "pets.tar") as packed, image_data(tmp_path / "folder") as laid:
        assert packed.class_names == laid.class_names == ("cat", "dog")
        for one, other in ((packed.train, laid.train), (packed.test, laid.test)):
            assert one.ids.tolist() == other.ids.tolist()
            assert np.bincount(one.labels).tolist() == [3, 3]
        assert packed.notes == laid.notes
        assert HALVED in packed.notes[0]


def test_samples_without_a_split_are_halved(tmp_path):
    files = {}
    for n in range(12):
        files |= sample(f"{n:03}", n, n % 3)
    (tmp_path / "pets.tar").write_bytes(tar(files | sample("x", 50)))
    with image_data(tmp_path / "pets.tar") as data:
        assert np.bincount(data.train.labels).tolist() == np.bincount(data.test.labels).tolist() == [2, 2, 2]
        seen = {int(side.read(row)[0, 0, 0]) for side in (data.train, data.test) for row in range(len(side))}
        assert seen == set(range(12))
        assert data.notes[0] == f"nothing says which images are train or test: {HALVED}"
        assert "1 image with no label left out: pets.tar/x.png" in data.notes
    with image_data(tmp_path / "pets.tar") as again:
        assert again.test.ids.tolist() == data.test.ids.tolist()


def test_one_split_alone_is_not_halved(tmp_path):
    (tmp_path / "pets.tar").write_bytes(
        tar({k: v for n in range(6) for k, v in sample(f"train/{n}", n, n % 2).items()})
    )
    with (
        pytest.raises(LabError, match="must have labelled test images, but has none"),
        image_data(tmp_path / "pets.tar"),
    ):
        pass


def test_a_packed_tar_says_what_to_do(tmp_path):
    (tmp_path / "pets.tar.gz").write_bytes(gzip.compress(tar(sample("0", 1, 0))))
    with (
        pytest.raises(LabError, match=r"is a compressed archive\. Unpack it, and give what is in it"),
        image_data(tmp_path / "pets.tar.gz"),
    ):
        pass
