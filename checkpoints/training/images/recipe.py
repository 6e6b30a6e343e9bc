"""What a training run on images is: every number that decides its curve. Free of torch."""

import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from checkpoints.native.objectives import BOUNDS, OBJECTIVES
from checkpoints.native.recipes import check_integer, check_known, check_number, words_of
from losses.errors import LabError

# Blocks of each stage, and whether they are bottlenecks: three stages are He et al.'s for CIFAR, four ImageNet's with
# a stem for CIFAR.
DEPTHS: Mapping[str, tuple[tuple[int, ...], bool]] = {
    "resnet8": ((1, 1, 1), False),
    "resnet14": ((2, 2, 2), False),
    "resnet18": ((2, 2, 2, 2), False),
    "resnet50": ((3, 4, 6, 3), True),
}
VITS: Mapping[str, int] = {"vit_tiny": 192, "vit_small": 384}
"""Width of each vision transformer: timm's tiny and small, twelve blocks, here on patches of `PATCH` pixels."""
PATCH = 4
ENCODERS = (*DEPTHS, *VITS)
OPTIMISERS = ("sgd", "adamw")
PRECISIONS = ("none", "bf16")


@dataclass(frozen=True, slots=True)
class Views:
    """How far a view may stray, by the recipe of SimCLR and SupCon for small images.

    crop: least share of the area that a random crop keeps, 1 for none; flip: share of mirrored views; jitter: strength
    of brightness, contrast and saturation (hue a quarter of it), which `jittered` of the views get; grey: share of
    views without colour.
    """

    crop: float = 0.2
    flip: float = 0.5
    jitter: float = 0.4
    jittered: float = 0.8
    grey: float = 0.2

    def __post_init__(self) -> None:
        check_number("crop", self.crop, 0.01, 1.0)
        for name in ("flip", "jitter", "jittered", "grey"):
            check_number(name, getattr(self, name), 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class ImageRecipe:
    """A run, complete. data: a name for the images, never a path. width of the encoder's first stage, or of a
    transformer; projection: dimensions of the embedding; warmup in epochs; momentum of SGD (Nesterov's), or AdamW's
    first beta. cutmix: concentration of the share of an image that another's box replaces, beside mixup; ema: what a
    step keeps of the averaged weights, which are then those that are judged and written. 0 for neither."""

    loss: str
    parameters: Mapping[str, float]
    data: str
    encoder: str = "resnet14"
    width: int = 32
    projection: int = 128
    side: int = 32
    seed: int = 0
    epochs: int = 100
    batch_size: int = 512
    optimiser: str = "sgd"
    learning_rate: float = 0.4
    momentum: float = 0.9
    weight_decay: float = 0.0005
    warmup: float = 1.0
    precision: str = "none"
    channels_last: bool = False
    views: Views = field(default_factory=Views)
    cutmix: float = 0.0
    ema: float = 0.0

    def __post_init__(self) -> None:
        check_known("loss", self.loss, OBJECTIVES)
        check_known("encoder", self.encoder, dict.fromkeys(ENCODERS))
        check_known("optimizer", self.optimiser, dict.fromkeys(OPTIMISERS))
        check_known("amp", self.precision, dict.fromkeys(PRECISIONS))
        for name, low, high in (
            ("width", 1, 384), ("projection", 2, 1024), ("side", 8, 256), ("seed", 0, 2**32 - 1), ("epochs", 1, 2000),
            ("batch_size", 8, 65_536),
        ):  # fmt: skip
            check_integer(name.replace("_", " "), getattr(self, name), low, high)
        for name, least, most in (
            ("learning_rate", 1e-7, 100.0), ("momentum", 0.0, 0.999), ("weight_decay", 0.0, 1.0), ("warmup", 0.0, 1000),
            ("cutmix", 0.0, 100.0), ("ema", 0.0, 0.99999),
        ):  # fmt: skip
            check_number(name.replace("_", " "), getattr(self, name), least, most)
        self._check_parameters()
        if self.cutmix and "mixup" not in self.parameters:
            raise LabError("cutmix", f"must be left out for {self.loss}", remedy="It mixes soft targets.")
        if self.encoder in VITS:
            self._check_transformer(VITS[self.encoder])

    def _check_transformer(self, width: int) -> None:
        if self.width != width:
            raise LabError("width", f"must be {width} for {self.encoder}", self.width)
        if self.side % PATCH:
            raise LabError("side", f"must be a multiple of {PATCH} for {self.encoder}", self.side)

    def _check_parameters(self) -> None:
        objective = OBJECTIVES[self.loss]
        if not objective.takes(self.parameters):
            found = ", ".join(sorted(self.parameters)) or "none"
            raise LabError(f"parameters of {self.loss}", f"must be {', '.join(objective.parameters)}", found)
        for name, value in self.parameters.items():
            check_number(name, value, *BOUNDS[name])

    @property
    def head(self) -> str:
        """ "projection" for a loss of embeddings, "classes" for one of logits."""
        return OBJECTIVES[self.loss].head

    def options(self, data: str = "IMAGES", out: str = "FILE.pth") -> dict[str, str | float | bool]:
        """Each option of `python -m checkpoints.train`, without its dashes, that repeats this run whatever the defaults
        become; `data`: where the images are."""
        found: dict[str, str | float | bool] = {
            "loss": self.loss, **{name.replace("_", "-"): value for name, value in self.parameters.items()},
            "data": data, "name": self.data, "encoder": self.encoder, "width": self.width,
            "projection": self.projection, "side": self.side, "seed": self.seed, "epochs": self.epochs,
            "batch-size": self.batch_size, "optimizer": self.optimiser, "learning-rate": self.learning_rate,
            "momentum": self.momentum, "weight-decay": self.weight_decay, "warmup": self.warmup, "amp": self.precision,
            **asdict(self.views), "out": out,
        }  # fmt: skip
        more = {"cutmix": self.cutmix, "ema": self.ema, "channels-last": self.channels_last}
        return found | {name: value for name, value in more.items() if value}

    def command(self, data: str = "IMAGES", out: str = "FILE.pth") -> str:
        """The command line of these options."""
        return shlex.join(["python", "-m", "checkpoints.train", *words_of(self.options(data, out))])

    def plain(self) -> dict[str, object]:
        """All of it as JSON values."""
        return asdict(self) | {"parameters": dict(self.parameters)}
