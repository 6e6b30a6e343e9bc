"""The relatives of NT-Xent and SupCon as `torch.nn.Module`s: see `losses.embedding_modules`."""

import torch
from torch import Tensor, nn

from . import paired_kin, sigmoid, soft_labelled
from .checks import check_temperature
from .embedding_modules import _EmbeddingLoss, _LabelledLoss
from .errors import LabError
from .options import Options
from .temperature import Temperature, shown


class DCL(_EmbeddingLoss):
    """`dcl` as a module: forward(view_a (B, D), view_b (B, D))."""

    def __init__(
        self,
        *,
        temperature: Temperature = 0.1,
        normalize: bool = False,
        reduction: str = "mean",
        chunk_size: int | None = None,
        plain: bool = False,
        distributed: bool = False,
    ) -> None:
        super().__init__(temperature, Options(normalize, reduction, chunk_size, plain, distributed))

    def forward(self, view_a: Tensor, view_b: Tensor) -> Tensor:
        return paired_kin.dcl_with(view_a, view_b, self.temperature, self.options)


class RINCE(_EmbeddingLoss):
    """`rince` as a module: forward(view_a (B, D), view_b (B, D))."""

    def __init__(
        self,
        *,
        temperature: Temperature = 0.5,
        q: float = 0.5,
        density: float = 0.01,
        normalize: bool = False,
        reduction: str = "mean",
        chunk_size: int | None = None,
        plain: bool = False,
        distributed: bool = False,
    ) -> None:
        super().__init__(temperature, Options(normalize, reduction, chunk_size, plain, distributed))
        paired_kin.check_powers(q, density)
        self.q, self.density = q, density

    def forward(self, view_a: Tensor, view_b: Tensor) -> Tensor:
        return paired_kin.rince_with(view_a, view_b, self.temperature, self.q, self.density, self.options)

    def extra_repr(self) -> str:
        return f"q={self.q}, density={self.density}, {super().extra_repr()}"


class TemperatureFreeInfoNCE(nn.Module):
    """`temperature_free_infonce` as a module: forward(view_a (B, D), view_b (B, D))."""

    def __init__(
        self,
        *,
        normalize: bool = False,
        reduction: str = "mean",
        chunk_size: int | None = None,
        plain: bool = False,
        distributed: bool = False,
    ) -> None:
        super().__init__()
        self.options = Options(normalize, reduction, chunk_size, plain, distributed)

    def forward(self, view_a: Tensor, view_b: Tensor) -> Tensor:
        return paired_kin.temperature_free_with(view_a, view_b, self.options)

    def extra_repr(self) -> str:
        return str(self.options)


class SigLIP(nn.Module):
    """`siglip` as a module: forward(view_a (B, D), view_b (B, D)).

    With `learned` the module has two parameters, as its authors train it: `log_scale`, which starts at
    log(1 / temperature), and `bias`. Else a temperature or bias that is an nn.Parameter is one of the module's.
    """

    log_scale: nn.Parameter | None

    def __init__(
        self,
        *,
        temperature: Temperature = 0.1,
        bias: float | Tensor = -10.0,
        learned: bool = False,
        normalize: bool = False,
        reduction: str = "mean",
        chunk_size: int | None = None,
        plain: bool = False,
        distributed: bool = False,
    ) -> None:
        super().__init__()
        check_temperature(temperature)
        sigmoid.check_bias(bias)
        self.options = Options(normalize, reduction, chunk_size, plain, distributed)
        if learned and any(isinstance(each, nn.Parameter) for each in (temperature, bias)):
            rule = "must be False where temperature or bias is a parameter of its own"
            raise LabError("learned", rule, True, "Pass numbers, where the module's own parameters start.")
        self.log_scale = nn.Parameter(-torch.as_tensor(temperature).detach().float().log()) if learned else None
        self.temperature = None if learned else temperature
        self.bias = nn.Parameter(torch.as_tensor(bias).detach().float()) if learned else bias

    def current_temperature(self) -> Temperature:
        """The temperature as it is now."""
        if self.log_scale is not None:
            return (-self.log_scale).exp()
        assert self.temperature is not None
        return self.temperature

    def forward(self, view_a: Tensor, view_b: Tensor) -> Tensor:
        return sigmoid.siglip_with(view_a, view_b, self.current_temperature(), self.bias, self.options)

    def extra_repr(self) -> str:
        return f"temperature={shown(self.current_temperature())}, bias={shown(self.bias)}, {self.options}"


class XCLR(_LabelledLoss):
    """`x_clr` as a module: forward(embeddings (N, D) or (N, V, D), labels (N,)), or with similarities=(N, N)."""

    def __init__(
        self,
        *,
        temperature: Temperature = 0.1,
        target_temperature: float = 0.1,
        normalize: bool = False,
        reduction: str = "mean",
        chunk_size: int | None = None,
        plain: bool = False,
        distributed: bool = False,
        ignore_index: int | None = None,
    ) -> None:
        options = Options(normalize, reduction, chunk_size, plain, distributed)
        super().__init__(temperature, options, ignore_index)
        soft_labelled.check_target_temperature(target_temperature)
        self.target_temperature = target_temperature

    def forward(self, embeddings: Tensor, labels: Tensor | None = None, similarities: Tensor | None = None) -> Tensor:
        return soft_labelled.x_clr_with(
            embeddings,
            labels,
            similarities,
            self.temperature,
            self.target_temperature,
            self.options,
            self.ignore_index,
        )

    def extra_repr(self) -> str:
        return f"target_temperature={self.target_temperature}, {super().extra_repr()}"
