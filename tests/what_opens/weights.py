"""Weights as people save them, small and random: each maker writes one file or folder."""

import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

Maker = Callable[[Path], object]
State = Mapping[str, Tensor]
_WIDTH = 4


class OwnNet(nn.Module):
    """A network that nobody else has."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4))
        self.classifier = nn.Linear(4, 3)


def _own() -> State:
    return OwnNet().state_dict()


def _norm(name: str, width: int) -> State:
    ones, zeros = torch.ones(width), torch.zeros(width)
    return {f"{name}.weight": ones, f"{name}.bias": zeros, f"{name}.running_mean": zeros, f"{name}.running_var": ones}


def _resnet(prefix: str = "", classes: int = 10) -> State:
    """torchvision's ResNet-18, of a width of 4; without fc where there are no classes."""
    state: dict[str, Tensor] = {"conv1.weight": torch.zeros(_WIDTH, 3, 7, 7)} | dict(_norm("bn1", _WIDTH))
    inputs = _WIDTH
    for stage, width in enumerate((_WIDTH, 2 * _WIDTH, 4 * _WIDTH, 8 * _WIDTH), 1):
        for block in range(2):
            name = f"layer{stage}.{block}"
            state |= {f"{name}.conv1.weight": torch.zeros(width, inputs, 3, 3)} | dict(_norm(f"{name}.bn1", width))
            state |= {f"{name}.conv2.weight": torch.zeros(width, width, 3, 3)} | dict(_norm(f"{name}.bn2", width))
            if inputs != width:
                state[f"{name}.downsample.0.weight"] = torch.zeros(width, inputs, 1, 1)
                state |= _norm(f"{name}.downsample.1", width)
            inputs = width
    state |= {"fc.weight": torch.zeros(classes, inputs), "fc.bias": torch.zeros(classes)} if classes else {}
    return {prefix + name: tensor.clone() for name, tensor in state.items()}


def _vit(width: int, prefix: str = "") -> State:
    """timm's, of two blocks."""
    state = {"cls_token": (1, 1, width), "pos_embed": (1, 17, width), "patch_embed.proj.weight": (width, 3, 8, 8)}
    shapes: dict[str, tuple[int, ...]] = state | {"patch_embed.proj.bias": (width,)}
    linears = {"attn.qkv": (3, 1), "attn.proj": (1, 1), "mlp.fc1": (4, 1), "mlp.fc2": (1, 4)}
    for block in range(2):
        for name, (out, into) in linears.items():
            shapes[f"blocks.{block}.{name}.weight"] = (out * width, into * width)
            shapes[f"blocks.{block}.{name}.bias"] = (out * width,)
        for name in ("norm1.weight", "norm1.bias", "norm2.weight", "norm2.bias"):
            shapes[f"blocks.{block}.{name}"] = (width,)
    shapes |= {"norm.weight": (width,), "norm.bias": (width,)}
    return {prefix + name: torch.zeros(shape) for name, shape in shapes.items()}


def _hf_vit() -> State:
    first = {"cls_token": (1, 1, 8), "position_embeddings": (1, 17, 8)}
    shapes: dict[str, tuple[int, ...]] = {f"vit.embeddings.{name}": shape for name, shape in first.items()}
    shapes["vit.embeddings.patch_embeddings.projection.weight"] = (8, 3, 8, 8)
    for name in ("attention.attention.query", "attention.attention.key", "attention.output.dense"):
        shapes[f"vit.encoder.layer.0.{name}.weight"] = (8, 8)
    return {name: torch.zeros(shape) for name, shape in shapes.items()}


def _saved(value: Callable[[], object], *, legacy: bool = False) -> Maker:
    return lambda path: torch.save(value(), path, _use_new_zipfile_serialization=not legacy)


def _lightning(state: State) -> dict[str, object]:
    return {"epoch": 7, "global_step": 100, "pytorch-lightning_version": "2.4.0", "state_dict": state,
            "hyper_parameters": {"lr": 0.01}, "callbacks": {}, "loops": {}}  # fmt: skip


def _whole(path: Path) -> None:
    """A pickle of the module itself, of a class that only its maker's code has."""
    torch.save(OwnNet(), path)


def _script(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("net/data.pkl", "net/code/__torch__.py", "net/version"):
            archive.writestr(name, b"3\n")


def _sharded(path: Path) -> None:
    path.mkdir()
    state = _resnet()
    parts = {f"model-0000{part}-of-00002.safetensors": list(state)[part - 1 :: 2] for part in (1, 2)}
    for file, names in parts.items():
        save_file({name: state[name] for name in names}, path / file)
    places = {name: file for file, names in parts.items() for name in names}
    (path / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": places}))


def _distributed(path: Path) -> None:
    path.mkdir()
    (path / ".metadata").write_bytes(b"\x80\x02}.")
    (path / "__0_0.distcp").write_bytes(b"PK\x03\x04")


def _moco() -> dict[str, object]:
    return {"state_dict": {**_resnet("module.encoder_q.", 16), **_resnet("module.encoder_k.", 16)}, "arch": "resnet18"}


def _dino() -> dict[str, object]:
    return {"student": _vit(192, "module.backbone."), "teacher": _vit(192, "backbone.")}


def _linear() -> dict[str, Tensor]:
    return {"fc.weight": torch.zeros(10, 32), "fc.bias": torch.zeros(10)}


WEIGHTS: dict[str, tuple[str, Maker]] = {
    "torchvision_resnet18.pth": ("torchvision's state_dict", _saved(_resnet)),
    "resnet18_no_fc.pth": ("the same without `fc`", _saved(lambda: _resnet(classes=0))),
    "checkpoint.pth.tar": ("torchvision's script", _saved(lambda: {"epoch": 90, "state_dict": _resnet("module.")})),
    "timm_resnet18.safetensors": ("timm's", lambda path: save_file(dict(_resnet()), path)),
    "legacy.pth": ("torch.save before torch 1.6", _saved(_resnet, legacy=True)),
    "compiled.pt": ("of torch.compile: `_orig_mod.`", _saved(lambda: _resnet("_orig_mod."))),
    "resnet_lightning.ckpt": ("Lightning's, with a ResNet in it", _saved(lambda: _lightning(_resnet("backbone.")))),
    "moco.pth.tar": ("MoCo: `encoder_q` and `encoder_k`", _saved(_moco)),
    "dino.pth": ("DINO: student and teacher", _saved(_dino)),
    "timm_vit_tiny.pth": ("timm's ViT, 192 wide", _saved(lambda: _vit(192))),
    "timm_vit_odd.pth": ("a ViT of a width that does not tell its heads", _saved(lambda: _vit(48))),
    "hf_model.safetensors": ("a Hugging Face ViT alone", lambda path: save_file(dict(_hf_vit()), path)),
    "sharded": ("a folder of shards with their index", _sharded),
    "model-00001-of-00002.safetensors": ("one shard of two", lambda path: save_file(dict(_resnet()), path)),
    "dcp": ("a folder of torch.distributed.checkpoint", _distributed),
    "linear.pth": ("the linear stage's classifier alone", _saved(_linear)),
    "own_net.pt": ("a state_dict of one's own network", _saved(_own)),
    "own_lightning.ckpt": ("Lightning's, of one's own network", _saved(lambda: _lightning(_own()))),
    "own_whole.pt": ("the module itself, saved whole", _whole),
    "scripted.pt": ("TorchScript", _script),
}
