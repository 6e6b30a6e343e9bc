"""Seeds as the unit: against scipy's own intervals, and by hand on measured models."""

import numpy as np
import pytest
from scipy import stats

from analysis.comparison.measured import measure_outputs
from analysis.comparison.over_seeds import difference_over, mean_over, over_seeds, setting_of, value_of
from analysis.figures.comparison.over_seeds import seeds_figure
from analysis.outputs import Outputs, Split
from analysis.statistics.bootstrap import Estimate, Unavailable

FIRST, SECOND = [0.61, 0.64, 0.58, 0.66], [0.71, 0.69, 0.74]


def test_the_intervals_are_students_and_welchs():
    mean, whole = mean_over(FIRST), stats.ttest_1samp(FIRST, 0).confidence_interval(0.95)
    assert (mean.low, mean.high) == pytest.approx((whole.low, whole.high), rel=1e-12)
    found, p = difference_over(FIRST, SECOND)
    welch = stats.ttest_ind(SECOND, FIRST, equal_var=False)
    assert p == pytest.approx(welch.pvalue, rel=1e-10)
    assert (found.low, found.high) == pytest.approx(tuple(welch.confidence_interval(0.95)), rel=1e-10)


def test_what_one_seed_cannot_say_has_a_reason():
    assert "needs 2 trainings" in mean_over([0.5]).reason
    assert "of both, here 1 and 3" in difference_over([0.5], SECOND)[0].reason
    assert "seeds change nothing" in difference_over([0.5, 0.5], [0.6, 0.6])[0].reason


@pytest.mark.parametrize(
    ("name", "setting"),
    [("a_seed0.npz", "a.npz"), ("runs/b-seed=12/last.npz", "runs/b/last.npz"), ("seed1", "all"),
     ("run2.npz", "all.npz"), ("SupCon (seed 2)", "SupCon"), ("losses3.npz", "losses3.npz"),
     ("vit_s16.npz", "vit_s16.npz")],
)  # fmt: skip
def test_a_setting_is_the_name_without_its_seed(name, setting):
    assert setting_of(name) == setting


def outputs(noise: float, seed: int) -> Outputs:
    rng, labels = np.random.default_rng(seed), np.arange(60) % 3

    def split() -> Split:
        rows = (np.eye(6)[labels] + noise * rng.normal(size=(60, 6))).astype(np.float32)
        return Split(rows / np.linalg.norm(rows, axis=1, keepdims=True), labels)

    return Outputs(split(), split(), ("a", "b", "c"), 1.0, {"digest": f"{noise} {seed}"})


def test_settings_are_told_apart_over_their_seeds_and_the_table_has_all():
    models = [measure_outputs(f"{noise}_seed{seed}", outputs(noise, seed)) for noise in (0.3, 0.9) for seed in range(3)]
    found = over_seeds([*models, measure_outputs("alone", outputs(0.3, 9))], "linear probe")
    clean, noisy, alone = found.of("margin")
    assert list(clean.values) == ["0.3_seed0", "0.3_seed1", "0.3_seed2"]
    assert clean.values["0.3_seed1"] == value_of(models[1], "margin", "linear probe")
    assert isinstance(alone.mean, Unavailable)
    (margin,) = [each for each in found.differences if each.measure.key == "margin" and each.name == "0.9"]
    assert isinstance(margin.difference, Estimate)
    assert margin.difference.high < 0
    assert margin.p < 0.05
    direct = stats.ttest_ind(list(noisy.values.values()), list(clean.values.values()), equal_var=False)
    assert margin.p >= direct.pvalue
    exhibit = seeds_figure(found)
    assert "Margin of 0.9" in exhibit.how_to_read
    assert exhibit.title.startswith("Some setting differs from 0.3 by more than their seeds in Margin")
    assert len(exhibit.table) == len(found.settings) + len(found.differences)
