"""From an image to what the network was trained on: size, colour channels and normalisation, each with its reason."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from checkpoints.encoders import SmallConvSpec
from checkpoints.foreign.plan import Plan
from checkpoints.foreign.spec import SIDES
from checkpoints.foreign.vit import TransformerSpec
from losses.errors import LabError

Triple = tuple[float, float, float]
# Means and standard deviations of the channels in [0, 1], as the authors' scripts have them.
CIFAR10: tuple[Triple, Triple] = (0.4914, 0.4822, 0.4465), (0.2023, 0.1994, 0.2010)
CIFAR100: tuple[Triple, Triple] = (0.5071, 0.4867, 0.4408), (0.2675, 0.2565, 0.2761)
IMAGENET: tuple[Triple, Triple] = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)

_CROP = 224 / 256
_MOST_RESIZED = 4096 * 4096
_NUMBER = r"\s*(\d?\.\d+|\d)\s*"
_TRIPLE = re.compile(rf"^\s*[(\[]{_NUMBER},{_NUMBER},{_NUMBER}[)\]]\s*$")


@dataclass(frozen=True, slots=True)
class Preparation:
    """side: of the square image in pixels. cropped: its shorter side is scaled to 256/224 of that and the centre taken
    (bicubic); else it is scaled to the square (bilinear). channels 3 or 1. mean and std None: values stay in [0, 1].
    why: where size and constants come from.
    """

    side: int
    cropped: bool
    channels: int
    constants: tuple[Triple, Triple] | None
    why: str

    @property
    def words(self) -> str:
        """One line for a reader."""
        size = f"{self.side} x {self.side} pixels"
        how = f"centre {size} of the image scaled to {self._resized} (bicubic)" if self.cropped else f"scaled to {size}"
        colour = ", grey" if self.channels == 1 else ""
        if self.constants is None:
            return f"{how}{colour}, values in [0, 1], not normalised ({self.why})"
        mean, std = self.constants
        return f"{how}{colour}, values in [0, 1] normalised by mean {mean} and std {std} ({self.why})"

    @property
    def _resized(self) -> int:
        return round(self.side / _CROP)

    def pixels(self, image: np.ndarray, *, name: str) -> np.ndarray:
        """(S, S, channels) uint8 of an image (H, W[, 3]) uint8, scaled as Pillow does it."""
        drawn = Image.fromarray(image).convert("RGB" if self.channels == 3 else "L")
        drawn = self._centre(drawn, name) if self.cropped else self._square(drawn)
        return np.asarray(drawn).reshape(self.side, self.side, self.channels)

    def tensor(self, pixels: np.ndarray) -> Tensor:
        """(N, channels, S, S) float32 of (N, S, S, channels) uint8."""
        images = torch.from_numpy(pixels).permute(0, 3, 1, 2).to(torch.float32) / 255
        if self.constants is None:
            return images
        mean, std = (torch.tensor(triple).view(1, 3, 1, 1) for triple in self.constants)
        return (images - mean) / std

    def _square(self, image: Image.Image) -> Image.Image:
        size = (self.side, self.side)
        return image if image.size == size else image.resize(size, Image.Resampling.BILINEAR)

    def _centre(self, image: Image.Image, name: str) -> Image.Image:
        short, long = sorted(image.size)
        stretched = int(self._resized * long / short)
        if stretched * self._resized > _MOST_RESIZED:
            raise LabError(name, f"must not be longer than {_MOST_RESIZED // self._resized**2} times its breadth")
        size = (stretched, self._resized) if image.width > image.height else (self._resized, stretched)
        image = image.resize(size, Image.Resampling.BICUBIC)
        left, top = (round((extent - self.side) / 2) for extent in image.size)
        return image.crop((left, top, left + self.side, top + self.side))


def preparation_of(plan: Plan, options: Mapping[str, object], data_set: str, side: int | None) -> Preparation:
    """As the layout's own evaluation prepares images. `data_set`: what the images are known to be; `side`: as asked."""
    encoder = plan.encoder
    if isinstance(encoder, TransformerSpec):
        return Preparation(encoder.side, True, 3, IMAGENET, "ImageNet's constants, as its authors' evaluation has them")
    if isinstance(encoder, SmallConvSpec):
        return Preparation(encoder.side, False, 1, None, "as NCE Lab trains it")
    if plan.layout == "simclr":
        usual = 32 if encoder.stem == "cifar" else 224
        return Preparation(side or usual, False, 3, None, f"as its authors' code: {encoder.stem} stem")
    constants, why = _constants(options, data_set)
    return Preparation(side or _size(options), False, 3, constants, why)


def _constants(options: Mapping[str, object], data_set: str) -> tuple[tuple[Triple, Triple], str]:
    """Of SupContrast's scripts: by the data set in the file's options, or the mean and std written there."""
    named = options.get("dataset")
    if named in ("cifar10", "cifar100"):
        return (CIFAR10 if named == "cifar10" else CIFAR100), f"the file's options name {named}"
    mean, std = _triple(options.get("mean")), _triple(options.get("std"))
    if mean and std and min(std) > 0:
        return (mean, std), "mean and std as the file's options give them"
    found, title = (CIFAR100, "CIFAR-100") if data_set == "cifar100" else (CIFAR10, "CIFAR-10")
    return found, f"the file does not say which: {title}'s constants are assumed"


def _triple(value: object) -> Triple | None:
    """Three numbers in [0, 1] out of a text such as "(0.49, 0.48, 0.45)", by its form alone."""
    found = _TRIPLE.match(value) if isinstance(value, str) and len(value) < 200 else None
    if found is None:
        return None
    numbers = tuple(float(number) for number in found.groups())
    return numbers if max(numbers) <= 1 else None  # type: ignore[return-value]


def _size(options: Mapping[str, object]) -> int:
    size = options.get("size")
    return size if type(size) is int and SIDES[0] <= size <= SIDES[1] else 32
