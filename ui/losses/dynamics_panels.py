"""The parts of the dynamics page: which runs, their curves on one axis, and what was not recorded."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import streamlit as st

from analysis.figures.forces.dynamics import dynamics, layer_norms
from analysis.forces.training_log import QUANTITIES, Curves
from losses.catalog import CATALOG, FAMILIES, losses_of_world
from losses.errors import LabError
from toy_models.repulsion import RepulsionSpec
from toy_models.simplex import SimplexSpec
from ui.checkpoints import offer
from ui.controls import Controls
from ui.exhibit import show
from ui.foreign_text import plain
from ui.live.run import Phase
from ui.losses import dynamics_series
from ui.losses.dynamics_logs import choose_logs
from ui.losses.dynamics_series import Trainings
from ui.session import session

if TYPE_CHECKING:
    from toy_models.repulsion import Frame

_SHOWN = tuple(quantity.name for quantity in QUANTITIES if quantity.name != "knn_accuracy")
_TRAININGS = {"series": "Trainings under the root"}
_OF = {"log": "Training logs of checkpoints", "simplex": "World 1: soft labels", "repulsion": "World 2: free vectors"}
_SIMPLEX = SimplexSpec(
    losses=losses_of_world("simplex"),
    steps=400,
    seeds=3,
)
_TO_POPULATION = (
    "Between what a small step against the gradient does to the logits f(x) and the way from them to the loss's exact"
    " optimum with unlimited data, averaged over x. At 1 it goes straight there, at 0 across; below 0 away from it."
)
_LOG_CODE = """from analysis.figures.forces.dynamics import dynamics
from checkpoints.native.curves import log_curves

runs = [
    {calls},
]
exhibit = dynamics(runs, {quantities})
exhibit.plot.show()
"""
_LAYERS_CODE = """from analysis.figures.forces.dynamics import layer_norms
from checkpoints.native.curves import log_curves

runs = [
    {calls},
]
exhibit = layer_norms(runs)
exhibit.plot.show()
"""
_SIMPLEX_CODE = """from analysis.figures.forces.dynamics import dynamics
from analysis.figures.forces.dynamics_worlds import simplex_dynamics
from toy_models.simplex import SimplexSpec
from toy_models.simplex.gradients import gradient_trace

exhibit = dynamics(simplex_dynamics(gradient_trace({spec})), {quantities}, time="step")
exhibit.plot.show()
"""
_WORLD_CODE = """from analysis.figures.forces.dynamics import dynamics
from analysis.figures.forces.dynamics_worlds import repulsion_dynamics
from toy_models.repulsion import RepulsionSpec, Trace, simulate

spec = {spec}
runs = repulsion_dynamics(Trace.of(spec, list(simulate(spec))))
exhibit = dynamics(runs, {quantities}, time="step")
exhibit.plot.show()
"""


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What the page shows: runs with where they come from in a sentence and in code, quantities by name.

    `layers`: the code of the curves layer by layer, "" where they are not asked for.
    """

    runs: tuple[Curves, ...]
    time: str
    origin: str
    code: str
    quantities: tuple[str, ...]
    layers: str = ""


def choose(controls: Controls) -> View | Trainings:
    """The controls in the sidebar. LabError where nothing is chosen."""
    sources = _OF | (_TRAININGS if dynamics_series.offered() else {})
    offer.keep_within("of", sources)
    source = controls.choice("Dynamics of", "of", sources, default="log")
    if source == "series":
        return dynamics_series.choose(controls)
    titles = {quantity.name: quantity.title for quantity in QUANTITIES}
    if source != "log":
        quantities = _quantities(controls, titles)
        return _simplex(quantities) if source == "simplex" else _repulsion(quantities)
    runs, calls = choose_logs(controls)
    layers = controls.switch("Layer by layer", "layers", default=False, help="The gradient norm on each layer.")
    quantities = _quantities(controls, titles)
    if not runs:
        raise LabError("checkpoint", "must name at least one", None, "Choose one in the sidebar.")
    said = {"calls": ",\n    ".join(calls)}
    origin = "Recorded by python -m checkpoints.train while these files were made."
    code = _LOG_CODE.format(**said, quantities=quantities)
    if "run_curves(" in said["calls"]:
        code = code.replace("import log_curves", "import log_curves, run_curves")
    recorded = [call for run, call in zip(runs, calls, strict=True) if run.layers]
    by_layer = _LAYERS_CODE.format(calls=",\n    ".join(recorded))
    return View(runs, "epoch", origin, code, quantities, by_layer if layers else "")


def _quantities(controls: Controls, titles: dict[str, str]) -> tuple[str, ...]:
    quantities = controls.choices("Curves", "curves", titles, default=_SHOWN)
    if not quantities:
        raise LabError("curves", "must name at least one", None, "Choose one in the sidebar.")
    return quantities


