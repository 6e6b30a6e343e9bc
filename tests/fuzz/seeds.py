"""Good files of every kind that is read: what the mutations start from."""

import argparse
import io
import json
import pickle
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import pytest
import torch
from PIL import Image

from checkpoints.event_curves import installed
from checkpoints.reading import safetensors_file
from talks import writing
from tests.checkpoints import hostile_events, hostile_image_forms
from tests.checkpoints.hostile import zipped
from tests.checkpoints.hostile_arrays import LABELS, ROWS, columns, feather, matlab, matlab4, parquet, safetensors
from tests.checkpoints.hostile_data import bundle
from tests.talks.made import talk

ZOO = Path(__file__).parents[2] / "checkpoints" / "zoo"


@dataclass(frozen=True)
class Seed:
    """A file, or a folder of files, and the reader (see `confined.READERS`) that takes it."""

    name: str
    reader: str
    files: dict[str, bytes]
    folder: bool = False

    def write(self, place: Path, changed: dict[str, bytes]) -> Path:
        """The seed at `place` / name, with some of its files changed."""
        path = place / self.name
        if self.folder:
            path.mkdir()
        for name, data in (self.files | changed).items():
            (path / name if self.folder else path).write_bytes(data)
        return path


def seeds() -> list[Seed]:
    torch_files = {f"protocol_{p}.pth": _saved(_checkpoint(), pickle_protocol=p) for p in (2, 4, 5)}
    torch_files["legacy.pth"] = _saved(_checkpoint(), _use_new_zipfile_serialization=False)
    arrays = {f"{name}.npz": bundle(packed=packed) for name, packed in (("stored", False), ("deflated", True))}
    native = {name: (ZOO / f"{name}.safetensors").read_bytes() for name in ("sincere", "nll")}
    return [
        *(Seed(name, "tensors", {"": data}) for name, data in torch_files.items()),
        *(Seed(name, "outputs", {"": data}) for name, data in arrays.items()),
        *(Seed(f"{name}.safetensors", "outputs", {"": data}) for name, data in native.items()),
        Seed("npy_folder", "outputs", _members(bundle()), folder=True),
        Seed("pth_folder", "outputs", _torch_members(bundle()), folder=True),
        *_any_names(),
        Seed("talk.talk", "talk", {"": writing.encode(talk())}),
        Seed("idx", "images", _idx(), folder=True),
        Seed("cifar_python", "images", _cifar_python(), folder=True),
        Seed("cifar_binary", "images", _cifar_binary(), folder=True),
        Seed("images.zip", "images", {"": _image_zip()}),
        Seed("images.tar", "images", {"": hostile_image_forms.good_tar()}),
        Seed("images.parquet", "images", {"": hostile_image_forms.good_parquet()}),
        Seed("table", "images", hostile_image_forms.good_table(), folder=True),
        Seed("mnist.npz", "images", {"": hostile_image_forms.good_arrays()}),
        Seed("stl", "images", hostile_image_forms.good_stl(), folder=True),
        Seed("svhn", "images", hostile_image_forms.good_svhn(), folder=True),
        *([Seed(EVENTS, "events", {"": hostile_events.events()})] if installed() else []),
        Seed("sharded", "weights", _sharded(), folder=True),
        Seed("hub", "weights", _hub(), folder=True),
    ]


EVENTS = hostile_events.NAME
SLOW = ("wide.parquet", "wide.feather", EVENTS)
"""Those whose readers start a process for each case: drawn seldom."""


def _any_names() -> list[Seed]:
    """Arrays whose names say nothing, in every form."""
    files = {
        "plain.mat": b"MATLAB 5.0 MAT-file".ljust(116) + matlab()[116:],  # without the hour
        "packed.mat": b"MATLAB 5.0 MAT-file".ljust(116) + matlab(packed=True)[116:],
        "old.mat": matlab4(),
        "rows.jsonl": b'{"v": [1, 2.5], "y": "cat"}\n{"v": [0.5, -1], "y": "dog"}\n{"v": [3, 1e-3], "y": "cat"}\n',
        "columns.json": b'{"v": [[1, 2.5], [0.5, -1], [3, 1e-3]], "y": [0, 1, 0]}',
        "wide.csv": columns().to_csv(index=False).encode(),
        "lists.csv": b'v,label\n"[1, 2.5]",cat\n"[0.5, -1]",dog\n"[3, 1e-3]",cat\n',
        "letters.npz": _letters(),
        "narrow.safetensors": _narrow(),
        "dict.pt": _saved({"features": torch.ones(6, 2).bfloat16(), "targets": torch.arange(6)}),
        "wide.parquet": parquet(),
        "wide.feather": feather(),
    }
    files |= {f"plain_{protocol}.pkl": _pickle(protocol) for protocol in (0, 1, 2, 5)}
    beside = {
        "X.npy": _members(_letters())["A.npy"],
        "y.tsv": b"0\n1\n" * 10,
        "names.json": b'{"0": "cat", "1": "dog"}',
    }
    return [
        *(Seed(name, "listed" if name in SLOW else "arrays", {"": data}) for name, data in files.items()),
        Seed("any_folder", "arrays", beside, folder=True),
    ]


def _pickle(protocol: int) -> bytes:
    """Arrays of several kinds, lists and objects as pickle.dump writes them."""
    kinds = {"texts": np.array(["a", "b"]), "flags": ROWS > 1, "ends": np.asfortranarray(ROWS.astype(">f8"))}
    value = {"features": ROWS, "labels": ["cat", "dog"] * 10, "rows": ROWS.tolist(), "options": {"lr": 0.1, "n": None}}
    tensors = {"tensor": torch.ones(20, 3), "half": torch.arange(6).half()}
    with _numbered():
        return pickle.dumps(value | kinds | tensors | {"at": PurePosixPath("a/b"), "one": np.float16(2)}, protocol)


