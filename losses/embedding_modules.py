"""The embedding losses as `torch.nn.Module`s: settings at construction, checked there, tensors at call.

Each computes what the function of the same name does; shapes, units, errors and sources are said there.
"""

from torch import Tensor, nn

from losses import labelled, paired
from losses.checks import check_chunk_size, check_number, check_reduction
from losses.class_head_modules import LossModule
from losses.evidence import TailEvidence


class EmbeddingLossModule(LossModule):
    """A loss of embeddings: unit rows or normalised inside, all rows at once or in chunks."""

    def __init__(self, temperature: float, normalize: bool, reduction: str, chunk_size: int | None) -> None:
        super().__init__(temperature, reduction)
        check_chunk_size(chunk_size)
        self.normalize, self.chunk_size = normalize, chunk_size


class SupCon(EmbeddingLossModule):
    """`losses.supcon`: forward(embeddings (N, D) or (N, V, D), labels (N,))."""

    def __init__(
        self,
        *,
        temperature: float = 0.1,
        normalize: bool = False,
        reduction: str = "mean",
        chunk_size: int | None = None,
    ) -> None:
        super().__init__(temperature, normalize, reduction, chunk_size)

    def forward(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        return labelled.supcon(
            embeddings,
            labels,
            temperature=self.temperature,
            normalize=self.normalize,
            reduction=self.reduction,
            chunk_size=self.chunk_size,
        )


class SINCERE(EmbeddingLossModule):
    """`losses.sincere`: forward(embeddings (N, D) or (N, V, D), labels (N,))."""

    def __init__(
        self,
        *,
        temperature: float = 0.1,
        normalize: bool = False,
        reduction: str = "mean",
        chunk_size: int | None = None,
    ) -> None:
        super().__init__(temperature, normalize, reduction, chunk_size)

    def forward(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        return labelled.sincere(
            embeddings,
            labels,
            temperature=self.temperature,
            normalize=self.normalize,
            reduction=self.reduction,
            chunk_size=self.chunk_size,
        )


class EpsSupInfoNCE(EmbeddingLossModule):
    """`losses.eps_sup_infonce`: forward(embeddings (N, D) or (N, V, D), labels (N,))."""

    def __init__(
        self,
        *,
        temperature: float = 0.1,
        epsilon: float = 0.25,
        normalize: bool = False,
        reduction: str = "mean",
        chunk_size: int | None = None,
    ) -> None:
        super().__init__(temperature, normalize, reduction, chunk_size)
        labelled.check_epsilon(epsilon)
        self.epsilon = epsilon

    def forward(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        return labelled.eps_sup_infonce(
            embeddings,
            labels,
            temperature=self.temperature,
            epsilon=self.epsilon,
            normalize=self.normalize,
            reduction=self.reduction,
            chunk_size=self.chunk_size,
        )


class NTXent(EmbeddingLossModule):
    """`losses.nt_xent`: forward(view_a (B, D), view_b (B, D))."""

    def __init__(
        self,
        *,
        temperature: float = 0.5,
        normalize: bool = False,
        reduction: str = "mean",
        chunk_size: int | None = None,
    ) -> None:
        super().__init__(temperature, normalize, reduction, chunk_size)

    def forward(self, view_a: Tensor, view_b: Tensor) -> Tensor:
        return paired.nt_xent(
            view_a,
            view_b,
            temperature=self.temperature,
            normalize=self.normalize,
            reduction=self.reduction,
            chunk_size=self.chunk_size,
        )


class Weibit(nn.Module):
    """`losses.weibit`: forward(view_a (B, D), view_b (B, D))."""

    def __init__(self, *, beta: float = 4.0, normalize: bool = False, reduction: str = "mean") -> None:
        super().__init__()
        check_number("beta", beta, above=0)
        check_reduction(reduction)
        self.beta, self.normalize, self.reduction = beta, normalize, reduction

    def forward(self, view_a: Tensor, view_b: Tensor) -> Tensor:
        return paired.weibit(view_a, view_b, beta=self.beta, normalize=self.normalize, reduction=self.reduction)

    def extra_repr(self) -> str:
        return f"beta={self.beta}, reduction={self.reduction!r}"


class WEINCE(EmbeddingLossModule):
    """`losses.weince`: forward(view_a (B, D), view_b (B, D)); its options, but for the last three, make `tail`."""

    def __init__(
        self,
        *,
        temperature: float = 0.5,
        evidence: str = "both",
        beta: str = "one",
        quantile: float = 0.2,
        aic_margin: float = 2.0,
        kappa_rho: float = 10.0,
        kappa_aic: float = 1.0,
        tail_fraction: float = 0.1,
        min_tail_points: int = 32,
        normalize: bool = False,
        reduction: str = "mean",
        chunk_size: int | None = None,
    ) -> None:
        super().__init__(temperature, normalize, reduction, chunk_size)
        self.tail = TailEvidence(
            evidence, beta, quantile, aic_margin, kappa_rho, kappa_aic, tail_fraction, min_tail_points
        )

    def forward(self, view_a: Tensor, view_b: Tensor) -> Tensor:
        z = paired.stacked_views(view_a, view_b, self.normalize)
        return paired.weince_of_stack(z, self.tail, self.temperature, self.reduction, self.chunk_size)