def _repulsion(quantities: tuple[str, ...]) -> View:
    """The last run of the repulsion page that has ended, or else its default run, made here."""
    last = session().runs.get("repulsion")
    look = last.run.look() if last is not None else None
    if last is not None and look is not None and look.phase is Phase.ENDED and look.frames:
        spec, device = cast(tuple[RepulsionSpec, str], last.spec)
        runs, origin = _of_frames(spec, device, look.frames), "The last run of the page on repulsion."
    else:
        spec = RepulsionSpec()
        runs, origin = _default_run(spec), "The default run of the page on repulsion; a run made there shows here."
    return View(runs, "step", origin, _WORLD_CODE.format(spec=spec, quantities=quantities), quantities)


def _simplex(quantities: tuple[str, ...]) -> View:
    """World 1 at its defaults, trained here, with sixteen fresh batches at every look."""
    origin = f"{_SIMPLEX.seeds} networks a loss, {_SIMPLEX.steps} steps, 16 fresh batches at every look."
    code = _SIMPLEX_CODE.format(spec=_SIMPLEX, quantities=quantities)
    return View(_simplex_run(_SIMPLEX), "step", origin, code, quantities)


@st.cache_resource(max_entries=2, show_spinner="Training small networks and reading their gradients …")
def _simplex_run(spec: SimplexSpec) -> tuple[Curves, ...]:
    from analysis.figures.forces.dynamics_worlds import simplex_dynamics  # brings torch
    from toy_models.simplex.gradients import gradient_trace

    return tuple(simplex_dynamics(gradient_trace(spec)))


def figures(view: View | Trainings) -> None:
    """The curves of the chosen runs, what each one says, and what is not there and why."""
    if isinstance(view, Trainings):
        dynamics_series.draw(view)
        return
    st.text(view.origin)
    if any(run.has(name) for run in view.runs for name in view.quantities):
        show(dynamics(view.runs, view.quantities, time=view.time).given_by(view.code), key="dynamics")
    else:
        st.info("None of the chosen curves exists for the chosen runs; the reasons are below.")
    for reason in missing(view):
        st.caption(plain(reason))
    with st.expander("What each curve is"):
        losses = [run.loss for run in view.runs]
        for quantity in (each.of(losses) for each in QUANTITIES):
            if quantity.name in view.quantities:
                heads = all(CATALOG[run.loss].family == "class head" for run in view.runs)
                to_population = quantity.name == "toward_optimum" and view.time == "step" and heads
                st.markdown(f"**{quantity.title}.** {_TO_POPULATION if to_population else quantity.meaning}")
    recorded = [run for run in view.runs if run.layers]
    if view.layers and recorded:
        show(layer_norms(recorded).given_by(view.layers), key="dynamics-layers")


def missing(view: View) -> list[str]:
    """One sentence for each thing that a reader may look for in vain."""
    families = {family: [run.title for run in view.runs if CATALOG[run.loss].family == family] for family in FAMILIES}
    heads, paired = ", ".join(families["class head"]), ", ".join(families["paired views"])
    if view.time == "step":
        return _missing_in_world(view)
    said = []
    if bare := [run.title for run in view.runs if set(run.values) == {"loss"}]:
        said.append(f"Of {', '.join(bare)} there is the loss alone: training on images records no gradients.")
    if old := [run.title for run in view.runs if not run.layers and run.title not in bare]:
        said.append(f"No dynamics in {', '.join(old)}: a file of an earlier version.")
    if heads and {"repelling_share", "push_to_pull", "noise"} & set(view.quantities):
        said.append(f"No pairs of samples under a class head: {heads} act on logits, not on similarities.")
    if heads and "toward_optimum" in view.quantities:
        said.append(f"No cosine to the optimum for {heads}: on real data it is not known.")
    if paired and "toward_optimum" in view.quantities:
        said.append(
            f"No cosine to the optimum for {paired}: each image is a class of its own, and more images than dimensions"
            " have no simplex to go to."
        )
    return said


def _missing_in_world(view: View) -> list[str]:
    if all(CATALOG[run.loss].family == "class head" for run in view.runs):
        return ["No pairs of samples, no layers and no test side here: these losses act on logits."]
    said = []
    if {"gradient_norm", "signal_to_noise", "knn_accuracy"} & set(view.quantities):
        said.append("No weights, no batches and no test side here: every step sees all vectors, so it has no noise.")
    lost = [run.title for run in view.runs if not run.has("toward_optimum")]
    if lost and "toward_optimum" in view.quantities:
        said.append(f"No optimum in closed form for {', '.join(lost)} in so few dimensions, or with singletons.")
    return said


@st.cache_resource(max_entries=4, show_spinner="Moving vectors …")
def _default_run(spec: RepulsionSpec) -> tuple[Curves, ...]:
    from toy_models.repulsion import simulate

    return _of_frames(spec, "cpu", tuple(simulate(spec)))


def _of_frames(spec: RepulsionSpec, device: str, frames: "tuple[Frame, ...]") -> tuple[Curves, ...]:
    from analysis.figures.forces.dynamics_worlds import repulsion_dynamics  # brings torch
    from toy_models.repulsion import Trace

    return tuple(repulsion_dynamics(Trace.of(spec, frames, device)))
