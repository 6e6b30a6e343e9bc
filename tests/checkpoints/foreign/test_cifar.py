"""ResNets of CIFAR: of three stages, with shortcuts of weights or without, and with solo-learn's padding."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from checkpoints.foreign.opening import network_in
from checkpoints.foreign.spec import ForeignSpec
from checkpoints.foreign.weights import load
from checkpoints.reading.torch_file.contents import torch_contents
from tests.checkpoints.foreign import by_hand
from tests.checkpoints.foreign.states import random_state

IMAGES = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(1))


class Block(nn.Module):
    """As akamaster/pytorch_resnet_cifar10 states it: option A pads channels, option B has a convolution."""

    def __init__(self, inputs: int, planes: int, stride: int, option: str) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, planes, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.planes, self.changes, self.shortcut = planes, stride != 1 or inputs != planes, nn.Sequential()
        if self.changes and option == "B":
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, planes, 1, stride, bias=False), nn.BatchNorm2d(planes))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.changes and not len(self.shortcut):
            x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.planes // 4, self.planes // 4), "constant", 0)
        return F.relu(out + self.shortcut(x))


class ResNet20(nn.Module):
    def __init__(self, option: str) -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16)
        inputs = 16
        for stage, planes in enumerate((16, 32, 64), 1):
            blocks = []
            for stride in (1 if stage == 1 else 2, 1, 1):
                blocks.append(Block(inputs, planes, stride, option))
                inputs = planes
            setattr(self, f"layer{stage}", nn.Sequential(*blocks))
        self.linear = nn.Linear(64, 10)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        out = self.layer3(self.layer2(self.layer1(F.relu(self.bn1(self.conv1(x))))))
        features = F.avg_pool2d(out, out.size()[3]).flatten(1)
        return features, self.linear(features)


def filled(like: nn.Module) -> dict[str, torch.Tensor]:
    return random_state({name: tuple(tensor.shape) for name, tensor in like.state_dict().items()})


@torch.inference_mode()
def opened(path, value):
    """The plan of a file, and what its network makes of the images."""
    torch.save(value, path)
    contents = torch_contents(path)
    weights, plan = network_in(contents, ForeignSpec())
    model = plan.build()
    load(model, weights, contents, path)
    return plan, model(IMAGES)


@pytest.mark.parametrize("option", ["A", "B"])
def test_resnet_20_computes_what_its_definition_does(tmp_path, option):
    net = ResNet20(option).eval()
    state = filled(net)
    net.load_state_dict(state)
    plan, found = opened(tmp_path / "resnet20.th", {"state_dict": {f"module.{name}": state[name] for name in state}})
    assert plan.title == "ResNet-20, linear linear to 10 class logits"
    assert any("channels of zeros" in note for note in plan.notes) == (option == "A")
    with torch.inference_mode():
        for mine, theirs in zip(found, net(IMAGES), strict=True):
            torch.testing.assert_close(mine, theirs, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("solo", [True, False])
def test_solo_learns_stem_pads_by_two_and_nobody_elses(tmp_path, solo):
    net = ResNet20("B")  # any ResNet with CIFAR's stem
    state = {f"backbone.{name}": value for name, value in filled(net).items() if not name.startswith("linear")}
    state |= random_state({"projector.0.weight": (8, 64), "projector.0.bias": (8,), "projector.2.weight": (4, 8)})
    state |= random_state({"classifier.weight": (10, 64), "classifier.bias": (10,)}) if solo else {}
    plan, (features, _) = opened(tmp_path / "last.ckpt", {"state_dict": state})
    assert plan.encoder.padding == (2 if solo else 1)
    assert any("solo-learn" in note for note in plan.notes) == solo
    named = {name.replace("backbone.", "encoder."): value for name, value in state.items()}
    padded = F.pad(IMAGES, (1, 1, 1, 1)) if solo else IMAGES
    expected = by_hand.resnet(named, padded, plan.encoder.blocks, "shortcut", large=False)
    torch.testing.assert_close(features, expected, rtol=1e-4, atol=1e-5)
