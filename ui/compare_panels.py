"""The sections of the compare page, and the computation behind them."""

import hashlib
from functools import partial

import numpy as np
import streamlit as st

from analysis.bootstrap import Unavailable
from analysis.calibration import calibration
from analysis.comparison import Comparison, compare
from analysis.figures.comparison_histograms import comparison_histograms
from analysis.figures.comparison_reliability import comparison_reliability
from analysis.figures.comparison_table import comparison_table
from analysis.figures.exhibit import Exhibit
from analysis.measured import Measured
from ui.background import Job
from ui.compare_items import item_list
from ui.compare_maps import draw_maps
from ui.compare_selection import marked, take_bars
from ui.compare_source import Model
from ui.compare_view import Reading, View
from ui.errors import explain, plain
from ui.exhibit import show

_PATIENCE = 2.0  # seconds that a page waits before it says that it waits

Found = tuple[tuple[Measured, ...], Comparison, Exhibit]


def draw(models: tuple[Model, ...], view: View) -> None:
    """The chosen sections, in the order of the menu; then the marked items."""
    outputs = models[0].analyses.outputs
    st.text(
        f"{len(outputs.test):,} test items, the same in all {len(models)} checkpoints, and "
        f"{len(outputs.train):,} train items · {len(outputs.class_names)} classes"
    )
    job = _job(
        tuple(model.analyses.outputs.digest for model in models), tuple(m.name for m in models), view.reading, models
    )
    try:
        measured, table, drawn = job.result(_PATIENCE)
    except TimeoutError:
        st.fragment(_wait, run_every=0.5)(job)
        return
    data = hashlib.blake2b(outputs.test.ids.tobytes(), digest_size=20).hexdigest()
    items = marked(view.mark, measured, data)
    for section in view.sections:
        with explain():
            if section == "table":
                show(drawn, key="comparison")
            elif section == "map":
                draw_maps(models, view.method, items, data)
            elif section == "similarity":
                _histograms(measured, items, data)
            else:
                _calibration(measured, view, table)
    if not view.sections:
        st.info("Choose under *Show* what to look at.")
    item_list(outputs, measured, items)


@st.cache_resource(max_entries=8, scope="session", show_spinner=False)
def _job(digests: tuple[str, ...], names: tuple[str, ...], reading: Reading, _models: tuple[Model, ...]) -> Job[Found]:
    """Everything behind the table; the k nearest neighbours, the probes and the resampling take their time."""

    def work() -> Found:
        measured = tuple(model.measured(reading.k) for model in _models)
        table = compare(measured, reading.source(measured), bins=reading.bins)
        return measured, table, comparison_table(table)

    return Job(work)


def _wait(job: Job[Found]) -> None:
    if job.done:
        st.rerun()
    st.caption(f"Neighbours, probes and resamples of every checkpoint, {job.seconds:.0f} s …")


def _histograms(measured: tuple[Measured, ...], items: np.ndarray, data: str) -> None:
    key = "compare-histograms"
    figure = comparison_histograms(measured, items)
    show(figure, key=key, on_select=partial(take_bars, key, measured, data), selection_mode=("points", "box"))


def _calibration(measured: tuple[Measured, ...], view: View, table: Comparison) -> None:
    readings = {model.name: model.reading(table.source) for model in measured}
    missing = [reading for reading in readings.values() if isinstance(reading, Unavailable)]
    if missing:
        st.info(plain(f"Calibration: not available, {missing[0].reason}."))
        return
    found = {
        name: calibration(reading.probabilities, reading.labels, bins=view.reading.bins)
        for name, reading in readings.items()
        if not isinstance(reading, Unavailable)
    }
    show(comparison_reliability(found, table.source), key="compare-reliability")
