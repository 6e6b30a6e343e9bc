"""The encoders that a native checkpoint may name: a registry of bounded specs that build torch modules."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal, cast

from checkpoints.reading.fields import Fields
from losses.errors import LabError

if TYPE_CHECKING:
    from checkpoints.native.small_conv import SmallConv

HEADS = ("classes", "projection")

_BOUNDS = {"side": (4, 64), "width": (1, 64), "features": (1, 512), "outputs": (1, 1024)}


@dataclass(frozen=True, slots=True)
class SmallConvSpec:
    """Arguments of the small convolutional encoder; bounded, so that no file can ask for a giant.

    `side` of the square grey image, `width` channels of the first layer, `features` of the encoder,
    `outputs`: classes for head "classes", dimensions of the embedding for head "projection".
    """

    head: Literal["classes", "projection"]
    outputs: int
    features: int = 64
    width: int = 16
    side: int = 8

    def __post_init__(self) -> None:
        if self.head not in HEADS:
            raise LabError("encoder head", f"must be one of {', '.join(HEADS)}", repr(self.head))
        for name, (low, high) in _BOUNDS.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
                raise LabError(f"encoder {name}", f"must be an integer from {low} to {high}", repr(value))
        if self.side % 2:
            raise LabError("encoder side", "must be even", self.side)

    def build(self) -> "SmallConv":
        """The module, on the meta device: shapes without memory; see `small_conv` for giving it weights."""
        from checkpoints.native.small_conv import SmallConv

        return SmallConv(self)


ENCODERS: dict[str, type[SmallConvSpec]] = {"small_conv": SmallConvSpec}


def read_encoder(entry: Fields) -> tuple[str, SmallConvSpec]:
    """Registry name and checked spec from a file's {name, arguments}."""
    with entry:
        name = entry.text("name")
        if name not in ENCODERS:
            raise LabError("encoder", f"must be one of {', '.join(ENCODERS)}", repr(name))
        with entry.inner("arguments") as arguments:
            values: dict[str, object] = {"head": arguments.text("head")}
            values |= {key: arguments.integer(key, *_BOUNDS[key]) for key in _BOUNDS}
    return name, ENCODERS[name](**cast(dict, values))


def encoder_json(name: str, spec: SmallConvSpec) -> dict[str, object]:
    """The {name, arguments} that `read_encoder` takes back."""
    return {"name": name, "arguments": asdict(spec)}
