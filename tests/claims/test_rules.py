"""Rules: what they tell of simulated nulls and of known effects, against scipy and by their definition."""

import numpy as np
import pytest
from scipy import stats

from analysis.rules.kinds import Above, Below, Greater, Never, Outcome, Same
from analysis.rules.numbers import Number, Share, exactly, mean_of
from analysis.rules.verdict import Part, Verdict, judge, verdict

FAMILIES, PARTS, SEEDS = 200, 4, 6
# Rule, and a mean that lies on its threshold: there neither outcome is right, and both are false.
NULLS = {
    "above": (Above(0.3), 0.3),
    "below": (Below(0.3), 0.3),
    "greater": (Greater(0.05), 0.05),
    "same": (Same(0.1), 0.1),
    "same, lower end": (Same(0.1, centre=1.0), 0.9),
}


def family(rule, mean, rng, spread=0.2, seeds=SEEDS, parts=PARTS):
    """A claim of several parts, each with its own seeds."""
    found = {str(part): mean_of(rng.normal(mean, spread, seeds), "seeds") for part in range(parts)}
    return judge([Part(key, key, "", rule) for key in found], found)


def outcomes(rule, mean, seed=0, **how):
    rng = np.random.default_rng(seed)
    return [[each.outcome for each in family(rule, mean, rng, **how)] for _ in range(FAMILIES)]


@pytest.mark.parametrize("name", NULLS)
def test_a_family_on_its_thresholds_is_told_falsely_at_most_one_time_in_twenty(name):
    rule, mean = NULLS[name]
    false = sum(any(each is not Outcome.OPEN for each in family) for family in outcomes(rule, mean))
    # 200 families at a rate of 5 %: 18 or more would happen by chance once in a hundred.
    assert false <= stats.binom.ppf(0.99, FAMILIES, 0.05)


def test_without_the_correction_families_are_told_falsely_more_often():
    rng = np.random.default_rng(0)
    false = 0
    for _ in range(FAMILIES):
        found = [mean_of(rng.normal(0.3, 0.2, SEEDS), "seeds") for _ in range(PARTS)]
        false += any(Above(0.3).outcome(each, 0.95) is not Outcome.OPEN for each in found)
    assert false > stats.binom.ppf(0.99, FAMILIES, 0.05)


@pytest.mark.parametrize(
    ("rule", "right", "wrong"),
    [(Above(0.3), 1.0, -0.4), (Below(0.3), -0.4, 1.0), (Greater(0.05), 0.8, -0.7), (Same(0.5), 0.0, 1.4)],
    ids=["above", "below", "greater", "same"],
)
def test_known_effects_are_told_and_a_known_false_claim_does_not_hold(rule, right, wrong):
    how = {"spread": 0.1, "parts": 1}
    assert {verdict(each) for each in outcomes(rule, right, **how)} == {Verdict.HOLDS}
    assert {verdict(each) for each in outcomes(rule, wrong, **how)} == {Verdict.FAILS}


def test_never_is_refuted_by_one_case_and_needs_trials_to_hold():
    rule = Never(0.01)
    assert rule.outcome(Share(1, 10**6, "pairs"), 0.95) is Outcome.FAILS
    assert rule.outcome(Share(0, 10**6, "pairs"), 0.95) is Outcome.HOLDS
    assert rule.outcome(Share(0, 50, "pairs"), 0.95) is Outcome.OPEN


def test_what_happens_once_in_a_hundred_is_called_never_at_most_one_time_in_twenty():
    rng, parts = np.random.default_rng(1), [Part(str(key), "", "", Never(0.01)) for key in range(PARTS)]
    called = 0
    for _ in range(FAMILIES):
        found = {part.key: Share(int(rng.binomial(450, 0.01)), 450, "pairs") for part in parts}
        called += any(each.outcome is Outcome.HOLDS for each in judge(parts, found))
    assert called <= stats.binom.ppf(0.99, FAMILIES, 0.05)


def test_an_interval_is_students_and_a_shares_is_scipys():
    values = np.random.default_rng(2).normal(size=7)
    low, high = stats.t.interval(0.97, 6, values.mean(), stats.sem(values))
    found = mean_of(values, "seeds").interval(0.97)
    assert (found.low, found.high) == pytest.approx((low, high))
    for hits in (0, 3, 40):
        exact = stats.binomtest(hits, 40).proportion_ci(0.9, method="exact")
        found = Share(hits, 40, "trials").interval(0.9)
        assert (found.low, found.high) == pytest.approx((exact.low, exact.high))


def test_an_exact_number_is_told_to_its_tolerance():
    assert Above(0.3).outcome(exactly(0.3001, 1e-5), 0.999) is Outcome.HOLDS
    assert Above(0.3).outcome(exactly(0.300001, 1e-5), 0.5) is Outcome.OPEN
    assert exactly(1.0, 1e-6).interval(0.99).high == pytest.approx(1.000001)


H, F, O = Outcome.HOLDS, Outcome.FAILS, Outcome.OPEN


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        ((H, H), Verdict.HOLDS),
        ((H, F), Verdict.IN_PART),
        ((H, F, O), Verdict.IN_PART),
        ((F, F), Verdict.FAILS),
        ((F, O), Verdict.FAILS),
        ((H, O), Verdict.OPEN),
        ((O, O), Verdict.OPEN),
    ],
)
def test_a_claim_is_all_of_its_parts_together(outcomes, said):
    assert verdict(outcomes) is said


def test_more_parts_ask_for_wider_intervals():
    found = Number(1.0, 0.1, 9.0, "10 seeds")
    widths = [
        judge([Part(str(key), "", "", Above(0)) for key in range(parts)], dict.fromkeys(map(str, range(parts)), found))
        for parts in (1, 5)
    ]
    assert widths[1][0].interval.high > widths[0][0].interval.high == pytest.approx(1 + 0.1 * stats.t.ppf(0.975, 9))
