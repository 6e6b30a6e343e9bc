"""What a run of world 2 is: the widget contract, cache key, URL and test parameter at once. No torch here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from losses.catalog import CATALOG, losses_of_world
from losses.errors import LabError
from toy_models.bounds import Bound
from toy_models.specs import WorldSpec, schedule

LOSSES: Mapping[str, str] = {name: CATALOG[name].title for name in losses_of_world("repulsion")}
"""The losses of this world, name -> title, in the order of every figure. A loss of two views sees no label."""

STARTS: Mapping[str, str] = {
    "clusters": "a cluster for each class",
    "random": "anywhere",
    "point": "one cluster for all",
}
"""Where the vectors begin, name -> title."""

MOST_FRAMES = 120
MOST_VECTORS = 160
MOST_PAIRS = 2**15
"""Pairs of vectors of one loss in one step, over all seeds."""
MOST_COORDINATES = 2**13
"""Coordinates of one batch: a frame keeps the positions of each loss's first seed."""


@dataclass(frozen=True, slots=True)
class RepulsionSpec(WorldSpec):
    """A run: which losses move free unit vectors, how, and from where.

    `classes` classes of `per_class` vectors each, and `singletons` more classes of a single vector: these have no
    positive, so no loss of their own, and are noise for all others. `start`: unit rows of centre + `spread` N(0, I),
    with a centre for each class ("clusters"), one for all ("point": at spread 0 all vectors are equal), or uniform on
    the sphere ("random"). `seeds` starts side by side, from the random numbers of `seed`, `seed` + 1, ...: asking for
    more leaves the first ones as they were. A step moves each vector against the gradient of the *summed* loss of the
    anchors, times `learning_rate`: its pace does not depend on the size of the batch. `epsilon` is the margin of
    eps-SupInfoNCE. LabError for a value outside `BOUNDS`, for a batch without a positive or one too large.
    """

    losses: tuple[str, ...] = ("supcon", "sincere", "eps_sup_infonce", "nt_xent")
    dimensions: int = 3
    classes: int = 4
    per_class: int = 8
    singletons: int = 0
    temperature: float = 0.1
    epsilon: float = 0.25
    start: str = "clusters"
    spread: float = 0.3
    learning_rate: float = 0.02
    steps: int = 400
    seeds: int = 4
    seed: int = 0

    BOUNDS: ClassVar[Mapping[str, Bound]] = {
        "dimensions": Bound(2, 128, whole=True),
        "classes": Bound(1, 64, whole=True),
        "per_class": Bound(1, 128, whole=True),
        "singletons": Bound(0, 64, whole=True),
        "temperature": Bound(0.005, 10.0),
        "epsilon": Bound(0.0, 10.0),
        "spread": Bound(0.0, 10.0),
        "learning_rate": Bound(1e-6, 1.0),
        "steps": Bound(10, 1_000, whole=True),
        "seeds": Bound(1, 32, whole=True),
        "seed": Bound(0, 2**31 - 1, whole=True),
    }

    def __post_init__(self) -> None:
        self.check_names("losses", LOSSES)
        self.check_option("start", STARTS)
        self.check_bounds()
        self._check_size()

    def _check_size(self) -> None:
        if self.per_class == 1:
            remedy = "With 1 no anchor has a positive: use singletons for classes of one sample beside larger ones."
            raise LabError("per_class", "must be at least 2", 1, remedy)
        smaller = "Take fewer or smaller classes."
        if self.vectors > MOST_VECTORS:
            raise LabError("classes x per_class + singletons", f"must be at most {MOST_VECTORS}", self.vectors, smaller)
        limits = {"seeds": MOST_PAIRS // self.vectors**2, "dimensions": MOST_COORDINATES // self.vectors}
        for name, most in limits.items():
            if getattr(self, name) > most:
                rule = f"must be at most {most} with {self.vectors} vectors"
                raise LabError(name, rule, getattr(self, name), smaller)

    def settings(self, loss: str) -> dict[str, float]:
        """The loss's parameters: this run's where it has them, else the catalogue's defaults."""
        return {name: getattr(self, name, default) for name, default in CATALOG[loss].defaults.items()}

    @property
    def vectors(self) -> int:
        """N, the vectors of one batch."""
        return self.classes * self.per_class + self.singletons

    @property
    def labels(self) -> tuple[int, ...]:
        """The class of each vector, ascending; singletons last."""
        repeated = [label for label in range(self.classes) for _ in range(self.per_class)]
        return (*repeated, *range(self.classes, self.classes + self.singletons))

    @property
    def frames(self) -> tuple[int, ...]:
        """The steps after which a frame is recorded, 0 and the last among them: at most `MOST_FRAMES`.

        Two thirds lie evenly and one third geometrically, since much happens early.
        """
        return schedule(self.steps, 2 * MOST_FRAMES // 3, MOST_FRAMES // 3)
