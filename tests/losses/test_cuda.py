"""On a GPU: the same numbers as on the CPU, and nobody waits for the queue. Skipped where there is none."""

import pytest
import torch
from torch.nn.functional import normalize
from torch.testing import assert_close

import losses

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")

N = 96
CPU_LABELS = torch.arange(N) % 7
CPU_TARGETS = torch.full((N, 16), 0.3 / 16) + 0.7 * torch.eye(16)[torch.arange(N) % 16]

LOSSES = {
    "soft_target_infonce": lambda x, y, w: losses.soft_target_infonce(x, w, w.mean(dim=0)),
    "label_infonce": lambda x, y, w: losses.label_infonce(x, y, w.mean(dim=0)),
    "soft_target_cross_entropy": lambda x, y, w: losses.soft_target_cross_entropy(x, w),
    "continuous_categorical": lambda x, y, w: losses.continuous_categorical(x, w),
    "nll": lambda x, y, w: losses.nll(x, y),
    "supcon": lambda x, y, w: losses.supcon(x, y, normalize=True),
    "sincere": lambda x, y, w: losses.sincere(x, y, normalize=True),
    "eps_sup_infonce": lambda x, y, w: losses.eps_sup_infonce(x, y, normalize=True),
    "x_clr": lambda x, y, w: losses.x_clr(x, y, normalize=True),
    "nt_xent": lambda x, y, w: losses.nt_xent(*x.chunk(2), normalize=True),
    "weibit": lambda x, y, w: losses.weibit(*x.chunk(2), normalize=True),
    "weince": lambda x, y, w: losses.weince(*x.chunk(2), normalize=True),
}


def value_and_gradient(loss, x, labels, targets):
    leaf = x.detach().clone().requires_grad_()
    value = loss(leaf, labels, targets)
    value.backward()
    return value.detach(), leaf.grad


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize(("dtype", "precision"), [(torch.float32, 1e-4), (torch.bfloat16, 2e-2)])
def test_the_numbers_of_the_cpu(name, dtype, precision, generator):
    x = normalize(torch.randn(N, 16, generator=generator), dim=1).to(dtype)
    exact = value_and_gradient(LOSSES[name], x.double(), CPU_LABELS, CPU_TARGETS.double())
    found = value_and_gradient(LOSSES[name], x.cuda(), CPU_LABELS.cuda(), CPU_TARGETS.cuda())
    assert_close(found[0].cpu().double(), exact[0], rtol=precision, atol=0)
    assert_close(found[1].cpu().double(), exact[1], rtol=precision, atol=precision * exact[1].abs().max().item())


@pytest.mark.parametrize("name", LOSSES)
def test_nobody_waits_for_the_queue(name, generator):
    x = torch.randn(N, 16, generator=generator).cuda()
    labels, targets = CPU_LABELS.cuda(), CPU_TARGETS.cuda()
    value_and_gradient(LOSSES[name], x, labels, targets)  # the first call loads kernels
    mode = torch.cuda.get_sync_debug_mode()
    torch.cuda.set_sync_debug_mode("error")
    try:
        value_and_gradient(LOSSES[name], x, labels, targets)
    finally:
        torch.cuda.set_sync_debug_mode(mode)
