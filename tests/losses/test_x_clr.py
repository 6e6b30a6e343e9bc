"""X-CLR, SupCon with soft labels: against a double loop, its limits, its floor, and similarities of the user's own."""

from math import exp, inf, log

import pytest
import torch
from torch.func import grad, vmap
from torch.testing import assert_close

import losses
from losses import forces

LABELS = torch.tensor([0, 0, 0, 1, 1, 2, 2, 2, 2, 7])


def of_anchor(s, graph, i, tau, target_tau):
    """Cross-entropy of softmax(s_i / tau) against softmax(G_i / tau_s) over the others, in plain Python."""
    others = [j for j in range(len(s)) if j != i]
    best = max(graph[i][j] for j in others)
    targets = [exp((graph[i][j] - best) / target_tau) for j in others]
    total = log(sum(exp(s[i][j] / tau) for j in others))
    terms = [t * (total - s[i][j] / tau) for t, j in zip(targets, others, strict=True)]
    return sum(terms) / sum(targets)


@pytest.mark.parametrize("target_tau", [0.05, 0.3, 20.0])
@pytest.mark.parametrize("plain", [False, True])
def test_against_a_double_loop(sphere, generator, target_tau, plain):
    z = sphere(10, 4)
    s, graph = (z @ z.T).tolist(), torch.randn(10, 10, generator=generator, dtype=torch.float64)
    options = {"temperature": 0.2, "target_temperature": target_tau, "reduction": "none", "plain": plain}
    expected = [of_anchor(s, graph.tolist(), i, 0.2, target_tau) for i in range(10)]
    assert losses.x_clr(z, similarities=graph, **options).tolist() == pytest.approx(expected, rel=1e-12)
    same = (LABELS[:, None] == LABELS).double().tolist()
    expected = [of_anchor(s, same, i, 0.2, target_tau) for i in range(9)]
    assert losses.x_clr(z, LABELS, **options).tolist() == pytest.approx([*expected, 0], rel=1e-12)


@pytest.mark.parametrize("plain", [False, True])
def test_views_are_as_near_as_their_samples_and_those_of_one_as_the_diagonal_says(sphere, generator, plain):
    z, graph = sphere(5, 3, 4), torch.rand(5, 5, generator=generator, dtype=torch.float64)
    flat = z.flatten(0, 1)
    each = graph.repeat_interleave(3, 0).repeat_interleave(3, 1).tolist()
    expected = [of_anchor((flat @ flat.T).tolist(), each, i, 0.1, 0.1) for i in range(15)]
    found = losses.x_clr(z, similarities=graph, reduction="none", plain=plain)
    assert found.tolist() == pytest.approx(expected, rel=1e-12)
    labelled = losses.x_clr(z, LABELS[:5], reduction="none", plain=plain)
    assert_close(labelled, losses.x_clr(flat, LABELS[:5].repeat_interleave(3), reduction="none"))


@pytest.mark.parametrize("temperature", [0.01, 0.1, 5.0])
def test_sharp_targets_are_supcons_with_the_sum_outside(sphere, temperature):
    """At tau_s -> 0 by labels: value and gradient of SupCon, the variant with the sum outside the logarithm."""
    z = sphere(10, 4).requires_grad_()
    for target_temperature, within in ((1e-3, 1e-13), (0.02, 1e-13), (1e-300, 1e-13)):
        options = {"temperature": temperature, "reduction": "none"}
        found = losses.x_clr(z, LABELS, target_temperature=target_temperature, **options)
        expected = losses.supcon(z, LABELS, **options)
        assert_close(found, expected, rtol=within, atol=1e-12)
        ours, theirs = (torch.autograd.grad(each.sum(), z)[0] for each in (found, expected))
        assert_close(ours, theirs, rtol=1e-9, atol=1e-10)


def test_flat_targets_ask_for_nothing_but_evenness(sphere):
    """At tau_s -> infinity all others are wanted alike: log(N - 1) at least, reached where all cosines are one."""
    z = sphere(8, 3)
    even = log(7)
    assert losses.x_clr(z, LABELS[:8], target_temperature=1e9).item() > even
    corners = torch.eye(8, dtype=torch.float64)
    assert losses.x_clr(corners, LABELS[:8], target_temperature=1e9).item() == pytest.approx(even, abs=1e-8)


