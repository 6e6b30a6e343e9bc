"""Networks have the authors' tensors, by name and shape, and compute what their definitions say."""

import pytest
import torch

from checkpoints.foreign.plan import plan_of, traits_of
from checkpoints.foreign.vit import HEADS
from checkpoints.reading.torch_file.layouts import network_of
from losses.errors import LabError
from tests.checkpoints.foreign import by_hand
from tests.checkpoints.foreign.states import LAYOUTS, PLANS, state_of

NETWORKS = [name for name in LAYOUTS if not name.startswith("LinearClassifier")]
TITLES = {
    "SupConResNet/resnet18": "ResNet-18, MLP (512 hidden units) head to 128 dimensions",
    "SupConResNet/resnet34": "ResNet-34, MLP (512 hidden units) head to 128 dimensions",
    "SupConResNet/resnet50": "ResNet-50, MLP (2,048 hidden units) head to 128 dimensions",
    "SupCEResNet/resnet18/10 classes": "ResNet-18, linear fc to 10 class logits",
    "SimCLR (WEINCE)/resnet18, CIFAR stem": "ResNet-18, MLP (512 hidden units) projector to 64 dimensions",
    "SimCLR (WEINCE)/resnet50, CIFAR stem": "ResNet-50, MLP (2,048 hidden units) projector to 64 dimensions",
    "ViT-B/16 global pool (soft target InfoNCE)/100 classes": "ViT-B/16, linear head to 100 class logits",
}


def planned(shapes, name="file.pth", spec=None):
    network = network_of(shapes)
    if network is None or not network.layout.opens:
        return plan_of("" if network is None else network.layout.name, shapes, name=name)
    named = {here: shapes[full] for here, full in network.names.items()}
    return plan_of(network.layout.name, named, name=name, traits=traits_of(network, named), spec=spec)


@pytest.mark.parametrize("layout", NETWORKS)
def test_a_network_has_just_the_authors_tensors(layout):
    plan = planned(LAYOUTS[layout])
    assert {name: tuple(like.shape) for name, like in plan.build().state_dict().items()} == LAYOUTS[layout]
    assert plan.title == TITLES[layout]


def test_the_three_layers_of_a_vit_head_are_the_authors():
    """Biases nowhere, gains in the first two normalisations alone (util/vit.py of soft target InfoNCE)."""
    linear = [f"head.{place}.weight" for place in (0, 3, 6)]
    gains = [f"head.{place}.{what}" for place in (1, 4) for what in ("weight", "bias")]
    running = [f"head.{p}.{w}" for p in (1, 4, 7) for w in ("running_mean", "running_var", "num_batches_tracked")]
    names = {name for name in PLANS["vit mlp"].build().state_dict() if name.startswith("head.")}
    assert names == {*linear, *gains, *running}


@pytest.mark.parametrize("name", PLANS)
def test_the_plan_of_a_network_is_found_again_in_its_tensors(name):
    shapes = {name: tuple(like.shape) for name, like in PLANS[name].build().state_dict().items()}
    assert planned(shapes) == PLANS[name]


