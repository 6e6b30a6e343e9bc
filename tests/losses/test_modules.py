"""Each module computes its function, and nothing is loaded before it is asked for."""

import pickle
import subprocess
import sys

import pytest
import torch
from torch.testing import assert_close

import losses
from losses.catalog import CATALOG

F, Y, W, ETA = (
    torch.eye(6)[:, :3] * 2,
    torch.arange(6) % 3,
    torch.eye(3)[torch.arange(6) % 3] * 0.7 + 0.1,
    torch.ones(3) / 3,
)
A, B = torch.eye(6) + 0.1, torch.eye(6).flip(0) + 0.2


def generator():
    return torch.Generator().manual_seed(0)


TWINS = {
    "nll": (losses.NLL(temperature=0.7), losses.nll, (F, Y), {"temperature": 0.7}),
    "label_infonce": (
        losses.LabelInfoNCE(ETA, temperature=0.7, reduction="none"),
        losses.label_infonce,
        (F, Y),
        {"noise_probs": ETA, "temperature": 0.7, "reduction": "none"},
    ),
    "soft_target_cross_entropy": (
        losses.SoftTargetCrossEntropy(reduction="none"),
        losses.soft_target_cross_entropy,
        (F, W),
        {"reduction": "none"},
    ),
    "continuous_categorical": (
        losses.ContinuousCategorical(temperature=0.5, plain=True),
        losses.continuous_categorical,
        (F, W),
        {"temperature": 0.5},
    ),
    "soft_distribution_infonce": (
        losses.SoftDistributionInfoNCE(ETA, generator=generator(), temperature=0.5),
        losses.soft_distribution_infonce,
        (F, W),
        {"noise_probs": ETA, "generator": generator(), "temperature": 0.5},
    ),
    "soft_target_infonce": (losses.SoftTargetInfoNCE(ETA), losses.soft_target_infonce, (F, W), {"noise_probs": ETA}),
    "ntce": (losses.NTCE(temperature=0.7), losses.ntce, (F, Y), {"temperature": 0.7}),
    "nonl": (losses.NONL(ignore_index=1), losses.nonl, (F, Y), {"ignore_index": 1}),
    "supcon": (losses.SupCon(normalize=True), losses.supcon, (A, Y), {"normalize": True}),
    "sincere": (
        losses.SINCERE(temperature=0.3, chunk_size=2, normalize=True),
        losses.sincere,
        (A, Y),
        {"temperature": 0.3, "normalize": True},
    ),
    "eps_sup_infonce": (
        losses.EpsSupInfoNCE(epsilon=0.5, reduction="none"),
        losses.eps_sup_infonce,
        (A, Y),
        {"epsilon": 0.5, "reduction": "none"},
    ),
    "x_clr": (
        losses.XCLR(temperature=0.2, target_temperature=0.4, normalize=True),
        losses.x_clr,
        (A, Y),
        {"temperature": 0.2, "target_temperature": 0.4, "normalize": True},
    ),
    "nt_xent": (losses.NTXent(temperature=0.2), losses.nt_xent, (A, B), {"temperature": 0.2}),
    "weibit": (losses.Weibit(beta=2.0, normalize=True), losses.weibit, (A, B), {"beta": 2.0, "normalize": True}),
    "weince": (
        losses.WEINCE(temperature=0.3, evidence="rho", beta="estimated", quantile=0.5, normalize=True),
        losses.weince,
        (A, B),
        {"temperature": 0.3, "evidence": "rho", "beta": "estimated", "quantile": 0.5, "normalize": True},
    ),
    "dcl": (losses.DCL(temperature=0.2), losses.dcl, (A, B), {"temperature": 0.2}),
    "rince": (
        losses.RINCE(temperature=0.4, q=0.3, density=0.1),
        losses.rince,
        (A, B),
        {"temperature": 0.4, "q": 0.3, "density": 0.1},
    ),
    "temperature_free_infonce": (
        losses.TemperatureFreeInfoNCE(normalize=True),
        losses.temperature_free_infonce,
        (A, B),
        {"normalize": True},
    ),
    "siglip": (
        losses.SigLIP(temperature=0.2, bias=-3.0, learned=True),
        losses.siglip,
        (A, B),
        {"temperature": 0.2, "bias": -3.0},
    ),
}


@pytest.mark.parametrize("name", CATALOG)
def test_a_module_computes_its_function(name):
    module, function, tensors, options = TWINS[name]
    assert_close(module(*tensors), function(*tensors, **options))


def test_the_prior_moves_and_is_saved_with_the_module():
    module = losses.SoftTargetInfoNCE(ETA)
    assert list(module.state_dict()) == ["noise_probs"]
    assert module.double().noise_probs.dtype == torch.float64
    assert "temperature=1.0" in repr(module)


def test_every_public_name_resolves():
    for name in losses.__all__:
        assert getattr(losses, name) is not None
    assert dir(losses) == sorted(losses.__all__)
    with pytest.raises(AttributeError, match="no_such_loss"):
        _ = losses.no_such_loss


def test_errors_and_catalog_load_without_torch():
    code = "import sys, losses.catalog, losses.errors, losses; losses.CATALOG; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", sorted(set(CATALOG) - {"soft_distribution_infonce"}))
def test_a_module_survives_pickling(name):
    module, _, tensors, _ = TWINS[name]
    copy = pickle.loads(pickle.dumps(module))
    assert repr(copy) == repr(module)
    assert_close(copy(*tensors), module(*tensors))


def test_soft_target_infonce_has_second_derivatives_as_a_module():
    logits = F.clone().requires_grad_()
    module = losses.SoftTargetInfoNCE(ETA, plain=True)
    (slope,) = torch.autograd.grad(module(logits, W), logits, create_graph=True)
    assert torch.autograd.grad(slope.square().sum(), logits)[0].abs().sum() > 0
    assert "plain=True" in repr(module)


def test_siglip_does_not_pass_over_a_parameter_of_the_users():
    with pytest.raises(losses.LabError, match=r"^learned must be False where .* parameter of its own"):
        losses.SigLIP(temperature=torch.nn.Parameter(torch.tensor(0.1)), learned=True)