def test_least_where_scores_differ_as_the_targets_do():
    """Cosines 1 within a class and 0 elsewhere at tau = tau_s: no force is left, the loss is the targets' entropy."""
    z, labels = torch.eye(4, dtype=torch.float64)[LABELS[:9]], LABELS[:9]
    assert forces.x_clr_forces(z @ z.T, labels, temperature=0.3, target_temperature=0.3).abs().max() < 1e-15
    found = losses.x_clr(z, labels, temperature=0.3, target_temperature=0.3, reduction="none")
    for loss, label in zip(found.tolist(), labels.tolist(), strict=True):
        size = int((labels == label).sum())
        weights = torch.tensor([exp(1 / 0.3)] * (size - 1) + [1.0] * (9 - size), dtype=torch.float64)
        assert loss == pytest.approx(torch.distributions.Categorical(weights).entropy().item(), rel=1e-12)
    moved = z + 0.1 * torch.linspace(-1, 1, 36, dtype=torch.float64).reshape(9, 4)
    assert losses.x_clr(moved, labels, temperature=0.3, target_temperature=0.3, normalize=True) > found.mean()


@pytest.mark.parametrize("target_temperature", [0.1, 0.7])
def test_forces_against_autograd(sphere, target_temperature):
    z = sphere(10, 4).requires_grad_()
    s = (z @ z.T).detach().requires_grad_()
    settings = {"temperature": 0.2, "target_temperature": target_temperature}
    found = forces.x_clr_forces(s.detach(), LABELS, **settings)
    others = ~torch.eye(10, dtype=torch.bool)
    weights = exp(-1 / target_temperature) ** (LABELS[:, None] != LABELS).double() * others
    targets = weights / weights.sum(1, keepdim=True)
    shares = (s / 0.2).masked_fill(~others, -inf).log_softmax(1).masked_fill(~others, 0)
    (expected,) = torch.autograd.grad(-(targets * shares)[:9].sum(), s)
    assert_close(found, expected, rtol=1e-10, atol=1e-12)
    (gradient,) = torch.autograd.grad(losses.x_clr(z, LABELS, reduction="none", **settings).sum(), z)
    assert_close((found + found.T) @ z, gradient, rtol=1e-10, atol=1e-12)
    assert found.sum(1).abs().max() < 1e-13


@pytest.mark.parametrize("views", [1, 2])
def test_gradcheck_with_similarities(sphere, generator, views):
    z, graph = sphere(6, views, 3).requires_grad_(), torch.randn(6, 6, generator=generator, dtype=torch.float64)
    for options in ({}, {"chunk_size": 4}, {"plain": True}, {"reduction": "none"}):
        assert torch.autograd.gradcheck(lambda e, o=options: losses.x_clr(e, similarities=graph, **o), z)


