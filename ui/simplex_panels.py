"""The parts of the page on simplex labels: controls, statement, live run, finished figures, code."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from losses.catalog import CATALOG
from toy_models.simplex import LOSSES, SimplexSpec
from ui import machine
from ui.controls import Panel
from ui.exhibit import show
from ui.live_panel import World

if TYPE_CHECKING:
    from analysis.figures.exhibit import Exhibit
    from toy_models.simplex import Frame, Reference

_DEFAULTS = SimplexSpec()
_FIGURES = {"answers": "Answers", "densities": "Densities", "curves": "Curves", "replay": "Replay"}


def choose_spec(controls: Panel) -> Callable[[], SimplexSpec]:
    """What to run; the spec checks itself when it is called for, after all controls are there."""
    return partial(
        SimplexSpec,
        losses=controls.choices("Losses", "losses", LOSSES, default=_DEFAULTS.losses),
        steps=_whole(controls, "Steps", "steps"),
        batch_size=_whole(controls, "Batch size", "batch_size"),
        seeds=_whole(controls, "Seeds", "seeds", help="Networks a loss, side by side; bands are over them."),
        seed=_whole(controls, "First seed", "seed"),
        learning_rate=_real(controls, "Learning rate", "learning_rate", step=0.001),
        sharpness=_real(controls, "Sharpness of the labels", "sharpness", step=0.5),
    )


def choose_device(controls: Panel) -> str:
    """Where to run it: what this machine has."""
    with st.spinner("Starting torch …"):
        names = machine.devices()
    return controls.choice("Device", "device", {name: name for name in names}, default="auto")


@dataclass(frozen=True, slots=True)
class View:
    """Which figures of a finished run are shown, and the position x of its densities."""

    figures: tuple[str, ...]
    x: float


def choose_view(controls: Panel) -> View:
    """What to look at when the run has ended."""
    figures = controls.choices("Show", "show", _FIGURES, default=tuple(_FIGURES))
    return View(figures, controls.number("Look at x =", "x", default=0.0, low=-1.0, high=1.0, step=0.05))


def exact(spec: SimplexSpec) -> "Reference":
    """The exact answers of a spec's world, which know nothing of how its networks are trained."""
    untrained = {name: getattr(_DEFAULTS, name) for name in ("steps", "seeds", "seed", "learning_rate", "hidden")}
    return _exact(replace(spec, **untrained))


@st.cache_data(max_entries=32, show_spinner="Solving for the exact answers …")
def _exact(spec: SimplexSpec) -> "Reference":
    from toy_models.simplex import reference

    return reference(spec)


def statement(spec: SimplexSpec, answer: "Reference") -> None:
    """The world in one formula, with the numbers it has now, and the formulas of its losses."""
    st.markdown(
        "A label is a point w of the simplex, not a class. The world is our construction, and every answer in it is"
        " known exactly; that cross-entropy assumes categorical labels is the statement of"
        " [Hugger & Uhlmann](https://arxiv.org/abs/2404.14076)."
    )
    st.latex(
        rf"\begin{{gathered}} p(w \mid x) \propto b(w)\, e^{{w \cdot h(x)}}, \quad"
        rf" h_k(x) = {spec.sharpness:g} \cos(\pi x - \tfrac{{2 \pi k}}{{3}}) \\"
        rf" I(X; W) = {answer.mutual_information:.3f} \text{{ nats}}, \quad"
        rf" \log N = \log {spec.batch_size} = {math.log(spec.batch_size):.3f} \text{{ nats}} \end{{gathered}}"
    )
    with st.expander("The losses"):
        for name in spec.losses:
            _formula(name)


def _formula(name: str) -> None:
    st.markdown(f"**{LOSSES[name]}**")
    if name in CATALOG:
        st.latex(CATALOG[name].formula)
        st.caption(f"Above: {CATALOG[name].numerator} Below: {CATALOG[name].denominator}")
    else:
        st.latex(r"a_{ij} = w_j \cdot f_i - \bigl(\log p(w_j) - \log b(w_j)\bigr)")
        st.caption("Soft target InfoNCE with the density the candidates really come from in place of the class prior.")


def simplex_world(spec: SimplexSpec, device: str, answer: "Reference") -> "World[Frame]":
    """What the live panel runs and draws."""
    return World((spec, device), spec.steps, partial(_simulate, spec, device), partial(_draw, spec, answer))


def _simulate(spec: SimplexSpec, device: str, on_step: Callable[[int], None]) -> "Iterator[Frame]":
    from toy_models.simplex import simulate

    return simulate(spec, device, on_step)


def _draw(spec: SimplexSpec, answer: "Reference", frames: "tuple[Frame, ...]") -> None:
    from analysis.figures.simplex_live import ALT, live_option

    st.echarts_chart(live_option(spec, answer, frames), key="live-curves", height=420, alt=ALT)


def finished(spec: SimplexSpec, device: str, answer: "Reference", frames: "tuple[Frame, ...]", view: View) -> None:
    """The figures of a run that has ended, whole or not."""
    from analysis.figures.simplex_answers import which_question
    from analysis.figures.simplex_curves import learning_curves
    from analysis.figures.simplex_density import density_panels
    from analysis.figures.simplex_replay import density_replay
    from toy_models.simplex import Trace

    trace = Trace.of(spec, frames, device)
    probe = int(abs(answer.probes - view.x).argmin())
    made: dict[str, Callable[[], Exhibit]] = {
        "answers": lambda: which_question(trace, answer),
        "densities": lambda: density_panels(trace, answer, probe),
        "curves": lambda: learning_curves(trace, answer),
        "replay": lambda: density_replay(trace, answer, probe),
    }
    for name in view.figures:
        show(made[name](), key=name)


def code(spec: SimplexSpec, device: str) -> None:
    """The lines that give the same numbers without the app."""
    changed = [f.name for f in fields(spec) if getattr(spec, f.name) != getattr(_DEFAULTS, f.name)]
    arguments = ", ".join(f"{name}={getattr(spec, name)!r}" for name in changed)
    with st.expander("The code that gives these numbers"):
        st.code(
            "from toy_models.simplex import SimplexSpec, Trace, reference, simulate\n\n"
            f"spec = SimplexSpec({arguments})\n"
            f'trace = Trace.of(spec, list(simulate(spec, "{device}")), "{device}")\n'
            "print(trace.kl_density[-1].mean(axis=1), reference(spec).floors)\n"
        )


def _whole(controls: Panel, label: str, field: str, help: str | None = None) -> int:
    bound = SimplexSpec.BOUNDS[field]
    low, high = int(bound.low), int(bound.high)
    return controls.integer(label, field, default=getattr(_DEFAULTS, field), low=low, high=high, help=help)


def _real(controls: Panel, label: str, field: str, *, step: float) -> float:
    bound = SimplexSpec.BOUNDS[field]
    return controls.real(label, field, default=getattr(_DEFAULTS, field), low=bound.low, high=bound.high, step=step)