def _letters() -> bytes:
    np.savez(made := io.BytesIO(), A=ROWS, B=LABELS)
    return made.getvalue()


def _narrow() -> bytes:
    bits = ROWS.view(np.uint32) >> 16
    return safetensors({
        "X": ("BF16", list(ROWS.shape), bits.astype(np.uint16).tobytes()),
        "Z": ("F8_E4M3", [20, 2], bytes(range(40))),
        "y": ("U8", [20], LABELS.astype(np.uint8).tobytes()),
    })  # fmt: skip


def _checkpoint() -> dict[str, object]:
    """As SupContrast writes it, with a view, a parameter and some dtypes more."""
    rows = torch.arange(24, dtype=torch.float32).view(4, 6)
    weights = {"encoder.conv1.weight": rows, "head.0.weight": rows.T, "head.2.weight": torch.nn.Parameter(rows[1:3])}
    extra = {"half": rows.half(), "brain": rows.bfloat16(), "flags": rows > 3, "steps": torch.tensor(7)}
    options = argparse.Namespace(temp=0.1, out=PurePosixPath("a/b"), mean="(0.5, 0.5)", sizes=[1, 2], none=None)
    return {"opt": options, "model": weights, "optimizer": {"state": {0: extra}, "param_groups": []}, "epoch": 3}


def supcon_file() -> bytes:
    return _saved(_checkpoint())


def _saved(value: object, **how: int) -> bytes:
    buffer = io.BytesIO()
    with _numbered():
        torch.save(value, buffer, **how)
    return buffer.getvalue()


@contextmanager
def _numbered() -> Iterator[None]:
    """The old form, which pickle.dump has too, calls storages by their addresses, other ones every time."""
    numbers = dict[int, int]()
    with pytest.MonkeyPatch.context() as patch:
        numbered = property(lambda storage: numbers.setdefault(storage.data_ptr(), 1_000 + len(numbers)))
        patch.setattr(torch.UntypedStorage, "_cdata", numbered)
        yield


def _arrays(data: bytes) -> dict[str, np.ndarray]:
    with np.load(io.BytesIO(data)) as arrays:
        return dict(arrays)


def _members(data: bytes) -> dict[str, bytes]:
    made = {}
    for name, array in _arrays(data).items():
        np.save(buffer := io.BytesIO(), array)
        made[f"{name}.npy"] = buffer.getvalue()
    return made


def _torch_members(data: bytes) -> dict[str, bytes]:
    return {f"{name}.pth": _saved(torch.from_numpy(array).float()) for name, array in _arrays(data).items()}


def _sharded() -> dict[str, bytes]:
    """Two files and their index."""
    files = {f"model-{number}.safetensors": _tensor(name) for number, name in enumerate("ab")}
    places = {name: f"model-{number}.safetensors" for number, name in enumerate("ab")}
    return files | {"model.safetensors.index.json": json.dumps({"weight_map": places}).encode()}


def _hub() -> dict[str, bytes]:
    """Weights with what transformers writes beside them."""
    said = {"model_type": "vit", "hidden_size": 32, "num_hidden_layers": 2, "image_size": 32, "id2label": {"0": "a"}}
    images = {"image_mean": [0.5] * 3, "image_std": [0.5] * 3, "size": {"height": 32, "width": 32}, "resample": 2}
    texts = {"config.json": said, "preprocessor_config.json": images}
    return {"model.safetensors": _tensor("a")} | {name: json.dumps(text).encode() for name, text in texts.items()}


def _tensor(name: str) -> bytes:
    return safetensors_file.encode({name: np.zeros(3, np.float32)}, {})


def _idx() -> dict[str, bytes]:
    files = {}
    for side, items in (("train", 6), ("t10k", 4)):
        files[f"{side}-images-idx3-ubyte"] = struct.pack(">4B3I", 0, 0, 8, 3, items, 5, 5) + bytes(range(items * 25))
        files[f"{side}-labels-idx1-ubyte"] = struct.pack(">4BI", 0, 0, 8, 1, items) + bytes(
            row % 2 for row in range(items)
        )
    return files


def _cifar_python() -> dict[str, bytes]:
    files = {"batches.meta": pickle.dumps({"label_names": [f"class {name}" for name in range(10)]}, protocol=2)}
    for name in ("data_batch_1", "test_batch"):
        batch = {b"data": np.zeros((2, 3072), np.uint8), b"labels": [3, 7], b"filenames": [b"a.png", b"b.png"]}
        files[name] = pickle.dumps(batch, protocol=2)
    return files


def _cifar_binary() -> dict[str, bytes]:
    rows = b"".join(bytes([label]) + bytes(3072) for label in (1, 2))
    return {
        "data_batch_1.bin": rows,
        "test_batch.bin": rows,
        "batches.meta.txt": b"\n".join(b"c%d" % c for c in range(10)),
    }


def _image_zip() -> bytes:
    members = {}
    for side in ("train", "test"):
        for label, ending in (("cat", "PNG"), ("dog", "JPEG")):
            Image.new("RGB", (8, 8), (9, 90, 200)).save(buffer := io.BytesIO(), ending)
            members[f"{side}/{label}/1.{ending.lower()}"] = buffer.getvalue()
    return zipped(members)
