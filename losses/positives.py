"""Where the positives of a block of anchors are among its scores: slices, gathered columns, or a mask.

All three do the same; which one is cheapest depends on what is known. Columns sorted by class with sizes known make a
class a slice; small classes are gathered; a GPU, which is not asked for the sizes, gets a mask as wide as the batch.
"""

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from .blocks import Band, Block


class Positives(Protocol):
    """Positives of n anchors in scores (n, N), seen as (n, w) values of which some are no positives."""

    @property
    def count(self) -> Tensor:
        """|P(i)|, at least 1, (n, 1)."""

    def read(self, scores: Tensor) -> Tensor:
        """A copy of their scores, (n, w)."""

    def blank(self, values: Tensor, value: float) -> Tensor:
        """Set what is no positive in values (n, w), in place."""

    def fill_class(self, scores: Tensor, value: float) -> None:
        """Set the scores of the positives and of the anchors themselves."""

    def add(self, scores: Tensor, values: Tensor) -> None:
        """Add values (n, w) or (n, 1) to the positives alone."""


class Groups(Protocol):
    """Who shares a class in a batch."""

    def positives(self, block: Block) -> Positives: ...


@dataclass(frozen=True, slots=True, eq=False)
class SortedGroups:
    """Columns sorted by class: `starts` and `sizes` (N,) of each column's class."""

    starts: Tensor
    sizes: Tensor

    @classmethod
    def of(cls, counts: Tensor) -> "SortedGroups":
        """From the number of columns of each class, (C,)."""
        return cls((counts.cumsum(0) - counts).repeat_interleave(counts), counts.repeat_interleave(counts))

    def positives(self, block: Block) -> Positives:
        sizes = self.sizes[block.anchors, None]
        if block.bands:
            return Sliced(_others(sizes), block.bands, block.anchors[:, None], self.starts[block.anchors, None])
        return Gathered.of(block.anchors[:, None], self.starts[block.anchors, None], sizes)


@dataclass(frozen=True, slots=True, eq=False)
class AnyGroups:
    """Columns in any order: labels (N,) and the sizes (N,) of their classes."""

    labels: Tensor
    sizes: Tensor

    def positives(self, block: Block) -> Positives:
        same = self.labels[block.anchors, None] == self.labels
        return Masked(_others(self.sizes[block.anchors, None]), same, block.anchors[:, None])


def class_sizes(labels: Tensor) -> Tensor:
    """How many columns share each one's label, (N,) -> (N,), in memory of order N and with no look at values."""
    ordered = labels.sort().values
    return torch.searchsorted(ordered, labels, right=True) - torch.searchsorted(ordered, labels)


def _others(sizes: Tensor) -> Tensor:
    return (sizes - 1).clamp_min_(1).float()


@dataclass(frozen=True, slots=True, eq=False)
class Sliced:
    """Each class is a band; `anchors` (n, 1) are the anchors' own columns, `starts` (n, 1) where their class begins."""

    count: Tensor
    bands: tuple[Band, ...]
    anchors: Tensor
    starts: Tensor

    def read(self, scores: Tensor) -> Tensor:
        values = scores.new_empty(len(scores), max(band.width for band in self.bands))
        for band in self.bands:
            values[band.rows, : band.width] = scores[band.rows, band.columns]
        return values

    def blank(self, values: Tensor, value: float) -> Tensor:
        for band in self.bands:
            values[band.rows, band.width :] = value
        return values.scatter_(1, self.anchors - self.starts, value)

    def fill_class(self, scores: Tensor, value: float) -> None:
        for band in self.bands:
            scores[band.rows, band.columns] = value

    def add(self, scores: Tensor, values: Tensor) -> None:
        themselves = scores.gather(1, self.anchors)
        for band in self.bands:
            scores[band.rows, band.columns] += values[band.rows, : band.width]
        scores.scatter_(1, self.anchors, themselves)


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """Columns (n, w) of each anchor's class, padded with the anchor itself; `absent` (n, w) is no positive."""

    count: Tensor
    columns: Tensor
    absent: Tensor

    @classmethod
    def of(cls, anchors: Tensor, starts: Tensor, sizes: Tensor) -> "Gathered":
        """From the position of each anchor, the first column of its class and its size, all (n, 1)."""
        place = torch.arange(int(sizes.max()), device=anchors.device)
        columns = torch.where(place < sizes, starts + place, anchors)
        return cls(_others(sizes), columns, columns == anchors)

    def read(self, scores: Tensor) -> Tensor:
        return scores.gather(1, self.columns)

    def blank(self, values: Tensor, value: float) -> Tensor:
        return values.masked_fill_(self.absent, value)

    def fill_class(self, scores: Tensor, value: float) -> None:
        scores.scatter_(1, self.columns, value)

    def add(self, scores: Tensor, values: Tensor) -> None:
        scores.scatter_add_(1, self.columns, values.masked_fill(self.absent, 0).expand_as(self.columns))


@dataclass(frozen=True, slots=True, eq=False)
class Masked:
    """`same` (n, N) is the anchor's class, the anchor, at own (n, 1), included."""

    count: Tensor
    same: Tensor
    own: Tensor

    def read(self, scores: Tensor) -> Tensor:
        return scores.clone()

    def blank(self, values: Tensor, value: float) -> Tensor:
        return values.masked_fill_(~self.same, value).scatter_(1, self.own, value)

    def fill_class(self, scores: Tensor, value: float) -> None:
        scores.masked_fill_(self.same, value)

    def add(self, scores: Tensor, values: Tensor) -> None:
        scores.add_(self.blank(values.expand_as(scores).clone(), 0))
