"""What a forward pass over images is asked for. Free of torch."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

from losses.errors import LabError

Space = Literal["head", "encoder"]
Triple = tuple[float, float, float]
Pool = Literal["token", "mean"]
Crop = Literal["centre", "square"]
Interpolation = Literal["bilinear", "bicubic"]
SPACES: tuple[str, ...] = get_args(Space)
POOLS: tuple[str, ...] = get_args(Pool)
CROPS: tuple[str, ...] = get_args(Crop)
INTERPOLATIONS: tuple[str, ...] = get_args(Interpolation)
MOST_HEADS, MOST_WORKERS = 128, 16
DEVICES = ("auto", "cpu", "cuda", "mps")
MOST_ITEMS = 2_000_000  # images a split; ImageNet has 1,281,167
SIDES = (8, 512)
_TIMM = re.compile(r"timm:[A-Za-z0-9_.]{1,100}", re.ASCII)

# Called with (images done, images in all) after each batch, with (0, 0) before they are counted; may raise `Stopped`.
Watch = Callable[[int, int], None]


class Stopped(LabError):
    """Somebody pressed Stop. Where outputs are kept, what was done is, too: the same pass goes on from there."""

    def __init__(self) -> None:
        super().__init__("the forward pass", "was stopped before its end")


@dataclass(frozen=True, slots=True)
class ForeignSpec:
    """How a checkpoint that needs images is opened.

    limit: at most so many images a split, evenly from the classes, the first of each; None for all (`MOST_ITEMS`).
    space: embeddings are the "head"'s output, which the loss saw, or the "encoder"'s features; of a model whose head
    gives class logits they are always the encoder's. side in pixels, mean and std of the colour channels, whose values
    lie in [0, 1]: instead of what the file says or what is assumed; None for that. crop: the "centre" of an image whose
    shorter side was scaled to 256/224 of `side`, or all of it scaled to a "square"; and by which interpolation.
    weights: which of several sets of a file, by its name or a part of it; "" for the first. heads of a transformer, and
    its pool: features are its class "token" or the "mean" of its patches. network: who builds it; "" for the lab, or a
    config.json beside the file, "own" for the code that the lab was started with, "timm:NAME" for timm's of that name.
    workers: processes that decode images, None for as many as pay, 0 for none; the outputs are the same.
    """

    limit: int | None = None
    device: str = "auto"
    space: Space = "head"
    side: int | None = None
    mean: Triple | None = None
    std: Triple | None = None
    crop: Crop | None = None
    interpolation: Interpolation | None = None
    weights: str = ""
    heads: int | None = None
    pool: Pool | None = None
    network: str = ""
    workers: int | None = None

    def __post_init__(self) -> None:
        if self.limit is not None and not 1 <= self.limit <= MOST_ITEMS:
            raise LabError("limit", f"must be 1 to {MOST_ITEMS:,} images a split", self.limit)
        if self.device not in DEVICES:
            raise LabError("device", f"must be one of {', '.join(DEVICES)}", repr(self.device))
        if self.space not in SPACES:
            raise LabError("space", f"must be one of {', '.join(SPACES)}", repr(self.space))
        if self.side is not None and not SIDES[0] <= self.side <= SIDES[1]:
            raise LabError("side", f"must be {SIDES[0]} to {SIDES[1]} pixels", self.side)
        self._check_choices()
        if (self.mean is None) != (self.std is None):
            raise LabError("mean and std", "must be given both or neither", but="only one of them is")
        for name, triple, low in (("mean", self.mean, 0.0), ("std", self.std, 1e-6)):
            if triple is not None and not (len(triple) == 3 and all(low <= number <= 1 for number in triple)):
                rule = "must be three numbers from 0 to 1" + (", none of them 0" if low else "")
                raise LabError(name, rule, triple, "Divide by 255 what is meant for values up to 255.")

    def _check_choices(self) -> None:
        for name, options in (("crop", CROPS), ("interpolation", INTERPOLATIONS), ("pool", POOLS)):
            value = getattr(self, name)
            if value is not None and value not in options:
                raise LabError(name, f"must be one of {', '.join(options)}", repr(value))
        if self.network not in ("", "own") and not _TIMM.fullmatch(self.network):
            raise LabError(
                "network", "must be own, or timm: and the name of one of its models", repr(self.network[:80])
            )
        if self.workers is not None and not 0 <= self.workers <= MOST_WORKERS:
            raise LabError("workers", f"must be 0 to {MOST_WORKERS}", self.workers)
        if self.heads is not None and not 1 <= self.heads <= MOST_HEADS:
            raise LabError("heads", f"must be 1 to {MOST_HEADS}", self.heads)
