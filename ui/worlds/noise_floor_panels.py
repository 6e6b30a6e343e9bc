"""The parts of the page on the noise floor: controls, statement, live run, finished figures."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from analysis.digits import latex
from toy_models.noise_floor import NoiseFloorSpec
from toy_models.noise_floor.spec import DRAW, SCORE
from ui.controls import Controls
from ui.exhibit import show
from ui.lead import lead
from ui.worlds.world import SpecControls

if TYPE_CHECKING:
    from analysis.figures.exhibit import Exhibit
    from toy_models.noise_floor import Frame, Reference

_DEFAULTS = NoiseFloorSpec()
_FIGURES = {
    "error": "Error against n",
    "spread": "Spread of estimates",
    "variance": "Variance at any temperature",
    "replay": "Replay",
}
_VARIANCE_CODE = """from analysis.figures.worlds.noise_floor.variance import variance_at_any_temperature
from toy_models.noise_floor import NoiseFloorSpec

exhibit = variance_at_any_temperature({spec})
exhibit.plot.show()"""


def choose_spec(controls: Controls) -> Callable[[], NoiseFloorSpec]:
    """What to run; the spec checks itself when it is called for, after all controls are there."""
    scores = controls.numbers(
        "Scores",
        "scores",
        default=_DEFAULTS.scores,
        low=SCORE.low,
        high=SCORE.high,
        help="Cosines below the endpoint 1; the log-odds are of the largest against the smallest.",
    )
    numbers = SpecControls(controls, _DEFAULTS)
    exponent = numbers.real("Exponent", "exponent", step=0.1)
    draws = controls.numbers("Draws n", "draws", default=_DEFAULTS.draws, low=DRAW.low, high=DRAW.high)
    return partial(
        NoiseFloorSpec,
        scores=tuple(sorted(scores)),
        exponent=exponent,
        draws=tuple(sorted({int(n) if n == int(n) else n for n in draws})),  # type: ignore[misc]
        repetitions=numbers.whole("Repetitions", "repetitions"),
        seed=numbers.whole("Seed", "seed"),
    )


def exact(spec: NoiseFloorSpec) -> "Reference":
    """Theory for a spec; solved in less time than a cache would take."""
    from toy_models.noise_floor import reference

    return reference(spec)


def statement(spec: NoiseFloorSpec, answer: "Reference") -> None:
    """The world in one formula, with the numbers it has now."""
    st.markdown(
        "Winners among a few scores are drawn by the law of an endpoint at 1, and each link fits one slope to them."
        " The world is our construction, and theory is exact for any setting; that a softmax keeps an error at the"
        " top however much data there is, is what [Erol et al.](https://arxiv.org/abs/2606.00262) state."
    )
    weibit, softmax = answer.links
    st.latex(
        rf"\begin{{gathered}} p_j \propto (1 - s_j)^{{{0 - spec.exponent:g}}}, \quad"
        rf" \log \frac{{p_{{{len(spec.scores)}}}}}{{p_1}} = {latex(answer.log_odds, least=6)} \text{{ nats}} \\"
        rf" \text{{Weibit: error}}^2 \approx \frac{{{latex(weibit.error_rate, least=6)}}}{{n}} \\"
        rf" \text{{softmax}} \to {latex(softmax.limit, least=6)}: \; \text{{error}}^2 \approx"
        rf" {latex(softmax.floor, least=6)} {'+' if softmax.error_rate >= 0 else '-'}"
        rf" \frac{{{latex(abs(softmax.error_rate), least=4)}}}{{n}}"
        r" \end{gathered}"
    )
    _variances(spec)


def _variances(spec: NoiseFloorSpec) -> None:
    """The scatter that no temperature changes, exact."""
    from toy_models.noise_floor.variance import variance_rates

    free, weibit, softmax = (latex(each.log_odds_rate, least=4) for each in variance_rates(spec))
    st.markdown(
        "An estimate scatters with variance ~ 1/n, at every temperature τ: a softmax of"
        " utilities over τ reports τ times the log-odds and τ² times the variance. The limits of n × variance of the"
        f" log-odds, exact: ${free}$ with a utility for every score, ${softmax}$ with one slope on $s$, ${weibit}$ with"
        " one on $-\\log(1 - s)$."
    )


def finished(spec: NoiseFloorSpec, answer: "Reference", frames: "tuple[Frame, ...]") -> None:
    """The figures of a run that has ended, whole or not."""
    from analysis.figures.worlds.noise_floor.error import error_against_draws
    from analysis.figures.worlds.noise_floor.replay import replay_of_repetitions
    from analysis.figures.worlds.noise_floor.spread import spread_of_estimates
    from analysis.figures.worlds.noise_floor.variance import variance_at_any_temperature
    from toy_models.noise_floor import Trace

    trace = Trace.of(spec, frames)
    made: dict[str, Callable[[], Exhibit]] = {
        "error": lambda: error_against_draws(trace, answer),
        "spread": lambda: spread_of_estimates(trace, answer),
        "variance": lambda: variance_at_any_temperature(spec).given_by(_VARIANCE_CODE.format(spec=spec)),
        "replay": lambda: replay_of_repetitions(trace, answer),
    }
    lead(_FIGURES, {name: partial(_show, make, name) for name, make in made.items()})


def _show(make: "Callable[[], Exhibit]", name: str) -> None:
    show(make(), key=name)
