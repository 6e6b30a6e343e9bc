"""A network of nobody's layout, its file, and the code that brings it."""

from pathlib import Path

import pytest
import torch
from torch import nn

from checkpoints.brought import own_code
from tests.checkpoints.foreign.conftest import image_zip, pixels

__all__ = ["image_zip", "pixels"]

CODE = """
import torch
from torch import nn

class Net(nn.Module):
    side = 12
    mean, std = (0.5, 0.4, 0.3), (0.2, 0.25, 0.3)

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.AdaptiveAvgPool2d(2))
        self.last = nn.Linear(16, 3)

    def forward(self, images):
        features = self.stem(images).flatten(1)
        return features, self.last(features)

def net():
    return Net()
"""


def made() -> nn.Module:
    """The network that `CODE` gives, with weights that are no other's."""
    scope: dict = {}
    exec(CODE, scope)
    generator = torch.Generator().manual_seed(3)
    network = scope["net"]().eval()
    state = network.state_dict()
    random = {name: torch.rand(each.shape, generator=generator) for name, each in state.items() if each.ndim}
    network.load_state_dict(state | random)
    return network


@pytest.fixture(autouse=True)
def nothing_brought(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(own_code, "_ADDED", [])
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def code(tmp_path: Path) -> Path:
    (tmp_path / "mine.py").write_text(CODE)
    return tmp_path / "mine.py"
