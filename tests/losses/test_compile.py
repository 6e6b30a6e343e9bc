"""torch.compile takes every loss as one graph, and its answer is that of the uncompiled loss."""

import pytest
import torch
from torch.testing import assert_close

import losses

LABELS = torch.arange(12) % 4
TARGETS = torch.full((12, 5), 0.1) + 0.5 * torch.eye(5)[torch.arange(12) % 5]
PRIOR = TARGETS.mean(dim=0)

MODULES = {
    "nll": (losses.NLL(), lambda x: (x, LABELS)),
    "ntce": (losses.NTCE(), lambda x: (x, LABELS)),
    "nonl": (losses.NONL(), lambda x: (x, LABELS)),
    "soft_target_cross_entropy": (losses.SoftTargetCrossEntropy(), lambda x: (x, TARGETS)),
    "label_infonce": (losses.LabelInfoNCE(PRIOR), lambda x: (x, LABELS)),
    "soft_target_infonce": (losses.SoftTargetInfoNCE(PRIOR), lambda x: (x, TARGETS)),
    "continuous_categorical": (losses.ContinuousCategorical(), lambda x: (x, TARGETS)),
    "supcon": (losses.SupCon(normalize=True), lambda x: (x, LABELS)),
    "sincere": (losses.SINCERE(normalize=True), lambda x: (x, LABELS)),
    "eps_sup_infonce": (losses.EpsSupInfoNCE(normalize=True), lambda x: (x, LABELS)),
    "x_clr": (losses.XCLR(normalize=True), lambda x: (x, LABELS)),
    "nt_xent": (losses.NTXent(normalize=True), lambda x: (x[:6], x[6:])),
    "weibit": (losses.Weibit(normalize=True), lambda x: (x[:6], x[6:])),
    "weince": (losses.WEINCE(normalize=True), lambda x: (x[:6], x[6:])),
    "dcl": (losses.DCL(normalize=True), lambda x: (x[:6], x[6:])),
    "rince": (losses.RINCE(normalize=True), lambda x: (x[:6], x[6:])),
    "temperature_free_infonce": (losses.TemperatureFreeInfoNCE(normalize=True), lambda x: (x[:6], x[6:])),
    "siglip": (losses.SigLIP(normalize=True, learned=True), lambda x: (x[:6], x[6:])),
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", MODULES)
def test_one_graph_and_the_same_numbers(name, generator):
    module, arguments = MODULES[name]

    def loss(x):
        return module(*arguments(x))

    torch.compiler.reset()
    x, outcomes = torch.randn(12, 5, generator=generator), []
    for run in (loss, torch.compile(loss, fullgraph=True, backend="aot_eager")):
        leaf = x.clone().requires_grad_()
        value = run(leaf)
        value.backward()
        outcomes.append((value.detach(), leaf.grad))
    assert_close(*outcomes, rtol=1e-5, atol=1e-6)
