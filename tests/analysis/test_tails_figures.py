"""The data behind the pictures of tails and of the lens."""

import numpy as np
import pytest
import torch
from scipy.stats import genpareto

from analysis.figures.tails.by_dimension import dimension_plot
from analysis.figures.tails.coordinate_lens import coordinate_lens
from analysis.figures.tails.excesses import quantile_plot, tail_histogram, threshold_plot, verdict
from analysis.tails.coordinate_lens import Lens
from analysis.tails.excesses import fit_tail
from analysis.tails.sphere_study import SphereTailSpec, shape_by_dimension, sphere_tail
from losses.errors import LabError
from losses.formulas import weibit_coordinate
from tests.analysis.exhibits import check_complete

SPEC = SphereTailSpec(dimensions=8, cosines=20_000, quantile=0.98)


@pytest.fixture(scope="module")
def found():
    return sphere_tail(SPEC)


@pytest.fixture(scope="module")
def exhibits(found):
    return [
        tail_histogram(found.fit),
        quantile_plot(found.fit),
        threshold_plot(found.scan, found.exact_scan, found.limit),
        dimension_plot(SPEC, shape_by_dimension(SPEC)),
        coordinate_lens(Lens(), 0.95),
    ]


def marks_of(plot):
    return {mark.name: mark for mark in plot.data}


def test_every_exhibit_has_all_that_a_reader_needs(exhibits):
    check_complete(exhibits)
    assert all(exhibit.how_to_read.endswith(".") for exhibit in exhibits)
    assert all(exhibit.alt.endswith(".") for exhibit in exhibits)


def test_the_curve_is_the_fitted_density(found, exhibits):
    curve, fit = marks_of(exhibits[0].plot)["generalised Pareto"], found.fit
    expected = genpareto.pdf(np.array(curve.x), fit.xi.value, scale=fit.sigma)
    np.testing.assert_allclose(curve.y, expected, rtol=1e-9, atol=1e-9)
    table = exhibits[0].table
    assert table["excesses"].sum() == len(fit.excesses)
    bars = exhibits[0].plot.data[0]
    assert sum(h * w for h, w in zip(bars.y, bars.width, strict=True)) == pytest.approx(1)


def test_a_heavy_tail_has_no_endpoint():
    drawn = np.tanh(genpareto.rvs(0.5, scale=0.01, size=20_000, random_state=np.random.default_rng(0)))
    fit = fit_tail(drawn, quantile=0.9)
    assert fit.endpoint == np.inf
    assert "heavy" in verdict(fit)
    exhibit = tail_histogram(fit)
    assert "no endpoint" in exhibit.how_to_read
    assert not exhibit.plot.layout.shapes


def test_verdicts_follow_the_interval(found):
    assert "has an endpoint" in verdict(found.fit)
    flat = fit_tail(np.random.default_rng(0).exponential(0.05, size=3000).clip(0, 1), quantile=0.9)
    assert "cannot be told" in verdict(flat)
    abrupt = 1 - np.random.default_rng(0).exponential(0.02, size=3000).clip(0, 1)
    assert "ends abruptly" in verdict(fit_tail(abrupt, quantile=0.5))


def test_the_scan_is_drawn_beside_its_exact_values(found, exhibits):
    marks = marks_of(exhibits[2].plot)
    np.testing.assert_array_equal(marks["exact at this threshold"].y, found.exact_scan)
    np.testing.assert_array_equal(marks["fitted, 95 %"].y, found.scan.xi)
    held = ((found.scan.low <= found.exact_scan) & (found.exact_scan <= found.scan.high)).sum()
    assert exhibits[2].title.startswith(f"{held} of {len(found.scan.xi)} intervals")
    assert threshold_plot(found.scan).title == "How does the shape depend on the threshold?"


# The lens


@pytest.mark.parametrize("lens", [Lens(), Lens(0.0, 0.5), Lens(1.0, 0.1, 4.0), Lens(0.3, 0.07, 2.0)])
def test_the_weight_is_the_derivative_of_what_the_losses_compare(lens):
    """T as the losses write it, differentiated by autograd."""
    s = torch.linspace(-1, 0.999, 200, dtype=torch.float64, requires_grad=True)
    t = (1 - lens.lam) * s / lens.temperature + lens.lam * lens.beta * weibit_coordinate(s)
    (slope,) = torch.autograd.grad(t.sum(), s)
    cosines = s.detach().numpy()
    np.testing.assert_allclose(lens.coordinate(cosines), t.detach().numpy(), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(lens.weight(cosines), slope.numpy(), rtol=1e-10)


def test_weights_cross_where_it_says():
    crossing = Lens(0.5, 0.1, 2.0).crossing
    assert Lens(0.0, 0.1).weight(np.array([crossing])) == pytest.approx(
        Lens(1.0, 0.1, 2.0).weight(np.array([crossing]))
    )


def test_the_endpoint_itself_is_finite():
    assert np.isfinite(Lens(1.0).coordinate(np.array([1.0]))).all()
    assert Lens(1.0).weight(np.array([1.0])) == pytest.approx(1e6)


def test_the_lens_title_is_computed():
    assert coordinate_lens(Lens(0.5, 0.1, 1.0), 0.95).title.startswith("A negative at cosine 0.95 has 1.50 times")


@pytest.mark.parametrize("values", [(-0.1, 0.1, 1.0), (0.5, 0.0, 1.0), (0.5, 0.1, float("inf"))])
def test_a_lens_refuses_what_it_cannot_be(values):
    with pytest.raises(LabError):
        Lens(*values)
