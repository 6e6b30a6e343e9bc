"""Temperatures and other numbers at the ends of what they may be: a finite value and gradient, or one sentence."""

import math

import pytest
import torch
from torch.nn.functional import normalize
from torch.testing import assert_close

import losses
from losses.checks import LARGEST, LEAST_TEMPERATURE
from losses.errors import LabError

GENERATOR = torch.Generator().manual_seed(3)
ROWS = normalize(torch.randn(8, 5, generator=GENERATOR, dtype=torch.float64), dim=1)
LABELS = torch.tensor([0, 0, 1, 1, 2, 2, 0, 1])
TARGETS = torch.rand(8, 5, generator=GENERATOR, dtype=torch.float64).softmax(dim=1)
PRIOR = torch.full((5,), 0.2, dtype=torch.float64)

OF_LABELS = ("supcon", "sincere", "eps_sup_infonce", "x_clr")
OF_VIEWS = ("nt_xent", "weince", "dcl", "rince", "siglip")
OF_HEADS = ("nll", "ntce", "nonl", "label_infonce")
OF_TARGETS = ("soft_target_cross_entropy", "continuous_categorical", "soft_target_infonce", "soft_distribution_infonce")
TWO_PATHS = (*OF_LABELS, *OF_VIEWS, "continuous_categorical", "soft_target_infonce")
PATHS = [(name, plain) for name in (*OF_LABELS, *OF_VIEWS, *OF_HEADS, *OF_TARGETS) for plain in (False, True)]
PATHS = [(name, plain) for name, plain in PATHS if name in TWO_PATHS or not plain]
DTYPES = (torch.float16, torch.bfloat16, torch.float32, torch.float64)


def call(name, x, plain=False, **settings):
    if plain:
        settings["plain"] = True
    loss, prior = getattr(losses, name), PRIOR.to(x.dtype)
    if name in OF_VIEWS or name in ("weibit", "temperature_free_infonce"):
        return loss(*x.chunk(2), **settings)
    if name in OF_TARGETS:
        more = (prior,) if name.endswith("infonce") else ()
        return loss(x, TARGETS.to(x.dtype), *more, **settings)
    return loss(x, LABELS, *((prior,) if name == "label_infonce" else ()), **settings)


def as_given(value, kind):
    if kind == "number":
        return value
    return torch.tensor(value, dtype=torch.float64, requires_grad=kind == "learned")


@pytest.mark.parametrize("kind", ["number", "tensor", "learned"])
@pytest.mark.parametrize(("name", "plain"), PATHS)
@pytest.mark.parametrize("value", [5e-324, 1e-310, 1e-300, 1e-45, 1e-40, 1e-30, 9e-13, 2e12, 1e39, 1e300])
def test_a_temperature_that_would_overflow_is_refused(name, plain, kind, value):
    for dtype in DTYPES:
        with pytest.raises(LabError, match=r"^temperature must .*e[+-]?\d.*Use 0\.05 to 1"):
            call(name, ROWS.to(dtype), plain, temperature=as_given(value, kind))


@pytest.mark.parametrize("kind", ["number", "learned"])
@pytest.mark.parametrize(("name", "plain"), PATHS)
@pytest.mark.parametrize("value", [LEAST_TEMPERATURE, 1e-9, 1e-6, 1e6, LARGEST])
def test_value_and_gradients_are_finite_up_to_the_ends(name, plain, kind, value):
    if name == "rince" and value < 1:
        pytest.skip("a power beyond the numbers, which is a LabError of its own")
    for dtype in DTYPES[1:]:  # of float16 the gradient itself is beyond 65,504
        x, tau = ROWS.to(dtype).clone().requires_grad_(), as_given(value, kind)
        found = call(name, x, plain, temperature=tau)
        found.backward()
        assert found.isfinite()
        assert x.grad.isfinite().all()
        assert kind == "number" or tau.grad.isfinite()


@pytest.mark.parametrize("name", ["supcon", "sincere", "nt_xent", "dcl", "nll"])
def test_near_the_least_the_loss_is_its_limit_over_tau(name):
    """tau times the loss tends to the gap between the largest score and the positives'."""
    found = LEAST_TEMPERATURE * call(name, ROWS, temperature=LEAST_TEMPERATURE)
    assert_close(found, 1e-6 * call(name, ROWS, temperature=1e-6), rtol=1e-5, atol=1e-9)
    assert found > 0.01


def test_at_the_largest_all_scores_are_one():
    assert call("supcon", ROWS, temperature=LARGEST).item() == pytest.approx(math.log(7))
    assert call("nll", ROWS, temperature=LARGEST).item() == pytest.approx(math.log(5))


@pytest.mark.parametrize("value", [1e13, 1e39, 10**400])
@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("weibit", "beta"),
        ("eps_sup_infonce", "epsilon"),
        ("siglip", "bias"),
        ("rince", "density"),
        ("weince", "kappa_aic"),
        ("weince", "kappa_rho"),
        ("weince", "aic_margin"),
        ("weince", "weibull_weight"),
    ],
)
def test_other_numbers_beyond_every_score_are_refused(name, setting, value):
    for plain in (False, True):
        with pytest.raises(LabError, match=f"^{setting} must "):
            call(name, ROWS.float(), plain, **{setting: value})


def test_a_learned_bias_beyond_every_score_is_refused():
    with pytest.raises(LabError, match=r"^bias must be one number of at most 1e\+12"):
        call("siglip", ROWS, bias=torch.tensor(-1e30, requires_grad=True))


def test_a_power_that_float32_cannot_divide_by_is_the_limit():
    for plain in (False, True):
        x = ROWS.float().requires_grad_()
        found = call("rince", x, plain, q=1e-40)
        found.backward()
        assert_close(found, call("rince", ROWS.float(), plain, q=0.0))
        assert x.grad.isfinite().all()


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("name", [*OF_LABELS, *OF_VIEWS, "weibit", "temperature_free_infonce"])
def test_rows_whose_products_are_no_numbers_are_refused(name, plain):
    with pytest.raises(LabError, match=r"length 1e\+20\. Take unit rows \(normalize=True\)"):
        call(name, 1e20 * ROWS.float(), plain)
    assert call(name, 1e20 * ROWS.float(), plain, normalize=True).isfinite()
    if name != "rince":
        assert call(name, 1e20 * ROWS, plain).isfinite()


def test_similarities_too():
    with pytest.raises(LabError, match=r"^embeddings must be so short"):
        losses.x_clr(1e20 * ROWS.float(), similarities=torch.eye(8))


@pytest.mark.parametrize("plain", [False, True])
def test_rows_that_are_nan_or_infinite_are_the_networks_own(plain):
    """A step that a gradient scaler leaves out must not end the training."""
    for wrong in (torch.nan, torch.inf):
        x = ROWS.float().clone()
        x[2, 1] = wrong
        assert call("supcon", x, plain).isnan()
        assert call("nt_xent", x, plain).isnan()


def test_log_odds_of_long_rows_on_both_paths():
    for length in (1e3, 1e5, 1e7):
        found = [call("temperature_free_infonce", length * ROWS.float(), plain) for plain in (False, True)]
        exact = call("temperature_free_infonce", length * ROWS, plain=True)
        assert_close(torch.stack(found).double(), exact.expand(2), rtol=1e-5, atol=1e-5)
