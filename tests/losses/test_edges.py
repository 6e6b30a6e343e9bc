"""The embedding losses at the edges of their domain, values and gradients, against mpmath.

Entries are multiples of 1/8, so every dtype holds them exactly and one truth serves all.
"""

import math
from functools import cache

import pytest
import torch
from torch.testing import assert_close

import losses
from tests.losses import edge_truth as truth

BASE = (
    *((0.5, 0.75, -0.25), (0.25, 0.5, 0.5), (-0.75, 0.25, 0.5)),
    *((0.125, -0.5, 0.75), (0.5, -0.5, -0.25), (-0.25, 0.75, 0.125)),
)
ZERO, OPPOSITE = (0.0, 0.0, 0.0), tuple(-x for x in BASE[0])


def with_row(index, row):
    return tuple(row if i == index else kept for i, kept in enumerate(BASE))


EDGES = {
    "a zero row": with_row(2, ZERO),
    "zero rows alone": (ZERO,) * 6,
    "a zero row among equals": (ZERO, *(BASE[0],) * 5),
    "identical": (BASE[0],) * 6,
    "identical, of one class": with_row(1, BASE[0]),
    "identical, of two classes": with_row(3, BASE[0]),
    "opposite, of one class": with_row(1, OPPOSITE),
    "opposite, of two classes": with_row(3, OPPOSITE),
    "all opposite": (BASE[0], OPPOSITE) * 3,
    "orthogonal": ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0), (1.0, 0.0), (0.0, 1.0)),
    "one dimension": ((1.0,), (-1.0,), (1.0,), (0.5,), (-0.25,), (0.0,)),
    "long": tuple(tuple(128 * x for x in row) for row in BASE),
    "one long": with_row(1, (128.0, 0.0, 0.0)),
    "short": tuple(tuple(x / 4096 for x in row) for row in BASE),
}
OF_CLASSES = ("supcon", "sincere", "eps_sup_infonce", "x_clr")
VIEWS = ("nt_xent", "weibit", "weince", "dcl", "rince", "temperature_free_infonce", "siglip")
LABELS = {
    "classes and a singleton": (0, 0, 0, 1, 1, 2),
    "one class": (0,) * 6,
    "one with a positive": (0, 0, 1, 2, 3, 4),
}
TEMPERATURES = (1e-4, 0.1, 1e3)
DTYPES = (torch.float16, torch.bfloat16, torch.float32, torch.float64)


@cache
def of_labels(name, rows, labels, tau, normalize):
    if name == "supcon":
        return truth.supcon(rows, labels, tau, normalize)
    if name == "x_clr":
        return truth.x_clr(rows, labels, tau, normalize, 0.5)
    return truth.eps_sup_infonce(rows, labels, tau, normalize, 0.25 if name == "eps_sup_infonce" else 0)


@cache
def of_views(name, rows, tau, normalize, wide):
    if name == "nt_xent":
        return truth.nt_xent(rows, tau, normalize)
    if name == "dcl":
        return truth.dcl(rows, tau, normalize)
    if name == "rince":
        return truth.rince(rows, tau, normalize, 0.25, 0.125)
    if name == "temperature_free_infonce":
        return truth.temperature_free(rows, normalize)
    if name == "siglip":
        return truth.siglip(rows, tau, normalize, -2)
    if name == "weibit":
        return truth.blend(rows, 1, normalize, (1,) * 6, (min(1 / tau, 50),) * 6)
    found = losses.weince_diagnostics(*torch.tensor(rows, dtype=wide).chunk(2), normalize=normalize, aic_margin=0.0)
    return truth.blend(rows, tau, normalize, found.lam.tolist(), found.beta.tolist())


