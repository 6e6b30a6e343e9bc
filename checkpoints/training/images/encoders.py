"""ResNets in CIFAR form, their tensors named as SupContrast names them, and vision transformers named as timm's: such
files load here, and ours there."""

import math

import torch
from torch import Generator, nn

from checkpoints.foreign import heads
from checkpoints.foreign.models import build
from checkpoints.foreign.plan import Plan
from checkpoints.foreign.resnet import ResNetSpec
from checkpoints.foreign.vit import TransformerSpec
from checkpoints.training.images.recipe import DEPTHS, PATCH, VITS, ImageRecipe


def plan_of(recipe: ImageRecipe, classes: int) -> Plan:
    """SupConResNet with a head of two layers, or SupCEResNet with a linear classifier `fc`; a transformer with its
    class token as feature and either of them as `head`."""
    if recipe.encoder in VITS:
        return _of_transformer(recipe, classes, VITS[recipe.encoder])
    blocks, bottleneck = DEPTHS[recipe.encoder]
    spec = ResNetSpec(blocks, bottleneck, "shortcut", width=recipe.width)
    if recipe.head == "classes":
        return Plan("supce", spec, "logits", "fc", heads.linear(spec.features, classes))
    layers = heads.mlp(spec.features, spec.features, recipe.projection)
    return Plan("supcon", spec, "projection", "head", layers)


def _of_transformer(recipe: ImageRecipe, classes: int, width: int) -> Plan:
    spec = TransformerSpec(12, width, PATCH, recipe.side, 4 * width, pooling="token", norm=True, after=False)
    if recipe.head == "classes":
        return Plan("vit", spec, "logits", "head", heads.linear(width, classes))
    return Plan("vit", spec, "projection", "head", heads.mlp(width, width, recipe.projection))


def encoder_of(recipe: ImageRecipe, classes: int, generator: Generator) -> nn.Module:
    """The module in memory, on a CPU, with its first weights. Called with images (N, 3, S, S) it gives features (N, F)
    and outputs: logits, or embeddings that are not yet at unit length."""
    model = build(plan_of(recipe, classes))
    model.to_empty(device="cpu")
    initialise(model, generator)
    if recipe.encoder in VITS:
        initialise_transformer(model, generator)
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


def initialise_transformer(model: nn.Module, generator: Generator) -> None:
    """As timm's code: linear layers of the blocks and a linear classifier by a normal of 0.02 cut at two units, their
    biases 0; positions by such a normal, the class token nearly 0. A head of two layers stays as it is."""
    for name, module in model.named_modules():
        if isinstance(module, nn.Linear) and not name.startswith("head."):
            nn.init.trunc_normal_(module.weight, std=0.02, generator=generator)
            nn.init.zeros_(module.bias)
        elif isinstance(module, nn.LayerNorm):
            nn.init.ones_(module.weight)
            nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Conv2d):
            bound = 1 / math.sqrt(module.weight[0].numel())
            with torch.no_grad():
                module.weight.uniform_(-bound, bound, generator=generator)
                module.bias.uniform_(-bound, bound, generator=generator)  # type: ignore[union-attr]
    nn.init.trunc_normal_(model.get_parameter("pos_embed"), std=0.02, generator=generator)
    nn.init.normal_(model.get_parameter("cls_token"), std=1e-6, generator=generator)
