"""torch.func, autocast, narrow dtypes, memory: one test over all losses."""

import pytest
import torch
from torch.func import grad, vmap
from torch.testing import assert_close
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

import losses

LABELS = torch.arange(12) % 4
TARGETS = torch.full((12, 5), 0.1, dtype=torch.float64) + 0.5 * torch.eye(5, dtype=torch.float64)[torch.arange(12) % 5]
PRIOR = TARGETS.mean(dim=0)

OF_ONE_TENSOR = {
    "nll": lambda x: losses.nll(x, LABELS),
    "ntce": lambda x: losses.ntce(x, LABELS),
    "nonl": lambda x: losses.nonl(x, LABELS),
    "soft_target_cross_entropy": lambda x: losses.soft_target_cross_entropy(x, TARGETS),
    "label_infonce": lambda x: losses.label_infonce(x, LABELS, PRIOR),
    "soft_target_infonce": lambda x: losses.soft_target_infonce(x, TARGETS, PRIOR),
    "continuous_categorical": lambda x: losses.continuous_categorical(x, TARGETS),
    "supcon": lambda x: losses.supcon(x, LABELS, normalize=True),
    "sincere": lambda x: losses.sincere(x, LABELS, normalize=True),
    "eps_sup_infonce": lambda x: losses.eps_sup_infonce(x, LABELS, normalize=True),
    "x_clr": lambda x: losses.x_clr(x, LABELS, normalize=True),
    "nt_xent": lambda x: losses.nt_xent(x[:6], x[6:], normalize=True),
    "weibit": lambda x: losses.weibit(x[:6], x[6:], normalize=True),
    "weince": lambda x: losses.weince(x[:6], x[6:], normalize=True),
    "dcl": lambda x: losses.dcl(x[:6], x[6:], normalize=True),
    "rince": lambda x: losses.rince(x[:6], x[6:], normalize=True),
    "temperature_free_infonce": lambda x: losses.temperature_free_infonce(x[:6], x[6:], normalize=True),
    "siglip": lambda x: losses.siglip(x[:6], x[6:], normalize=True),
}


