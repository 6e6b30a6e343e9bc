"""The controls of the page on simplex labels: what to run, where, and what to look at afterwards."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from toy_models.simplex import LOSSES, PROCESSES, SimplexSpec
from ui.controls import Controls
from ui.words import WORDS
from ui.worlds.world import SpecControls

_DEFAULTS = SimplexSpec()
_REACH = 4.0
_NOISE = f"Class prior: {WORDS['class prior']}\n\nExact noise: {WORDS['exact noise']}"


def choose_spec(controls: Controls) -> partial[SimplexSpec]:
    """What to run; the spec checks itself when it is called for, after all controls are there."""
    numbers = SpecControls(controls, _DEFAULTS)
    labels = controls.choice(
        "Labels", "labels", PROCESSES, default=_DEFAULTS.labels, help="How soft labels come about."
    )
    return partial(
        SimplexSpec,
        labels=labels,
        **_knobs(numbers, labels),
        losses=controls.choices("Losses", "losses", LOSSES, default=_DEFAULTS.losses, help=_NOISE),
        steps=numbers.whole("Steps", "steps"),
        batch_size=numbers.whole("Batch size", "batch_size"),
        seeds=numbers.whole("Seeds", "seeds", help="Networks a loss, side by side; bands are over them."),
        seed=numbers.whole("First seed", "seed"),
        learning_rate=numbers.real("Learning rate", "learning_rate", step=0.001),
    )


def _knobs(numbers: SpecControls, labels: str) -> dict[str, Any]:
    """The controls that a label process alone has."""
    if labels == "tilted":
        return {
            "sharpness": numbers.real("Sharpness of the labels", "sharpness", step=0.5),
            "concentration": numbers.real(
                "Concentration of b", "concentration", step=0.5, help="1: the truth is a continuous categorical."
            ),
        }
    own: dict[str, Any] = {}
    if labels == "smoothing":
        own["epsilon"] = numbers.real("Smoothing ε", "epsilon", step=0.05)
    if labels == "annotators":
        own["annotators"] = numbers.whole("Annotators m", "annotators")
    if labels == "mixup":
        own["mixup"] = numbers.real("Mixup a of Beta(a, a)", "mixup", step=0.1)
    return {
        **own,
        "spread": numbers.real("Distance of the Gaussians", "spread", step=0.1),
        "imbalance": numbers.real("Frequency of class 1", "imbalance", step=0.5, help="Against 1 of each other."),
        "flipped": numbers.real("Class 1 mislabelled", "flipped", step=0.1, help="Share that names another class."),
    }


@dataclass(frozen=True, slots=True)
class View:
    """The position (D,) whose labels are looked at."""

    position: tuple[float, ...]


def choose_view(controls: Controls, labels: str) -> View:
    """What to look at when the run has ended."""
    if labels == "tilted":
        return View((controls.number("Look at x =", "x", default=0.0, low=-1.0, high=1.0, step=0.05),))
    first, second = (
        controls.number(f"Look at x{axis} =", f"x{axis}", default=0.5, low=-_REACH, high=_REACH, step=0.1)
        for axis in (1, 2)
    )
    return View((first, second))
