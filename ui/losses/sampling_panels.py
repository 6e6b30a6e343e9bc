"""The parts of the sampling page: the batch, the statement, three figures with their code."""

from functools import partial

import streamlit as st

from analysis.figures.forces.sampling import against_softness, averaging, sampled_distribution
from analysis.forces.sampling import MOST_TUPLES, SamplingSpec, Study, over_softness, sampling_study
from losses.catalog import CATALOG
from ui.controls import Controls
from ui.exhibit import show

_DEFAULTS = SamplingSpec()
_CODE = """from analysis.figures.forces.sampling import {figure}
from analysis.forces.sampling import SamplingSpec, {study}

exhibit = {figure}({study}({spec}))
exhibit.plot.show()
"""


def choose(controls: Controls) -> SamplingSpec:
    """The controls in the sidebar."""
    few = f"Up to {MOST_TUPLES:,} label tuples are counted through: 8 samples of 4 classes, 16 of 2."
    return SamplingSpec(
        samples=controls.integer("Samples N", "samples", default=_DEFAULTS.samples, low=2, high=64, help=few),
        classes=controls.integer("Classes K", "classes", default=_DEFAULTS.classes, low=2, high=10),
        softness=controls.number(
            "Softness of the targets",
            "softness",
            default=_DEFAULTS.softness,
            low=0.0,
            high=1.0,
            step=0.05,
            help="0: one-hot. 1: any point of the simplex alike.",
        ),
        confidence=controls.number(
            "Logit of the own class", "confidence", default=_DEFAULTS.confidence, low=0.0, high=10.0, step=0.5
        ),
        temperature=controls.number("Temperature τ", "tau", default=1.0, low=0.05, high=5.0, step=0.05),
        draws=controls.integer("Draws", "draws", default=_DEFAULTS.draws, low=100, high=10_000),
        seed=controls.integer("Seed", "seed", default=0, low=0, high=2**31 - 1),
    )


def statement() -> None:
    """Both losses in one line, and why the first is above the second."""
    st.latex(r"y_j \sim \text{Categorical}(w_j), \qquad a_{ik} = f_{ik}/\tau - \log \eta_k")
    st.latex(
        r"\mathbb{E}\Bigl[-\log \frac{e^{a_{i y_i}}}{\sum_j e^{a_{i y_j}}}\Bigr] \;\ge\;"
        r" -\log \frac{e^{w_i \cdot a_i}}{\sum_j e^{w_j \cdot a_i}}"
    )
    entry = CATALOG["soft_target_infonce"]
    st.caption(
        "Left soft distribution InfoNCE in expectation, right soft target InfoNCE: log-sum-exp is convex in the scores,"
        " so by Jensen's inequality the mean over drawn labels lies above, with equality for one-hot targets."
        f" The losses are from {entry.source.citation}, arXiv {entry.source.arxiv}; the batch is random and ours."
    )


def figures(spec: SamplingSpec) -> None:
    """The distribution at this softness, what averaging is worth, and the same over all softnesses."""
    study, told = _study(spec), partial(_CODE.format, spec=spec)
    distribution, averaged = sampled_distribution(study), averaging(study)
    show(distribution.given_by(told(figure="sampled_distribution", study="sampling_study")), key="sampled-distribution")
    show(averaged.given_by(told(figure="averaging", study="sampling_study")), key="averaged-draws")
    by_softness = against_softness(_over_softness(spec))
    show(by_softness.given_by(told(figure="against_softness", study="over_softness")), key="sampling-by-softness")


@st.cache_resource(max_entries=8, show_spinner="Drawing labels …")
def _study(spec: SamplingSpec) -> Study:
    return sampling_study(spec)


@st.cache_resource(max_entries=8, show_spinner="Drawing labels at every softness …")
def _over_softness(spec: SamplingSpec) -> tuple[Study, ...]:
    return over_softness(spec)