@pytest.fixture
def stack(generator):
    return torch.randn(3, 12, 5, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("name", OF_ONE_TENSOR)
def test_vmap_of_grad(stack, name):
    loss = OF_ONE_TENSOR[name]
    looped = []
    for x in stack:
        leaf = x.clone().requires_grad_()
        loss(leaf).backward()
        looped.append(leaf.grad)
    assert_close(vmap(grad(loss))(stack), torch.stack(looped), rtol=1e-10, atol=1e-14)


def test_vmap_over_labels_and_targets(stack):
    labels, targets = torch.stack([LABELS, LABELS.flip(0), LABELS]), stack.softmax(dim=-1)
    found = vmap(lambda x, y: losses.sincere(x, y, normalize=True))(stack, labels)
    assert_close(found[1], losses.sincere(stack[1], labels[1], normalize=True))
    found = vmap(losses.nll)(stack, labels)
    assert_close(found[1], losses.nll(stack[1], labels[1]))
    found = vmap(lambda x, w: losses.soft_target_infonce(x, w, PRIOR))(stack, targets)
    assert_close(found[2], losses.soft_target_infonce(stack[2], targets[2], PRIOR))
    drawn = vmap(lambda x, w: losses.soft_distribution_infonce(x, w, PRIOR), randomness="different")(stack, targets)
    assert drawn.shape == (3,)


@pytest.mark.parametrize("name", OF_ONE_TENSOR)
@pytest.mark.parametrize(("dtype", "precision"), [(torch.float16, 2e-3), (torch.bfloat16, 2e-2)])
def test_narrow_input_is_computed_in_float32(stack, name, dtype, precision):
    """The result has float32's digits for the rounded input, not the narrow dtype's."""
    x = stack[0].to(dtype)
    value = OF_ONE_TENSOR[name](x)
    assert value.dtype == torch.float32
    assert_close(value, OF_ONE_TENSOR[name](x.float()), rtol=1e-6, atol=0)
    assert_close(value, OF_ONE_TENSOR[name](stack[0]).float(), rtol=20 * precision, atol=0)


@pytest.mark.parametrize("name", OF_ONE_TENSOR)
def test_autocast_changes_nothing(stack, name):
    x = stack[0].float()
    plain = OF_ONE_TENSOR[name](x)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert_close(OF_ONE_TENSOR[name](x), plain, rtol=0, atol=0)


class LargestTensor(TorchDispatchMode):
    """Records the largest number of elements that any operation returned."""

    def __init__(self):
        super().__init__()
        self.elements = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        sizes = [
            leaf.untyped_storage().nbytes() // leaf.element_size()
            for leaf in tree_leaves(result)
            if isinstance(leaf, torch.Tensor)
        ]
        self.elements = max([self.elements, *sizes])
        return result


def largest(loss, *tensors):
    with LargestTensor() as seen:
        loss(*[tensor.requires_grad_() for tensor in tensors]).backward()
    return seen.elements


def test_no_loss_builds_a_third_dimension(generator):
    """Nothing above N x N where D = K = N / 2, forward or backward: no (N, M, K), no (N, N, D)."""
    samples, wide = 48, 24
    x = torch.randn(samples, wide, generator=generator)
    targets, labels = x.softmax(dim=-1), torch.arange(samples) % 6
    prior, graph = targets.mean(dim=0), torch.rand(samples, samples, generator=generator)
    for loss in (
        lambda f: losses.soft_target_infonce(f, targets, prior),
        lambda f: losses.label_infonce(f, labels, prior),
        lambda z: losses.supcon(z, labels),
        lambda z: losses.sincere(z, labels),
        lambda z: losses.x_clr(z, labels),
        lambda z: losses.x_clr(z, similarities=graph),
        lambda z: losses.nt_xent(z[:24], z[24:]),
        lambda z: losses.weince(z[:24], z[24:], normalize=True),
        lambda z: losses.dcl(z[:24], z[24:]),
        lambda z: losses.rince(z[:24], z[24:], normalize=True),
        lambda z: losses.temperature_free_infonce(z[:24], z[24:], normalize=True),
        lambda z: losses.siglip(z[:24], z[24:]),
    ):
        assert largest(loss, x.clone()) <= samples * samples


def test_chunks_bound_memory_and_change_nothing(generator):
    """With 8 rows at a time nothing above 8 x N is built, in either pass, but WEINCE's tails of 10 a row."""
    z = torch.nn.functional.normalize(torch.randn(64, 6, generator=generator, dtype=torch.float64), dim=1)
    labels = torch.arange(64) % 5
    for loss in (
        lambda x, rows: losses.supcon(x, labels, chunk_size=rows),
        lambda x, rows: losses.sincere(x, labels, chunk_size=rows),
        lambda x, rows: losses.eps_sup_infonce(x, labels, chunk_size=rows),
        lambda x, rows: losses.x_clr(x, labels, chunk_size=rows),
        lambda x, rows: losses.nt_xent(x[:32], x[32:], chunk_size=rows),
        lambda x, rows: losses.weince(x[:32], x[32:], min_tail_points=1, chunk_size=rows),
        lambda x, rows: losses.dcl(x[:32], x[32:], chunk_size=rows),
        lambda x, rows: losses.rince(x[:32], x[32:], chunk_size=rows),
        lambda x, rows: losses.temperature_free_infonce(x[:32], x[32:], chunk_size=rows),
        lambda x, rows: losses.siglip(x[:32], x[32:], chunk_size=rows),
    ):
        results = []
        for rows in (None, 8, 7):
            leaf = z.clone().requires_grad_()
            value = loss(leaf, rows)
            value.backward()
            results.append((value.detach(), leaf.grad))
        assert_close(results[1], results[0], rtol=1e-12, atol=1e-15)
        assert_close(results[2], results[0], rtol=1e-12, atol=1e-15)
        assert largest(lambda x, loss=loss: loss(x, None), z.clone()) in (64 * 64, 32 * 32)  # SigLIP's are across
        assert largest(lambda x, loss=loss: loss(x, 8), z.clone()) <= 10 * 64
