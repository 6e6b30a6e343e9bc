"""From an image's pixels to the square that a network takes. Free of torch: workers that decode images load it."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from checkpoints.images.decode import decode
from losses.errors import LabError

_MOST_RESIZED = 4096 * 4096


@dataclass(frozen=True, slots=True)
class Scaling:
    """side: pixels of the square. shorter: what an image's shorter side is scaled to before the centre is taken, None
    where all of it is scaled to the square. channels 3 or 1. bicubic, or else bilinear."""

    side: int
    shorter: int | None
    channels: int
    bicubic: bool

    def pixels(self, image: np.ndarray, *, name: str) -> np.ndarray:
        """(S, S, channels) uint8 of an image (H, W[, 3]) uint8, scaled as Pillow does it."""
        drawn = Image.fromarray(image).convert("RGB" if self.channels == 3 else "L")
        drawn = self._square(drawn) if self.shorter is None else self._centre(drawn, self.shorter, name)
        return np.asarray(drawn).reshape(self.side, self.side, self.channels)

    @property
    def _resampling(self) -> Image.Resampling:
        return Image.Resampling.BICUBIC if self.bicubic else Image.Resampling.BILINEAR

    def _square(self, image: Image.Image) -> Image.Image:
        size = (self.side, self.side)
        return image if image.size == size else image.resize(size, self._resampling)

    def _centre(self, image: Image.Image, shorter: int, name: str) -> Image.Image:
        short, long = sorted(image.size)
        stretched = int(shorter * long / short)
        if stretched * shorter > _MOST_RESIZED:
            raise LabError(name, f"must not be longer than {_MOST_RESIZED // shorter**2:,} times its breadth")
        size = (stretched, shorter) if image.width > image.height else (shorter, stretched)
        image = image.resize(size, self._resampling)
        left, top = (round((extent - self.side) / 2) for extent in image.size)
        return image.crop((left, top, left + self.side, top + self.side))


def scaled(data: bytes, scaling: Scaling, *, name: str) -> np.ndarray:
    """(S, S, channels) uint8 of a JPEG's or PNG's bytes. LabError where they are refused."""
    return scaling.pixels(decode(data, name=name), name=name)
