"""Who is what to whom: positives and noise of each anchor."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Roles:
    """For a block of n anchors against all N: bool (n, N) masks. An anchor is neither to itself."""

    positives: Tensor
    noise: Tensor

    @property
    def positive_count(self) -> Tensor:
        """|P(i)|, (n,)."""
        return self.positives.sum(dim=-1)


def itself(count: int, rows: slice, device: torch.device) -> Tensor:
    """(n, N) bool: where a row's anchor meets itself."""
    anchors = torch.arange(count, device=device)
    return anchors[rows, None] == anchors


def roles_by_label(labels: Tensor, rows: slice) -> Roles:
    """Positives share the anchor's label; noise does not."""
    same = labels[rows, None] == labels
    return Roles(positives=same & ~itself(len(labels), rows, labels.device), noise=~same)


def other_view(count: int, rows: slice, device: torch.device) -> Tensor:
    """(n,) index of each anchor's positive in two stacked views: i + B, modulo 2B."""
    return (torch.arange(count, device=device)[rows] + count // 2) % count


def roles_by_view(count: int, rows: slice, device: torch.device) -> Roles:
    """The one positive of an anchor is its other view; all else is noise."""
    positives = other_view(count, rows, device)[:, None] == torch.arange(count, device=device)
    return Roles(positives=positives, noise=~(positives | itself(count, rows, device)))
