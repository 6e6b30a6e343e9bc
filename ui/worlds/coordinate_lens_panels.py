"""The parts of the page on the coordinate lens: controls and picture."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from analysis.digits import latex
from analysis.tails.coordinate_lens import Lens
from ui.controls import Controls
from ui.exhibit import show
from ui.words import WORDS

_LENS_CODE = """from analysis.figures.tails.coordinate_lens import coordinate_lens
from analysis.tails.coordinate_lens import Lens

exhibit = coordinate_lens({lens}, {hard})
exhibit.plot.show()
"""


@dataclass(frozen=True, slots=True)
class LensView:
    """A lens and the hard negative that is looked at through it."""

    lens: Lens
    hard: float


def choose_lens(controls: Controls) -> LensView:
    """The blend and the hard negative."""
    lam = controls.number("λ, weight of Weibit", "lam", default=0.5, low=0.0, high=1.0, step=0.05, help=WORDS["λ"])
    temperature = controls.real("Temperature τ", "temperature", default=0.1, low=0.005, high=5.0, step=0.05)
    beta = controls.real("Exponent β", "beta", default=1.0, low=0.1, high=16.0, step=0.5)
    hard = controls.number("Hard negative's cosine", "hard", default=0.95, low=-0.9, high=0.999, step=0.001)
    return LensView(Lens(lam, temperature, beta), hard)


def lens(view: LensView) -> None:
    """The lens' picture under its formula."""
    from analysis.figures.tails.coordinate_lens import coordinate_lens

    values = view.lens
    st.latex(
        rf"T(s) = {1 - values.lam:.3g} \, \frac{{s}}{{{values.temperature:g}}}"
        rf" - {values.lam:.3g} \cdot {values.beta:g} \log(1 - s), \quad"
        rf" \frac{{dT}}{{ds}}\Big|_{{s = {view.hard:g}}} = {latex(values.weight(np.array([view.hard]))[0])}"
    )
    picture = coordinate_lens(values, view.hard).given_by(_LENS_CODE.format(lens=values, hard=view.hard))
    show(picture, key="coordinate-lens")
