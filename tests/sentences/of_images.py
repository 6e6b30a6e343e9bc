"""What is said of images: CIFAR, IDX, folders and zips."""

import gzip
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from checkpoints.images import folder, idx, zipped
from checkpoints.images.finding import image_data
from checkpoints.images.source import ImageData, array_side
from checkpoints.reading import file_contents, npz, safe_files, zip_archive
from tests.checkpoints.hostile import zipped as zip_of
from tests.checkpoints.images.test_cifar import python3
from tests.checkpoints.images.test_idx import IMAGES, LABELS, encoded

Said = Callable[[Path], object]
PIXELS = np.zeros((4, 3072), np.uint8)


def read(**files: bytes) -> Said:
    """The images in a folder with these files; a name's two underlines are a dot."""

    def opened(top: Path) -> object:
        for name, data in files.items():
            (top / name.replace("__", ".").replace("_idx", "-idx").replace("_images", "-images")).write_bytes(data)
        with image_data(top) as data:
            return data

    return opened


def idx_files(labels: np.ndarray = LABELS, name: str = "train-labels-idx1-ubyte") -> Said:
    def opened(top: Path) -> object:
        (top / "train-images-idx3-ubyte").write_bytes(encoded(IMAGES))
        (top / name).write_bytes(encoded(labels))
        with image_data(top) as data:
            return data

    return opened


def with_limit(module: object, name: str, most: int, command: Said) -> Said:
    """With a bound that a small file is beyond."""

    def limited(top: Path) -> object:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, name, most)
            return command(top)

    return limited


def one_image(top: Path) -> object:
    from tests.sentences.of_networks import images

    with image_data(images(top)) as data:
        return data.train.read(0)


def two_files(top: Path) -> object:
    for name in "ab":
        (top / name).touch()
    with image_data(top) as data:
        return data


def zip_at(top: Path, members: dict[str, bytes], method: int = 0) -> Iterator[object]:
    (top / "images.zip").write_bytes(zip_of(members, method))
    with zipped.zip_data(top / "images.zip") as data:
        return data


def zipped_idx(top: Path) -> object:
    (top / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(encoded(0 * IMAGES)))
    with image_data(top) as data:
        return data


def looked_at(top: Path) -> object:
    np.save(top / "rows.npy", np.eye(3))
    return file_contents.file_contents(top / "rows.npy")


def many_classes() -> object:
    side = array_side(np.zeros((1, 2, 2)), np.zeros(1), "", b"")
    return ImageData("insects", "", (), side, side)


def no_folder(top: Path) -> object:
    return list(folder.files_below(top / "gone"))


def not_an_archive_of_images(top: Path) -> object:
    (top / "page.html").write_bytes(b"<html>")
    with image_data(top / "page.html") as data:
        return data


def no_members(_: Path) -> object:
    file = io.BytesIO(zip_of({}))
    return zip_archive.open_zip(file, name="empty.npz", what=".npz archive", members=10)


def grown(top: Path) -> object:
    """A file that has fewer bytes when they are read than it had when it was opened."""
    (top / "last.npz").write_bytes(b"abc")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(safe_files, "_chunks", lambda descriptor, size: iter([b"a"]))
        return safe_files.read_whole(top / "last.npz", limit=10)


def short_member(_: Path) -> object:
    """A member that unpacks to fewer bytes than it declares."""
    archive = zip_archive.open_zip(
        io.BytesIO(zip_of({"x.npy": bytes(9)}, 8)), name="last.npz", what=".npz archive", members=10
    )
    (entry,) = archive.infolist()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(archive, "open", lambda _: io.BytesIO(b"cut"))
        return zip_archive.read_member(archive, entry, name="last.npz")


SAID: tuple[Said, ...] = (
    lambda top: read(train__bin=b"", test__bin=b"")(top),
    lambda top: read(data_batch_1=python3(PIXELS[:, :9], np.zeros(4, int)), test_batch=b"")(top),
    lambda top: read(data_batch_1=python3(PIXELS, np.full(4, 77)), test_batch=b"")(top),
    not_an_archive_of_images,
    with_limit(folder, "MOST_FILES", 1, two_files),
    no_folder,
    idx_files(LABELS[:2]),
    idx_files(),
    idx_files(name="other"),
    with_limit(idx, "MOST_BYTES", 1000, zipped_idx),
    lambda _: many_classes(),
    lambda top: zip_at(top, {"train/a/1.png": bytes(1 << 20)}, 8),
    with_limit(zipped, "MOST_BYTES", 10, one_image),
    with_limit(file_contents, "MOST_BYTES", 10, looked_at),
    lambda _: npz.read_npy(io.BytesIO(), 3 << 30, name="rows.npy"),
    no_members,
    grown,
    short_member,
    lambda _: safe_files.read_head("a\0b.npz"),
)
