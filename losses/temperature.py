"""A temperature that is a number, or a tensor of one element: learned, or out of a schedule.

The losses compute with numbers. A learned temperature is therefore divided into the inputs first, where autograd sees
it: logits over tau, and, since the scores are products of two rows, rows over the root of tau.
"""

import torch
from torch import Tensor

from .checks import can_look

Temperature = float | Tensor


def is_learned(temperature: Temperature) -> bool:
    """Whether it must stay a tensor: it has a gradient, or its value cannot be looked at now."""
    return isinstance(temperature, Tensor) and (temperature.requires_grad or not can_look(temperature))


def number(temperature: Temperature) -> float | Tensor:
    """The temperature without gradient: a number, or a tensor () where it cannot be looked at."""
    if not isinstance(temperature, Tensor):
        return temperature
    return temperature.item() if can_look(temperature) else temperature.detach().reshape(())


def beside(temperature: Tensor, inputs: Tensor) -> Tensor:
    """The temperature, (), in the dtype and on the device of the inputs, with its gradient."""
    return temperature.reshape(()).to(device=inputs.device, dtype=inputs.dtype)


def tempered_rows(z: Tensor, temperature: Temperature) -> tuple[Tensor, float | Tensor]:
    """Rows (N, D) and a temperature without gradient, whose scores z_i . z_j / tau are the same."""
    if not is_learned(temperature):
        return z, number(temperature)
    return z / beside(torch.as_tensor(temperature), z).sqrt(), 1.0


def tempered_logits(logits: Tensor, temperature: Temperature) -> tuple[Tensor, float | Tensor]:
    """Logits (N, K) in at least float32 and a temperature without gradient, whose quotient is the same."""
    if not is_learned(temperature):
        return logits, number(temperature)
    return logits / beside(torch.as_tensor(temperature), logits), 1.0


def shown(temperature: Temperature) -> str:
    """For a module's description, in one line."""
    return f"{temperature.item():g} (a tensor)" if isinstance(temperature, Tensor) else str(temperature)
