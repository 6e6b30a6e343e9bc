"""ResNet v1 encoders as SupContrast and torchvision define them: one network, two ways to name its shortcuts.

He et al. 2016 (arXiv 1512.03385), with the stride of a bottleneck in its 3x3 convolution. Letters: N images, S their
side, F features.
"""

from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

_STRIDES = (1, 2, 2, 2)


@dataclass(frozen=True, slots=True)
class ResNetSpec:
    """blocks of each of the four stages; width of the first; stem "cifar" (3x3, no pooling) or "imagenet" (7x7)."""

    blocks: tuple[int, int, int, int]
    bottleneck: bool
    shortcut: Literal["shortcut", "downsample"]
    stem: Literal["cifar", "imagenet"] = "cifar"
    width: int = 64

    @property
    def features(self) -> int:
        return 8 * self.width * (4 if self.bottleneck else 1)

    @property
    def title(self) -> str:
        """ResNet-50 and the like; other depths by their blocks."""
        depth = 2 + sum(self.blocks) * (3 if self.bottleneck else 2)
        known = (depth in (18, 34) and not self.bottleneck) or depth in (50, 101, 152)
        name = f"ResNet-{depth}" if known else f"a ResNet of {'-'.join(map(str, self.blocks))} blocks"
        return name if self.width == 64 else f"{name}, first width {self.width}"


class ResNet(nn.Module):
    """(N, 3, S, S) -> (N, F): the mean over the last stage's places."""

    def __init__(self, spec: ResNetSpec) -> None:
        super().__init__()
        self.pooled = spec.stem == "imagenet"
        kernel, stride, padding = (7, 2, 3) if self.pooled else (3, 1, 1)
        self.conv1 = nn.Conv2d(3, spec.width, kernel, stride, padding, bias=False)
        self.bn1 = nn.BatchNorm2d(spec.width)
        inputs = spec.width
        for stage, (count, stride) in enumerate(zip(spec.blocks, _STRIDES, strict=True)):
            width = spec.width << stage
            blocks = [Block(inputs, width, stride, spec)]
            inputs = blocks[0].outputs
            blocks += [Block(inputs, width, 1, spec) for _ in range(count - 1)]
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))

    def forward(self, images: Tensor) -> Tensor:
        hidden = F.relu(self.bn1(self.conv1(images)))
        if self.pooled:
            hidden = F.max_pool2d(hidden, 3, 2, 1)
        for stage in range(len(_STRIDES)):
            hidden = getattr(self, f"layer{stage + 1}")(hidden)
        return hidden.mean(dim=(2, 3))


class Block(nn.Module):
    """A basic block (two 3x3) or a bottleneck (1x1, 3x3, 1x1 to four times the width), with its shortcut."""

    def __init__(self, inputs: int, width: int, stride: int, spec: ResNetSpec) -> None:
        super().__init__()
        self.outputs = width * (4 if spec.bottleneck else 1)
        kernels = (1, 3, 1) if spec.bottleneck else (3, 3)
        sizes = (inputs, *[width] * (len(kernels) - 1), self.outputs)
        at = kernels.index(3)  # the first 3x3 has the stride
        self.depth = len(kernels)
        for place, kernel in enumerate(kernels):
            step = stride if place == at else 1
            conv = nn.Conv2d(sizes[place], sizes[place + 1], kernel, step, kernel // 2, bias=False)
            setattr(self, f"conv{place + 1}", conv)
            setattr(self, f"bn{place + 1}", nn.BatchNorm2d(sizes[place + 1]))
        self.name = spec.shortcut
        if stride != 1 or inputs != self.outputs:
            projected = nn.Conv2d(inputs, self.outputs, 1, stride, bias=False)
            setattr(self, self.name, nn.Sequential(projected, nn.BatchNorm2d(self.outputs)))

    def forward(self, inputs: Tensor) -> Tensor:
        hidden = inputs
        for place in range(1, self.depth + 1):
            hidden = getattr(self, f"bn{place}")(getattr(self, f"conv{place}")(hidden))
            if place < self.depth:
                hidden = F.relu(hidden)
        kept = getattr(self, self.name)(inputs) if hasattr(self, self.name) else inputs
        return torch.relu(hidden + kept)
