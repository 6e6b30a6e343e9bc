"""What is said of other people's checkpoints, and of how images go through their networks."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from analysis.neighbours.large import search
from checkpoints import ranks
from checkpoints.foreign import cache
from checkpoints.foreign.forward import device_of
from checkpoints.foreign.opening import open_foreign
from checkpoints.foreign.plan import plan_of
from checkpoints.foreign.preparation import Preparation, preparation_of
from checkpoints.foreign.spec import ForeignSpec
from checkpoints.foreign.weights import load, weights_in
from checkpoints.images.decoders import Decoders, _Worker
from checkpoints.images.scaling import Scaling
from checkpoints.reading import safetensors_file
from checkpoints.reading.torch_file.contents import open_torch, torch_contents
from tests.checkpoints.foreign.conftest import encoded
from tests.checkpoints.foreign.states import PLANS, state_of
from tests.checkpoints.hostile import zipped

Said = Callable[[Path], object]
State = dict[str, Tensor]


def images(folder: Path, broken: bool = False) -> Path:
    """A zip with a train and a test image."""
    picture = encoded(np.random.default_rng(0).integers(0, 255, (32, 32, 3), np.uint8))
    members = {f"{side}/ant/1.png": picture[:40] if broken else picture for side in ("train", "test")}
    (folder / "insects.zip").write_bytes(zipped(members))
    return folder / "insects.zip"


def saved(value: Any, name: str = "last.pth", data: bool = True, broken: bool = False, **spec: Any) -> Said:
    """Open the file that torch saves of `value`."""

    def opened(folder: Path) -> object:
        torch.save(value, folder / name)
        return open_foreign(folder / name, images(folder, broken) if data else None, ForeignSpec(**spec))

    return opened


def changed(layout: str, spec: ForeignSpec | None = None, **shapes: tuple[int, ...] | None) -> Said:
    """The plan of a layout's tensors with some of another shape, or left out."""
    sizes = {name: tuple(tensor.shape) for name, tensor in state_of(PLANS[layout]).items()}
    for name, shape in shapes.items():
        sizes[name.replace("__", ".")] = shape  # type: ignore[assignment]
    kept = {name: shape for name, shape in sizes.items() if shape is not None}
    return lambda _: plan_of(PLANS[layout].layout, kept, name="last.pth", spec=spec)


def without(layout: str, part: str) -> Said:
    """The same without the tensors that have `part` in their names."""
    sizes = {name: tuple(tensor.shape) for name, tensor in state_of(PLANS[layout]).items()}
    kept = {name: shape for name, shape in sizes.items() if part not in name}
    return lambda _: plan_of(PLANS[layout].layout, kept, name="last.pth")


def _rewritten(folder: Path, ending: str) -> object:
    """The file is another one when its weights are read."""
    state, path = state_of(PLANS["supcon"]), folder / f"last.{ending}"
    from checkpoints.foreign.tensor_file import tensor_contents

    def write(values: State) -> None:
        if ending == "pth":
            torch.save(values, path)
        else:
            path.write_bytes(safetensors_file.encode({name: each.numpy() for name, each in values.items()}, {}))

    write(state)
    contents = torch_contents(path) if ending == "pth" else tensor_contents(path)
    write(state_of(PLANS["supcon"], 1))
    return load(PLANS["supcon"].build(), weights_in(contents), contents, path)


def _cut_while_open(folder: Path, **how: Any) -> object:
    """A file that is cut after one of its storages was read."""
    torch.save({"a": torch.zeros(1 << 20)}, folder / "last.pth", **how)
    with open_torch(folder / "last.pth") as (contents, archive):
        contents.tensors["a"].array(archive)
        (folder / "last.pth").write_bytes(b"")
        return contents.tensors["a"].array(archive)


def _decoded_by_a_dead_worker() -> object:
    """What is said of an image whose decoder ended over it."""
    with Decoders(Scaling(8, None, 3, False), 1) as decoders:
        worker = _Worker(Scaling(8, None, 3, False))
        decoders._workers.append(worker)
        worker._process.terminate()
        worker._process.wait()
        worker._process.poll = lambda: None  # as if it ended while it was asked
        return worker.ask(b"", "a.png")


