"""What the gradient does to pairs, and whether it points to where the loss ends.

Letters: N unit embeddings, D dimensions, C classes. Torch is loaded at first use.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from losses.catalog import entry_of

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class PairDynamics:
    """What acts on a batch of embeddings, by group of pairs.

    other_view, same_class (without the other view), noise: root mean square over the N embeddings of the part of the
    summed loss's gradient that comes from pairs of this group, along the sphere, nats per radian. The three parts are
    vectors that add up to the gradient; their sizes do not. repelling_share: of ordered same-class pairs (both groups),
    those with a derivative above 0; push_to_pull: sum of the positive over the sum of the negative derivatives of
    these pairs, without its sign. None where there is no such pair, or nothing pulls.
    """

    other_view: float | None
    same_class: float | None
    noise: float | None
    repelling_share: float | None
    push_to_pull: float | None


def pair_dynamics(
    embeddings: "Tensor", forces: "Tensor", labels: "Tensor", views: "Tensor | None" = None
) -> PairDynamics:
    """embeddings (N, D) unit rows, forces (N, N) = d loss_i / d s_ij, labels (N,), views (N,): the image of each."""
    import torch

    of_class = labels[:, None] == labels
    other_view = torch.zeros_like(of_class) if views is None else views[:, None] == views
    of_class.fill_diagonal_(False), other_view.fill_diagonal_(False)
    on_class, both_ways = forces * of_class, forces + forces.mT
    push, pull = on_class.clamp_min(0).sum().item(), -on_class.clamp_max(0).sum().item()
    pairs = int(of_class.sum())
    groups = (other_view, of_class & ~other_view, ~of_class)  # the diagonal has no force
    sizes = [_size(along_sphere((both_ways * group) @ embeddings, embeddings)) for group in groups]
    there = [bool(other_view.any()), pairs > int(other_view.sum()), pairs + len(labels) < of_class.numel()]
    known = [size if some else None for size, some in zip(sizes, there, strict=True)]
    return PairDynamics(
        other_view=known[0],
        same_class=known[1],
        noise=known[2],
        repelling_share=int((on_class > 0).sum()) / pairs if pairs else None,
        push_to_pull=push / pull if pull > 0 else None,
    )


def tangent_gradient(embeddings: "Tensor", forces: "Tensor") -> "Tensor":
    """Of the summed loss along the sphere, (N, D): s_ij moves z_i by column j and z_j by row i."""
    return along_sphere((forces + forces.mT) @ embeddings, embeddings)


def along_sphere(vectors: "Tensor", embeddings: "Tensor") -> "Tensor":
    """The part of vectors (N, D) that is tangent to the sphere at embeddings (N, D)."""
    return vectors - (vectors * embeddings).sum(-1, keepdim=True) * embeddings


def nearest_simplex(embeddings: "Tensor", labels: "Tensor") -> "Tensor | None":
    """Each embedding's corner (N, D) of the regular simplex, a corner a class, that lies nearest to all of them.

    The optimum of SupCon and SINCERE (Graf et al., arXiv 2102.08817, theorem 2, for classes of one size) is known up
    to a rotation: the nearest one is the orthogonal Procrustes solution. None where there is none (one class, or
    D < C - 1) or no nearest one: the class means leave a direction of the simplex open.
    """
    import torch

    rows = labels.unique(return_inverse=True)[1]
    classes, dimensions = int(rows.max()) + 1, embeddings.shape[1]
    if not 1 < classes <= dimensions + 1:
        return None
    corners = torch.eye(classes, dtype=embeddings.dtype) - 1 / classes  # rows of length sqrt(1 - 1/C)
    sums = torch.zeros(classes, dimensions, dtype=embeddings.dtype).index_add_(0, rows, embeddings)
    left, sizes, right = torch.linalg.svd(corners @ sums, full_matrices=False)
    if sizes[classes - 2] <= 1e-6 * sizes[0]:
        return None
    turn = left[:, : classes - 1] @ right[: classes - 1]  # the direction of equal corners is nobody's
    return (corners @ turn)[rows] / (1 - 1 / classes) ** 0.5


def toward(embeddings: "Tensor", gradient: "Tensor", goal: "Tensor") -> float | None:
    """Cosine in [-1, 1] between descent, -gradient (N, D), and the shortest ways on the sphere to goal (N, D).

    All N taken as one vector. None where one of the two is 0.
    """
    import torch

    cosine = (embeddings * goal).sum(-1, keepdim=True).clamp(-1, 1)
    ways = along_sphere(goal, embeddings)
    ways = cosine.acos() * torch.nn.functional.normalize(ways, dim=-1)
    scale = (gradient.norm() * ways.norm()).item()
    return -(gradient * ways).sum().item() / scale if scale else None


def _size(gradient: "Tensor") -> float:
    return gradient.square().sum(-1).mean().sqrt().item()


def simplex_loss(loss: str, size: int, classes: int, parameters: Mapping[str, float]) -> float:
    """The least that a loss of labelled embeddings can be, in nats, on `size` anchors in classes of one size.

    Each class at one point, and these the corners of a regular simplex with cosine -1 / (C - 1), or as near to each
    other as soft targets ask. `parameters` that are not given are the catalogue's defaults. LabError for a loss of
    another family.
    """
    entry = entry_of(loss)
    of_class, gap = size / classes, 1 + 1 / (classes - 1)
    settings = entry.defaults | dict(parameters)
    gap = min(gap / settings["temperature"], entry.contrast.target_gap(settings))
    return entry.contrast.loss_apart(gap, of_class - 1, size - of_class, settings)
