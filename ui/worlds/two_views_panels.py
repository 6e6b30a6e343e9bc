"""The parts of the page on two views: controls, statement, live run, finished figures."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from analysis.digits import latex
from toy_models.two_views import ENCODERS, LOSSES, TwoViewsSpec
from toy_models.two_views.spec import BETAS
from ui.controls import Controls
from ui.exhibit import show
from ui.lead import lead
from ui.words import WORDS
from ui.worlds.world import SpecControls, show_loss

if TYPE_CHECKING:
    from analysis.figures.exhibit import Exhibit
    from toy_models.two_views import Frame, Reference

_DEFAULTS = TwoViewsSpec()
_FIGURES = {"curves": "Curves", "evidence": "Evidence, replayed"}


def choose_spec(controls: Controls) -> Callable[[], TwoViewsSpec]:
    """What to run; the spec checks itself when it is called for, after all controls are there."""
    numbers = SpecControls(controls, _DEFAULTS)
    whole, real = numbers.whole, numbers.real
    return partial(
        TwoViewsSpec,
        losses=controls.choices("Losses", "losses", LOSSES, default=_DEFAULTS.losses),
        encoder=controls.choice("What is trained", "encoder", ENCODERS, default=_DEFAULTS.encoder),
        steps=whole("Steps", "steps"),
        batch_size=whole("Batch size, pairs of views", "batch_size"),
        samples=whole("Samples", "samples"),
        seeds=whole("Seeds", "seeds", help="Runs side by side; bands are over them."),
        seed=whole("First seed", "seed"),
        learning_rate=real("Learning rate", "learning_rate", step=0.005),
        dimensions=whole("Dimensions", "dimensions"),
        clusters=whole("Clusters", "clusters"),
        spread=real("Spread in a cluster", "spread", step=0.1),
        noise=real("Noise of a view", "noise", step=0.1, help="Its length, beside samples of length 1."),
        temperature=real("Temperature τ", "temperature", step=0.05),
        beta=controls.choice("Exponent β", "beta", BETAS, default=_DEFAULTS.beta),
        aic_margin=real("Margin of ΔAIC", "aic_margin", step=1.0, help=WORDS["ΔAIC"]),
        kappa_rho=real("Slope of the gate on ρ", "kappa_rho", step=1.0, help=WORDS["ρ"]),
        kappa_aic=real("Slope of the gate on ΔAIC", "kappa_aic", step=0.5),
        quantile=real("Quantile of ρ", "quantile", step=0.05),
        min_tail_points=whole("Fewest points of a tail", "min_tail_points"),
    )


def exact(spec: TwoViewsSpec) -> "Reference":
    """Chance levels and the cosine that no loss can change; solved in less time than a cache would take."""
    from toy_models.two_views import reference

    return reference(spec)


def statement(spec: TwoViewsSpec, answer: "Reference") -> None:
    """The world in one formula, with the numbers it has now, and the formulas of its losses."""
    st.markdown(
        "Each sample has two noisy views, and every loss trains from the same start on the same views. The world is our"
        " construction; that the Weibit coordinate should be blended in where an anchor's tail has an endpoint is"
        " WEINCE's idea ([Erol et al.](https://arxiv.org/abs/2606.00262))."
    )
    known = answer.view_cosine
    fixed = "" if known is None else rf", \quad \mathbb{{E}}[v \cdot v'] = {latex(known, least=4)}"
    st.latex(
        rf"v = \frac{{z + {spec.noise:g}\,\varepsilon}}{{\lVert z + {spec.noise:g}\,\varepsilon \rVert}}, \quad"
        rf" \log(2B - 1) = {latex(answer.chance_loss)} \text{{ nats}}, \quad"
        rf" \text{{chance retrieval}} = {latex(answer.chance_retrieval, least=4)}{fixed}"
    )
    with st.expander("The losses"):
        for name in spec.losses:
            show_loss(LOSSES[name], name)


def finished(spec: TwoViewsSpec, device: str, answer: "Reference", frames: "tuple[Frame, ...]") -> None:
    """The figures of a run that has ended, whole or not."""
    from analysis.figures.worlds.two_views.curves import learning_curves
    from analysis.figures.worlds.two_views.replay import evidence_replay
    from toy_models.two_views import Trace

    trace = Trace.of(spec, frames, device)
    made: dict[str, Callable[[], Exhibit]] = {
        "curves": lambda: learning_curves(trace, answer),
        "evidence": lambda: evidence_replay(trace),
    }
    lead(_FIGURES, {name: partial(_show, make, name) for name, make in made.items()})


def _show(make: "Callable[[], Exhibit]", name: str) -> None:
    show(make(), key=name)
