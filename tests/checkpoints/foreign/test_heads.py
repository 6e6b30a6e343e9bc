"""Encoders and heads as other people's code names them: found, built, and computing what their authors' modules do.

Each head is stated as its source has it: MoCo v2 (moco/builder.py), MoCo v3 (`_build_mlp`), SimSiam
(simsiam/builder.py), DINO (`DINOHead`), solo-learn's methods, lightly's heads, PyTorch-BYOL's MLPHead.
"""

import pytest
import torch
from torch import nn

from checkpoints.foreign.opening import network_in
from checkpoints.foreign.spec import ForeignSpec
from checkpoints.foreign.weights import load
from checkpoints.reading.torch_file.contents import torch_contents
from tests.checkpoints.foreign.states import PLANS, random_state, state_of

F, H, D = 32, 20, 6  # features of the small ResNet, hidden units, outputs
ENCODER = {name.removeprefix("encoder."): each for name, each in state_of(PLANS["simclr"]).items() if "encoder" in name}
VIT = {name: each for name, each in state_of(PLANS["vit"]).items() if not name.startswith("head.")}
NUMBERED = {"conv1": "0", "bn1": "1", "layer1": "4", "layer2": "5", "layer3": "6", "layer4": "7"}


def numbered(state):
    """As nn.Sequential(*list(resnet.children())[:-1]) names them."""
    return {
        f"{NUMBERED[first]}.{rest}": each
        for (first, _, rest), each in ((n.partition("."), v) for n, v in state.items())
    }


def under(prefix, state):
    return {prefix + name: each for name, each in state.items()}


def weighed(head, seed=3):
    """An authors' head with random weights, in evaluation mode."""
    head.load_state_dict(random_state({name: tuple(each.shape) for name, each in head.state_dict().items()}, seed))
    return head.eval()


def plain_mlp(inputs=F):
    return nn.Sequential(nn.Linear(inputs, H), nn.ReLU(), nn.Linear(H, D))


def normed(inputs=F, bias=False, last_bias=True):
    return nn.Sequential(nn.Linear(inputs, H, bias=bias), nn.BatchNorm1d(H), nn.ReLU(), nn.Linear(H, D, bias=last_bias))


def simsiam(last_bias=True):
    layers = (nn.Linear(F, H, bias=False), nn.BatchNorm1d(H), nn.ReLU(), nn.Linear(H, H, bias=False), nn.BatchNorm1d(H))
    return nn.Sequential(*layers, nn.ReLU(), nn.Linear(H, D, bias=last_bias), nn.BatchNorm1d(D, affine=False))


def moco_v3():
    last = nn.Linear(H, D, bias=False), nn.BatchNorm1d(D, affine=False)
    return nn.Sequential(nn.Linear(F, H, bias=False), nn.BatchNorm1d(H), nn.ReLU(), *last)


def dino():
    return nn.Sequential(nn.Linear(192, H), nn.GELU(), nn.Linear(H, H), nn.GELU(), nn.Linear(H, D))


PROTOTYPES = {"weight_g": torch.ones(9, 1), "weight_v": torch.randn(9, D, generator=torch.Generator().manual_seed(0))}
QUEUE = {"queue": torch.zeros(D, 4), "queue_ptr": torch.zeros(1, dtype=torch.int64)}
# What is in the file, by the encoder's and the head's state; the head; which output is taken; and the set's name.
FILES = {
    "torchvision": (lambda e, h: {**e, **under("fc.", h)}, nn.Linear(F, D), "logits", "top level"),
    "MoCo v1": (
        lambda e, h: {"state_dict": under("module.encoder_q.", {**e, **under("fc.", h)}) | under("module.", QUEUE)},
        nn.Linear(F, D), "projection", "state_dict/encoder_q",
    ),
    "MoCo v2": (
        lambda e, h: {"state_dict": under("module.encoder_q.", {**e, **under("fc.", h)})
                      | under("module.encoder_k.", e)},
        plain_mlp(), "projection", "state_dict/encoder_q",
    ),
    "MoCo v3": (
        lambda e, h: {"state_dict": under("module.base_encoder.", {**e, **under("fc.", h)})
                      | under("module.momentum_encoder.", e) | under("module.predictor.", state(normed(D)))},
        moco_v3(), "projection", "state_dict/base_encoder",
    ),
    "SimSiam": (
        lambda e, h: {"state_dict": under("module.encoder.", {**e, **under("fc.", h)})
                      | under("module.predictor.", state(normed(D)))},
        simsiam(), "projection", "state_dict/encoder",
    ),
    "PyTorch-BYOL": (
        lambda e, h: {"online_network_state_dict": under("encoder.", numbered(e)) | under("projetion.net.", h),
                      "target_network_state_dict": under("encoder.", numbered(e))},
        normed(bias=True), "projection", "online_network_state_dict/encoder",
    ),
    "lightly": (
        lambda e, h: under("backbone.", numbered(e)) | under("projection_head.layers.", h),
        normed(), "projection", "backbone",
    ),
    "lightly, Lightning, momentum": (
        lambda e, h: {"state_dict": under("backbone.", numbered(e)) | under("projection_head.layers.", h)
                      | under("backbone_momentum.", numbered(e)), "pytorch-lightning_version": "2.2"},
        plain_mlp(), "projection", "state_dict/backbone",
    ),
    "solo-learn": (
        lambda e, h: {"state_dict": under("backbone.", e) | under("projector.", h) | under("momentum_backbone.", e)
                      | under("momentum_projector.", h) | {"classifier.weight": torch.zeros(3, F)}},
        normed(bias=True), "projection", "state_dict/backbone",
    ),
    "DeepSpeed and compile": (
        lambda e, h: {"model_ema": under("_forward_module._orig_mod.net.", e)
                      | under("_forward_module._orig_mod.head.", h)},
        plain_mlp(), "projection", "model_ema/net",
    ),
}  # fmt: skip


