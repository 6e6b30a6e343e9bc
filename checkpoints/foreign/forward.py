"""Images of one side through a foreign model, batch by batch, without gradients, in float32.

Letters: N images, S their side, D dimensions, F features, K classes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import nn

from checkpoints.foreign.preparation import Preparation
from checkpoints.images.source import Side
from losses.errors import LabError

# Images and pixels of the largest batch. On a CPU Stop waits for its end: 64 of CIFAR, 5 of a ViT.
_LARGEST, _LARGEST_ELSEWHERE = {"cpu": (64, 1 << 18)}, (512, 1 << 22)
_THUMBNAIL, _SMALL_THUMBNAIL, _MANY = 64, 32, 20_000


@dataclass(slots=True)
class Seen:
    """What a side's images gave: features (N, F), outputs (N, D or K), small images, the rows they are of; and what was
    refused, a sentence each."""

    features: list[np.ndarray] = field(default_factory=list)
    outputs: list[np.ndarray] = field(default_factory=list)
    images: list[np.ndarray] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def forward(
    model: nn.Module,
    side: Side,
    rows: np.ndarray,
    preparation: Preparation,
    device: torch.device,
    step: Callable[[int], None],
) -> Seen:
    """Items `rows` of a side. `step` hears after each batch how many images it had; it may raise to end the pass."""
    seen = Seen()
    size = _batch(preparation.side, device.type)
    thumbnail = _THUMBNAIL if len(rows) <= _MANY else _SMALL_THUMBNAIL
    for start in range(0, len(rows), size):
        taken = rows[start : start + size]
        pixels = _read(side, taken, preparation, seen)
        if len(pixels):
            _run(model, preparation, pixels, device, seen)
            seen.images.append(_small(pixels, thumbnail))
        step(len(taken))
    return seen


def device_of(name: str) -> torch.device:
    """ "auto" takes an accelerator where there is one. LabError for a device that is not here."""
    here = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name != "auto" and not here.get(name, False):
        found = ", ".join(each for each, there in here.items() if there)
        raise LabError("device", f"must be auto or one of this machine ({found})", repr(name))
    return torch.device(next(each for each, there in here.items() if there) if name == "auto" else name)


def _batch(side: int, device: str) -> int:
    """How many images of that side go at once."""
    most, pixels = _LARGEST.get(device, _LARGEST_ELSEWHERE)
    return max(1, min(most, pixels // side**2))


@torch.inference_mode()
def _run(model: nn.Module, preparation: Preparation, pixels: np.ndarray, device: torch.device, seen: Seen) -> None:
    features, outputs = model(preparation.tensor(pixels).to(device))
    seen.features.append(features.float().cpu().numpy())
    seen.outputs.append(outputs.float().cpu().numpy())


def _read(side: Side, rows: np.ndarray, preparation: Preparation, seen: Seen) -> np.ndarray:
    """(n, S, S, channels) uint8 of those that can be read; the others are noted."""
    pixels = []
    for row in rows.tolist():
        try:
            pixels.append(preparation.pixels(side.read(row), name=str(side.ids[row])))
        except LabError as refusal:
            seen.refused.append(str(refusal))
        else:
            seen.rows.append(row)
    return np.stack(pixels) if pixels else np.empty((0, 1, 1, 1), dtype=np.uint8)


def _small(pixels: np.ndarray, most: int) -> np.ndarray:
    """For showing: every n-th pixel's mean, so that no side has more than `most`; grey without a channel axis."""
    step = -(-pixels.shape[1] // most)
    if step > 1:
        side = pixels.shape[1] // step
        cut = pixels[:, : side * step, : side * step]
        tiles = cut.reshape(len(cut), side, step, side, step, -1)
        pixels = tiles.mean(axis=(2, 4)).round().astype(np.uint8)
    return pixels[..., 0] if pixels.shape[-1] == 1 else pixels
