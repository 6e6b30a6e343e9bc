"""Who is what to whom: positives and noise of each anchor."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Roles:
    """For each of N anchors against all N: bool (N, N) masks. An anchor is neither to itself."""

    positives: Tensor
    noise: Tensor

    @property
    def positive_count(self) -> Tensor:
        """|P(i)|, (N,)."""
        return self.positives.sum(dim=-1)


def roles_by_label(labels: Tensor, ignore_index: int | None = None) -> Roles:
    """Positives share the anchor's label; noise does not. Who is ignored is neither to anyone, nor has any."""
    same = labels[:, None] == labels
    others = same & ~_itself(len(labels), labels.device)
    if ignore_index is None:
        return Roles(positives=others, noise=~same)
    kept = labels != ignore_index
    both = kept[:, None] & kept
    return Roles(positives=others & both, noise=~same & both)


def roles_by_view(count: int, device: torch.device, across: bool = False) -> Roles:
    """Two stacked views: the one positive of an anchor is its other view, all else is noise; `across`, all else of the
    other view."""
    anchors = torch.arange(count, device=device)
    positives = other_view(anchors, count)[:, None] == anchors
    first = anchors < count // 2
    met = first[:, None] != first if across else ~_itself(count, device)
    return Roles(positives=positives, noise=met & ~positives)


def other_view(anchors: Tensor, count: int) -> Tensor:
    """Where each anchor's positive is in two stacked views: i + B, modulo 2B = count."""
    return (anchors + count // 2) % count


def _itself(count: int, device: torch.device) -> Tensor:
    return torch.eye(count, dtype=torch.bool, device=device)
