"""The parts of the page on repulsion: statement, live run, finished figures, code."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from analysis.digits import latex
from toy_models.repulsion import LOSSES, RepulsionSpec, reference
from ui.errors import explain
from ui.exhibit import show
from ui.lead import lead
from ui.worlds.repulsion_controls import View
from ui.worlds.world import show_loss

if TYPE_CHECKING:
    from analysis.figures.exhibit import Exhibit
    from toy_models.repulsion import Frame, Study, Trace

_TITLES = {
    "arrows": "Arrows",
    "curves": "Curves",
    "matrices": "Force matrices",
    "replay": "Replay",
    "sizes": "Class size",
}
_IN_ANY_DIMENSION = ("curves", "matrices", "arrows", "replay", "sizes")


def statement(spec: RepulsionSpec) -> None:
    """The force on a same-class pair in one formula, with the numbers that decide its sign."""
    st.markdown(
        "Unit vectors move freely on the sphere, by the gradient of the loss alone. The world is our construction;"
        " that SupCon pushes images of one class apart, the more the larger the class, is the statement of"
        " [Feeney & Hughes](https://arxiv.org/abs/2309.14277)."
    )
    positives = spec.per_class - 1
    st.latex(
        r"\text{SupCon: } \frac{\partial \ell_i}{\partial s_{ip}} = \frac{q_{ip} - 1/|P|}{\tau}"
        rf" \;\text{{pushes where }} q_{{ip}} > \tfrac{{1}}{{{positives}}} = {latex(1 / positives)}, \qquad"
        r" \text{SINCERE: } -\frac{1 - r_{ip}}{|P|\,\tau} \le 0 \;\text{ always pulls}"
    )
    with st.expander("The losses"):
        for name in spec.losses:
            show_loss(LOSSES[name], name)


def finished(spec: RepulsionSpec, device: str, frames: "tuple[Frame, ...]", view: View) -> None:
    """The figures of a run that has ended, whole or not."""
    from toy_models.repulsion import Trace

    trace = Trace.of(spec, frames, device)
    titles = _TITLES if spec.dimensions <= 3 else {name: _TITLES[name] for name in _IN_ANY_DIMENSION}
    lead(titles, {"sizes": class_sizes} | {name: partial(_show, name, trace, view) for name in _OF_A_RUN})


def _show(name: str, trace: "Trace", view: View) -> None:
    if name == "arrows" and trace.spec.dimensions > 3:
        st.caption("Arrows can be drawn in 2 or 3 dimensions; the force matrices show every pair in any.")
        return
    with explain():
        show(_OF_A_RUN[name](trace, view), key=name)


def _arrows(trace: "Trace", view: View) -> "Exhibit":
    from analysis.figures.worlds.repulsion.arrows import force_arrows

    return force_arrows(trace, _frame_at(trace, view), view.anchor if view.one_anchor else None)


def _curves(trace: "Trace", view: View) -> "Exhibit":
    from analysis.figures.worlds.repulsion.curves import repulsion_curves

    return repulsion_curves(trace, reference(trace.spec))


def _matrices(trace: "Trace", view: View) -> "Exhibit":
    from analysis.figures.worlds.repulsion.matrix import run_matrices

    return run_matrices(trace, _frame_at(trace, view))


def _replay(trace: "Trace", view: View) -> "Exhibit":
    from analysis.figures.worlds.repulsion.replay import vector_replay

    return vector_replay(trace)


_OF_A_RUN: dict[str, Callable[["Trace", View], "Exhibit"]] = {
    "arrows": _arrows,
    "curves": _curves,
    "matrices": _matrices,
    "replay": _replay,
}


def _frame_at(trace: "Trace", view: View) -> int:
    """The recorded frame nearest to the moment."""
    return int(abs(trace.steps - view.moment / 100 * trace.steps[-1]).argmin())


def class_sizes() -> None:
    """The claim on class size, which no run changes: it has its own clusters."""
    from analysis.figures.worlds.repulsion.sizes import QUANTITIES, class_size_study

    for quantity in QUANTITIES:
        show(class_size_study(_study(), quantity), key=f"sizes-{quantity.replace('_', '-')}")


@st.cache_data(max_entries=4, show_spinner="Measuring forces over class sizes …")
def _study() -> "Study":
    from toy_models.repulsion import StudySpec, study

    return study(StudySpec())
