"""The parts of the page on simplex labels: exact answers, live run, finished figures, code."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from toy_models.shipped import find_answer
from toy_models.simplex import SimplexSpec
from toy_models.worlds import WORLDS
from ui.exhibit import show
from ui.lead import lead
from ui.worlds.simplex_controls import View

if TYPE_CHECKING:
    from analysis.figures.exhibit import Exhibit
    from analysis.figures.worlds.simplex.batch_size import Shift
    from toy_models.simplex import Frame, Reference, Trace
    from toy_models.simplex.two_classes import TwoClasses

_DEFAULTS = SimplexSpec()
_TITLES = {
    "answers": "Answers",
    "reliability": "Reliability",
    "regions": "Regions",
    "densities": "Densities",
    "two_classes": "Two classes",
    "curves": "Curves",
    "replay": "Replay",
    "batch": "Batch size",
}
_TRAINING = ("steps", "seeds", "seed", "learning_rate", "hidden")


def exact(spec: SimplexSpec) -> "Reference":
    """The exact answers of a spec's world, which know nothing of how its networks are trained."""
    return _exact(_untrained(spec))


def _untrained(spec: SimplexSpec) -> SimplexSpec:
    return replace(spec, **{name: getattr(_DEFAULTS, name) for name in _TRAINING})


@st.cache_data(max_entries=32, show_spinner="Solving for the exact answers …")
def _exact(spec: SimplexSpec) -> "Reference":
    from toy_models.simplex import reference

    shipped = find_answer(WORLDS["simplex"], lambda preset: _untrained(preset) == spec)
    return reference(spec) if shipped is None else shipped


@st.cache_data(max_entries=16, show_spinner="Solving for two classes …")
def _two_classes(spec: SimplexSpec) -> "TwoClasses":
    from toy_models.simplex.two_classes import two_classes

    return two_classes(spec)


@st.cache_data(max_entries=16, show_spinner="Solving for each batch size …")
def _shifts(spec: SimplexSpec) -> "tuple[Shift, ...]":
    from analysis.figures.worlds.simplex.batch_size import SIZES, Shift
    from toy_models.simplex import batch_floors, reference
    from toy_models.simplex.objectives import OBJECTIVES, Candidates

    floors = zip(spec.losses, reference(spec).floors, strict=True)
    return tuple(
        Shift(name, tuple(each or floor for each in batch_floors(spec, name, SIZES)), floor)
        for name, floor in floors
        if OBJECTIVES[name].candidates is Candidates.TARGETS
    )


def finished(spec: SimplexSpec, device: str, answer: "Reference", frames: "tuple[Frame, ...]", view: View) -> None:
    """The figures of a run that has ended, whole or not."""
    from toy_models.simplex import Trace

    trace = Trace.of(spec, frames, device)
    probe = int(np.square(answer.probes - np.array(view.position)).sum(axis=1).argmin())
    made = _figures(trace, answer, probe)
    titles = {name: title for name, title in _TITLES.items() if name in made}
    lead(titles, {name: partial(_show, make, name) for name, make in made.items()})


def _show(make: "Callable[[], Exhibit]", name: str) -> None:
    show(make(), key=name)


def _figures(trace: "Trace", answer: "Reference", probe: int) -> "dict[str, Callable[[], Exhibit]]":
    from analysis.figures.worlds.simplex.answers import which_question
    from analysis.figures.worlds.simplex.batch_size import batch_size_shift
    from analysis.figures.worlds.simplex.curves import learning_curves

    untrained = replace(trace.spec, **{name: getattr(_DEFAULTS, name) for name in (*_TRAINING, "batch_size")})
    return {
        "answers": lambda: which_question(trace, answer),
        "curves": lambda: learning_curves(trace, answer),
        "batch": lambda: batch_size_shift(trace.spec, _shifts(untrained)),
        **(_of_tilted if trace.spec.labels == "tilted" else _of_plane)(trace, answer, probe),
    }


def _of_tilted(trace: "Trace", answer: "Reference", probe: int) -> "dict[str, Callable[[], Exhibit]]":
    from analysis.figures.worlds.simplex.density import density_panels
    from analysis.figures.worlds.simplex.replay import density_replay
    from analysis.figures.worlds.simplex.two_classes import two_class_densities

    untrained = replace(_untrained(trace.spec), batch_size=_DEFAULTS.batch_size, side=_DEFAULTS.side)
    x = float(answer.probes[probe][0])

    return {
        "densities": lambda: density_panels(trace, answer, probe),
        "two_classes": lambda: two_class_densities(_two_classes(untrained), x),
        "replay": lambda: density_replay(trace, answer, probe),
    }


def _of_plane(trace: "Trace", answer: "Reference", probe: int) -> "dict[str, Callable[[], Exhibit]]":
    from analysis.figures.worlds.simplex.atoms import label_panels
    from analysis.figures.worlds.simplex.plane import decision_regions
    from analysis.figures.worlds.simplex.plane_replay import region_replay
    from analysis.figures.worlds.simplex.reliability import reliability_panels

    return {
        "reliability": lambda: reliability_panels(trace, answer),
        "regions": lambda: decision_regions(trace, answer, probe),
        "densities": lambda: label_panels(trace, answer, probe),
        "replay": lambda: region_replay(trace, answer, probe),
    }
