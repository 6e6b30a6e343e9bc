"""The section on calibration: the top label, every class, and what one temperature would mend."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from analysis.accuracy.probe import ClassProbabilities, class_probabilities
from analysis.calibration.of_classes import class_bins, classwise, redrawn_labels
from analysis.calibration.scores import proper_scores
from analysis.calibration.temperature import TemperatureScaling, temperature_scaling
from analysis.calibration.top_label import Scheme, calibration, null_band
from analysis.digits import interval
from analysis.figures.calibration.of_classes import class_errors, class_reliability
from analysis.figures.calibration.temperature import temperature_diagram
from analysis.figures.calibration.top_label import largest_gap_in_words, reliability_diagram
from analysis.figures.exhibit import Exhibit
from analysis.statistics.bootstrap import Unavailable
from ui.checkpoints.analyses import Analyses
from ui.checkpoints.code import figure_code
from ui.checkpoints.unavailable import not_available
from ui.checkpoints.view import CALIBRATION, class_options
from ui.controls import Controls, part
from ui.exhibit import show
from ui.foreign_text import line

_TOP = """
known = class_probabilities(outputs)
found = calibration(known.probabilities, known.labels, bins={bins}, scheme={scheme!r}, losses=known.losses)
exhibit = reliability_diagram(found, known.source, temperature=outputs.temperature)
"""
_ERRORS = """
known = class_probabilities(outputs)
drawn = redrawn_labels(known.probabilities)
found = classwise(known.probabilities, known.labels, bins={bins}, scheme={scheme!r}, drawn=drawn)
exhibit = class_errors(found, outputs.class_names)
"""
_OF_ONE = """
known = class_probabilities(outputs)
found = class_bins(known.probabilities, known.labels, {c}, bins={bins}, scheme={scheme!r})
band = null_band(known.probabilities[:, {c}].clip(max=1), found)
name, temperature = outputs.class_names[{c}], outputs.temperature
exhibit = class_reliability(found, band, name, known.source, temperature=temperature)
"""
_SCALED = """
known = class_probabilities(outputs)
found = temperature_scaling(known.scores, known.labels, bins={bins}, scheme={scheme!r})
exhibit = temperature_diagram(found, known.source)
"""
_VARIANTS = {"top": "of the top label", "class": "of every class", "temperature": "after a temperature"}
_SCHEMES = {"equal width": "of equal width", "equal mass": "of equal mass"}


def section(analyses: Analyses) -> None:
    """One variant at a time, each with its own conventions in its caption."""
    known = analyses.probabilities
    if isinstance(known, Unavailable):
        not_available("Calibration", known)
        return
    with part(*CALIBRATION) as controls, st.container(horizontal=True, vertical_alignment="bottom"):
        variant = controls.choice("Calibration", "calibration", _VARIANTS, default="top")
        bins = controls.integer("Calibration bins", "bins", default=15, low=2, high=100)
        scheme: Scheme = controls.choice("Bins", "scheme", _SCHEMES, default="equal width")  # type: ignore[assignment]
        chosen = _choose_class(controls, analyses) if variant == "class" else 0
    if variant == "top":
        _top(analyses, known, bins, scheme)
    elif variant == "class":
        _classes(analyses, known, bins, scheme, chosen)
    else:
        _temperature(analyses, known, bins, scheme)


def _choose_class(controls: Controls, analyses: Analyses) -> int:
    options = class_options(analyses.outputs.class_names)
    return int(controls.choice("Diagram of class", "calibrated", options, default="0"))


def _top(analyses: Analyses, known: ClassProbabilities, bins: int, scheme: Scheme) -> None:
    found = analyses.once(
        ("calibration", bins, scheme),
        lambda: calibration(known.probabilities, known.labels, bins=bins, scheme=scheme, losses=known.losses),
    )
    body = _TOP.format(bins=bins, scheme=scheme)
    code = figure_code(analyses, body, class_probabilities, calibration, reliability_diagram)
    drawn = reliability_diagram(found, known.source, temperature=analyses.outputs.temperature)
    show(drawn.given_by(code), key="reliability")
    st.text(line(f"{_scores(analyses, known)} · {largest_gap_in_words(found.bins)}"))


def _scores(analyses: Analyses, known: ClassProbabilities) -> str:
    found = analyses.once("proper scores", lambda: proper_scores(known.probabilities, known.labels, known.losses))
    parts = [
        f"{name} not available, {value.reason}" if isinstance(value, Unavailable) else f"{name} {interval(value)}{unit}"
        for name, value, unit in (("NLL", found.nll, " nats"), ("Brier score", found.brier, " (0 to 2)"))
    ]
    return f"{' · '.join(parts)} · {found.items:,} items"


def _classes(analyses: Analyses, known: ClassProbabilities, bins: int, scheme: Scheme, label: int) -> None:
    names = analyses.outputs.class_names

    def errors() -> Exhibit:
        drawn = analyses.once("redrawn labels", lambda: redrawn_labels(known.probabilities))
        found = classwise(known.probabilities, known.labels, bins=bins, scheme=scheme, drawn=drawn)
        return class_errors(found, names)

    def of_one() -> Exhibit:
        found = class_bins(known.probabilities, known.labels, label, bins=bins, scheme=scheme)
        band = null_band(known.probabilities[:, label].clip(max=1), found)
        return class_reliability(found, band, names[label], known.source, temperature=analyses.outputs.temperature)

    used: tuple[Callable[..., Any], ...] = (class_probabilities, redrawn_labels, classwise, class_errors)
    code = figure_code(analyses, _ERRORS.format(bins=bins, scheme=scheme), *used)
    show(analyses.once(("class errors", bins, scheme), errors).given_by(code), key="class-errors")
    used = (class_probabilities, class_bins, null_band, class_reliability)
    code = figure_code(analyses, _OF_ONE.format(bins=bins, scheme=scheme, c=label), *used)
    shown = analyses.once(("class reliability", bins, scheme, label), of_one)
    show(shown.given_by(code), key="class-reliability")


def _temperature(analyses: Analyses, known: ClassProbabilities, bins: int, scheme: Scheme) -> None:
    def scaled() -> TemperatureScaling | Unavailable:
        return temperature_scaling(known.scores, known.labels, bins=bins, scheme=scheme)

    found = analyses.once(("temperature", bins, scheme), scaled)
    if isinstance(found, Unavailable):
        not_available("Temperature scaling", found)
    else:
        body = _SCALED.format(bins=bins, scheme=scheme)
        code = figure_code(analyses, body, class_probabilities, temperature_scaling, temperature_diagram)
        show(temperature_diagram(found, known.source).given_by(code), key="temperature")
