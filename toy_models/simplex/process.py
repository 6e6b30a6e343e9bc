"""What a label process is: how x and its soft label w come about, and the exact law of both."""

from collections.abc import Callable
from typing import Protocol

from torch import Tensor

CLASSES = 3
LogSum = Callable[[Tensor], Tensor]
"""log sum_g m_g exp(w_g . f) over all labels: logits (..., K) -> (...) float64."""


class Process(Protocol):
    """A law of x in R^D and of a label among G points of the simplex; all tensors float64 on the CPU.

    labels (G, K). log_base (G,): log b(w), the measure in the implied density b(w) exp(w . f), normalised over the
    labels. argmax_shares (G, K): one-hot argmax of each label, ties shared evenly. class_shares (G, K): how probable
    each class is for an item with that label. probes (Q, D): where a run's logits are kept. support (X, D): all values
    of x, or None where x is continuous. fine, coarse: the counts `quadrature` is meant to be called with, the latter 0
    where no coarse rule is good enough. fills_simplex: are the labels an even grid of it? uniforms: random numbers in
    [0, 1) that a sample takes. input_gain: how much larger a network's first weights begin.
    """

    @property
    def labels(self) -> Tensor: ...

    @property
    def log_base(self) -> Tensor: ...

    @property
    def argmax_shares(self) -> Tensor: ...

    @property
    def class_shares(self) -> Tensor: ...

    @property
    def probes(self) -> Tensor: ...

    @property
    def support(self) -> Tensor | None: ...

    @property
    def fine(self) -> int: ...

    @property
    def coarse(self) -> int: ...

    @property
    def fills_simplex(self) -> bool: ...

    @property
    def uniforms(self) -> int: ...

    @property
    def input_gain(self) -> float: ...

    def quadrature(self, count: int) -> tuple[Tensor, Tensor]:
        """Positions (X, D), `count` an axis, and weights (X,) that sum to 1: averages over x become sums."""

    def log_density(self, positions: Tensor) -> Tensor:
        """log p(w|x) over the labels: positions (X, D) -> (X, G)."""

    def log_sum(self, log_measure: Tensor) -> LogSum:
        """The log-partition function of a measure over the labels, log_measure (G,)."""

    def sample(self, uniform: Tensor) -> tuple[Tensor, Tensor]:
        """Random numbers (U, ...) -> index of x in `support` (...) or x itself (..., D), and of its label (...)."""
