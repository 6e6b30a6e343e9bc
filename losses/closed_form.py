"""A pass over blocks, to autograd: a function with a closed gradient, made with the loss, differentiated once."""

from typing import Any, Protocol

import torch
from torch import Tensor


class LossesAndGradient(Protocol):
    """What `BlockPass` and `CandidatePass` do."""

    def __call__(self, z: Tensor, weights: Tensor, *, with_gradient: bool) -> tuple[Tensor, Tensor | None]:
        """Losses (N,) of anchors z (N, D), and d (weights . losses) / d z (N, D)."""
        ...


class WeightedSum(torch.autograd.Function):
    """sum_i weights_i loss_i, with its gradient made in the same pass."""

    @staticmethod
    def forward(ctx: Any, z: Tensor, weights: Tensor, block_pass: LossesAndGradient) -> Tensor:
        losses, gradient = block_pass(z, weights, with_gradient=ctx.needs_input_grad[0])
        ctx.save_for_backward(z, gradient)
        # An anchor of weight 0 may have any loss, an infinite one too.
        return losses.where(weights != 0, 0).dot(weights)

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor, None, None]:
        z, gradient = ctx.saved_tensors
        return differentiable_once(gradient * upstream.detach(), z), None, None


class EachLoss(torch.autograd.Function):
    """The losses (N,) themselves. Their weights are known only in backward, which passes over the blocks once more."""

    @staticmethod
    def forward(ctx: Any, z: Tensor, block_pass: LossesAndGradient) -> Tensor:
        ctx.save_for_backward(z)
        ctx.block_pass = block_pass
        return block_pass(z, torch.zeros_like(z[:, 0]), with_gradient=False)[0]

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor, None]:
        (z,) = ctx.saved_tensors
        gradient = ctx.block_pass(z.detach(), upstream.detach().to(z.dtype), with_gradient=True)[1]
        return differentiable_once(gradient, z), None


class GradientToo(torch.autograd.Function):
    """The first of two equal values, with the gradients of both."""

    @staticmethod
    def forward(ctx: Any, value: Tensor, again: Tensor) -> Tensor:
        return value.view_as(value)

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor, Tensor]:
        return upstream, upstream


class _Refusal(torch.autograd.Function):
    """Identity on a closed-form gradient; its own backward says why there is none."""

    @staticmethod
    def forward(ctx: Any, gradient: Tensor, z: Tensor) -> Tensor:
        return gradient.view_as(gradient)

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor) -> tuple[None, None]:
        raise RuntimeError(
            "The gradient of this loss is a closed form that is not differentiated again. "
            "Pass plain=True for a second derivative."
        )


def differentiable_once(gradient: Tensor, z: Tensor) -> Tensor:
    """The gradient; under create_graph=True tied to z, so that a second derivative is refused and not left out."""
    return _Refusal.apply(gradient, z) if torch.is_grad_enabled() else gradient
