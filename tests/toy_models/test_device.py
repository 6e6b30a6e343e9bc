import pytest
import torch

from losses.errors import LabError
from toy_models.device import CHOICES, available_devices, resolve


def test_auto_and_cpu_are_always_there():
    assert available_devices()[:2] == ("auto", "cpu")
    assert set(available_devices()) <= set(CHOICES)
    assert resolve("cpu") == torch.device("cpu")


@pytest.mark.parametrize(("cuda", "mps", "chosen"), [(0, 0, "cpu"), (1, 0, "cuda"), (0, 1, "mps"), (1, 1, "cuda")])
def test_auto_takes_the_accelerator(monkeypatch, cuda, mps, chosen):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: bool(cuda))
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: bool(mps))
    assert resolve("auto") == torch.device(chosen)


def test_a_device_that_is_not_here_is_a_mistake(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(
        LabError, match=r"^device must be one of auto, cpu.* on this machine, but is 'cuda'\. Use auto\."
    ):
        resolve("cuda")