def call(name, x, labels, tau, **options):
    if labels is not None:
        more = {"x_clr": {"target_temperature": 0.5}}.get(name, {})
        return getattr(losses, name)(x, torch.tensor(labels), temperature=tau, **more, **options)
    if name == "weibit":
        return losses.weibit(*x.chunk(2), beta=min(1 / tau, 50), **options)
    if name == "temperature_free_infonce":
        return losses.temperature_free_infonce(*x.chunk(2), **options)
    more = {"weince": {"aic_margin": 0.0}, "siglip": {"bias": -2.0}, "rince": {"q": 0.25, "density": 0.125}}
    return getattr(losses, name)(*x.chunk(2), temperature=tau, **more.get(name, {}), **options)


def check(name, rows, labels, tau, normalize, dtype, plain):
    wide = torch.promote_types(dtype, torch.float32)
    value, gradient = (
        of_views(name, rows, tau, normalize, wide) if labels is None else of_labels(name, rows, labels, tau, normalize)
    )
    exact = torch.tensor([[float(g) for g in row] for row in gradient], dtype=torch.float64)
    x = torch.tensor(rows, dtype=dtype, requires_grad=True)
    found = call(name, x, labels, tau, normalize=normalize, plain=plain)
    found.backward()
    lengths = [math.hypot(*row) for row in rows]
    longest = 1 if normalize else max(lengths)
    steepness = min(1 / tau, 50) * 14 if name == "weibit" else 1 / tau + 14
    if name == "temperature_free_infonce":
        steepness = 28
    scores = longest**2 * steepness
    rounding = torch.finfo(wide).eps * (1 + scores)
    per_row = 1 / min((n for n in lengths if n), default=1) if normalize else longest
    scale = (steepness * per_row) + exact.abs().max().item()
    narrow, least = torch.finfo(dtype).eps, torch.finfo(dtype).smallest_normal
    what = f"{name}, {labels}, tau {tau}, normalize={normalize}, {dtype}, plain={plain}"
    assert found.item() == pytest.approx(float(value), rel=1e-6, abs=4 * rounding), what
    assert_close(
        x.grad.double(),
        exact,
        rtol=2 * narrow,
        atol=16 * rounding * scale + narrow * least,
        msg=lambda m: f"{what}: {m}",
    )
    for row, gradient_of_row in zip(rows, x.grad, strict=True):
        if normalize and not any(row):
            assert not gradient_of_row.any(), what


@pytest.mark.parametrize("normalize", [True, False])
@pytest.mark.parametrize("edge", EDGES)
def test_value_and_gradient(edge, normalize):
    for tau in TEMPERATURES:
        for dtype in DTYPES:
            if dtype == torch.float16 and edge.endswith("short" if normalize else "long"):
                continue  # the gradient itself is beyond 65,504
            for plain in (False, True):
                for name in VIEWS:
                    if name == "rince" and (tau < 0.1 or (edge.endswith("long") and not normalize and tau < 1e3)):
                        continue  # a power beyond the numbers, which is a LabError: see below
                    check(name, EDGES[edge], None, tau, normalize, dtype, plain)
                for name in OF_CLASSES:
                    check(name, EDGES[edge], LABELS["classes and a singleton"], tau, normalize, dtype, plain)


@pytest.mark.parametrize("labels", LABELS)
@pytest.mark.parametrize("plain", [False, True])
def test_few_candidates(labels, plain):
    for name in OF_CLASSES:
        for tau in TEMPERATURES:
            check(name, BASE, LABELS[labels], tau, False, torch.float64, plain)
            check(name, BASE[:2], (0, 0), tau, True, torch.float32, plain)


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("tau", [1e-4, 0.1, 1e3])
def test_ties_keep_their_digits_at_every_temperature(dtype, tau, plain):
    """All rows the same, at any length: chance level, to the last digits of the loss and not of the scores."""
    labels = torch.tensor([0, 0, 0, 0, 1, 1])
    for length in (1.0, 64.0):
        x = length * torch.tensor([[0.5, 0.75, -0.25]] * 6, dtype=dtype)
        options = {"temperature": tau, "plain": plain}
        assert losses.supcon(x, labels, **options).item() == pytest.approx(math.log(5), rel=1e-6)
        anchors = losses.sincere(x, labels, reduction="none", **options).tolist()
        assert anchors == pytest.approx([math.log(3)] * 4 + [math.log(5)] * 2, rel=1e-6)
        assert losses.nt_xent(x[:3], x[3:], **options).item() == pytest.approx(math.log(5), rel=1e-6)


