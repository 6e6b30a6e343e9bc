"""What a run of world 1 is: the widget contract, cache key, URL and test parameter at once. No torch here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from losses.catalog import CATALOG, LossEntry, losses_of_world
from losses.errors import LabError
from toy_models.bounds import Bound
from toy_models.specs import WorldSpec, schedule


def _title(entry: LossEntry) -> str:
    """What this world makes of the loss: which label it is given, which noise it assumes."""
    if entry.choosing.given == "label":
        return f"{entry.title}, argmax label"
    if entry.choosing.given == "target" and entry.choosing.candidates == "batch":
        return f"{entry.title}, class prior"
    return entry.title.replace("Soft-target", "Soft")


LOSSES: Mapping[str, str] = {
    **{name: _title(CATALOG[name]) for name in losses_of_world("simplex")},
    "soft_target_infonce_exact_noise": "Soft target InfoNCE, exact noise",
}
"""The losses of this world, name -> title, in the order of every figure."""

PROCESSES: Mapping[str, str] = {
    "tilted": "Tilted Dirichlet",
    "hard": "Hard classes",
    "smoothing": "Label smoothing",
    "annotators": "Annotators",
    "mixup": "Mixup",
}
"""The label processes of this world, name -> title."""

MOST_FRAMES = 80
MOST_SCORES = 2**23
"""Scores w . f of one loss in one step, over all seeds: 32 MB, some ten times that with all gradients."""


@dataclass(frozen=True, slots=True)
class SimplexSpec(WorldSpec):
    """A run: which losses, how the network is trained, and the world itself, first of all where its labels come from.

    `seeds` networks a loss train side by side, from the random numbers of `seed`, `seed` + 1, ...: asking for more
    leaves the first ones as they were. `learning_rate` is AdamW's first, decaying to 0 along a cosine; `hidden` the
    width of two hidden layers. Tilted labels: `sharpness` is the amplitude of the tilt h(x), `concentration` the
    Dirichlet parameter of the base density, `side` the steps along an edge of the grid. The others: `spread` is the
    distance of three unit Gaussians in the plane from the origin, the first `imbalance` times as frequent as another
    and a share `flipped` of it labelled as another; `epsilon` smooths labels, `annotators` people name a class, two
    items are mixed by Beta(`mixup`, `mixup`). LabError for a value outside `BOUNDS`, or more than `MOST_SCORES` a step.
    """

    labels: str = "tilted"
    losses: tuple[str, ...] = tuple(LOSSES)
    steps: int = 1000
    batch_size: int = 128
    seeds: int = 1
    seed: int = 0
    learning_rate: float = 5e-3
    hidden: int = 64
    sharpness: float = 6.0
    concentration: float = 1.5
    side: int = 60
    spread: float = 1.5
    imbalance: float = 1.0
    flipped: float = 0.0
    epsilon: float = 0.3
    annotators: int = 5
    mixup: float = 1.0

    BOUNDS: ClassVar[Mapping[str, Bound]] = {
        "steps": Bound(10, 20_000, whole=True),
        "batch_size": Bound(8, 1024, whole=True),
        "seeds": Bound(1, 32, whole=True),
        "seed": Bound(0, 2**31 - 1, whole=True),
        "learning_rate": Bound(1e-5, 1.0),
        "hidden": Bound(4, 128, whole=True),
        "sharpness": Bound(0.0, 20.0),
        "concentration": Bound(0.5, 10.0),
        "side": Bound(6, 90, whole=True),
        "spread": Bound(0.0, 3.0),
        "imbalance": Bound(0.05, 20.0),
        "flipped": Bound(0.0, 0.9),
        "epsilon": Bound(0.0, 0.9),
        "annotators": Bound(1, 50, whole=True),
        "mixup": Bound(0.05, 10.0),
    }

    def __post_init__(self) -> None:
        self.check_option("labels", PROCESSES)
        self.check_names("losses", LOSSES)
        self.check_bounds()
        most = MOST_SCORES // self.batch_size**2
        if self.seeds > most:
            rule, remedy = (
                f"must be at most {most} with batches of {self.batch_size}",
                "Take fewer seeds or smaller batches.",
            )
            raise LabError("seeds", rule, self.seeds, remedy)

    @property
    def frames(self) -> tuple[int, ...]:
        """The steps after which a frame is recorded, 0 and the last among them: at most `MOST_FRAMES`.

        Half lie evenly and half geometrically, since most happens early.
        """
        return schedule(self.steps, MOST_FRAMES // 2, MOST_FRAMES // 2)
