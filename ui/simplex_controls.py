"""The controls of the page on simplex labels: what to run, where, and what to look at afterwards."""

from dataclasses import dataclass
from functools import partial

import streamlit as st

from toy_models.simplex import LOSSES, PROCESSES, SimplexSpec
from ui import machine
from ui.controls import Panel

_DEFAULTS = SimplexSpec()
_ON_THE_PLANE = {"reliability": "Reliability", "regions": "Regions"}
_REACH = 4.0


def choose_spec(controls: Panel) -> partial[SimplexSpec]:
    """What to run; the spec checks itself when it is called for, after all controls are there."""
    labels = controls.choice(
        "Labels", "labels", PROCESSES, default=_DEFAULTS.labels, help="How soft labels come about."
    )
    return partial(
        SimplexSpec,
        labels=labels,
        **_knobs(controls, labels),
        losses=controls.choices("Losses", "losses", LOSSES, default=_DEFAULTS.losses),
        steps=_whole(controls, "Steps", "steps"),
        batch_size=_whole(controls, "Batch size", "batch_size"),
        seeds=_whole(controls, "Seeds", "seeds", help="Networks a loss, side by side; bands are over them."),
        seed=_whole(controls, "First seed", "seed"),
        learning_rate=_real(controls, "Learning rate", "learning_rate", step=0.001),
    )


def _knobs(controls: Panel, labels: str) -> dict[str, float]:
    """The controls that a label process alone has."""
    if labels == "tilted":
        return {"sharpness": _real(controls, "Sharpness of the labels", "sharpness", step=0.5)}
    own: dict[str, float] = {}
    if labels == "smoothing":
        own["epsilon"] = _real(controls, "Smoothing ε", "epsilon", step=0.05)
    if labels == "annotators":
        own["annotators"] = _whole(controls, "Annotators m", "annotators")
    if labels == "mixup":
        own["mixup"] = _real(controls, "Mixup a of Beta(a, a)", "mixup", step=0.1)
    return {
        **own,
        "spread": _real(controls, "Distance of the Gaussians", "spread", step=0.1),
        "imbalance": _real(controls, "Frequency of class 1", "imbalance", step=0.5, help="Against 1 of each other."),
        "flipped": _real(controls, "Class 1 mislabelled", "flipped", step=0.1, help="Share that names another class."),
    }


def choose_device(controls: Panel) -> str:
    """Where to run it: what this machine has."""
    with st.spinner("Starting torch …"):
        names = machine.devices()
    return controls.choice("Device", "device", {name: name for name in names}, default="auto")


@dataclass(frozen=True, slots=True)
class View:
    """Which figures of a finished run are shown, and the position (D,) whose labels are looked at."""

    figures: tuple[str, ...]
    position: tuple[float, ...]


def choose_view(controls: Panel, labels: str) -> View:
    """What to look at when the run has ended."""
    plane = labels != "tilted"
    offered = {"answers": "Answers", **(_ON_THE_PLANE if plane else {}), "densities": "Densities", "curves": "Curves"}
    offered |= {"replay": "Replay", "batch": "Batch size"}
    figures = controls.choices("Show", "show", offered, default=tuple(name for name in offered if name != "batch"))
    if not plane:
        return View(figures, (controls.number("Look at x =", "x", default=0.0, low=-1.0, high=1.0, step=0.05),))
    first, second = (
        controls.number(f"Look at x{axis} =", f"x{axis}", default=0.5, low=-_REACH, high=_REACH, step=0.1)
        for axis in (1, 2)
    )
    return View(figures, (first, second))


def _whole(controls: Panel, label: str, field: str, help: str | None = None) -> int:
    bound = SimplexSpec.BOUNDS[field]
    low, high = int(bound.low), int(bound.high)
    return controls.integer(label, field, default=getattr(_DEFAULTS, field), low=low, high=high, help=help)


def _real(controls: Panel, label: str, field: str, *, step: float, help: str | None = None) -> float:
    bound, default = SimplexSpec.BOUNDS[field], getattr(_DEFAULTS, field)
    return controls.real(label, field, default=default, low=bound.low, high=bound.high, step=step, help=help)
