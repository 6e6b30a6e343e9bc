"""What a run of world 1 is: the widget contract, cache key, URL and test parameter at once. No torch here."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import ClassVar

from losses.errors import LabError
from toy_models.bounds import Bound

LOSSES: Mapping[str, str] = {
    "nll": "NLL, argmax label",
    "label_infonce": "Label InfoNCE, argmax label",
    "soft_target_cross_entropy": "Soft cross-entropy",
    "soft_distribution_infonce": "Soft distribution InfoNCE",
    "soft_target_infonce": "Soft target InfoNCE, class prior",
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
class SimplexSpec:
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
        if self.labels not in tuple(PROCESSES):
            raise LabError("labels", f"must be one of {', '.join(PROCESSES)}", repr(self.labels))
        unknown = [name for name in self.losses if name not in LOSSES]
        if unknown or not self.losses or len(set(self.losses)) < len(self.losses):
            rule = f"must be one or more of {', '.join(LOSSES)}, each once"
            raise LabError("losses", rule, ", ".join(map(str, unknown or self.losses)) or "none", "Leave out the rest.")
        for name, bound in self.BOUNDS.items():
            bound.check(name, getattr(self, name))
        most = MOST_SCORES // self.batch_size**2
        if self.seeds > most:
            rule, remedy = (
                f"must be at most {most} with batches of {self.batch_size}",
                "Take fewer seeds or less a batch.",
            )
            raise LabError("seeds", rule, self.seeds, remedy)

    @property
    def frames(self) -> tuple[int, ...]:
        """The steps after which a frame is recorded, 0 and the last among them: at most `MOST_FRAMES`.

        Half lie evenly and half geometrically, since most happens early.
        """
        even = [round(self.steps * i / (MOST_FRAMES // 2)) for i in range(MOST_FRAMES // 2 + 1)]
        early = [round(self.steps ** (i / (MOST_FRAMES // 2 - 1))) for i in range(MOST_FRAMES // 2 - 1)]
        return tuple(sorted({*even, *early}))

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "SimplexSpec":
        """The spec that `to_json` wrote; LabError for a field that it does not have."""
        values = json.loads(text)
        names = {field.name for field in fields(cls)}
        if not isinstance(values, dict) or set(values) != names:
            raise LabError("spec", f"must be a JSON object with {', '.join(sorted(names))}", text[:80])
        return cls(**{**values, "losses": tuple(values["losses"])})
