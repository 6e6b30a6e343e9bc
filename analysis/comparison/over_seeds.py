"""Settings, each trained with several seeds: means over the seeds, with intervals whose unit is a training.

An interval over test items says how sure one training's number is; another seed moves it by more than that. Here a
checkpoint counts once, whatever its number of items: Student's interval for a mean, Welch's (1947) for a difference.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.accuracy.probe import Source
from analysis.calibration.top_label import calibration
from analysis.comparison.measured import MEASURES, MEDIANS, Measure, MeasuredModel, item_values
from analysis.statistics.bootstrap import Estimate, Unavailable
from analysis.statistics.holm import holm

_SEED = re.compile(r"[\s,;._()-]*(?<![a-z])(?:seed|run|trial)[\s_=-]*\d{1,9}(?!\d)\)?", re.IGNORECASE)
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class Setting:
    """One measure of one setting: `values` of its trainings by name, and their mean."""

    measure: Measure
    name: str
    values: Mapping[str, float]
    mean: Estimate | Unavailable


@dataclass(frozen=True, slots=True)
class SettingDifference:
    """Mean of a setting less that of the first; `p` of "there is none", Holm-corrected over the whole table."""

    measure: Measure
    name: str
    reference: str
    difference: Estimate | Unavailable
    p: float = 1.0


@dataclass(frozen=True, slots=True)
class OverSeeds:
    """Of every measure: each setting, the first is the reference, and each difference."""

    settings: tuple[Setting, ...]
    differences: tuple[SettingDifference, ...]

    def of(self, key: str) -> tuple[Setting, ...]:
        """One measure's settings."""
        return tuple(each for each in self.settings if each.measure.key == key)


def setting_of(name: str) -> str:
    """A training's name without its seed.

    >>> setting_of("supcon_seed3.safetensors"), setting_of("SINCERE, seed1"), setting_of("seed1.npz")
    ('supcon.safetensors', 'SINCERE', 'all.npz')
    """
    rest = _SEED.sub("", name).strip()
    return rest if rest[:1].isalnum() else f"all{rest}"


def over_seeds(models: Sequence[MeasuredModel], source: Source, *, bins: int = 15) -> OverSeeds:
    """Of models whose names differ in their seed alone, by setting; probabilities of `source`."""
    groups: dict[str, list[MeasuredModel]] = {}
    for model in models:
        groups.setdefault(setting_of(model.name), []).append(model)
    settings, differences = [], []
    for measure in MEASURES.values():
        found = [_setting(measure, name, group, source, bins) for name, group in groups.items()]
        settings += found
        differences += [_difference(found[0], other) for other in found[1:]]
    return OverSeeds(tuple(settings), _corrected(differences))


def mean_over(values: Sequence[float]) -> Estimate | Unavailable:
    """Mean of one number a training with Student's 95 % interval."""
    if len(values) < _FEWEST:
        return Unavailable(f"an interval over seeds needs {_FEWEST} trainings of a setting, here {len(values)}")
    half = float(np.std(values, ddof=1)) / len(values) ** 0.5 * _quantile(len(values) - 1)
    mean = float(np.mean(values))
    return Estimate(mean, mean - half, mean + half)


def difference_over(first: Sequence[float], second: Sequence[float]) -> tuple[Estimate | Unavailable, float]:
    """Mean of the second less that of the first, with Welch's 95 % interval, and its two-sided p."""
    from scipy.stats import t

    if min(len(first), len(second)) < _FEWEST:
        reason = f"a difference over seeds needs {_FEWEST} trainings of both, here {len(first)} and {len(second)}"
        return Unavailable(reason), 1.0
    parts = [float(np.var(side, ddof=1)) / len(side) for side in (first, second)]
    error, value = sum(parts) ** 0.5, float(np.mean(second) - np.mean(first))
    if not error:
        return Unavailable("all trainings of a setting give the same number: seeds change nothing"), 1.0
    freedom = error**4 / sum(part**2 / (len(side) - 1) for part, side in zip(parts, (first, second), strict=True))
    half = error * _quantile(freedom)
    return Estimate(value, value - half, value + half), float(2 * t.sf(abs(value) / error, freedom))


def _quantile(freedom: float) -> float:
    from scipy.stats import t

    return float(t.ppf(0.975, freedom))


def _setting(measure: Measure, name: str, group: Sequence[MeasuredModel], source: Source, bins: int) -> Setting:
    found = {model.name: value_of(model, measure.key, source, bins=bins) for model in group}
    known = {model: value for model, value in found.items() if not isinstance(value, Unavailable)}
    missing = next((value for value in found.values() if isinstance(value, Unavailable)), None)
    mean = missing if missing is not None else mean_over(list(known.values()))
    return Setting(measure, name, known, mean)


def value_of(model: MeasuredModel, key: str, source: Source, *, bins: int = 15) -> float | Unavailable:
    """One number of one training on its own test items."""
    if key in MEDIANS:
        if not model.comparable.any():
            return Unavailable(f"{model.name}: no test item has a target and a noise")
        sides = {"nearest_target": model.target, "nearest_noise": model.noise}
        target, noise = (float(np.median(side[model.comparable].astype(np.float64))) for side in sides.values())
        return {"nearest_target": target, "nearest_noise": noise, "margin": target - noise}[key]
    if key == "ece":
        read = model.reading(source)
        if isinstance(read, Unavailable):
            return read
        return calibration(read.probabilities, read.labels, bins=bins, losses=read.losses).bins.ece
    values = item_values(model, key, source)
    return values if isinstance(values, Unavailable) else float(np.nanmean(values))


def _difference(reference: Setting, other: Setting) -> SettingDifference:
    missing = next((each.mean for each in (reference, other) if isinstance(each.mean, Unavailable)), None)
    if missing is not None:
        return SettingDifference(other.measure, other.name, reference.name, missing)
    found, p = difference_over(list(reference.values.values()), list(other.values.values()))
    return SettingDifference(other.measure, other.name, reference.name, found, p)


def _corrected(differences: Sequence[SettingDifference]) -> tuple[SettingDifference, ...]:
    adjusted = iter(holm(np.array([each.p for each in differences if isinstance(each.difference, Estimate)])))
    return tuple(
        SettingDifference(each.measure, each.name, each.reference, each.difference, float(next(adjusted)))
        if isinstance(each.difference, Estimate)
        else each
        for each in differences
    )
