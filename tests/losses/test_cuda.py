"""On a GPU: the same numbers as on the CPU, and nobody waits for the queue. Skipped where there is none."""

import inspect
from warnings import catch_warnings

import pytest
import torch
from torch import Tensor
from torch.nn.functional import normalize
from torch.testing import assert_close

import losses
from losses.catalog import CATALOG

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")

N = 96
CPU_LABELS = torch.arange(N) % 7
CPU_TARGETS = torch.full((N, 16), 0.3 / 16) + 0.7 * torch.eye(16)[torch.arange(N) % 16]

BY_SIMILARITIES, WITH_TERMS = "x_clr of similarities", "weince with its extra terms"
LOSSES = (*CATALOG, BY_SIMILARITIES, WITH_TERMS)
DRAWS = "soft_distribution_infonce"
"""A generator of the GPU draws other labels than the CPU's, so there is no number to hold it to."""
HAVE_A_PLAIN_PATH = [name for name in CATALOG if "plain" in inspect.signature(getattr(losses, name)).parameters]
LEARN_A_TEMPERATURE = [name for name in CATALOG if "temperature" in inspect.signature(getattr(losses, name)).parameters]


def loss_of(name: str, x: Tensor, labels: Tensor, targets: Tensor, **options: object) -> Tensor:
    if name == BY_SIMILARITIES:
        return losses.x_clr(x, similarities=targets @ targets.T, normalize=True, **options)
    if name == WITH_TERMS:
        return losses.weince(*x.chunk(2), normalize=True, weibull_weight=0.5, softmax_weight=0.5, **options)
    loss, entry = getattr(losses, name), CATALOG[name]
    if entry.family == "labelled embeddings":
        return loss(x, labels, normalize=True, **options)
    if entry.family == "paired views":
        return loss(*x.chunk(2), normalize=True, **options)
    prior = (targets.mean(dim=0),) if entry.choosing.has_prior else ()
    if name == DRAWS:
        options["generator"] = torch.Generator(x.device).manual_seed(0)
    return loss(x, targets if entry.choosing.soft else labels, *prior, **options)


def value_and_gradient(name: str, x: Tensor, labels: Tensor, targets: Tensor, **options: object):
    leaf = x.detach().clone().requires_grad_()
    value = loss_of(name, leaf, labels, targets, **options)
    value.backward()
    return value.detach(), leaf.grad


@pytest.mark.parametrize("name", [name for name in LOSSES if name != DRAWS])
@pytest.mark.parametrize(("dtype", "precision"), [(torch.float32, 1e-4), (torch.bfloat16, 2e-2)])
def test_the_numbers_of_the_cpu(name, dtype, precision, generator):
    x = normalize(torch.randn(N, 16, generator=generator), dim=1).to(dtype)
    exact = value_and_gradient(name, x.double(), CPU_LABELS, CPU_TARGETS.double())
    found = value_and_gradient(name, x.cuda(), CPU_LABELS.cuda(), CPU_TARGETS.cuda())
    assert_close(found[0].cpu().double(), exact[0], rtol=precision, atol=0)
    assert_close(found[1].cpu().double(), exact[1], rtol=precision, atol=precision * exact[1].abs().max().item())


@pytest.mark.parametrize("name", HAVE_A_PLAIN_PATH)
def test_the_plain_path_in_double_precision(name, generator):
    x = normalize(torch.randn(N, 16, generator=generator), dim=1).double()
    exact = value_and_gradient(name, x, CPU_LABELS, CPU_TARGETS.double(), plain=True)
    found = value_and_gradient(name, x.cuda(), CPU_LABELS.cuda(), CPU_TARGETS.double().cuda(), plain=True)
    assert_close([each.cpu() for each in found], list(exact), rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("name", LEARN_A_TEMPERATURE)
def test_a_learned_temperature_is_learned_there(name, generator):
    x = normalize(torch.randn(N, 16, generator=generator), dim=1).double()
    slopes = []
    for device in ("cpu", "cuda"):
        temperature = torch.tensor(0.3, dtype=torch.float64, device=device, requires_grad=True)
        given = x.to(device), CPU_LABELS.to(device), CPU_TARGETS.double().to(device)
        loss_of(name, *given, temperature=temperature).backward()
        slopes.append(temperature.grad.item())
    if name != DRAWS:
        assert slopes[1] == pytest.approx(slopes[0], rel=1e-10)
    assert slopes[1] != 0


@pytest.mark.parametrize("name", LOSSES)
def test_nobody_waits_for_the_queue(name, generator):
    x = torch.randn(N, 16, generator=generator).cuda()
    labels, targets = CPU_LABELS.cuda(), CPU_TARGETS.cuda()
    value_and_gradient(name, x, labels, targets)  # the first call loads kernels
    with catch_warnings(action="ignore", category=UserWarning):  # it says of itself that it is a prototype
        torch.cuda.set_sync_debug_mode("error")
    try:
        value_and_gradient(name, x, labels, targets)
    finally:
        torch.cuda.set_sync_debug_mode("default")
