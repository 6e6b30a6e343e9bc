"""The sections of the compare page, and the computation behind them."""

import hashlib
from functools import partial

import numpy as np
import streamlit as st

from analysis.calibration.top_label import calibration
from analysis.comparison.matching import has_names
from analysis.comparison.measured import MeasuredModel
from analysis.comparison.over_seeds import over_seeds
from analysis.figures.comparison.histograms import comparison_histograms
from analysis.figures.comparison.over_seeds import seeds_figure
from analysis.figures.comparison.reliability import comparison_reliability
from analysis.statistics.bootstrap import Unavailable
from losses.errors import LabError
from ui.compare.code import histograms_code, reliability_code, seeds_code, table_code
from ui.compare.groups import Compared
from ui.compare.items import item_list
from ui.compare.job import ComparisonJob, Found, forget, job_of, wait
from ui.compare.maps import draw_maps
from ui.compare.selection import marked, take_bars
from ui.compare.source import Model
from ui.compare.view import Reading, View
from ui.errors import explain
from ui.exhibit import show
from ui.foreign_text import plain

_PATIENCE = 2.0  # seconds that a page waits before it says that it waits


def draw(compared: Compared, view: View) -> None:
    """What is compared, and what is not; once the numbers are there, the chosen sections and the marked items."""
    for note in compared.notes:
        st.warning(plain(note))
    models = compared.models
    outputs = models[0].analyses.outputs
    train = f"{len(outputs.train):,} train items"
    all_of_them = "both" if len(models) == 2 else f"all {len(models)}"
    st.text(
        f"{len(outputs.test):,} test items, the same in {all_of_them} checkpoints, and "
        + ("no train items: similarities are within the items, each left out" if outputs.within else train)
        + f" · {len(outputs.class_names)} classes"
        + ("" if has_names(outputs.test) else " · matched by row number, since the files name no items")
    )
    for said, names in _notes(models).items():
        st.caption(plain(f"{', '.join(names)}: {said}"))
    job = job_of(models, view.reading)
    try:
        found = job.result(_PATIENCE)
    except TimeoutError:
        wait(job)
    except LabError:
        if not job.stopped:
            raise
        if st.button("The comparison was stopped. Start again", type="tertiary"):
            forget(models, view.reading)
            st.rerun()
    else:
        _sections(models, view, job, found)


def _notes(models: tuple[Model, ...]) -> dict[str, list[str]]:
    """What is said of how files were read -> the names of those of which it is said."""
    found: dict[str, list[str]] = {}
    for model in models:
        if said := model.analyses.outputs.provenance.get("notes"):
            found.setdefault(str(said), []).append(model.name)
    return found


def _sections(models: tuple[Model, ...], view: View, job: ComparisonJob, found: Found) -> None:
    """In the order of the menu; the marked items last."""
    outputs = models[0].analyses.outputs
    data = hashlib.blake2b(outputs.test.ids.tobytes(), digest_size=20).hexdigest()
    items = marked(view.mark, found.measured, data)
    for section in view.sections:
        with explain():
            if section == "table":
                _table(models, view, job, found)
            elif section == "map":
                draw_maps(models, view.method, items, data)
            elif section == "similarity":
                _histograms(models, found.measured, items, data)
            elif section == "seeds":
                _seeds(models, view.reading, found)
            else:
                _calibration(models, view.reading, found)
    if not view.sections:
        st.info("Choose under *Show* what to look at.")
    item_list(outputs, found.measured, items)


def _table(models: tuple[Model, ...], view: View, job: ComparisonJob, found: Found) -> None:
    code = table_code(models, view.reading.k, view.reading.bins, found.table.source, dict(view.smallest))
    show(job.drawn(view.smallest).given_by(code), key="comparison")


def _seeds(models: tuple[Model, ...], taken: Reading, found: Found) -> None:
    """Checkpoints whose names differ in their seed alone are one setting."""
    source = found.table.source
    table = over_seeds(found.measured, source, bins=taken.bins)
    show(seeds_figure(table).given_by(seeds_code(models, taken.k, taken.bins, source)), key="compare-seeds")


def _histograms(models: tuple[Model, ...], measured: tuple[MeasuredModel, ...], items: np.ndarray, data: str) -> None:
    key = "compare-histograms"
    if not any(model.comparable.any() for model in measured):
        first = models[0].analyses.margin
        reason = first.reason if isinstance(first, Unavailable) else "no item has both"
        st.info(plain(f"Nearest similarity: not available, {reason}."))
        return
    figure = comparison_histograms(measured, items).given_by(histograms_code(models, measured[0].k, items))
    show(figure, key=key, on_select=partial(take_bars, key, measured, data), selection_mode=("points", "box"))


def _calibration(models: tuple[Model, ...], taken: Reading, found: Found) -> None:
    source, bins, diagrams = found.table.source, taken.bins, {}
    for model, measured in zip(models, found.measured, strict=True):
        reading = measured.reading(source)
        if isinstance(reading, Unavailable):
            st.info(plain(f"Calibration: not available, {reading.reason}."))
            return
        make = partial(calibration, reading.probabilities, reading.labels, bins=bins, losses=reading.losses)
        diagrams[model.name] = model.analyses.once(("compared calibration", source, bins), make)
    code = reliability_code(models, taken.k, bins, source)
    show(comparison_reliability(diagrams, source).given_by(code), key="compare-reliability")
