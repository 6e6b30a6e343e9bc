"""Full-batch minimisation of a smooth function, in its own precision."""

from collections.abc import Callable

import torch
from torch import Tensor


def minimise(risk: Callable[[Tensor], Tensor], start: Tensor, tolerance: float) -> Tensor:
    """Where `risk(point)`, a scalar, is least: LBFGS from `start` until no gradient entry is above `tolerance`."""
    point = start.clone().requires_grad_()
    solver = torch.optim.LBFGS(
        [point],
        max_iter=1000,
        history_size=20,
        tolerance_grad=tolerance,
        tolerance_change=0.0,
        line_search_fn="strong_wolfe",
    )

    def closure() -> Tensor:
        value = risk(point)
        (point.grad,) = torch.autograd.grad(value, point)
        return value

    solver.step(closure)
    return point.detach()
