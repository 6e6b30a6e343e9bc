"""What the start page says about the machine."""

import threading

import torch

from toy_models.device import available_devices
from ui import machine


def test_the_device_is_unknown_until_torch_is_there(monkeypatch):
    monkeypatch.setattr(machine, "_torch_is_there", threading.Event())
    assert machine.device() is None
    machine._torch_is_there.set()
    assert machine.device().startswith(available_devices()[-1] if len(available_devices()) > 2 else "cpu")


def test_only_devices_that_are_here_can_be_chosen():
    assert machine.devices() == available_devices()
    assert ("cuda" in machine.devices()) == torch.cuda.is_available()
