import gzip
import io
import pickle
import zipfile

import numpy as np
import pytest
import safetensors.numpy
import torch

from checkpoints.reading.content import check_kind, kind_of
from losses.errors import LabError


def saved(save) -> bytes:
    buffer = io.BytesIO()
    save(buffer)
    return buffer.getvalue()


def zipped(file) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("notes.txt", "hello")


def zip_of(*names: str) -> bytes:
    with zipfile.ZipFile(made := io.BytesIO(), "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return made.getvalue()


WEIGHTS = {"weight": torch.ones(2)}
FILES = {
    "empty": b"",
    "web page": b"\xef\xbb\xbf\n <!DOCTYPE html><html><body>Sign in</body></html>",
    "lfs pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
    "torch": saved(lambda file: torch.save(WEIGHTS, file)),
    "legacy torch": saved(lambda file: torch.save(WEIGHTS, file, _use_new_zipfile_serialization=False)),
    "pickle": pickle.dumps(WEIGHTS["weight"].tolist()),
    "tar": bytes(257) + b"ustar\x0000" + bytes(248),
    "hdf5": b"\x89HDF\r\n\x1a\n" + bytes(8),
    "npz": saved(lambda file: np.savez(file, a=np.ones(2))),
    "npy": saved(lambda file: np.save(file, np.ones(2))),
    "zip": saved(zipped),
    "compressed": gzip.compress(b"hello"),
    "safetensors": safetensors.numpy.save({"a": np.ones(2)}),
    "nothing": saved(lambda file: np.savez(file)),
    "text": "id,x\n0,1.5 µm\n".encode(),
    "picture": b"\x89PNG\r\n\x1a\n" + bytes(8),
    "other text": "id,name\n0,ch\u00e2t noir\n".encode("latin-1"),
    "other text, of Excel": "id,name\n0,cat\n".encode("utf-16"),
    "zeros": bytes(4_000),
    "unknown, a zip's first bytes": b"PK\x03\x04\x14\0\0\0",
    "unknown": bytes(range(1, 200)),
    "excel": zip_of("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"),
    "office": zip_of("[Content_Types].xml", "word/document.xml"),
    "office, before 2007": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99),
    "pdf": b"%PDF-1.7\n" + bytes(99),
    "sqlite": b"SQLite format 3\0" + bytes(99),
    "onnx": b"\x08\x07\x12\x07pytorch\x1a\x032.1" + bytes(99),
    "gguf": b"GGUF\x03\0\0\0" + bytes(99),
    "faiss": b"IxFI" + bytes(99),
}


@pytest.mark.parametrize("kind", FILES)
def test_every_kind_is_told_by_its_bytes(kind):
    assert kind_of(FILES[kind]) == kind.removeprefix("legacy ").partition(",")[0]


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_every_binary_pickle_is_a_pickle(protocol):
    assert kind_of(pickle.dumps({"a": 1}, protocol=protocol)) == "pickle"


@pytest.mark.parametrize("kind", [kind for kind in FILES if kind != "safetensors"])
def test_a_wrong_file_gets_its_own_sentence(kind):
    with pytest.raises(LabError) as caught:
        check_kind(FILES[kind], "safetensors", name="model.pth")
    sentence = str(caught.value)
    assert sentence.startswith("model.pth must be a safetensors file, but is ")
    assert "weights_only" not in sentence


def test_the_right_file_passes():
    check_kind(FILES["safetensors"], "safetensors", name="model")


@pytest.mark.parametrize("kind", ["tar", "zip"])
def test_images_that_are_packed_are_not_to_be_unpacked(kind):
    with pytest.raises(LabError, match=r"Images in it need no unpacking: give it beside a checkpoint \(--data\)\."):
        check_kind(FILES[kind], "torch, safetensors", name=f"images.{kind}")
