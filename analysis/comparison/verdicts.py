"""Two to six models against the first of them: every measure's difference, paired by test item, and a verdict.

Holm's correction goes over all differences of the table, so the chance of any false verdict in it is at most 5 %.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.accuracy.probe import Source, on_common_items
from analysis.calibration.ece_difference import calibration_errors, compare_errors
from analysis.comparison.measured import FEWEST_ITEMS, MEASURES, MEDIANS, Measure, MeasuredModel, item_values
from analysis.comparison.relevance import SMALLEST, TOLD, Verdict, smallest_of_interest, verdict
from analysis.statistics.bootstrap import Estimate, Unavailable
from analysis.statistics.holm import holm
from analysis.statistics.paired import Tested, compare_draws, compare_means, resample_counts, resampled_medians
from losses.errors import LabError


@dataclass(frozen=True, slots=True)
class Difference:
    """`value` of a model less `reference` of the first, with its paired 95 % interval over `items` test items.

    p: two-sided, of "there is no difference"; adjusted: the same after Holm's correction over the whole table.
    smallest: the smallest difference of interest, in the measure's unit.
    """

    reference: float
    value: float
    difference: Estimate
    p: float
    adjusted: float
    verdict: Verdict
    items: int
    smallest: float

    @property
    def told(self) -> bool:
        """More than chance, and large enough to matter."""
        return self.verdict in TOLD


def _flat(found: Difference) -> dict[str, object]:
    """The fields, with the interval's ends for the interval."""
    interval = {"difference": found.difference.value, "low": found.difference.low, "high": found.difference.high}
    rest = {"p": found.p, "adjusted": found.adjusted, "verdict": found.verdict, "items": found.items}
    values = {"reference": found.reference, "value": found.value}
    return {**values, **interval, **rest, "smallest_of_interest": found.smallest}


