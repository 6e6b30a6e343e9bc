"""What is said of networks that others' code builds: the user's own, transformers', timm's; and of sharded weights."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import torch
from torch import nn

from checkpoints import inspect
from checkpoints.brought import libraries, own_code
from checkpoints.brought.hub_config import HubConfig, config_beside
from checkpoints.brought.libraries import from_config, from_timm
from checkpoints.brought.network import Brought, Wanted
from checkpoints.brought.sharded import contents_of
from checkpoints.foreign.opening import open_foreign
from checkpoints.foreign.spec import ForeignSpec
from losses import snapshot
from tests.checkpoints.brought.conftest import CODE, made
from tests.sentences.of_networks import images

Said = Callable[[Path], object]
LOADER = [(torch.zeros(2, 4), torch.zeros(2))]
INDEX = "model.safetensors.index.json"


def own(code: str, name: str = "net") -> Said:
    """Bring the code of a file."""

    def brought(folder: Path) -> object:
        (folder / "mine.py").write_text(code)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(own_code, "_ADDED", [])
            return own_code.add_own_encoder(f"{folder / 'mine.py'}:{name}")

    return brought


def gives(what: str, beside: str = "") -> Said:
    """A function that gives that."""
    return own(f"def net():\n    return {what}{beside and ', '}{beside}\n")


def filled(state: Any, **spec: Any) -> Said:
    """Open a file of these tensors with the code of the tests."""

    def opened(folder: Path) -> object:
        (folder / "mine.py").write_text(CODE)
        torch.save(state, folder / "last.pt")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(own_code, "_ADDED", [])
            own_code.add_own_encoder(f"{folder / 'mine.py'}:net")
            return open_foreign(folder / "last.pt", images(folder), ForeignSpec(network="own", **spec))

    return opened


def grey(folder: Path) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(own_code, "_ADDED", [])
        (folder / "mine.py").write_text("def net():\n    return (lambda x: x.flatten(1)), {'channels': 1, 'side': 8}\n")
        own_code.add_own_encoder(f"{folder / 'mine.py'}:net")
        torch.save({"a": torch.zeros(2)}, folder / "last.pt")
        spec = ForeignSpec(network="own", mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5))
        return open_foreign(folder / "last.pt", images(folder), spec)


def config(text: str | bytes, preprocessor: str | None = None) -> Said:
    """A config.json beside a file."""

    def beside(folder: Path) -> object:
        (folder / "config.json").write_bytes(text.encode() if isinstance(text, str) else text)
        if preprocessor is not None:
            (folder / "preprocessor_config.json").write_text(preprocessor)
        found = config_beside(folder / "model.safetensors")
        return None if found is None else from_config(found)

    return beside


def with_library(name: str, module: object, what: Said) -> Said:
    """With a library of that name: None for none."""

    def said(folder: Path) -> object:
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(sys.modules, name, module)
            return what(folder)

    return said


def index(weight_map: object) -> Said:
    def read(folder: Path) -> object:
        torch.save({"a": torch.zeros(2)}, folder / "a.bin")
        torch.save({"a": torch.zeros(2), "b": torch.zeros(2)}, folder / "b.bin")
        (folder / INDEX).write_text(json.dumps({"weight_map": weight_map}))
        return contents_of(folder / INDEX)

    return read


def large_index(folder: Path) -> object:
    with (folder / INDEX).open("wb") as file:
        file.truncate((16 << 20) + 1)
    return contents_of(folder / INDEX)


def large_config(folder: Path) -> object:
    with (folder / "config.json").open("wb") as file:
        file.truncate((1 << 20) + 1)
    return config_beside(folder / "model.safetensors")


def distributed(folder: Path) -> object:
    (folder / ".metadata").write_bytes(b"x")
    return inspect.main([str(folder)])


def broken(_: str) -> ModuleType:
    raise RuntimeError("operator torchvision::nms does not exist")


def broken_library(folder: Path) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(libraries.importlib, "import_module", broken)
        return from_timm("resnet18")


def too_large(_: Path) -> object:
    return libraries._check_size(nn.Linear(2_000, 2_000, device="meta"), {"a": (3,)}, "vit")


def snapped(folder: Path, model: Any = None, train: Any = LOADER, name: str = "a.npz", limit: int = 9) -> object:
    return snapshot(folder / name, model or nn.Linear(4, 2), train, LOADER, limit=limit)


def unwritable(folder: Path) -> object:
    """A file stands where a folder is wanted."""
    (folder / "file").write_bytes(b"")
    return snapped(folder, name="file/a.npz")


def huge(folder: Path) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("losses.snapshots.MOST_BYTES", 3)
        return snapped(folder)


WHOLE = made().state_dict()
TIMM = SimpleNamespace(list_models=lambda: ["resnet18"], __version__="1")


def half_filled(_: Path) -> object:
    """The library says that it has not got all."""
    made = SimpleNamespace(from_pretrained=lambda *_, **__: (None, {"missing_keys": ["a.weight"]}))
    itself = SimpleNamespace(made=made, config=None, how={}, elsewhere=(), kind="vit")
    return libraries.Transformers.take(itself, {})  # type: ignore[arg-type]


def not_taken(_: Path) -> object:
    """The library's own class refuses the config."""

    def refuses(**_: object) -> None:
        raise ValueError("5 heads do not divide 32")

    with pytest.MonkeyPatch.context() as patch:
        for name in ("transformers", "transformers.models", "transformers.models.auto"):
            patch.setitem(sys.modules, name, ModuleType(name))
        auto = ModuleType("auto")
        auto.CONFIG_MAPPING = {"vit": refuses}  # type: ignore[attr-defined]
        patch.setitem(sys.modules, "transformers.models.auto.configuration_auto", auto)
        said = HubConfig("vit", "transformers", {}, Wanted("as asked"), "")
        return libraries._class_and_config(ModuleType("transformers"), said, {})


