"""The parts of the page on endpoint tails: controls, statement, figures, code."""

from dataclasses import fields

import streamlit as st

from analysis.digits import latex, number
from analysis.statistics.bootstrap import Unavailable
from analysis.tails.excesses import LEAST_EXCESSES
from analysis.tails.of_sphere import limit_shape
from analysis.tails.sphere_study import ShapeByDimension, SphereTail, SphereTailSpec, shape_by_dimension, sphere_tail
from ui.controls import Controls
from ui.exhibit import show
from ui.folded_code import folded_code
from ui.foreign_text import plain

_DEFAULTS = SphereTailSpec()


def choose_spec(controls: Controls) -> SphereTailSpec:
    """Which random cosines, and what of them is a tail."""
    return SphereTailSpec(
        dimensions=_whole(controls, "Dimensions", "dimensions"),
        cosines=_whole(controls, "Random cosines", "cosines"),
        quantile=controls.real(
            "Quantile of the threshold", "quantile", default=_DEFAULTS.quantile, low=0.5, high=0.9999, step=0.005
        ),
        seed=_whole(controls, "Seed", "seed"),
    )


@st.cache_data(max_entries=32, show_spinner="Drawing and fitting …")
def study(spec: SphereTailSpec) -> SphereTail | Unavailable:
    """The fit at the chosen threshold and at others."""
    return sphere_tail(spec)


@st.cache_data(max_entries=16, show_spinner="Fitting other dimensions …")
def other_dimensions(spec: SphereTailSpec) -> ShapeByDimension | Unavailable:
    """The same fit in 4 to 64 dimensions."""
    return shape_by_dimension(spec)


def statement(spec: SphereTailSpec) -> None:
    """What is drawn, the law of its excesses, and where the shape tends to."""
    st.markdown(
        "Cosines cannot exceed 1, so their largest ones have a tail with an endpoint, and the Weibit coordinate is"
        " built for such tails ([Erol et al.](https://arxiv.org/abs/2606.00262)). Random directions are our"
        " construction: their tail is known exactly, in the limit and at any threshold."
    )
    st.latex(
        rf"\tfrac{{1 + s}}{{2}} \sim \mathrm{{Beta}}\bigl(\tfrac{{D - 1}}{{2}}, \tfrac{{D - 1}}{{2}}\bigr), \quad"
        r" P(s - u > x \mid s > u) \approx \bigl(1 + \tfrac{\xi x}{\sigma}\bigr)^{-1/\xi}, \quad"
        rf" \xi \to -\frac{{2}}{{D - 1}} = {latex(limit_shape(spec.dimensions), least=4)}"
    )


def figures(spec: SphereTailSpec) -> None:
    """All figures of a spec, or why there are none."""
    from analysis.figures.tails.by_dimension import dimension_plot
    from analysis.figures.tails.excesses import quantile_plot, tail_histogram, threshold_plot

    found = study(spec)
    if isinstance(found, Unavailable):
        st.warning(plain(f"Not available: {found.reason}. Draw more cosines or lower the threshold."))
        return
    st.text(
        f"Fitted xi = {number(found.fit.xi.value, least=4)}, exact at this threshold {number(found.exact, least=4)},"
        f" limit {number(found.limit, least=4)}."
    )
    show(tail_histogram(found.fit), key="tail")
    if len(found.scan.xi):
        show(threshold_plot(found.scan, found.exact_scan, found.limit), key="tail-thresholds")
    else:
        st.caption(f"No other threshold leaves {LEAST_EXCESSES} excesses of so few cosines: draw more to compare them.")
    show(quantile_plot(found.fit), key="tail-quantiles")
    compared = other_dimensions(spec)
    if not isinstance(compared, Unavailable):
        show(dimension_plot(spec, compared), key="tail-dimensions")


def code(spec: SphereTailSpec) -> None:
    """The lines that give the same numbers without the app."""
    changed = [f.name for f in fields(spec) if getattr(spec, f.name) != getattr(_DEFAULTS, f.name)]
    arguments = ", ".join(f"{name}={getattr(spec, name)!r}" for name in changed)
    lines = (
        "from analysis.tails.sphere_study import SphereTailSpec, sphere_tail\n\n"
        f"found = sphere_tail(SphereTailSpec({arguments}))\n"
        "print(found)\n"
    )
    folded_code("The code that gives these numbers", (("python", lines),), key="tails")


def _whole(controls: Controls, label: str, field: str) -> int:
    low, high = SphereTailSpec.BOUNDS[field]
    return controls.integer(label, field, default=getattr(_DEFAULTS, field), low=int(low), high=int(high))
