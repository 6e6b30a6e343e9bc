"""The exponential moving average of a network's weights, which is smoother than they are.

Polyak & Juditsky 1992; with a decay, as Tarvainen & Valpola (arXiv 1703.01780) and timm's ModelEma have it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn


class Average:
    """After each step decay x average + (1 - decay) x weights, from the first weights on; batch norms' running
    statistics are averaged as the weights are, whole numbers are the newest."""

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.decay = decay
        self.tensors: dict[str, Tensor] = {name: each.detach().clone() for name, each in model.state_dict().items()}

    @torch.no_grad()
    def add(self, model: nn.Module) -> None:
        """The weights after a step."""
        for name, each in model.state_dict().items():
            if each.is_floating_point():
                self.tensors[name].lerp_(each, 1 - self.decay)
            else:
                self.tensors[name].copy_(each)


@contextmanager
def averaged(model: nn.Module, average: Average | None) -> Iterator[None]:
    """Within the block the model has the averaged weights, after it its own again, bit by bit; None changes nothing."""
    if average is None:
        yield
        return
    own = {name: each.detach().clone() for name, each in model.state_dict().items()}
    model.load_state_dict(average.tensors)
    try:
        yield
    finally:
        model.load_state_dict(own)