@pytest.mark.parametrize("name", [name for name in PLANS if name.startswith(("sup", "sim"))])
def test_a_resnet_computes_what_its_definition_says(name):
    plan, images = PLANS[name], torch.rand(3, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    features, outputs = computed(plan, images)
    state, encoder = state_of(plan), plan.encoder
    expected = by_hand.resnet(state, images, encoder.blocks, encoder.shortcut, encoder.stem == "imagenet")
    torch.testing.assert_close(features, expected, rtol=1e-4, atol=1e-5)
    head = by_hand.linear if len(plan.layers) == 1 else by_hand.mlp
    torch.testing.assert_close(outputs, head(state, plan.head_name, expected), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["vit", "vit mlp"])
def test_a_vision_transformer_computes_what_its_definition_says(name):
    plan, images = PLANS[name], torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    features, outputs = computed(plan, images)
    expected = by_hand.vit(state_of(plan), images, HEADS[plan.encoder.width])
    torch.testing.assert_close(features, expected, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(outputs, by_hand.vit_head(state_of(plan), expected), rtol=1e-4, atol=1e-4)


@torch.inference_mode()
def computed(plan, images):
    model = plan.build()
    model.load_state_dict(state_of(plan), strict=True, assign=True)
    return model(images)


@pytest.mark.parametrize(
    ("name", "change", "sentence"),
    [
        ("supcon", {"encoder.conv1.weight": (4, 1, 3, 3)}, r"conv1\.weight must be \(width up to 1024, 3"),
        ("supcon", {"encoder.conv1.weight": (4, 3)}, "must have 4 dimensions"),
        ("supcon", {"encoder.layer1.4999.conv1.weight": (4, 4, 3, 3)}, "1 to 64 of the tensors encoder.layer1"),
        ("supcon", {"head.0.weight": None}, "must have the tensor head.0.weight"),
        ("vit", {"pos_embed": (1, 18, 192)}, "must have a token, registers and a square of patches"),
        ("vit", {"pos_embed": (1, 200**2 + 1, 192)}, "1024 pixels at most"),
        ("vit", {"patch_embed.proj.weight": (256, 3, 8, 8)}, "256 wide. Give --heads. Most .* a head: --heads 4"),
        ("small_conv", {"encoder.10.weight": (12, 8 * 34**2)}, "encoder side must be an integer from 4 to 64"),
    ],
)  # fmt: skip
def test_sizes_that_no_network_has_are_refused(name, change, sentence):
    shapes = {tensor: tuple(like.shape) for tensor, like in PLANS[name].build().state_dict().items()} | change
    shapes = {tensor: shape for tensor, shape in shapes.items() if shape is not None}
    with pytest.raises(LabError, match=sentence):
        plan_of(PLANS[name].layout, shapes, name="file.pth")


def test_what_is_not_opened_is_called_what_it_is():
    with pytest.raises(LabError, match=r"is a linear classifier alone \(fc.weight and fc.bias\), which has no encoder"):
        planned(LAYOUTS["LinearClassifier/resnet50/10 classes"])
    with pytest.raises(LabError, match=r"but is in none of them: its tensors are named what\.ever\."):
        planned({"what.ever": (3,)})
    with pytest.raises(LabError, match="but is a file in which no tensors were found"):
        planned({})


def test_a_resnet_is_one_with_its_classifier_and_without():
    encoder = {name.removeprefix("encoder."): shape for name, shape in shapes_of("simclr").items() if "encoder" in name}
    titles = {"fc": "linear fc to 10 class logits", "": "without a head"}
    for classifier in ("fc", ""):
        names = {"fc.weight": (10, 32), "fc.bias": (10,)} if classifier else {}
        assert planned(encoder | names).title.endswith(titles[classifier])
    own = {name.removeprefix("encoder."): shape for name, shape in shapes_of("supcon").items() if "encoder" in name}
    assert planned(own).role == "none"
    with pytest.raises(LabError, match=r"its tensors are named features\.0\.weight, fc\.weight, fc\.bias"):
        planned({"features.0.weight": (3,), "fc.weight": (3, 3), "fc.bias": (3,)})


def test_a_vit_is_pooled_as_its_norm_says_and_opens_without_a_head():
    shapes = shapes_of("vit")
    token = planned({name.replace("fc_norm.", "norm."): shape for name, shape in shapes.items()})
    assert (token.encoder.pooling, token.encoder.norm, token.encoder.after) == ("token", True, False)
    assert any("the class token is the feature; --pool mean" in note for note in token.notes)
    bare = planned({name: shape for name, shape in shapes.items() if not name.startswith("head.")})
    assert (bare.role, bare.encoder.pooling, bare.title) == ("none", "mean", "ViT-T/8 with 2 blocks, without a head")


def shapes_of(plan):
    return {name: tuple(like.shape) for name, like in PLANS[plan].build().state_dict().items()}
