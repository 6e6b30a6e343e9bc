"""Records what the original libraries' networks give: `python -m benchmarks.record_originals`.

In an environment with torchvision 0.29.1 and timm, which the lab does not need. The weights come from a formula, so
that the tests make them again without either (tests/checkpoints/foreign/arithmetic.py). Small networks of the
libraries' own classes; CIFAR's stem as those who train on CIFAR put it into torchvision's.
"""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import timm
import torch
import torchvision
from timm.layers import SwiGLUPacked
from timm.models import resnet as timm_resnet
from timm.models.vision_transformer import VisionTransformer
from torch import nn
from torchvision.models import resnet as tv
from torchvision.models.vision_transformer import VisionTransformer as TorchvisionViT

from tests.checkpoints.foreign import arithmetic

PATH = Path(arithmetic.__file__).with_name("originals.json.gz")
DEEP = {"stem_width": 32, "stem_type": "deep"}
TIERED = {"stem_width": 32, "stem_type": "deep_tiered"}


def _torchvision(
    block: type[nn.Module], stem: str = "imagenet", layers: tuple[int, ...] = (1, 1, 1, 1), **how: int
) -> nn.Module:
    net = tv.ResNet(block, list(layers), num_classes=7, **how)
    if stem == "cifar":
        net.conv1, net.maxpool = nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.Identity()
    return net


def _timm(block: type[nn.Module], **how: object) -> nn.Module:
    return timm_resnet.ResNet(block, [1, 1, 1, 1], num_classes=how.pop("num_classes", 7), **how)


def _vit(**how: object) -> nn.Module:
    usual = {"img_size": 32, "patch_size": 8, "embed_dim": 192, "depth": 2, "num_heads": 3, "num_classes": 7}
    return VisionTransformer(**(usual | how))


NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "torchvision basic": lambda: _torchvision(tv.BasicBlock, layers=(2, 1, 1, 1)),
    "torchvision bottleneck": lambda: _torchvision(tv.Bottleneck),
    "torchvision wide": lambda: _torchvision(tv.Bottleneck, width_per_group=128),
    "torchvision resnext": lambda: _torchvision(tv.Bottleneck, groups=32, width_per_group=4),
    "torchvision basic, CIFAR stem": lambda: _torchvision(tv.BasicBlock, stem="cifar"),
    "timm basic": lambda: _timm(timm_resnet.BasicBlock),
    "timm bottleneck without fc": lambda: _timm(timm_resnet.Bottleneck, num_classes=0),
    "timm deep stem, averaged (d)": lambda: _timm(timm_resnet.Bottleneck, avg_down=True, **DEEP),
    "timm deep stem (c)": lambda: _timm(timm_resnet.BasicBlock, **DEEP),
    "timm tiered stem (t)": lambda: _timm(timm_resnet.BasicBlock, avg_down=True, **TIERED),
    "timm resnext": lambda: _timm(timm_resnet.Bottleneck, cardinality=32, base_width=4),
    "timm vit": _vit,
    "timm vit without head": lambda: _vit(num_classes=0),
    "timm vit, mean and fc_norm": lambda: _vit(global_pool="avg"),
    "timm vit, mean after norm (pool mean)": lambda: _vit(global_pool="avg", fc_norm=False),
    "timm vit, layer scale": lambda: _vit(init_values=1e-5),
    "timm vit, registers": lambda: _vit(reg_tokens=4, init_values=1.0),
    "timm vit, registers, patches placed alone": lambda: _vit(reg_tokens=4, no_embed_class=True),
    "timm vit, no class token": lambda: _vit(class_token=False, global_pool="avg"),
    "timm vit, no qkv bias": lambda: _vit(qkv_bias=False),
    "timm vit, SwiGLU": lambda: _vit(mlp_layer=SwiGLUPacked, act_layer=nn.SiLU, init_values=1.0),
    "torchvision vit": lambda: TorchvisionViT(32, 8, 2, 3, 192, 768, num_classes=7),
    "timm vit, 96 wide (heads 4)": lambda: _vit(embed_dim=96, num_heads=4),
}  # fmt: skip


@torch.inference_mode()
def _recorded(net: nn.Module) -> dict[str, object]:
    shapes = {name: tuple(like.shape) for name, like in net.state_dict().items()}
    net.load_state_dict(arithmetic.state(shapes), strict=True)
    net.eval()
    images = arithmetic.images(32)
    outputs = net(images)
    if isinstance(net, tv.ResNet | TorchvisionViT):
        setattr(net, "fc" if isinstance(net, tv.ResNet) else "heads", nn.Identity())
        features = net(images)
    else:
        features = net.forward_head(net.forward_features(images), pre_logits=True)
    return {"shapes": shapes, "features": arithmetic.sample(features), "outputs": arithmetic.sample(outputs)}


def main() -> None:
    versions = {each.__name__: each.__version__ for each in (torch, torchvision, timm)}
    found = {name: _recorded(make()) for name, make in NETWORKS.items()}
    text = json.dumps({"versions": versions, "networks": found}, separators=(",", ":"))
    PATH.write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    main()