def _kept(folder: Path, spoil: bool) -> object:
    """What is said of kept outputs that are not what was written, or that are too many."""
    torch.save(state_of(PLANS["supce"]), folder / "last.pth")
    with pytest.MonkeyPatch.context() as patch:
        if not spoil:
            patch.setattr(safetensors_file, "MAX_BYTES", 0)
        made = open_foreign(folder / "last.pth", images(folder), ForeignSpec(), cache=folder / "kept")
    if not spoil:
        return made.provenance["cache"]
    (path,) = (folder / "kept").glob("*.safetensors")
    return cache._read(path, "another key")


class Net(torch.nn.Module):
    """Saved whole, as torch's documentation advises against."""


SUPCON, VIT = state_of(PLANS["supcon"]), PLANS["vit"]
FEATURES = state_of(PLANS["supce"])["fc.weight"].shape[1]
RESNET = {name.removeprefix("encoder."): each for name, each in state_of(PLANS["resnet"]).items()}
FLAT = torch.zeros(100_000)

SAID: tuple[Said, ...] = (
    saved(SUPCON, data=False),
    saved(SUPCON, name="model-00001-of-00002.pth"),
    saved(Net()),
    saved({"model": torch.nn.Linear(2, 2)}),
    saved({"taken": np.array(["2020-01-01"], "M8[D]")}),
    saved({"lr": 0.1}),
    saved({"fc.weight": torch.zeros(3, 4), "fc.bias": torch.zeros(3)}),
    saved({"stem.weight": torch.zeros(3, 4)}),
    saved({f"encoder_{k}.{name}": each for name, each in SUPCON.items() for k in "qk"}, weights="teacher"),
    saved(RESNET | {"attnpool.positional_embedding": torch.zeros(3)}),
    saved(state_of(PLANS["vit"]), heads=5),
    saved(state_of(PLANS["vit"]), pool="max"),
    saved(state_of(PLANS["vit"]), heads=0),
    saved(SUPCON | {"module.encoder.conv1.weight": SUPCON["encoder.conv1.weight"]}),
    saved(SUPCON | {"head.2.weight": SUPCON["head.2.weight"].to_sparse()}),
    saved({name: each for name, each in SUPCON.items() if name != "encoder.layer2.0.bn1.bias"}),
    saved({name: FLAT[: each.numel()].view(each.shape) for name, each in SUPCON.items()}),
    saved(SUPCON | {"head.2.bias": torch.full((6,), torch.nan)}),
    saved(SUPCON | {"head.2.bias": torch.full((6,), 3e38), "head.2.weight": torch.full((6, 20), 3e38)}),
    saved(state_of(PLANS["supce"]) | {"fc.weight": torch.full((1, FEATURES), 3e38), "fc.bias": torch.full((1,), 3e38)}),
    saved({name: 0 * each for name, each in SUPCON.items()}),
    saved(SUPCON, broken=True),
    saved(state_of(PLANS["vit"]), side=64),
    saved(state_of(PLANS["small_conv"]), mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5)),
    lambda folder: _rewritten(folder, "pth"),
    lambda folder: _rewritten(folder, "safetensors"),
    _cut_while_open,
    lambda folder: _cut_while_open(folder, _use_new_zipfile_serialization=False),
    lambda folder: _kept(folder, spoil=True),
    lambda folder: _kept(folder, spoil=False),
    changed("supcon", encoder__conv1__weight=(4, 1, 3, 3)),
    changed("supcon", encoder__conv1__weight=(4, 3, 3)),
    changed("supcon", encoder__conv1__weight=None),
    without("supcon", "encoder.layer3"),
    changed("vit", patch_embed__proj__weight=(256, 3, 8, 8)),
    changed("resnet", encoder__layer1__0__conv2__weight=(4, 3, 3, 3)),
    changed("resnet", encoder__layer1__0__conv3__weight=(8192, 4, 1, 1)),
    changed("vit", pos_embed=(1, 18, 192)),
    without("vit", "fc_norm"),
    changed("vit", spec=ForeignSpec(pool="token"), cls_token=None, pos_embed=(1, 16, 192)),
    lambda _: preparation_of(VIT, {}, "", ForeignSpec(side=64)),
    lambda _: Preparation(32, True, 3, None, "").pixels(np.zeros((1, 60_000, 3), np.uint8), name="long.png"),
    lambda _: device_of("mps"),
    lambda _: replace(ForeignSpec(), limit=0),
    lambda _: replace(ForeignSpec(), workers=99),
    lambda _: _decoded_by_a_dead_worker(),
    lambda _: ranks._lost(),
    lambda _: search(np.ones((1, 2)), np.ones((0, 2)), np.ones(0, int), classes=1, k=1),
)
