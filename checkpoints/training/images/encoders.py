"""ResNets in CIFAR form, their tensors named as SupContrast names them: its files load here, and ours there."""

import math

import torch
from torch import Generator, nn

from checkpoints.foreign import heads
from checkpoints.foreign.models import build
from checkpoints.foreign.plan import Plan
from checkpoints.foreign.resnet import ResNetSpec
from checkpoints.training.images.recipe import DEPTHS, ImageRecipe


def plan_of(recipe: ImageRecipe, classes: int) -> Plan:
    """SupConResNet with a head of two layers, or SupCEResNet with a linear classifier `fc`."""
    blocks, bottleneck = DEPTHS[recipe.encoder]
    spec = ResNetSpec(blocks, bottleneck, "shortcut", width=recipe.width)
    if recipe.head == "classes":
        return Plan("supce", spec, "logits", "fc", heads.linear(spec.features, classes))
    layers = heads.mlp(spec.features, spec.features, recipe.projection)
    return Plan("supcon", spec, "projection", "head", layers)


def encoder_of(recipe: ImageRecipe, classes: int, generator: Generator) -> nn.Module:
    """The module in memory, on a CPU, with its first weights. Called with images (N, 3, S, S) it gives features (N, F)
    and outputs: logits, or embeddings that are not yet at unit length."""
    model = build(plan_of(recipe, classes))
    model.to_empty(device="cpu")
    initialise(model, generator)
    return model.train()


def initialise(model: nn.Module, generator: Generator) -> None:
    """As SupContrast's code: convolutions by Kaiming's rule over the outputs, norms at 1 and 0, linear layers as torch
    has them by default."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu", generator=generator)
        elif isinstance(module, nn.BatchNorm2d):
            nn.init.ones_(module.weight)
            nn.init.zeros_(module.bias)
            module.reset_running_stats()
        elif isinstance(module, nn.Linear):
            bound = 1 / math.sqrt(module.in_features)
            with torch.no_grad():
                module.weight.uniform_(-bound, bound, generator=generator)
                module.bias.uniform_(-bound, bound, generator=generator)