def failing(_: object) -> nn.Module:
    raise RuntimeError("no such width")


SAID: tuple[Said, ...] = (
    half_filled,
    not_taken,
    lambda _: Brought("resnet18 of timm", "", failing, Wanted("as asked")).module({}),
    lambda _: Wanted("as asked", 224, fixed=True).preparation(ForeignSpec(side=64)),
    lambda _: own_code.add_own_encoder("mine.py"),
    lambda folder: own_code.add_own_encoder(f"{folder}/none.py:net"),
    own("1 / 0"),
    own(CODE, "other"),
    own("def net(width): ..."),
    own("def net():\n    raise RuntimeError('no such depth')"),
    gives("None"),
    gives("3"),
    gives("(lambda x: x.flatten(1))", "{'size': 3}"),
    gives("(lambda x: x.flatten(1))", "{'side': 2}"),
    gives("(lambda x: x.flatten(1))", "{'channels': 2}"),
    gives("(lambda x: x.flatten(1))", "{'mean': (124, 116, 104)}"),
    gives("(lambda x: x.flatten(1))", "{'side': 16, 'mean': (0, 0, 0), 'std': (0, 0, 0)}"),
    gives("(lambda x: x)"),
    gives("(lambda x: x[:, :9999, 0, 0, 0])"),
    lambda _: ForeignSpec(network="own code"),
    lambda folder: open_own_without_one(folder),
    filled({"other": torch.zeros(2)}),
    filled(WHOLE, weights="teacher"),
    filled({name: each for name, each in WHOLE.items() if "last" not in name}),
    grey,
    lambda folder: inspect.main([str(folder / "a.pt"), "--encoder", "a.py:net", "--arch", "timm:resnet18"]),
    config("[]"),
    config(b"\xff\xfe"),
    large_config,
    config('{"model_type": "vit", "auto_map": {"AutoModel": "modeling.Own"}}'),
    config('{"model_type": "vit", "num_hidden_layers": 1000000000}'),
    config('{"model_type": "vit", "a": [[[[[[[[[[1]]]]]]]]]]}'),
    config('{"model_type": "bert"}'),
    with_library("transformers", None, config('{"model_type": "vit"}')),
    with_library("timm", TIMM, lambda _: from_timm("hf-hub:somebody/own")),
    broken_library,
    too_large,
    index({}),
    index({"a": "../a.bin"}),
    index({str(each): f"{each}.bin" for each in range(300)}),
    index({"c": "a.bin"}),
    index({"a": "a.bin", "b": "b.bin"}),
    large_index,
    distributed,
    lambda folder: snapped(folder, limit=0),
    lambda folder: snapped(folder, train=[]),
    lambda folder: snapped(folder, train=[(torch.zeros(2, 4), torch.zeros(3))]),
    lambda folder: snapped(folder, model=lambda inputs: inputs / 0),
    lambda folder: snapped(folder, train=[(torch.zeros(2, 4),) * 3]),
    lambda folder: snapped(folder, train=[(torch.zeros(2, 4), ["a", "b"])]),
    lambda folder: snapped(folder, model=lambda inputs: {"z": inputs}),
    unwritable,
    huge,
)


def open_own_without_one(folder: Path) -> object:
    torch.save({"a": torch.zeros(2)}, folder / "last.pt")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(own_code, "_ADDED", [])
        return open_foreign(folder / "last.pt", images(folder), ForeignSpec(network="own"))
