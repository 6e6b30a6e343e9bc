"""Images in tars, Parquet, tables, .npz and STL-10's files: good ones to spoil, and ones that are none or lead away."""

import gzip
import io
import json
import os
import tarfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from tests.checkpoints.hostile import Hostile
from tests.checkpoints.hostile_arrays import matlab

_LINKS = {"symlink": tarfile.SYMTYPE, "hardlink": tarfile.LNKTYPE, "device": tarfile.CHRTYPE, "pipe": tarfile.FIFOTYPE}


def picture(form: str = "PNG") -> bytes:
    Image.new("RGB", (8, 8), (9, 90, 200)).save(buffer := io.BytesIO(), form)
    return buffer.getvalue()


def tar(*members: tuple[str, bytes], kind: bytes = tarfile.REGTYPE, form: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar of these members; of another kind than files they lead to /etc/passwd."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for name, data in members:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "" if kind == tarfile.REGTYPE else "/etc/passwd"
            member.size = len(data) if kind == tarfile.REGTYPE else 0
            archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def good_tar() -> bytes:
    long = "x" * 120
    return tar(
        ("train/0.png", picture()), ("train/0.cls", b"1"), (f"train/{long}.jpg", picture("JPEG")),
        (f"train/{long}.json", b'{"label": 0}'), ("test/0.png", picture()), ("test/0.cls", b"0"),
    )  # fmt: skip


def parquet(columns: dict[str, pa.Array], about: dict[str, str] | None = None, group: int = 2) -> bytes:
    table = pa.table(columns)
    pq.write_table(
        table.replace_schema_metadata(about) if about else table, buffer := io.BytesIO(), row_group_size=group
    )
    return buffer.getvalue()


def images(*pictures: bytes | None) -> dict[str, pa.Array]:
    """As Hugging Face's datasets have them, train and test in turns, of classes 0 and 1."""
    rows = len(pictures)
    return {
        "image": pa.array([{"bytes": each, "path": None} for each in pictures], _IMAGE),
        "label": pa.array([row // 2 % 2 for row in range(rows)]),
        "split": pa.array([("train", "test")[row % 2] for row in range(rows)]),
    }


_IMAGE = pa.struct({"bytes": pa.binary(), "path": pa.string()})


def names(text: object) -> dict[str, str]:
    return {"huggingface": json.dumps({"info": {"features": {"label": {"names": text}}}})}


def good_parquet() -> bytes:
    return parquet(images(*[picture()] * 5), names(["ant", "bee"]))


def good_table() -> dict[str, bytes]:
    rows = "path,label,split\na.png,ant,train\nb.png,bee,train\na.png,ant,test\n"
    return {"a.png": picture(), "b.png": picture(), "train.csv": rows.encode(), "test.csv": rows.encode()}


def good_arrays(**changed: np.ndarray) -> bytes:
    grey, labels = np.arange(3 * 30, dtype=np.uint8).reshape(3, 5, 6), np.array([[0], [1], [1]], np.uint8)
    sides = {"train_images": grey, "train_labels": labels, "test_images": grey, "test_labels": labels}
    np.savez_compressed(buffer := io.BytesIO(), **(sides | changed))
    return buffer.getvalue()


def good_stl() -> dict[str, bytes]:
    files = {
        f"{side}_{part}.bin": data for side in ("train", "test") for part, data in (("X", bytes(27_648)), ("y", b"\3"))
    }
    return files | {"class_names.txt": b"\n".join(b"class %d" % number for number in range(10))}


def good_svhn(**changed: np.ndarray) -> dict[str, bytes]:
    arrays = {"X": np.arange(32 * 32 * 3 * 2, dtype=np.uint32).astype(np.uint8).reshape(32, 32, 3, 2)}
    data = matlab(packed=True, **(arrays | {"y": np.array([[1], [10]], np.uint8)} | changed))
    data = b"MATLAB 5.0 MAT-file".ljust(116) + data[116:]  # without the hour
    return {"train_32x32.mat": data, "test_32x32.mat": data}


def cases() -> list[Hostile]:
    wrong = {**_tars(), **_parquets(), **_arrays()}
    files = [Hostile(f"forms_{name}", data, why, reader="images") for name, (data, why) in wrong.items()]
    return [*files, *_tables(), *_svhn()]


def _svhn() -> list[Hostile]:
    images, one = np.zeros((32, 32, 3, 2), np.uint8), np.array([[1], [1]])
    wrong = {
        "of_floats": ({"X": images.astype(float)}, "must be uint8 images (32, 32, 3, N)"),
        "of_other_sizes": ({"X": images[:2]}, "must be uint8 images (32, 32, 3, N)"),
        "with_nan": ({"y": np.array([[1.0], [np.nan]])}, "must be from 1 to 10"),
        "of_negative_labels": ({"y": -one}, "must be from 1 to 10"),
        "short": ({"y": one[:1]}, "must number 2"),
        "of_nothing": ({"X": np.empty((32, 32, 3, 0), np.uint8), "y": np.empty((0, 1))}, "at least one train image"),
    }
    return [
        Hostile(f"svhn_{name}", make=partial(_folder_of, good_svhn(**changed)), sentence=sentence, reader="images")
        for name, (changed, sentence) in wrong.items()
    ]


def _folder_of(files: dict[str, bytes], path: Path) -> None:
    path.mkdir()
    for name, data in files.items():
        (path / name).write_bytes(data)


def _tars() -> dict[str, tuple[bytes, str]]:
    whole, good = "must be a whole tar archive", good_tar()
    climbing = (("train/0.png", picture()), ("train/../../0.cls", b"1"))
    size = good.index(b"%011o" % len(picture()))
    nothing = "must have images with a label beside each"
    return {
        "climbing.tar": (tar(*climbing), "must have members inside of it"),
        "climbing_gnu.tar": (
            tar(("../" * 60 + "0.png", b""), form=tarfile.GNU_FORMAT),
            "must have members inside of it",
        ),
        "absolute.tar": (tar(("/etc/0.png", picture())), "must have members inside of it"),
        "cut.tar": (good[:540], whole),
        "claims.tar": (good[:size] + b"77777777777" + good[size + 11 :], whole),
        "headless.tar": (good[:148] + b"\xff" * 8 + good[156:], whole),
        "packed.tar.gz": (gzip.compress(good), "is a compressed archive"),
        "page_as_png.tar": (
            tar(("train/0.png", b"<html>"), ("train/0.cls", b"0"), ("test/0.png", b""), ("test/0.cls", b"0")),
            "must be a whole JPEG or PNG image",
        ),
        "nested_json.tar": (tar(("0.png", picture()), ("0.json", b"[" * 100_000)), nothing),
        **{
            f"{what}.tar": (tar(("train/0.png", b""), ("train/0.cls", b""), kind=kind), nothing)
            for what, kind in _LINKS.items()
        },
    }


def _parquets() -> dict[str, tuple[bytes | Callable[[], bytes], str | None]]:
    good, whole = good_parquet(), "must be a whole Parquet file"
    nulls = {"image": pa.nulls(2_000_000, pa.binary()), "label": pa.nulls(2_000_000, pa.int8())}
    nested = {"huggingface": "[" * 200_000}
    return {
        "path_alone.parquet": (parquet(images(picture(), picture(), None, None)), "must have its bytes in the file"),
        "page.parquet": (parquet(images(b"<html>", picture())), "must be a whole JPEG or PNG image"),
        "many_rows.parquet": (parquet(nulls, group=2_000_000), "but declares 2,000,000 rows"),
        "bomb.parquet": (lambda: parquet(images(bytes(48 << 20), picture())), "must have at most 33,554,432 bytes"),
        "cut.parquet": (good[:-30], whole),
        "footer_claims.parquet": (good[:-8] + b"\xff\xff\xff\x7fPAR1", whole),
        "footer_of_noise.parquet": (good[:-200] + bytes(range(192)) + good[-8:], whole),
        "beginning_alone.parquet": (b"PAR1", whole),
        "nested_names.parquet": (parquet(images(picture(), picture()), nested), None),
        "too_few_names.parquet": (parquet(images(*[picture()] * 4), names(["ant"])), "must have labels below 1"),
        "no_images.parquet": (parquet({"label": pa.array([1])}), "must have a column of images"),
    }


def _arrays() -> dict[str, tuple[bytes | Callable[[], bytes], str]]:
    def bomb() -> bytes:
        return good_arrays(train_images=np.zeros((400, 512, 512), np.uint8))

    return {
        "objects.npz": (good_arrays(train_images=np.array([{}] * 3)), "must be uint8 images"),
        "bomb.npz": (bomb, "must unpack to at most"),
        "many_labels.npz": (good_arrays(train_labels=np.zeros(1_000_000, np.uint8)), "must have at most"),
        "columns.npz": (good_arrays(train_images=np.ones((3, 5, 6), np.uint8, order="F")), "columns first"),
    }


def _tables() -> list[Hostile]:
    below = "must name images below its own folder"
    rows = {
        "climbing": ("../../etc/passwd.png", below),
        "absolute": ("/etc/passwd.png", below),
        "nul": ("a\0.png", "must"),
        "linked_file": ("linked.png", "not a symbolic link"),
        "linked_folder": ("away/passwd.png", "must not lie behind a link"),
        "pipe": ("pipe.png", "is a pipe or device"),
    }

    def folder(path: str) -> Callable[[Path], None]:
        def make(top: Path) -> None:
            top.mkdir()
            (top / "a.png").write_bytes(picture())
            (top / "linked.png").symlink_to("/etc/passwd")
            (top / "away").symlink_to("/etc")
            os.mkfifo(top / "pipe.png")
            (top / "train.csv").write_text(f"path,label\n{path},ant\n")
            (top / "test.csv").write_text("path,label\na.png,ant\n")

        return make

    return [
        Hostile(f"table_{name}", sentence=why, reader="images", make=folder(path)) for name, (path, why) in rows.items()
    ]
