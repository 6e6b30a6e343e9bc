"""The controls of the page on repulsion: each is named like the field of the spec that it sets."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from toy_models.repulsion import LOSSES, STARTS, RepulsionSpec
from toy_models.repulsion.spec import MOST_VECTORS
from ui.controls import Controls
from ui.worlds.world import SpecControls

_DEFAULTS = RepulsionSpec()


def choose_spec(controls: Controls) -> Callable[[], RepulsionSpec]:
    """What to run; the spec checks itself when it is called for, after all controls are there."""
    numbers = SpecControls(controls, _DEFAULTS)
    return partial(
        RepulsionSpec,
        losses=controls.choices("Losses", "losses", LOSSES, default=_DEFAULTS.losses),
        dimensions=numbers.whole("Dimensions", "dimensions", help="2 is the circle, 3 the sphere."),
        classes=numbers.whole("Classes", "classes"),
        per_class=numbers.whole("Vectors a class", "per_class"),
        singletons=numbers.whole("Singletons", "singletons", help="Classes of one vector: no positive, noise only."),
        temperature=numbers.real("Temperature τ", "temperature", step=0.05),
        epsilon=numbers.real("Margin ε", "epsilon", step=0.05, help="Of eps-SupInfoNCE alone."),
        start=controls.choice("Start", "start", STARTS, default=_DEFAULTS.start),
        spread=numbers.real("Spread of a cluster", "spread", step=0.1),
        learning_rate=numbers.real("Learning rate", "learning_rate", step=0.01),
        steps=numbers.whole("Steps", "steps"),
        seeds=numbers.whole("Seeds", "seeds", help="Starts side by side; bands are over them."),
        seed=numbers.whole("First seed", "seed"),
    )


@dataclass(frozen=True, slots=True)
class View:
    """What to look at: the moment of a finished run in percent, whose forces, and the sphere's turn."""

    moment: float
    one_anchor: bool
    anchor: int
    turn: float


def choose_view(controls: Controls) -> View:
    """None of these changes a run."""
    help = "Which moment of the run arrows and matrices show; 0 is the start, 100 the end."
    return View(
        controls.number("Moment (% of the run)", "moment", default=100.0, low=0.0, high=100.0, step=1.0, help=help),
        controls.switch("Arrows of one anchor alone", "one_anchor"),
        controls.integer("Anchor", "anchor", default=0, low=0, high=MOST_VECTORS - 1),
        controls.number("Turn the live sphere (degrees)", "turn", default=30.0, low=0.0, high=360.0, step=5.0),
    )
