"""What the gradient does while a model trains, at a few per cent of the training's time.

Over all batches of an epoch: the norm on each layer, and how much of the gradient the batches agree on. On the first
batch alone: what acts on the loss's inputs. Nothing here draws a random number or touches a weight.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import overload

import torch
from torch import Tensor, nn

from analysis.forces.dynamics import along_sphere, nearest_simplex, pair_dynamics, toward
from checkpoints.native.epochs import Dynamics
from checkpoints.native.objectives import OBJECTIVES
from checkpoints.native.recipes import Recipe
from losses.catalog import losses_of_family
from losses.contrasts import forces_of

PAIRS_EVERY = 4

# The losses whose optimum is the simplex of classes, wherever D >= C - 1.
TO_CLASS_SIMPLEX = losses_of_family("labelled embeddings")


@contextmanager
def outputs_of(model: nn.Module) -> Iterator[list[Tensor]]:
    """What the model gives inside the block; after a backward pass each has its own gradient."""
    seen: list[Tensor] = []

    def keep(_module: nn.Module, _inputs: object, output: Tensor) -> None:
        output.retain_grad()
        seen.append(output)

    handle = model.register_forward_hook(keep)
    try:
        yield seen
    finally:
        handle.remove()


class Gradients:
    """The gradients of an epoch's batches, added up as they pass."""

    def __init__(self, model: nn.Module) -> None:
        self.layers = _layers(model)
        self.total, self.squares, self.norms = torch.zeros(()), 0.0, []  # type: ignore[var-annotated]

    def add(self) -> float:
        """Take in the gradient that a backward pass has left; returns its norm."""
        flat = [torch.cat([p.grad.flatten() for p in layer if p.grad is not None]) for layer in self.layers.values()]
        norms = torch.stack([part.norm() for part in flat])
        norm = norms.norm().item()
        self.total = self.total + torch.cat(flat)
        self.squares += norm**2
        self.norms.append(norms)
        return norm

    def of_layers(self) -> tuple[tuple[str, float], ...]:
        """Norm on each layer, mean over batches."""
        means = torch.stack(self.norms).mean(dim=0).tolist()
        return tuple((name, _short(value)) for name, value in zip(self.layers, means, strict=True))

    def signal_to_noise(self) -> float | None:
        """(|mean|^2 - variance / n) / variance of n batches; None for one batch, or where all are equal.

        Its inverse is the gradient noise scale in batches (McCandlish et al., arXiv 1812.06162, appendix A.1). The
        weights move from batch to batch, so their drift counts as noise.
        """
        count = len(self.norms)
        of_mean = (self.total.double().norm().item() / count) ** 2
        variance = (self.squares / count - of_mean) * count / (count - 1) if count > 1 else 0.0
        return _short((of_mean - variance / count) / variance) if variance > 0 else None


def first_batch(recipe: Recipe, outputs: Tensor, labels: Tensor, *, pairs: bool) -> Dynamics:
    """What acts on the loss's inputs after a backward pass: logits (N, K), or two stacked views (2N, D)."""
    assert outputs.grad is not None
    z, gradient = outputs.detach(), outputs.grad * len(outputs)  # of the summed loss
    if OBJECTIVES[recipe.loss].head == "classes":
        return Dynamics(outputs=_size(gradient))
    gradient, classes = along_sphere(gradient, z), labels.repeat(2)
    goal = nearest_simplex(z, classes) if recipe.loss in TO_CLASS_SIMPLEX else None
    cosine = None if goal is None else toward(z, gradient, goal)
    dynamics = Dynamics(outputs=_size(gradient), toward_optimum=_short(cosine))
    if not pairs:
        return dynamics
    acting = forces_of(recipe.loss, z, classes, recipe.parameters)
    found = pair_dynamics(z, acting, classes, torch.arange(len(labels)).repeat(2))
    return replace(dynamics, **{name: _short(value) for name, value in asdict(found).items()})


def _layers(model: nn.Module) -> dict[str, list[nn.Parameter]]:
    """Parameters by layer: each convolution or linear map with what follows it, up to the next."""
    layers: dict[str, list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if parameter.ndim > 1 or not layers:
            kind = "head" if name.startswith("head") else "convolution" if parameter.ndim == 4 else "linear"
            layers[f"{kind} {1 + sum(known.startswith(kind) for known in layers)}"] = []
        layers[next(reversed(layers))].append(parameter)
    return layers


def _size(gradient: Tensor) -> float:
    return _short(math.sqrt(gradient.double().square().sum(-1).mean().item()))


@overload
def _short(value: float) -> float: ...
@overload
def _short(value: None) -> None: ...
def _short(value: float | None) -> float | None:
    """Four figures: a curve to look at."""
    return None if value is None else float(f"{value:.4g}")
