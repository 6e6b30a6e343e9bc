"""A plan's module, its tensors named as in the file. Every module gives (features, outputs of the head)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from checkpoints.foreign.plan import Plan
from checkpoints.foreign.resnet import ResNet, ResNetSpec
from checkpoints.foreign.vit import TransformerSpec, VisionTransformer
from checkpoints.native.encoders import SmallConvSpec
from checkpoints.native.small_conv import SmallConv


class Encoded(nn.Module):
    """`encoder` and a head of the given name."""

    def __init__(self, encoder: nn.Module, name: str, head: nn.Module) -> None:
        super().__init__()
        self.encoder, self.name = encoder, name
        setattr(self, name, head)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        features = self.encoder(images)
        return features, getattr(self, self.name)(features)


class SmallEncoded(SmallConv):
    """The small encoder, with its features too; a projection is at unit length, as in training."""

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:  # type: ignore[override]
        features = self.features(images)
        outputs = self.head(features)
        return features, F.normalize(outputs, dim=1) if self.projects else outputs


def build(plan: Plan) -> nn.Module:
    """On the meta device, in evaluation mode: batch norms use their running statistics."""
    with torch.device("meta"):
        return _module(plan).eval()


def _module(plan: Plan) -> nn.Module:
    encoder = plan.encoder
    if isinstance(encoder, SmallConvSpec):
        return SmallEncoded(encoder)
    if isinstance(encoder, TransformerSpec):
        return VisionTransformer(encoder, _head(plan, encoder.features))
    assert isinstance(encoder, ResNetSpec)
    return Encoded(ResNet(encoder), plan.head_name, _head(plan, encoder.features))


def _head(plan: Plan, features: int) -> nn.Module:
    if plan.linear:
        return nn.Linear(features, plan.outputs)
    if plan.layout == "vit":
        return _normalised_mlp(features, plan.hidden, plan.outputs)
    bias = plan.layout != "simclr"
    first, second = (nn.Linear(a, b, bias=bias) for a, b in ((features, plan.hidden), (plan.hidden, plan.outputs)))
    return nn.Sequential(first, nn.ReLU(), second)


def _normalised_mlp(features: int, hidden: int, outputs: int) -> nn.Module:
    """MoCo v3's three layers: no biases, a batch norm after each, the last without gain and shift."""
    return nn.Sequential(
        nn.Linear(features, hidden, bias=False),
        nn.BatchNorm1d(hidden),
        nn.ReLU(),
        nn.Linear(hidden, hidden, bias=False),
        nn.BatchNorm1d(hidden),
        nn.ReLU(),
        nn.Linear(hidden, outputs, bias=False),
        nn.BatchNorm1d(outputs, affine=False),
    )