def test_the_truth_has_the_gradient_of_its_value():
    """The closed forms in mpmath against differences of the values, at 1e-20."""
    step, labels = truth.mpf(10) ** -20, LABELS["classes and a singleton"]
    for value in (
        lambda rows: truth.supcon(rows, labels, 0.3, True),
        lambda rows: truth.eps_sup_infonce(rows, labels, 0.3, True, 0.25),
        lambda rows: truth.eps_sup_infonce(rows, labels, 0.3, False, 0),
        lambda rows: truth.x_clr(rows, labels, 0.3, True, 0.5),
        lambda rows: truth.nt_xent(rows, 0.3, True),
        lambda rows: truth.blend(rows, 0.3, True, (0.25,) * 6, (2,) * 6),
    ):
        exact = value(BASE)[1]
        for i, d in ((0, 0), (3, 2)):
            up, down = ([[*row] for row in BASE] for _ in range(2))
            up[i][d], down[i][d] = up[i][d] + step, down[i][d] - step
            slope = (value(up)[0] - value(down)[0]) / (2 * step)
            assert float(abs(slope - exact[i][d])) < 1e-18


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", [*OF_CLASSES, *VIEWS])
def test_a_subnormal_row_has_its_direction_and_a_finite_gradient(name, dtype, plain):
    rows = torch.tensor(BASE, dtype=dtype)
    smallest = 4 * torch.finfo(dtype).smallest_normal * torch.finfo(dtype).eps
    tiny = rows.clone()
    tiny[2] = torch.tensor([-3, 1, 2], dtype=dtype) * smallest
    rows[2] = torch.tensor([-3, 1, 2], dtype=dtype)
    labels = None if name in VIEWS else (0, 0, 0, 1, 1, 2)
    x, like = tiny.requires_grad_(), rows.requires_grad_()
    found, expected = (call(name, z, labels, 0.1, normalize=True, plain=plain) for z in (x, like))
    (found + expected).backward()
    assert found.item() == pytest.approx(expected.item(), rel=1e-6)
    assert x.grad.isfinite().all()
    others = torch.arange(6) != 2
    assert_close(x.grad[others], like.grad[others], rtol=1e-5 + 2 * torch.finfo(dtype).eps, atol=1e-6)


def test_a_small_row_has_its_whole_gradient():
    """1e-30 is far from the end of float32: its gradient is 1e30 times that of a unit row."""
    unit = torch.tensor(BASE)
    small = unit.clone()
    small[2] *= 2.0**-100
    for z in (unit.requires_grad_(), small.requires_grad_()):
        losses.supcon(z, torch.tensor([0, 0, 0, 1, 1, 2]), normalize=True).backward()
    assert_close(small.grad[2] * 2.0**-100, unit.grad[2])


def test_an_overflow_that_is_none_of_the_rows_stays_visible():
    """A gradient scaler for float16 looks for inf: only rows without a normal number lose theirs."""
    z = torch.tensor(BASE, dtype=torch.float16)
    z[2] = torch.tensor([-3, 1, 2]) * 2e-4
    (losses.supcon(z.requires_grad_(), torch.tensor([0, 0, 0, 1, 1, 2]), normalize=True) * 65536).backward()
    assert not z.grad[2].isfinite().all()


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("dtype", DTYPES)
def test_a_power_beyond_the_numbers_is_refused(dtype, plain):
    x = torch.tensor(EDGES["identical"], dtype=dtype)
    for tau in (1e-4, torch.tensor(1e-4)):
        with pytest.raises(losses.LabError, match=r"^q must be small enough for e\^\(q s / tau\) .*but is 0.25"):
            call("rince", x, None, tau, normalize=True, plain=plain)
    x[0] = torch.nan
    assert call("rince", x, None, 0.1, plain=plain).isnan()
