"""Full-batch minimisation of smooth functions, in their own precision."""

from collections.abc import Callable

import torch
from torch import Tensor

_LONGEST_STEP = 8.0
_RIDGE = 1e-9
_NEAR = 1e-15
_MOST_STEPS = 40


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


def match_moments(vectors: Tensor, log_measure: Tensor, moments: Tensor) -> Tensor:
    """The member of an exponential family with given means: f with sum_g m_g v_g exp(f . v_g) / Z = t, row by row.

    vectors (G, K) that each sum to 1, log_measure (G,), moments (X, K) -> f (X, K) whose rows sum to 0. It is the least
    of log Z - t . f, found by Newton's method with steps cut until they go down, all rows at once: to the last digits,
    but where m spans many orders of magnitude and t is near the edge of what the vectors span, to about 1e-3 nats.
    """
    point = moments.clamp_min(_NEAR).log()
    point = point - point.mean(dim=1, keepdim=True)
    for _ in range(_MOST_STEPS):
        value, slope, curvature = _log_partition(vectors, log_measure, moments, point)
        step = _newton_step(slope, curvature)
        if (slope * step).sum(dim=1).abs().max() <= _NEAR:
            break
        point = point + _cut(vectors, log_measure, moments, point, value, step) * step
    return point


def _log_partition(
    vectors: Tensor, log_measure: Tensor, moments: Tensor, point: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """log Z - t . f (X,), its gradient (X, K), and its curvature (X, K, K), the covariance of the vectors."""
    scores = log_measure + point @ vectors.T  # (X, G)
    shares = scores.softmax(dim=1)
    mean = shares @ vectors
    squares = (vectors[:, :, None] * vectors[:, None, :]).flatten(1)
    covariance = (shares @ squares).unflatten(1, mean.shape[1:] * 2) - mean[:, :, None] * mean[:, None, :]
    return scores.logsumexp(dim=1) - (moments * point).sum(dim=1), mean - moments, covariance


def _newton_step(slope: Tensor, curvature: Tensor) -> Tensor:
    """-curvature^-1 slope (X, K) off the constant direction, which changes nothing, and of bounded length."""
    size = curvature.diagonal(dim1=1, dim2=2).sum(dim=1)[:, None, None] + 1e-300
    eye, flat = torch.eye(slope.shape[1], dtype=slope.dtype), torch.ones_like(curvature)
    step = -torch.linalg.solve(curvature + size * (flat + _RIDGE * eye), slope)
    return step * (_LONGEST_STEP / step.norm(dim=1, keepdim=True)).clamp_max(1.0)


def _cut(vectors: Tensor, log_measure: Tensor, moments: Tensor, point: Tensor, value: Tensor, step: Tensor) -> Tensor:
    """The largest of 1, 1/2, 1/4, ... for each row (X, 1) with which it does not go up."""
    cut = torch.ones_like(value)
    for _ in range(20):
        there = point + cut[:, None] * step
        up = (log_measure + there @ vectors.T).logsumexp(dim=1) - (moments * there).sum(dim=1) > value + _NEAR
        if not up.any():
            break
        cut = torch.where(up, cut / 2, cut)
    return cut[:, None]
