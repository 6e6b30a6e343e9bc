"""ResNet v1 encoders as SupContrast, torchvision and timm define them: one network, two ways to name its shortcuts;
of four stages, or of three as He et al. have them for CIFAR.

He et al. 2016 (arXiv 1512.03385), with the stride of a bottleneck in its 3x3 convolution; wide ones (1605.07146),
ResNeXt (1611.05431), and the deep stem and averaging shortcuts of 1812.01187. Letters: N images, S their side, F
features.
"""

from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

_STRIDES = (1, 2, 2, 2)


@dataclass(frozen=True, slots=True)
class ResNetSpec:
    """blocks of each of the three or four stages; width of the first; stem "cifar" (3x3, no pooling), "imagenet" (7x7)
    or "deep" (three 3x3).

    stem_widths: of the stem's convolutions, () for one of `width`. inner: of a bottleneck's 3x3 in the first stage, 0
    for `width`; groups of it. averaged: a shortcut that halves takes the mean of 2x2 first. padding of a 3x3 stem.
    shortcut: what those of weights are called, or "padded", which have none: every second pixel, and channels of zeros
    on both sides.
    """

    blocks: tuple[int, ...]
    bottleneck: bool
    shortcut: Literal["shortcut", "downsample", "padded"]
    stem: Literal["cifar", "imagenet", "deep"] = "cifar"
    width: int = 64
    stem_widths: tuple[int, ...] = ()
    inner: int = 0
    groups: int = 1
    averaged: bool = False
    padding: int = 1

    @property
    def features(self) -> int:
        return (self.width << len(self.blocks) - 1) * (4 if self.bottleneck else 1)

    @property
    def title(self) -> str:
        """ResNet-50 and the like; other depths by their blocks."""
        depth = 2 + sum(self.blocks) * (3 if self.bottleneck else 2)
        known = (depth in (18, 34) and not self.bottleneck) or depth in (50, 101, 152) or self._of_cifar
        kind = "ResNet" if self.groups == 1 else "ResNeXt"
        name = f"{kind}-{depth}" if known else f"a {kind} of {'-'.join(map(str, self.blocks))} blocks"
        return ", ".join([name, *self._particulars()])

    @property
    def _of_cifar(self) -> bool:
        """Three stages of equal numbers of blocks: ResNet-20, -32, -44, -56, -110."""
        return len(self.blocks) == 3 and len(set(self.blocks)) == 1

    def _particulars(self) -> list[str]:
        found = [] if self.width == (16 if self._of_cifar else 64) else [f"first width {self.width}"]
        if self.groups > 1:
            found.append(f"{self.groups} groups of {self.inner // self.groups}")
        elif self.inner:
            found.append(f"{self.inner} channels within the first bottlenecks")
        return found + (["deep stem"] if self.stem == "deep" else [])


class ResNet(nn.Module):
    """(N, 3, S, S) -> (N, F): the mean over the last stage's places."""

    def __init__(self, spec: ResNetSpec) -> None:
        super().__init__()
        self.pooled, self.stages = spec.stem != "cifar", len(spec.blocks)
        self.conv1, inputs = _stem(spec)
        self.bn1 = nn.BatchNorm2d(inputs)
        for stage, (count, stride) in enumerate(zip(spec.blocks, _STRIDES, strict=False)):
            blocks = [Block(inputs, stage, stride, spec)]
            inputs = blocks[0].outputs
            blocks += [Block(inputs, stage, 1, spec) for _ in range(count - 1)]
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))

    def forward(self, images: Tensor) -> Tensor:
        hidden = F.relu(self.bn1(self.conv1(images)))
        if self.pooled:
            hidden = F.max_pool2d(hidden, 3, 2, 1)
        for stage in range(self.stages):
            hidden = getattr(self, f"layer{stage + 1}")(hidden)
        return hidden.mean(dim=(2, 3))


def _stem(spec: ResNetSpec) -> tuple[nn.Module, int]:
    """What stands before the first batch norm, and its channels."""
    widths = spec.stem_widths or (spec.width,)
    if spec.stem != "deep":
        kernel, stride, padding = (7, 2, 3) if spec.stem == "imagenet" else (3, 1, spec.padding)
        return nn.Conv2d(3, widths[0], kernel, stride, padding, bias=False), widths[0]
    layers: list[nn.Module] = []
    for place, (inputs, outputs) in enumerate(zip((3, *widths), widths, strict=False)):
        layers.append(nn.Conv2d(inputs, outputs, 3, 1 if place else 2, 1, bias=False))
        layers += [nn.BatchNorm2d(outputs), nn.ReLU()] if place < len(widths) - 1 else []
    return nn.Sequential(*layers), widths[-1]


class Block(nn.Module):
    """A basic block (two 3x3) or a bottleneck (1x1, 3x3, 1x1 to four times the width), with its shortcut."""

    def __init__(self, inputs: int, stage: int, stride: int, spec: ResNetSpec) -> None:
        super().__init__()
        width = spec.width << stage
        self.outputs = width * (4 if spec.bottleneck else 1)
        kernels = (1, 3, 1) if spec.bottleneck else (3, 3)
        inner = (spec.inner or spec.width) << stage if spec.bottleneck else width
        sizes = (inputs, *[inner] * (len(kernels) - 1), self.outputs)
        at = kernels.index(3)  # the first 3x3 has the stride
        self.depth = len(kernels)
        for place, kernel in enumerate(kernels):
            step, groups = (stride, spec.groups) if place == at else (1, 1)
            conv = nn.Conv2d(sizes[place], sizes[place + 1], kernel, step, kernel // 2, groups=groups, bias=False)
            setattr(self, f"conv{place + 1}", conv)
            setattr(self, f"bn{place + 1}", nn.BatchNorm2d(sizes[place + 1]))
        self.name = spec.shortcut
        if spec.shortcut == "padded":
            self.stride = stride
        elif stride != 1 or inputs != self.outputs:
            setattr(self, self.name, _shortcut(inputs, self.outputs, stride, averaged=spec.averaged))

    def forward(self, inputs: Tensor) -> Tensor:
        hidden = inputs
        for place in range(1, self.depth + 1):
            hidden = getattr(self, f"bn{place}")(getattr(self, f"conv{place}")(hidden))
            if place < self.depth:
                hidden = F.relu(hidden)
        return torch.relu(hidden + self._kept(inputs))

    def _kept(self, inputs: Tensor) -> Tensor:
        if self.name != "padded":
            return getattr(self, self.name)(inputs) if hasattr(self, self.name) else inputs
        more = self.outputs - inputs.shape[1]
        return F.pad(inputs[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, more // 2, more - more // 2))


def _shortcut(inputs: int, outputs: int, stride: int, *, averaged: bool) -> nn.Module:
    norm = nn.BatchNorm2d(outputs)
    if not averaged:
        return nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), norm)
    halved = nn.AvgPool2d(2, stride, ceil_mode=True, count_include_pad=False) if stride > 1 else nn.Identity()
    return nn.Sequential(halved, nn.Conv2d(inputs, outputs, 1, bias=False), norm)
