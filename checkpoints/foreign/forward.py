"""Images of one side through a foreign model, batch by batch, without gradients, in float32.

Letters: N images, S their side, D dimensions, F features, K classes.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import torch
from torch import nn

from checkpoints.foreign.preparation import Preparation
from checkpoints.foreign.seen import Seen, Shelf, nothing_seen
from checkpoints.images.decoders import Decoders, Pixels
from checkpoints.images.source import Side
from losses.errors import LabError

# Images and pixels of the largest batch. On a CPU Stop waits for its end: 64 of CIFAR, 5 of a ViT.
_LARGEST, _LARGEST_ELSEWHERE = {"cpu": (64, 1 << 18)}, (512, 1 << 22)
_THUMBNAIL, _SMALL_THUMBNAIL, _MANY = 64, 32, 20_000


@dataclass(frozen=True, slots=True)
class Way:
    """How a side goes through: prepared so, decoded by so many workers (None for as many as pay); the batches that
    begin at `starts`; `add` hears of each."""

    preparation: Preparation
    starts: Sequence[int]
    workers: int | None = None
    add: Callable[[Seen], None] = lambda batch: None


def forward(
    model: nn.Module,
    side: Side,
    rows: np.ndarray,
    way: Way,
    device: torch.device,
    step: Callable[[int], None],
) -> list[Seen]:
    """Items `rows` of a side, a `Seen` a batch. `step` hears after each how many images it had; it may raise to end the
    pass."""
    size, preparation = batch_size(way.preparation, device), way.preparation
    thumbnail = _THUMBNAIL if len(rows) <= _MANY else _SMALL_THUMBNAIL
    seen = list[Seen]()
    shelves = [Shelf(len(rows)) for _ in range(3)]
    wanted = [row for start in way.starts for row in rows[start : start + size].tolist()]
    with Decoders(preparation.scaling, way.workers) as decoders:
        images = decoders.read(side, wanted)
        for start in way.starts:
            stop = min(start + size, len(rows))
            read, pixels, refused = _batch(images, stop - start)
            if len(pixels):
                made = _run(model, preparation, pixels, device)
                features, small = shelves[0].put(made[0]), shelves[2].put(_small(pixels, thumbnail))
                outputs = features if made[1] is made[0] else shelves[1].put(made[1])
                seen.append(Seen(start, stop, np.array(read), features, outputs, small, refused))
            else:
                seen.append(nothing_seen(start, stop, refused))
            way.add(seen[-1])
            step(stop - start)
    return seen


def starts_left(items: int, size: int, kept: Sequence[tuple[int, int]]) -> list[int]:
    """Where batches of `size` begin that are in none of what is `kept`, from and to."""
    return [start for start in range(0, items, size) if not any(low <= start < high for low, high in kept)]


def device_of(name: str) -> torch.device:
    """ "auto" takes an accelerator where there is one. LabError for a device that is not here."""
    here = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name != "auto" and not here.get(name, False):
        found = ", ".join(each for each, there in here.items() if there)
        raise LabError("device", f"must be auto or one of this machine ({found})", repr(name))
    return torch.device(next(each for each, there in here.items() if there) if name == "auto" else name)


def batch_size(preparation: Preparation, device: torch.device) -> int:
    """How many images go at once."""
    most, pixels = _LARGEST.get(device.type, _LARGEST_ELSEWHERE)
    return max(1, min(most, pixels // preparation.side**2))


@torch.inference_mode()
def _run(
    model: nn.Module, preparation: Preparation, pixels: np.ndarray, device: torch.device
) -> tuple[np.ndarray, np.ndarray]:
    features, outputs = model(preparation.tensor(pixels).to(device))
    first = features.float().cpu().numpy()
    return first, first if outputs is features else outputs.float().cpu().numpy()


def _batch(images: Iterator[tuple[int, Pixels]], count: int) -> tuple[list[int], np.ndarray, tuple[str, ...]]:
    """The next `count` images: rows and (n, S, S, channels) uint8 of those that can be read, what is said of others."""
    rows, pixels, refused = list[int](), list[np.ndarray](), list[str]()
    for row, found in islice(images, count):
        if isinstance(found, str):
            refused.append(found)
        else:
            rows.append(row)
            pixels.append(found)
    return rows, np.stack(pixels) if pixels else np.empty((0, 1, 1, 1), dtype=np.uint8), tuple(refused)


def _small(pixels: np.ndarray, most: int) -> np.ndarray:
    """For showing: every n-th pixel's mean, so that no side has more than `most`; grey without a channel axis."""
    step = -(-pixels.shape[1] // most)
    if step > 1:
        side = pixels.shape[1] // step
        cut = pixels[:, : side * step, : side * step]
        tiles = cut.reshape(len(cut), side, step, side, step, -1)
        pixels = tiles.mean(axis=(2, 4)).round().astype(np.uint8)
    return pixels[..., 0] if pixels.shape[-1] == 1 else pixels
