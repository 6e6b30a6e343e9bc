"""A plan's module, its tensors named as in the file. Every module gives (features, outputs of the head)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from checkpoints.foreign import heads
from checkpoints.foreign.plan import Plan
from checkpoints.foreign.resnet import ResNet, ResNetSpec
from checkpoints.foreign.vit import TransformerSpec, VisionTransformer
from checkpoints.native.encoders import SmallConvSpec
from checkpoints.native.small_conv import SmallConv


class Encoded(nn.Module):
    """`encoder` and a head of the given name; without one the features are given twice."""

    def __init__(self, encoder: nn.Module, name: str, head: nn.Module | None) -> None:
        super().__init__()
        self.encoder, self.name = encoder, name
        if head is not None:
            setattr(self, name, head)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        features = self.encoder(images)
        head = getattr(self, self.name) if self.name else None
        return features, features if head is None else head(features)


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
    head = heads.build(plan.layers) if plan.layers else None
    if isinstance(encoder, TransformerSpec):
        return VisionTransformer(encoder, head, plan.head_name)
    assert isinstance(encoder, ResNetSpec)
    return Encoded(ResNet(encoder), plan.head_name, head)