_PARTS = (
    "reference",
    "value",
    "difference",
    "low",
    "high",
    "p",
    "adjusted",
    "verdict",
    "items",
    "smallest_of_interest",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One measure of one model beside the first; the reason where there is no number."""

    measure: Measure
    model: str
    found: Difference | Unavailable

    def numbers(self) -> dict[str, object]:
        """Flat and ready for JSON: null where there is no number, with the reason under "unavailable"."""
        about = {"measure": self.measure.key, "model": self.model, "unit": self.measure.unit}
        found = self.found
        values = dict.fromkeys(_PARTS) if isinstance(found, Unavailable) else _flat(found)
        reason = found.reason if isinstance(found, Unavailable) else None
        return {**about, **values, "better": self.measure.better, "unavailable": reason}


@dataclass(frozen=True, slots=True)
class Comparison:
    """The table, measure by measure: `models`, the reference first, and where class probabilities came from."""

    models: tuple[str, ...]
    source: Source
    rows: tuple[Row, ...]
    items: int

    @property
    def tests(self) -> int:
        """How many tests the correction goes over."""
        return sum(isinstance(row.found, Difference) for row in self.rows)

    def numbers(self) -> list[dict[str, object]]:
        """A flat line for each row."""
        return [row.numbers() for row in self.rows]

    def of(self, key: str) -> tuple[Row, ...]:
        """The rows of one measure, a model each."""
        return tuple(row for row in self.rows if row.measure.key == key)

    def judged(self, smallest: Mapping[str, float]) -> "Comparison":
        """The same numbers under other smallest differences of interest; those not named as `SMALLEST` has them."""
        wanted = smallest_of_interest(smallest)
        return replace(self, rows=tuple(_judged(row, wanted[row.measure.key]) for row in self.rows))


def _judged(row: Row, smallest: float) -> Row:
    found = row.found
    if isinstance(found, Unavailable):
        return row
    said = verdict(row.measure, found.difference, found.adjusted, smallest)
    return replace(row, found=replace(found, verdict=said, smallest=smallest))


@dataclass(frozen=True, slots=True)
class _Found:
    """A difference before the correction."""

    key: str
    model: str
    reference: float
    value: float
    tested: Tested


Finding = _Found | Row


def compare(models: Sequence[MeasuredModel], source: Source, *, bins: int = 15, seed: int = 0) -> Comparison:
    """Compare all to the first, on test items in the same order. NLL, Brier score and ECE of `source`."""
    sizes = {len(model) for model in models}
    if len(models) < 2 or len(sizes) > 1:
        raise LabError(
            "models", "must be two or more on the same test items", but=f"are {len(models)} on {sorted(sizes)} items"
        )
    findings = [*_medians(models, seed), *_means(models, source, seed), *_calibration(models, source, bins, seed)]
    adjusted = iter(holm(np.array([each.tested.p for each in findings if isinstance(each, _Found)])))
    rows = [each if isinstance(each, Row) else _row(each, float(next(adjusted))) for each in findings]
    order = list(MEASURES)
    rows.sort(key=lambda row: order.index(row.measure.key))  # stable: models stay in their order
    return Comparison(tuple(model.name for model in models), source, tuple(rows), sizes.pop())


def _row(found: _Found, adjusted: float) -> Row:
    measure, tested = MEASURES[found.key], found.tested
    smallest = SMALLEST[found.key]
    said = verdict(measure, tested.difference, adjusted, smallest)
    values, rest = (found.reference, found.value, tested.difference), (said, tested.items, smallest)
    return Row(measure, found.model, Difference(*values, tested.p, adjusted, *rest))


def _medians(models: Sequence[MeasuredModel], seed: int) -> Iterator[Finding]:
    """Median target, noise and their difference, over the items that are comparable under every model."""
    chosen = np.flatnonzero(np.logical_and.reduce([model.comparable for model in models]))
    if len(chosen) < FEWEST_ITEMS:
        reason = f"{len(chosen)} test items have a target and a noise under every model, {FEWEST_ITEMS} are needed"
        yield from _unavailable(MEDIANS, models, Unavailable(reason))
        return
    columns = [side[chosen] for model in models for side in (model.target, model.noise)]
    blocks = [
        [resampled_medians(column, counts) for column in columns] for counts in resample_counts(len(chosen), seed=seed)
    ]
    draws = _with_margin(np.concatenate(blocks, axis=1))
    values = _with_margin(np.array([[np.median(column.astype(np.float64))] for column in columns]))[..., 0]
    for place, key in enumerate(MEDIANS):
        for model, value, drawn in zip(models[1:], values[1:, place], draws[1:, place], strict=True):
            reference = float(values[0, place])
            tested = compare_draws(float(value) - reference, drawn - draws[0, place], len(chosen))
            yield _Found(key, model.name, reference, float(value), tested)


def _with_margin(medians: np.ndarray) -> np.ndarray:
    """(2 K, R) target and noise of each model in turn -> (K, 3, R) with their difference."""
    pairs = medians.reshape(-1, 2, medians.shape[1])
    return np.concatenate([pairs, pairs[:, :1] - pairs[:, 1:]], axis=1)


def _means(models: Sequence[MeasuredModel], source: Source, seed: int) -> Iterator[Finding]:
    """Everything that is a mean over test items, all tested together; each over the items it has under every model."""
    columns: list[tuple[str, str, np.ndarray, np.ndarray]] = []
    comparable = np.logical_and.reduce([model.comparable for model in models])
    for key in MEASURES:
        if key in MEDIANS or key == "ece":
            continue
        reference, *others = (item_values(model, key, source, comparable) for model in models)
        known = [values for values in (reference, *others) if not isinstance(values, Unavailable)]
        missing = np.isnan(known).any(axis=0) if known else np.empty(0, bool)
        for model, values in zip(models[1:], others, strict=True):
            if isinstance(reference, Unavailable):
                yield Row(MEASURES[key], model.name, reference)
            elif isinstance(values, Unavailable):
                yield Row(MEASURES[key], model.name, values)
            else:
                first, second = (np.where(missing, np.nan, side) for side in (reference, values))
                columns.append((key, model.name, first, second))
    if columns:
        tested = compare_means(np.stack([values - reference for _, _, reference, values in columns], axis=1), seed=seed)
        for (key, name, reference, values), found in zip(columns, tested, strict=True):
            yield _Found(key, name, float(np.nanmean(reference)), float(np.nanmean(values)), found)


def _calibration(models: Sequence[MeasuredModel], source: Source, bins: int, seed: int) -> Iterator[Finding]:
    readings = [model.reading(source) for model in models]
    known = [reading for reading in readings if not isinstance(reading, Unavailable)]
    if len(known) < len(readings):
        reason = next(reading for reading in readings if isinstance(reading, Unavailable))
        yield from _unavailable(["ece"], models, reason)
        return
    known = on_common_items(known)
    items = len(known[0].labels)
    if items < FEWEST_ITEMS:
        yield from _unavailable(["ece"], models, Unavailable(f"{items} test items, {FEWEST_ITEMS} are needed"))
        return
    first, *others = calibration_errors(known, bins=bins, seed=seed)
    for model, other in zip(models[1:], others, strict=True):
        yield _Found("ece", model.name, first.ece, other.ece, compare_errors(first, other, items))


def _unavailable(keys: Sequence[str], models: Sequence[MeasuredModel], reason: Unavailable) -> Iterator[Row]:
    return (Row(MEASURES[key], model.name, reason) for key in keys for model in models[1:])
