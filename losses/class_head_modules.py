"""The class-head losses as `torch.nn.Module`s: settings at construction, checked there, tensors at call.

Each computes what the function of the same name does; shapes, units, errors and sources are said there. A class
prior is a buffer, so that it moves with the module and is saved with it; a temperature that is an nn.Parameter is a
parameter of the module.
"""

from typing import TypedDict

from torch import Generator, Tensor, nn

from . import class_head
from .checks import check_floats, check_noise_probs, check_reduction, check_temperature
from .label_checks import check_ignore_index
from .temperature import Temperature, shown


class Settings(TypedDict):
    """What the functions are called with."""

    temperature: Temperature
    reduction: str
    distributed: bool


class LossModule(nn.Module):
    """Temperature and reduction, which all but Weibit have."""

    def __init__(self, temperature: Temperature, reduction: str) -> None:
        super().__init__()
        check_temperature(temperature)
        check_reduction(reduction)
        self.temperature, self.reduction = temperature, reduction

    def extra_repr(self) -> str:
        return f"temperature={shown(self.temperature)}, reduction={self.reduction!r}"


class _ContrastLoss(LossModule):
    """A class-head loss with a class prior, noise_probs (K,), against the candidates of one process or of all."""

    noise_probs: Tensor

    def __init__(
        self, noise_probs: Tensor, *, temperature: Temperature = 1.0, reduction: str = "mean", distributed: bool = False
    ) -> None:
        super().__init__(temperature, reduction)
        check_floats("noise_probs", noise_probs, "K")
        check_noise_probs(noise_probs, len(noise_probs))
        self.register_buffer("noise_probs", noise_probs)
        self.distributed = distributed

    @property
    def settings(self) -> Settings:
        return {"temperature": self.temperature, "reduction": self.reduction, "distributed": self.distributed}

    def extra_repr(self) -> str:
        return super().extra_repr() + (", distributed=True" if self.distributed else "")


class NLL(LossModule):
    """`nll` as a module: forward(logits (N, K), labels (N,))."""

    def __init__(
        self, *, temperature: Temperature = 1.0, reduction: str = "mean", ignore_index: int | None = None
    ) -> None:
        super().__init__(temperature, reduction)
        check_ignore_index(ignore_index)
        self.ignore_index = ignore_index

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        return class_head.nll(
            logits,
            labels,
            temperature=self.temperature,
            reduction=self.reduction,
            ignore_index=self.ignore_index,
        )

    def extra_repr(self) -> str:
        return super().extra_repr() + ("" if self.ignore_index is None else f", ignore_index={self.ignore_index}")


class SoftTargetCrossEntropy(LossModule):
    """`soft_target_cross_entropy` as a module: forward(logits (N, K), targets (N, K))."""

    def __init__(self, *, temperature: Temperature = 1.0, reduction: str = "mean") -> None:
        super().__init__(temperature, reduction)

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        return class_head.soft_target_cross_entropy(
            logits, targets, temperature=self.temperature, reduction=self.reduction
        )


class LabelInfoNCE(_ContrastLoss):
    """`label_infonce` as a module: forward(logits (N, K), labels (N,))."""

    def __init__(
        self,
        noise_probs: Tensor,
        *,
        temperature: Temperature = 1.0,
        reduction: str = "mean",
        distributed: bool = False,
        ignore_index: int | None = None,
    ) -> None:
        super().__init__(noise_probs, temperature=temperature, reduction=reduction, distributed=distributed)
        check_ignore_index(ignore_index)
        self.ignore_index = ignore_index

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        return class_head.label_infonce(
            logits, labels, self.noise_probs, ignore_index=self.ignore_index, **self.settings
        )

    def extra_repr(self) -> str:
        return super().extra_repr() + ("" if self.ignore_index is None else f", ignore_index={self.ignore_index}")


class SoftTargetInfoNCE(_ContrastLoss):
    """`soft_target_infonce` as a module: forward(logits (N, K), targets (N, K)); `plain` for second derivatives."""

    def __init__(
        self,
        noise_probs: Tensor,
        *,
        temperature: Temperature = 1.0,
        reduction: str = "mean",
        plain: bool = False,
        distributed: bool = False,
    ) -> None:
        super().__init__(noise_probs, temperature=temperature, reduction=reduction, distributed=distributed)
        self.plain = plain

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        return class_head.soft_target_infonce(logits, targets, self.noise_probs, plain=self.plain, **self.settings)

    def extra_repr(self) -> str:
        return super().extra_repr() + (", plain=True" if self.plain else "")


class SoftDistributionInfoNCE(_ContrastLoss):
    """`soft_distribution_infonce` as a module: forward(logits (N, K), targets (N, K)); `generator` draws the labels."""

    def __init__(
        self,
        noise_probs: Tensor,
        *,
        temperature: Temperature = 1.0,
        generator: Generator | None = None,
        reduction: str = "mean",
        distributed: bool = False,
    ) -> None:
        super().__init__(noise_probs, temperature=temperature, reduction=reduction, distributed=distributed)
        self.generator = generator

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        return class_head.soft_distribution_infonce(
            logits, targets, self.noise_probs, generator=self.generator, **self.settings
        )
