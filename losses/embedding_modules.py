"""The embedding losses as `torch.nn.Module`s: settings at construction, checked there, tensors at call.

Each computes what the function of the same name does; shapes, units, errors, options and sources are said there.
A temperature that is an nn.Parameter is a parameter of the module.
"""

from torch import Tensor, nn

from . import labelled, paired
from .checks import check_number, check_temperature
from .evidence import TailEvidence
from .hardest import HardestTerms
from .label_checks import check_ignore_index
from .options import Options
from .temperature import Temperature, shown


class _EmbeddingLoss(nn.Module):
    """A temperature and the options that all share."""

    def __init__(self, temperature: Temperature, options: Options) -> None:
        super().__init__()
        check_temperature(temperature)
        self.temperature, self.options = temperature, options

    def extra_repr(self) -> str:
        return f"temperature={shown(self.temperature)}, {self.options}"


class _LabelledLoss(_EmbeddingLoss):
    """And the label of items that are left out."""

    def __init__(self, temperature: Temperature, options: Options, ignore_index: int | None) -> None:
        super().__init__(temperature, options)
        check_ignore_index(ignore_index)
        self.ignore_index = ignore_index

    def extra_repr(self) -> str:
        return super().extra_repr() + ("" if self.ignore_index is None else f", ignore_index={self.ignore_index}")


class SupCon(_LabelledLoss):
    """`supcon` as a module: forward(embeddings (N, D) or (N, V, D), labels (N,))."""

    def __init__(
        self,
        *,
        temperature: Temperature = 0.1,
        normalize: bool = False,
        reduction: str = "mean",
        chunk_size: int | None = None,
        plain: bool = False,
        distributed: bool = False,
        ignore_index: int | None = None,
    ) -> None:
        options = Options(normalize, reduction, chunk_size, plain, distributed)
        super().__init__(temperature, options, ignore_index)

    def forward(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        return labelled.supcon_with(embeddings, labels, self.temperature, self.options, self.ignore_index)


class SINCERE(_LabelledLoss):
    """`sincere` as a module: forward(embeddings (N, D) or (N, V, D), labels (N,))."""

    def __init__(
        self,
        *,
        temperature: Temperature = 0.1,
        normalize: bool = False,
        reduction: str = "mean",
        chunk_size: int | None = None,
        plain: bool = False,
        distributed: bool = False,
        ignore_index: int | None = None,
    ) -> None:
        options = Options(normalize, reduction, chunk_size, plain, distributed)
        super().__init__(temperature, options, ignore_index)

    def forward(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        return labelled.eps_sup_infonce_with(embeddings, labels, self.temperature, 0.0, self.options, self.ignore_index)


class EpsSupInfoNCE(_LabelledLoss):
    """`eps_sup_infonce` as a module: forward(embeddings (N, D) or (N, V, D), labels (N,))."""

    def __init__(
        self,
        *,
        temperature: Temperature = 0.1,
        epsilon: float = 0.25,
        normalize: bool = False,
        reduction: str = "mean",
        chunk_size: int | None = None,
        plain: bool = False,
        distributed: bool = False,
        ignore_index: int | None = None,
    ) -> None:
        options = Options(normalize, reduction, chunk_size, plain, distributed)
        super().__init__(temperature, options, ignore_index)
        labelled.check_epsilon(epsilon)
        self.epsilon = epsilon

    def forward(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        return labelled.eps_sup_infonce_with(
            embeddings, labels, self.temperature, self.epsilon, self.options, self.ignore_index
        )


class NTXent(_EmbeddingLoss):
    """`nt_xent` as a module: forward(view_a (B, D), view_b (B, D))."""

    def __init__(
        self,
        *,
        temperature: Temperature = 0.5,
        normalize: bool = False,
        reduction: str = "mean",
        chunk_size: int | None = None,
        plain: bool = False,
        distributed: bool = False,
    ) -> None:
        super().__init__(temperature, Options(normalize, reduction, chunk_size, plain, distributed))

    def forward(self, view_a: Tensor, view_b: Tensor) -> Tensor:
        return paired.nt_xent_with(view_a, view_b, self.temperature, self.options)


class Weibit(nn.Module):
    """`weibit` as a module: forward(view_a (B, D), view_b (B, D))."""

    def __init__(
        self,
        *,
        beta: float = 4.0,
        normalize: bool = False,
        reduction: str = "mean",
        chunk_size: int | None = None,
        plain: bool = False,
        distributed: bool = False,
    ) -> None:
        super().__init__()
        check_number("beta", beta, above=0)
        self.beta, self.options = beta, Options(normalize, reduction, chunk_size, plain, distributed)

    def forward(self, view_a: Tensor, view_b: Tensor) -> Tensor:
        return paired.weibit_with(view_a, view_b, self.beta, self.options)

    def extra_repr(self) -> str:
        return f"beta={self.beta}, {self.options}"


class WEINCE(_EmbeddingLoss):
    """`weince` as a module: forward(view_a (B, D), view_b (B, D)); the settings of the evidence make `tail`, those of
    the released terms `hardest`."""

    def __init__(
        self,
        *,
        temperature: Temperature = 0.5,
        evidence: str = "both",
        beta: str = "one",
        quantile: float = 0.2,
        aic_margin: float = 2.0,
        kappa_rho: float = 10.0,
        kappa_aic: float = 1.0,
        tail_fraction: float = 0.1,
        min_tail_points: int = 32,
        weibull_weight: float = 0.0,
        softmax_weight: float = 0.0,
        weibull_top: int = 50,
        softmax_top: int = 50,
        normalize: bool = False,
        reduction: str = "mean",
        chunk_size: int | None = None,
        plain: bool = False,
        distributed: bool = False,
    ) -> None:
        super().__init__(temperature, Options(normalize, reduction, chunk_size, plain, distributed))
        self.tail = TailEvidence(
            evidence, beta, quantile, aic_margin, kappa_rho, kappa_aic, tail_fraction, min_tail_points
        )

        self.hardest = HardestTerms(weibull_weight, softmax_weight, weibull_top, softmax_top)

    def forward(self, view_a: Tensor, view_b: Tensor) -> Tensor:
        return paired.weince_with(view_a, view_b, self.tail, self.temperature, self.options, self.hardest)

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, {self.tail}, {self.hardest}"
