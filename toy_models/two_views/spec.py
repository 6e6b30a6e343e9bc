"""What a run on two views is: the widget contract, cache key, URL and test parameter at once. No torch here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from losses.catalog import CATALOG, losses_of_world
from losses.errors import LabError
from toy_models.bounds import Bound
from toy_models.specs import WorldSpec, schedule

LOSSES: Mapping[str, str] = {name: CATALOG[name].title for name in losses_of_world("two_views")}
"""The losses of this world, name -> title, in the order of every figure."""
ENCODERS: Mapping[str, str] = {"points": "free points", "network": "small network"}
"""What is trained, name -> title."""
BETAS: Mapping[str, str] = {"one": "1, as released", "estimated": "estimated, as in the paper"}
"""WEINCE's exponent beta_i."""

MOST_FRAMES = 80
MOST_COSINES = 2**20
_FEWER = "Take fewer seeds or smaller batches."
"""Cosines of one loss in one step, over all seeds: 4 MB, some ten times that with all gradients."""


@dataclass(frozen=True, slots=True)
class TwoViewsSpec(WorldSpec):
    """A run: which losses, what is trained, and the samples.

    `samples` unit vectors in `clusters` clusters, centre + `spread` N(0, I / D). A view adds `noise` N(0, I / D) and
    normalises. With "points" the samples themselves move, in `dimensions`; with "network" they stay, in 16 dimensions,
    and a network with two hidden layers of `hidden` takes their views to the sphere in `dimensions`. The rest are the
    losses' own parameters (`losses.weince`). `seeds` runs side by side, from the random numbers of `seed`, `seed` + 1,
    ...: asking for more leaves the first as they were. `learning_rate` is Adam's first, decaying to 0 along a cosine.
    LabError for a value outside `BOUNDS`, a batch larger than the samples, or more than `MOST_COSINES` a step.
    """

    losses: tuple[str, ...] = ("nt_xent", "weince")
    encoder: str = "points"
    steps: int = 400
    batch_size: int = 64
    samples: int = 128
    seeds: int = 4
    seed: int = 0
    learning_rate: float = 0.02
    dimensions: int = 8
    clusters: int = 8
    spread: float = 0.3
    noise: float = 0.4
    temperature: float = 0.1
    beta: str = "one"
    aic_margin: float = 2.0
    kappa_rho: float = 10.0
    kappa_aic: float = 1.0
    quantile: float = 0.2
    min_tail_points: int = 32
    hidden: int = 64

    BOUNDS: ClassVar[Mapping[str, Bound]] = {
        "steps": Bound(10, 5_000, whole=True),
        "batch_size": Bound(3, 256, whole=True),
        "samples": Bound(3, 512, whole=True),
        "seeds": Bound(1, 32, whole=True),
        "seed": Bound(0, 2**31 - 1, whole=True),
        "learning_rate": Bound(1e-5, 10.0),
        "dimensions": Bound(2, 128, whole=True),
        "clusters": Bound(1, 64, whole=True),
        "spread": Bound(0.0, 10.0),
        "noise": Bound(0.0, 5.0),
        "temperature": Bound(1e-4, 10.0),
        "aic_margin": Bound(-1000.0, 1000.0),
        "kappa_rho": Bound(0.0, 100.0),
        "kappa_aic": Bound(0.0, 100.0),
        "quantile": Bound(0.0, 1.0),
        "min_tail_points": Bound(1, 510, whole=True),
        "hidden": Bound(4, 128, whole=True),
    }

    def __post_init__(self) -> None:
        self.check_names("losses", LOSSES)
        self.check_option("encoder", ENCODERS)
        self.check_option("beta", BETAS)
        self.check_bounds()
        if self.batch_size > self.samples:
            raise LabError(
                "batch_size", f"must be at most the {self.samples} samples", self.batch_size, "Take more samples."
            )
        most = MOST_COSINES // (2 * self.batch_size) ** 2
        if self.seeds > most:
            raise LabError("seeds", f"must be at most {most} with batches of {self.batch_size}", self.seeds, _FEWER)

    @property
    def negatives(self) -> int:
        """Negatives of each of the 2B anchors of a batch."""
        return 2 * self.batch_size - 2

    @property
    def frames(self) -> tuple[int, ...]:
        """The steps after which a frame is recorded, 0 and the last among them: half evenly, half geometrically."""
        return schedule(self.steps, MOST_FRAMES // 2, MOST_FRAMES // 2)
