"""What is said of images in Parquet, tars, tables, .npz and STL-10's files."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy.io import savemat

from checkpoints.images import array_file, bounds, labelled, listed_paths, parquet, shards, tar_members, web_dataset
from checkpoints.images.finding import image_data
from tests.checkpoints.images.test_array_file import COLOURED, LABELS, medical
from tests.checkpoints.images.test_parquet import NAMES, table
from tests.checkpoints.images.test_tree import encoded
from tests.checkpoints.images.test_web_dataset import overwritten, sample, tar
from tests.sentences.of_images import Said, with_limit

GOOD = tar(sample("train/0", 1, "ant") | sample("test/0", 1, "ant"))
HEAD = "path,label,split\n"


def every(top: Path, name: str) -> object:
    """Each image of both sides at a path."""
    with image_data(top / name) as data:
        return [side.read(row) for side in (data.train, data.test) for row in range(len(side))]


def of_tar(data: bytes) -> Said:
    def opened(top: Path) -> object:
        (top / "pets.tar").write_bytes(data)
        return every(top, "pets.tar")

    return opened


def of_table(text: str) -> Said:
    def opened(top: Path) -> object:
        (top / "pets.csv").write_text(text)
        (top / "away").symlink_to(top)
        return every(top, "pets.csv")

    return opened


def of_parquet(made: pa.Table, cut: int = 0) -> Said:
    def opened(top: Path) -> object:
        pq.write_table(made, top / "pets.parquet")
        whole = (top / "pets.parquet").read_bytes()
        (top / "pets.parquet").write_bytes(whole[: len(whole) - cut])
        return every(top, "pets.parquet")

    return opened


def of_arrays(**changed: Any) -> Said:
    def opened(top: Path) -> object:
        np.savez(top / "pets.npz", **medical(**changed))
        return every(top, "pets.npz")

    return opened


def packed_otherwise(top: Path) -> object:
    """An .npz whose members are compressed as numpy never does."""
    np.savez(top / "pets.npz", **medical())
    with zipfile.ZipFile(top / "pets.npz") as old, zipfile.ZipFile(top / "other.npz", "w", zipfile.ZIP_BZIP2) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return every(top, "other.npz")


def longer_than_it_is(top: Path) -> object:
    """A header that declares more images than there are bytes."""
    np.savez(top / "pets.npz", **medical())
    data = (top / "pets.npz").read_bytes().replace(b"(5, 6, 4, 3)", b"(9, 6, 4, 3)")
    (top / "pets.npz").write_bytes(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(zipfile.ZipExtFile, "_update_crc", lambda *_: None)
        return every(top, "pets.npz")


def damaged(top: Path) -> object:
    np.savez(top / "pets.npz", **medical())
    data = (top / "pets.npz").read_bytes().replace(COLOURED[4].tobytes(), COLOURED[0].tobytes())
    (top / "pets.npz").write_bytes(data)
    return every(top, "pets.npz")


def cut_while_open(top: Path) -> object:
    """A member that gives fewer bytes than it declared."""
    np.savez(top / "pets.npz", **medical())
    with image_data(top / "pets.npz") as data, pytest.MonkeyPatch.context() as patch:
        patch.setattr(zipfile.ZipFile, "open", lambda *_: io.BytesIO(b"cut"))
        return data.train.read(0)


def stl(labels: bytes, images: int = 27_648, cut: bool = False) -> Said:
    def opened(top: Path) -> object:
        for side in ("train", "test"):
            (top / f"{side}_X.bin").write_bytes(bytes(images))
            (top / f"{side}_y.bin").write_bytes(labels)
        with image_data(top) as data:
            (top / "train_X.bin").write_bytes(b"" if cut else bytes(images))
            return data.train.read(0)

    return opened


def svhn(**changed: np.ndarray | None) -> Said:
    def opened(top: Path) -> object:
        arrays = {"X": np.zeros((32, 32, 3, 2), np.uint8), "y": np.ones(2, np.uint8)} | changed
        for name in ("train_32x32.mat", "test_32x32.mat"):
            savemat(top / name, {name: array for name, array in arrays.items() if array is not None})
        with image_data(top) as data:
            return data

    return opened


def two_of_torchvision(top: Path) -> object:
    for name in ("MNIST", "KMNIST"):
        (top / name / "raw").mkdir(parents=True)
        (top / name / "raw/train-images-idx3-ubyte").touch()
    with image_data(top) as data:
        return data


def two_shards(top: Path) -> object:
    for name in ("train.tar", "test.tar"):
        (top / name).write_bytes(tar(sample("0", 1, 0)))
    return every(top, ".")


def pictures(data: bytes | None) -> pa.Table:
    images = pa.array([{"bytes": encoded((1, 2, 3))}, {"bytes": data}])
    return pa.table({"image": images, "label": [0, 0], "split": ["test", "train"]})


SAID: tuple[Said | Callable[[Path], object], ...] = (
    of_tar(tar(sample("0", 1, 0))),
    of_tar(tar(sample("train/0", 1, "ant") | sample("test/0", 1, said={"label": 1}))),
    with_limit(labelled, "MOST_CLASSES", 1, of_table(f"{HEAD}a.png,ant,train\nb.png,bee,test\n")),
    of_parquet(table(2, label=[0, 7], split=["train", "test"]).replace_schema_metadata(NAMES)),
    of_tar(GOOD[:540]),
    with_limit(tar_members, "MOST_MEMBERS", 1, of_tar(GOOD)),
    of_tar(GOOD.replace(b"0.png", b"1.png", 1)),
    of_tar(overwritten(GOOD, 124, b"\x80" + b"\xff" * 11)),
    of_tar(tar({"x" * 70_000: b""}, "gnu")),
    of_tar(tar({"x" * 200 + ".png": b""}, "pax").replace(b" path=", b" size=")),
    of_tar(tar(sample("../0", 1, 0))),
    with_limit(shards, "MOST_SHARDS", 1, two_shards),
    of_tar(tar({"a.txt": b""})),
    with_limit(web_dataset, "MOST_BYTES", 10, of_tar(GOOD)),
    with_limit(web_dataset, "MOST_SAMPLES", 1, of_tar(GOOD)),
    of_tar(tar({f"0.{n}": b"" for n in range(1001)})),
    of_table(f"{HEAD}away/a.png,ant,train\nb.png,ant,test\n"),
    with_limit(listed_paths, "MOST_SAMPLES", 1, of_table(f"{HEAD}a.png,ant,train\nb.png,ant,test\n")),
    of_table('path,label\n"a" b,c\n'),
    of_table("\n\n"),
    of_table("a,b\n1,2\n"),
    of_table(f"{HEAD}a.png\n"),
    of_table(f"{HEAD}../a.png,ant,train\n"),
    of_parquet(pa.table({"x": [1.0], "label": [1]})),
    of_parquet(table(2), cut=20),
    with_limit(parquet, "MOST_SAMPLES", 1, of_parquet(table(2))),
    of_parquet(pictures(None)),
    with_limit(parquet, "MOST_BYTES", 10, of_parquet(pictures(encoded((1, 2, 3))))),
    with_limit(array_file, "_FREE", -1 << 40, of_arrays()),
    packed_otherwise,
    of_arrays(train_labels=LABELS[:4]),
    with_limit(bounds, "_FREE", -2_000, of_arrays()),
    of_arrays(train_labels=np.zeros((5, 14), np.uint8)),
    of_arrays(train_labels=LABELS.astype(np.int64) - 1),
    of_arrays(train_images=COLOURED.astype(np.float32)),
    longer_than_it_is,
    damaged,
    cut_while_open,
    svhn(y=np.ones(3, np.uint8)),
    svhn(y=np.full(2, 11, np.uint8)),
    svhn(X=np.zeros((2, 2))),
    svhn(y=None),
    two_of_torchvision,
    stl(bytes([1]), images=9),
    stl(bytes([11])),
    stl(bytes([1]), cut=True),
)