def state(module):
    return dict(weighed(module).state_dict())


@torch.inference_mode()
@pytest.mark.parametrize("name", FILES)
def test_a_head_is_found_and_computes_what_its_authors_does(tmp_path, name):
    make, head, role, called = FILES[name]
    features, outputs, plan, network = opened(tmp_path, make(ENCODER, state(head)))
    assert (plan.role, network.name) == (role, called)
    assert (features.shape, outputs.shape) == ((2, F), (2, D))
    torch.testing.assert_close(outputs, weighed(head)(features))
    pad = int(name == "solo-learn")  # its stem pads by one more than others
    expected = opened(tmp_path, ENCODER, pad=pad)[0]
    torch.testing.assert_close(features, expected)


def opened(folder, value, spec=None, side=32, pad=0):
    """Features and outputs of two images, in a frame of zeros, through the network that the file is found to be."""
    torch.save(value, folder / "last.pth")
    contents = torch_contents(folder / "last.pth")
    weights, plan = network_in(contents, spec or ForeignSpec())
    load(model := plan.build(), weights, contents, folder / "last.pth")
    images = torch.rand(2, 3, side, side, generator=torch.Generator().manual_seed(1))
    return *model(torch.nn.functional.pad(images, [pad] * 4)), plan, weights.network


@torch.inference_mode()
def test_dinos_head_is_taken_up_to_its_prototypes(tmp_path):
    head = dino()
    both = under("backbone.", VIT) | under("head.mlp.", state(head)) | under("head.last_layer.", PROTOTYPES)
    value = {"student": under("module.", both), "teacher": both, "epoch": 3}
    features, outputs, plan, network = opened(tmp_path, value, ForeignSpec(weights="teacher"))
    torch.testing.assert_close(outputs, weighed(head)(features))
    assert (plan.role, network.name, network.also) == ("projection", "teacher/backbone", ("student/backbone",))
    assert [name.rpartition(".")[2] for name in network.last] == ["weight_g", "weight_v"]


def test_moco_v3s_small_transformer_has_twelve_heads(tmp_path):
    wide = {
        name: torch.zeros([384 if size == 192 else 1152 if size == 576 else size for size in each.shape])
        for name, each in VIT.items()
    }
    norm = {name.replace("fc_norm", "norm"): each for name, each in wide.items()}
    plan = opened(tmp_path, {"state_dict": under("module.base_encoder.", norm)})[2]
    assert (plan.encoder.heads, plan.encoder.pooling) == (12, "token")
    assert opened(tmp_path, norm)[2].encoder.heads == 6


@torch.inference_mode()
def test_a_head_that_cannot_be_read_is_left_out_and_said(tmp_path):
    convolution = {"projector.0.weight": torch.zeros(D, F, 1, 1), "projector.0.bias": torch.zeros(D)}
    features, outputs, plan, _ = opened(tmp_path, under("backbone.", ENCODER) | convolution)
    assert torch.equal(features, outputs)
    assert plan.notes == ("the head projector is left out, as it has a layer 0 that is neither linear nor a norm",)
    narrow = under("fc.", state(nn.Linear(F + 1, D)))
    assert opened(tmp_path, ENCODER | narrow)[2].notes == (
        "the head fc is left out, as it takes 33 numbers where 32 come in",
    )
