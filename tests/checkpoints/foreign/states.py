"""Random weights for the authors' layouts, and small networks of the same make."""

import gzip
import json
import math
from argparse import Namespace
from pathlib import Path

import torch
from torch import Tensor

from checkpoints.foreign.heads import layers_of, linear, mlp
from checkpoints.foreign.plan import Plan
from checkpoints.foreign.resnet import ResNetSpec
from checkpoints.foreign.vit import TransformerSpec
from checkpoints.native.encoders import SmallConvSpec

Shapes = dict[str, tuple[int, ...]]
# Layout -> tensor name -> shape, read off the authors' model definitions.
LAYOUTS: dict[str, Shapes] = {
    layout: {name: tuple(shape) for name, (shape, _) in tensors.items()}
    for layout, tensors in json.loads(gzip.decompress((Path(__file__).parent / "layouts.json.gz").read_bytes())).items()
}


def resnet(*, bottleneck: bool = False, naming: str = "shortcut", stem: str = "cifar") -> ResNetSpec:
    return ResNetSpec((1, 2, 1, 1), bottleneck, naming, stem, width=4)


HEADS_ASSUMED = ("assumed: 3 heads, the usual number at a width of 192; --heads says otherwise",)
# Soft target InfoNCE's three layers, as MoCo v3's: no biases, a norm after each, the last without gain and shift.
_NORMS = {
    f"{place}.{what}": (size,) for place, size in ((1, 20), (4, 20), (7, 3)) for what in ("running_mean", "running_var")
}
_GAINS = {f"{place}.{what}": (20,) for place in (1, 4) for what in ("weight", "bias")}
MOCO_V3 = layers_of({"0.weight": (20, 192), "3.weight": (20, 20), "6.weight": (3, 20)} | _NORMS | _GAINS, 192)


# One small network a layout and head; sizes differ everywhere, so that no two can be mistaken for each other.
PLANS = {
    "supcon": Plan("supcon", resnet(), "projection", "head", mlp(32, 20, 6)),
    "supcon linear": Plan("supcon", resnet(bottleneck=True), "projection", "head", linear(128, 6)),
    "supce": Plan("supce", resnet(), "logits", "fc", linear(32, 3)),
    "simclr": Plan("simclr", resnet(naming="downsample"), "projection", "projector", mlp(32, 20, 6, bias=False)),
    "simclr large": Plan(
        "simclr",
        resnet(bottleneck=True, naming="downsample", stem="imagenet"),
        "projection",
        "projector",
        mlp(128, 20, 6, bias=False),
    ),
    "resnet": Plan("resnet", resnet(bottleneck=True, naming="downsample"), "logits", "classifier", linear(128, 3)),
    "vit": Plan("vit", TransformerSpec(2, 192, 8, 32, 100, 3), "logits", "head", linear(192, 3), HEADS_ASSUMED),
    "vit mlp": Plan("vit", TransformerSpec(1, 192, 16, 32, 100, 3), "logits", "head", MOCO_V3, HEADS_ASSUMED),
    "small_conv": Plan("small_conv", SmallConvSpec("projection", 6, 12, 4), "projection", "head", mlp(12, 12, 6)),
    "small_conv classes": Plan("small_conv", SmallConvSpec("classes", 3, 12, 4), "logits", "head", linear(12, 3)),
}


def random_state(shapes: Shapes, seed: int = 0) -> dict[str, Tensor]:
    """Weights that keep activations of order one, with running statistics that are not the start's."""
    generator = torch.Generator().manual_seed(seed)
    return {name: _random(name, shape, generator) for name, shape in shapes.items()}


def _random(name: str, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    if name.endswith("num_batches_tracked"):
        return torch.tensor(7)
    if name.endswith("running_var") or (len(shape) == 1 and name.endswith("weight")):
        return torch.rand(shape, generator=generator) + 0.5
    scale = math.sqrt(2 / math.prod(shape[1:])) if len(shape) > 1 else 0.2
    return torch.randn(shape, generator=generator) * scale


def state_of(plan: Plan, seed: int = 0) -> dict[str, Tensor]:
    return random_state({name: tuple(like.shape) for name, like in plan.build().state_dict().items()}, seed)


def saved(path: Path, plan: Plan, *, options: dict | None = None, seed: int = 0) -> Path:
    """A training script's checkpoint: its options, weights, optimiser and epoch."""
    state = state_of(plan, seed)
    moments = {"state": {0: {"momentum_buffer": torch.zeros(3)}}, "param_groups": [{"lr": 0.1}]}
    torch.save({"opt": Namespace(**(options or {})), "model": state, "optimizer": moments, "epoch": 3}, path)
    return path