@pytest.mark.parametrize("temperature", [1e-4, 0.1, 1e3])
@pytest.mark.parametrize("target_temperature", [1e-30, 1e-4, 0.1, 1e30])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32, torch.float64])
def test_both_paths_at_the_edges(temperature, target_temperature, dtype):
    """Zero rows, equal rows, any temperatures: finite and the same on both paths, by labels and by similarities."""
    rows = torch.tensor([[0.5, 0.75], [0.0, 0.0], [0.5, 0.75], [-0.5, 0.25], [-0.5, -0.75], [0.5, 0.75]], dtype=dtype)
    graph = torch.tensor([[(i * j) % 4 - 1.5 for j in range(6)] for i in range(6)])
    wide = torch.promote_types(dtype, torch.float32)
    settings = {"temperature": temperature, "target_temperature": target_temperature, "normalize": True}
    for given in ({"labels": torch.tensor([0, 0, 1, 1, 1, 2])}, {"labels": LABELS[:6] * 0}, {"similarities": graph}):
        found = []
        for plain in (False, True):
            x = rows.clone().requires_grad_()
            value = losses.x_clr(x, **given, **settings, plain=plain)
            value.backward()
            assert x.grad.isfinite().all()
            assert not x.grad[1].any(), "a row of zeros has no direction"
            found.append((value.detach(), x.grad))
        eps = torch.finfo(wide).eps
        assert_close(found[0][0], found[1][0], rtol=1e-6, atol=8 * eps / temperature)
        narrow = torch.finfo(dtype).eps
        assert_close(found[0][1], found[1][1], rtol=4 * narrow, atol=64 * eps / temperature * (1 + 1 / temperature))


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_ties_keep_their_digits_at_every_temperature(dtype, plain):
    x = 64 * torch.tensor([[0.5, 0.75, -0.25]] * 6, dtype=dtype)
    for tau in (1e-4, 0.1, 1e3):
        for given in ({"labels": LABELS[:6]}, {"similarities": torch.arange(36.0).reshape(6, 6)}):
            assert losses.x_clr(x, **given, temperature=tau, plain=plain).item() == pytest.approx(log(5), rel=1e-6)


def test_two_anchors_have_one_candidate(sphere):
    z = sphere(2, 3)
    assert losses.x_clr(z, similarities=torch.rand(2, 2)).item() == 0
    assert losses.x_clr(z, torch.tensor([4, 4])).item() == pytest.approx(0, abs=1e-15)


def test_under_torch_func(sphere, generator):
    stack, graphs = sphere(3, 6, 4), torch.rand(3, 6, 6, generator=generator, dtype=torch.float64)
    found = vmap(grad(lambda z, g: losses.x_clr(z, similarities=g)))(stack, graphs)
    for z, g, gradient in zip(stack, graphs, found, strict=True):
        leaf = z.clone().requires_grad_()
        losses.x_clr(leaf, similarities=g).backward()
        assert_close(gradient, leaf.grad, rtol=1e-10, atol=1e-13)


def test_similarities_carry_no_gradient(sphere):
    z = sphere(4, 3).requires_grad_()
    graph = torch.rand(4, 4, dtype=torch.float64).requires_grad_()
    losses.x_clr(z, similarities=graph).backward()
    assert z.grad is not None
    assert graph.grad is None


def test_a_module_takes_either(sphere):
    z, graph = sphere(6, 3), torch.rand(6, 6, dtype=torch.float64)
    module = losses.XCLR(target_temperature=0.3)
    assert_close(module(z, similarities=graph), losses.x_clr(z, similarities=graph, target_temperature=0.3))
    assert_close(module(z, LABELS[:6]), losses.x_clr(z, LABELS[:6], target_temperature=0.3))


Z, G = torch.eye(4), torch.eye(4)
REFUSED = {
    "neither": (lambda: losses.x_clr(Z), "^labels must be given where there are no similarities"),
    "both": (lambda: losses.x_clr(Z, LABELS[:4], G), "^labels must be None beside similarities"),
    "not square": (lambda: losses.x_clr(Z, similarities=G[:3]), r"^similarities must have shape \(4, 4\)"),
    "integers": (lambda: losses.x_clr(Z, similarities=G.long()), "^similarities must be a floating"),
    "nan": (lambda: losses.x_clr(Z, similarities=G / 0), "^similarities must be finite"),
    "joined": (lambda: losses.x_clr(Z, similarities=G, distributed=True), "^distributed must be False beside"),
    "ignoring": (lambda: losses.x_clr(Z, similarities=G, ignore_index=-1), "^ignore_index must be None beside"),
    "no sharpness": (lambda: losses.x_clr(Z, LABELS[:4], target_temperature=0), "^target_temperature .* above 0"),
    "a module's": (lambda: losses.XCLR(target_temperature=-1.0), "^target_temperature .* above 0"),
    "alone": (lambda: losses.x_clr(Z[:1], similarities=G[:1, :1]), "^anchors must number at least 2"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_it_refuses(case):
    call, sentence = REFUSED[case]
    with pytest.raises(losses.LabError, match=sentence):
        call()
