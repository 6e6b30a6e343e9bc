"""The numbers behind the compare page, made on a thread of their own; the page asks how far they are, and can stop."""

import threading
from dataclasses import dataclass

import streamlit as st

from analysis.comparison.measured import MeasuredModel
from analysis.comparison.verdicts import Comparison, compare
from analysis.figures.comparison.table import comparison_table
from analysis.figures.exhibit import Exhibit
from losses.errors import LabError
from ui.background import Job
from ui.compare.source import Model
from ui.compare.view import Reading

Smallest = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What every model does with every item, and the table of differences."""

    measured: tuple[MeasuredModel, ...]
    table: Comparison


class ComparisonJob(Job[Found]):
    """`ready` models of `models` are measured; the table takes about as long as one of them."""

    def __init__(self, models: tuple[Model, ...], reading: Reading) -> None:
        self.models, self.ready = models, 0
        self._reading, self._stopped = reading, threading.Event()
        self._drawn: tuple[Smallest, Exhibit] | None = None
        super().__init__(self._work)

    def stop(self) -> None:
        """`result` then raises a LabError that says so; the model being measured is finished first."""
        self._stopped.set()

    @property
    def stopped(self) -> bool:
        return self._stopped.is_set()

    def _work(self) -> Found:
        measured = []
        for model in self.models:
            self._check()
            measured.append(model.measured(self._reading.k))
            self.ready += 1
        self._check()
        found = tuple(measured)
        table = compare(found, self._reading.source(found), bins=self._reading.bins)
        return Found(found, table)

    def drawn(self, smallest: Smallest) -> Exhibit:
        """The table's figure under these smallest differences of interest; the last one is kept."""
        kept = self._drawn
        if kept is None or kept[0] != smallest:
            kept = self._drawn = smallest, comparison_table(self.result().table.judged(dict(smallest)))
        return kept[1]

    def _check(self) -> None:
        if self._stopped.is_set():
            raise LabError("the comparison", "was stopped")


def job_of(models: tuple[Model, ...], reading: Reading) -> ComparisonJob:
    """The job for these models, started by the first who asks."""
    return _job(_digests(models), _names(models), reading, models)


def forget(models: tuple[Model, ...], reading: Reading) -> None:
    """So that the next who asks starts it anew, after a stop."""
    _job.clear(_digests(models), _names(models), reading, models)


def _digests(models: tuple[Model, ...]) -> tuple[str, ...]:
    return tuple(model.analyses.outputs.digest for model in models)


def _names(models: tuple[Model, ...]) -> tuple[str, ...]:
    return tuple(model.name for model in models)


@st.cache_resource(max_entries=8, scope="session", show_spinner=False)
def _job(
    digests: tuple[str, ...], names: tuple[str, ...], reading: Reading, _models: tuple[Model, ...]
) -> ComparisonJob:
    return ComparisonJob(_models, reading)


@st.fragment(run_every=0.5)
def wait(job: ComparisonJob) -> None:
    """Polls; Stop stands in here."""
    if job.done:
        st.rerun()
    parts = len(job.models) + 1
    st.progress(
        job.ready / parts,
        f"Neighbours, probes and resamples: {job.ready} of {len(job.models)} checkpoints, {job.seconds:.0f} s",
    )
    if st.button("Stop", key="stop-comparison"):
        job.stop()
