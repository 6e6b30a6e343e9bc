"""From an image to what the network was trained on: size, colour channels and normalisation, each with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from checkpoints.foreign.constants import Chosen, Constants, constants_of
from checkpoints.foreign.plan import Plan
from checkpoints.foreign.resnet import ResNetSpec
from checkpoints.foreign.run_config import image_size
from checkpoints.foreign.spec import SIDES, ForeignSpec, Interpolation
from checkpoints.foreign.vit import TransformerSpec
from checkpoints.images.scaling import Scaling
from checkpoints.native.encoders import SmallConvSpec
from losses.errors import LabError

if TYPE_CHECKING:
    from checkpoints.brought.network import Brought

_CROP, _LARGEST_CROPPED = 224 / 256, 224
_SCALING = "the shorter side is scaled to 256/224 of the size and the centre taken, as torchvision evaluates"


@dataclass(frozen=True, slots=True)
class Preparation:
    """side: of the square image in pixels. cropped: its shorter side is scaled to 256/224 of that and the centre taken,
    or its own size above 224; else it is scaled to the square. interpolation of the scaling. channels 3 or 1. constants
    None: values stay in [0, 1]. why: where size and constants come from; assumed: what of it nothing says, a sentence
    each.
    """

    side: int
    cropped: bool
    channels: int
    constants: Constants | None
    why: str
    assumed: tuple[str, ...] = ()
    interpolation: Interpolation = "bilinear"

    @property
    def words(self) -> str:
        """One line for a reader."""
        size, way = f"{self.side} x {self.side} pixels", self.interpolation
        how = f"centre {size} of the image scaled to {self._resized} ({way})" if self.cropped else f"scaled to {size}"
        how += f" ({way})" if way == "bicubic" and not self.cropped else ""
        colour = ", grey" if self.channels == 1 else ""
        if self.constants is None:
            return f"{how}{colour}, values in [0, 1], not normalised ({self.why})"
        mean, std = self.constants
        return f"{how}{colour}, values in [0, 1] normalised by mean {mean} and std {std} ({self.why})"

    @property
    def _resized(self) -> int:
        # As util/data.py of soft target InfoNCE has it.
        return int(self.side / _CROP) if self.side <= _LARGEST_CROPPED else self.side

    @property
    def scaling(self) -> Scaling:
        """What is done to an image before it is numbers."""
        shorter = self._resized if self.cropped else None
        return Scaling(self.side, shorter, self.channels, self.interpolation == "bicubic")

    def pixels(self, image: np.ndarray, *, name: str) -> np.ndarray:
        """(S, S, channels) uint8 of an image (H, W[, 3]) uint8, scaled as Pillow does it."""
        return self.scaling.pixels(image, name=name)

    def tensor(self, pixels: np.ndarray) -> Tensor:
        """(N, channels, S, S) float32 of (N, S, S, channels) uint8."""
        images = torch.from_numpy(pixels).permute(0, 3, 1, 2).to(torch.float32) / 255
        if self.constants is None:
            return images
        mean, std = (torch.tensor(each[: self.channels]).view(1, -1, 1, 1) for each in self.constants)
        return (images - mean) / std


def preparation_of(
    plan: "Plan | Brought", options: Mapping[str, object], data_set: str, spec: ForeignSpec, path: Path | None = None
) -> Preparation:
    """As the layout's own evaluation prepares images, but for what `spec` says.

    `data_set`: what the images are known to be; `path`: of the checkpoint, beside which there may be a config.yaml.
    LabError where `spec` asks for what the network cannot take.
    """
    if (wanted := getattr(plan, "wanted", None)) is not None:  # of a network that is not built here
        return wanted.preparation(spec)
    assert isinstance(plan, Plan)
    side, why_side, guessed = _side(plan, options, spec.side, path)
    channels = 1 if isinstance(plan.encoder, SmallConvSpec) else 3
    cropped, interpolation, said = _scaling(plan, spec)
    chosen = _constants(plan, options, data_set, spec)
    assumed = ((why_side,) if guessed else ()) + said + ((chosen.why,) if chosen and chosen.assumed else ())
    if chosen is None:
        values = "as NCE Lab trains it" if channels == 1 else "its authors' code does not normalise"
        return Preparation(side, cropped, channels, None, f"{why_side}; {values}", assumed, interpolation)
    why = f"{why_side}; {chosen.why}"
    return Preparation(side, cropped, channels, chosen.constants, why, assumed, interpolation)


def _scaling(plan: Plan, spec: ForeignSpec) -> tuple[bool, Interpolation, tuple[str, ...]]:
    """Whether the centre is cropped, by which interpolation, and what of it is assumed: where the layout is nobody's
    own, ImageNet's usual evaluation."""
    encoder = plan.encoder
    large = isinstance(encoder, ResNetSpec) and plan.layout == "resnet" and encoder.stem != "cifar"
    cropped = isinstance(encoder, TransformerSpec) or large
    usual: Interpolation = "bicubic" if isinstance(encoder, TransformerSpec) else "bilinear"
    assumed = () if not large or (spec.crop and spec.interpolation) else (_SCALING,)
    return (spec.crop == "centre" if spec.crop else cropped), spec.interpolation or usual, assumed


def _side(plan: Plan, options: Mapping[str, object], asked: int | None, path: Path | None) -> tuple[int, str, bool]:
    """Pixels, where they come from, and whether they are assumed."""
    encoder = plan.encoder
    if isinstance(encoder, TransformerSpec | SmallConvSpec):
        if asked not in (None, encoder.side):
            raise LabError("side", f"must be {encoder.side}, the one size that this network's weights fit", asked)
        return encoder.side, "the size that the weights fit", False
    if asked is not None:
        return asked, "the size that was asked for", False
    if plan.layout == "simclr" and isinstance(encoder, ResNetSpec):
        return _side_of_simclr(encoder.stem, path)
    size = options.get("size")
    if type(size) is int and SIDES[0] <= size <= SIDES[1]:
        return size, "the size in the file's options", False
    if plan.layout == "resnet":
        usual, whose = (
            (32, "CIFAR's, as its stem is") if encoder.stem == "cifar" else (224, "ImageNet's, as its stem is")
        )
        return usual, f"the file does not say its images' size: {usual} pixels, {whose}, are assumed", True
    return 32, "the file does not say its images' size: 32 pixels, SupContrast's default, are assumed", True


def _side_of_simclr(stem: str, path: Path | None) -> tuple[int, str, bool]:
    size, said = (None, "no config.yaml came with the file") if path is None else image_size(path)
    if size is not None:
        return size, said, False
    usual, whose = (32, "the size of CIFAR") if stem == "cifar" else (96, "the default of WEINCE's scripts")
    return usual, f"{said}: {usual} pixels, {whose}, are assumed", True


def _constants(plan: Plan, options: Mapping[str, object], data_set: str, spec: ForeignSpec) -> Chosen | None:
    """None: values stay in [0, 1]."""
    grey = isinstance(plan.encoder, SmallConvSpec)
    if spec.mean is not None and spec.std is not None:
        if grey:
            raise LabError("mean and std", "must be left out for a network of grey images")
        return Chosen((spec.mean, spec.std), "mean and std as asked for")
    return None if grey or plan.layout == "simclr" else constants_of(_table(plan), options, data_set)


def _table(plan: Plan) -> str:
    """Which constants are assumed where the file names none: ImageNet's for a large stem."""
    encoder = plan.encoder
    large = plan.layout == "resnet" and isinstance(encoder, ResNetSpec) and encoder.stem != "cifar"
    return "imagenet" if large else plan.layout
