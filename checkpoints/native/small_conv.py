"""A small convolutional encoder for 8 x 8 grey images, with a class head or a projection head.

Letters: N images, S their side, W width, F features, D or K outputs.
Group normalisation, not batch normalisation: an item's embedding must not depend on its neighbours in a batch,
or a contrastive loss can read the answer off the statistics.
"""

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

if TYPE_CHECKING:
    from checkpoints.native.encoders import SmallConvSpec


class SmallConv(nn.Module):
    """Three convolutions and a linear layer, then a head. Built without memory; weigh it before use."""

    def __init__(self, spec: "SmallConvSpec") -> None:
        super().__init__()
        width, side = spec.width, spec.side // 2
        with torch.device("meta"):
            self.encoder = nn.Sequential(
                *_convolution(1, width, stride=1),
                *_convolution(width, 2 * width, stride=2),
                *_convolution(2 * width, 2 * width, stride=1),
                nn.Flatten(),
                nn.Linear(2 * width * side * side, spec.features),
                nn.ReLU(),
            )
            self.head = _head(spec)
        self.projects = spec.head == "projection"

    def features(self, images: Tensor) -> Tensor:
        """(N, 1, S, S) in [0, 1] -> (N, F), not negative."""
        return self.encoder(images)

    def forward(self, images: Tensor) -> Tensor:
        """(N, 1, S, S) in [0, 1] -> logits (N, K), or unit embeddings (N, D): what the loss sees."""
        outputs = self.head(self.features(images))
        return F.normalize(outputs, dim=1) if self.projects else outputs


def initialise(model: nn.Module, generator: torch.Generator) -> None:
    """Give a model without memory its first weights from `generator` alone: Kaiming normal, zero biases, unit gains."""
    model.to_empty(device="cpu")
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu", generator=generator)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.GroupNorm):
            nn.init.ones_(module.weight)
            nn.init.zeros_(module.bias)


def _convolution(inputs: int, outputs: int, *, stride: int) -> tuple[nn.Module, ...]:
    # The normalisation has a bias of its own. Half a channel group each would be no group: one group at width 1.
    groups = 4 if outputs % 4 == 0 else 1
    return nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False), nn.GroupNorm(groups, outputs), nn.ReLU()


def _head(spec: "SmallConvSpec") -> nn.Module:
    """A linear map to class logits, or the two-layer projection of SimCLR and SupCon."""
    if spec.head == "classes":
        return nn.Linear(spec.features, spec.outputs)
    return nn.Sequential(nn.Linear(spec.features, spec.features), nn.ReLU(), nn.Linear(spec.features, spec.outputs))
