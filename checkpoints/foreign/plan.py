"""Which network a file's tensors belong to: read off their names and shapes, which any file may have chosen."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from checkpoints.foreign.resnet import ResNetSpec
from checkpoints.foreign.vit import HEADS, TransformerSpec
from checkpoints.native.encoders import SmallConvSpec
from checkpoints.reading.quoting import printable
from losses.errors import LabError

if TYPE_CHECKING:
    from torch import nn

Shape = tuple[int, ...]
Shapes = Mapping[str, Shape]
_MOST_BLOCKS, _WIDEST, _MOST_OUTPUTS = 64, 1024, 65_536


@dataclass(frozen=True, slots=True)
class Plan:
    """A network: its layout, its encoder, and its head.

    role: the head's output is the "projection" that a loss compares, or the "logits" of classes. head_name: the head's
    place in the file; linear: whether it is one layer; hidden and outputs: its sizes.
    """

    layout: str
    encoder: "ResNetSpec | TransformerSpec | SmallConvSpec"
    role: Literal["projection", "logits"]
    head_name: str
    linear: bool
    hidden: int
    outputs: int

    @property
    def title(self) -> str:
        """One line on what it is."""
        name = "the small convolutional encoder" if isinstance(self.encoder, SmallConvSpec) else self.encoder.title
        head = "linear" if self.linear else f"MLP ({self.hidden:,} hidden units)"
        return f"{name}, {head} {self.head_name} to {self.outputs:,} {self._outputs}"

    @property
    def _outputs(self) -> str:
        return "dimensions" if self.role == "projection" else "class logits"

    def build(self) -> "nn.Module":
        """The module, on the meta device: shapes without memory. Called with images it gives (features, outputs)."""
        from checkpoints.foreign.models import build

        return build(self)


def plan_of(layout: str, shapes: Shapes, *, name: str) -> Plan:
    """The plan of tensors with these names and shapes. LabError where no network here has them."""
    if layout not in _PLANS:
        about = "a layout whose forward pass is known here (SupConResNet, SupCEResNet, SimCLR, ViT in timm naming)"
        raise LabError(name, f"must be in {about}", _unknown(layout, shapes), _ARRAYS)
    return _PLANS[layout](_Sizes(shapes, name))


_ARRAYS = "Its embeddings and labels, computed with its own code, open as an .npz."
_NOT_OPENED = {
    "linear": "a linear classifier alone (fc.weight and fc.bias), which has no encoder to see images with",
    "resnet": "a ResNet in torchvision naming, whose images' size and normalisation are not known here",
    "supcon_encoder": "a SupContrast ResNet without its head",
    "hf_vit": "a vision transformer in Hugging Face's naming",
}


def _unknown(layout: str, shapes: Shapes) -> str:
    if layout in _NOT_OPENED:
        return _NOT_OPENED[layout]
    if not shapes:
        return "a file in which no tensors were found"
    few = ", ".join(printable(name)[:60] or "nothing" for name in list(shapes)[:3])
    return f"in none of them: its tensors are named {few}" + (", ..." if len(shapes) > 3 else "")


@dataclass(frozen=True, slots=True)
class _Sizes:
    """Shapes by name, each asked for with its number of dimensions and its bounds."""

    shapes: Shapes
    file: str

    def of(self, name: str, dimensions: int) -> Shape:
        shape = self.shapes.get(name)
        if shape is None:
            raise LabError(self.file, f"must have the tensor {name}", but="has none of that name")
        if len(shape) != dimensions or not all(1 <= size <= _MOST_OUTPUTS for size in shape):
            rule = f"must have {dimensions} dimensions of 1 to {_MOST_OUTPUTS:,}"
            raise LabError(f"{self.file}: tensor {name}", rule, f"of shape {shape}")
        return shape

    def count(self, stem: str, ending: str) -> int:
        """One more than the largest number between `stem` and `ending`."""
        middles = (n[len(stem) :].split(".", 1)[0] for n in self.shapes if n.startswith(stem) and n.endswith(ending))
        found = [int(middle) for middle in middles if middle.isdecimal() and len(middle) < 5]
        if not found or max(found) >= _MOST_BLOCKS:
            raise LabError(self.file, f"must have 1 to {_MOST_BLOCKS} of the tensors {stem}0{ending}, ...", len(found))
        return max(found) + 1

    def has(self, part: str) -> bool:
        return any(part in name for name in self.shapes)


def _resnet(sizes: _Sizes) -> ResNetSpec:
    width, channels, kernel, _ = sizes.of("encoder.conv1.weight", 4)
    if channels != 3 or kernel not in (3, 7) or width > _WIDEST:
        rule = f"must be (width up to {_WIDEST}, 3, 3, 3) or (..., 3, 7, 7)"
        raise LabError(f"{sizes.file}: tensor encoder.conv1.weight", rule, sizes.shapes["encoder.conv1.weight"])
    one, two, three, four = (sizes.count(f"encoder.layer{stage}.", ".conv1.weight") for stage in range(1, 5))
    naming: Literal["shortcut", "downsample"] = "downsample" if sizes.has(".downsample.") else "shortcut"
    stem: Literal["cifar", "imagenet"] = "cifar" if kernel == 3 else "imagenet"
    return ResNetSpec((one, two, three, four), sizes.has(".conv3.weight"), naming, stem, width)


def _supcon(sizes: _Sizes) -> Plan:
    encoder = _resnet(sizes)
    if "head.weight" in sizes.shapes:
        return Plan("supcon", encoder, "projection", "head", True, 0, sizes.of("head.weight", 2)[0])
    hidden, outputs = sizes.of("head.0.weight", 2)[0], sizes.of("head.2.weight", 2)[0]
    return Plan("supcon", encoder, "projection", "head", False, hidden, outputs)


def _supce(sizes: _Sizes) -> Plan:
    return Plan("supce", _resnet(sizes), "logits", "fc", True, 0, sizes.of("fc.weight", 2)[0])


def _simclr(sizes: _Sizes) -> Plan:
    hidden, outputs = sizes.of("projector.0.weight", 2)[0], sizes.of("projector.2.weight", 2)[0]
    return Plan("simclr", _resnet(sizes), "projection", "projector", False, hidden, outputs)


def _vit(sizes: _Sizes) -> Plan:
    width, _, patch, _ = sizes.of("patch_embed.proj.weight", 4)
    tokens = sizes.of("pos_embed", 3)[1]
    side = math.isqrt(max(tokens - 1, 0))
    if width not in HEADS:
        remedy = "For other widths the number of heads is not known."
        raise LabError(f"{sizes.file}: the transformer", f"must be {', '.join(map(str, HEADS))} wide", width, remedy)
    if side**2 != tokens - 1 or not 1 <= side * patch <= 512:
        rule = "must have one token and a square of patches, 512 pixels at most"
        raise LabError(f"{sizes.file}: tensor pos_embed", rule, but=f"has {tokens} tokens")
    _check_pooling(sizes)
    depth, hidden = sizes.count("blocks.", ".attn.qkv.weight"), sizes.of("blocks.0.mlp.fc1.weight", 2)[0]
    encoder = TransformerSpec(depth, width, patch, side * patch, hidden)
    if "head.weight" in sizes.shapes:
        return Plan("vit", encoder, "logits", "head", True, 0, sizes.of("head.weight", 2)[0])
    inner, outputs = sizes.of("head.0.weight", 2)[0], sizes.of("head.6.weight", 2)[0]
    return Plan("vit", encoder, "logits", "head", False, inner, outputs)


def _check_pooling(sizes: _Sizes) -> None:
    """The authors' way: the patches' mean, then `fc_norm`, then a head."""
    if "fc_norm.weight" not in sizes.shapes and "norm.weight" in sizes.shapes:
        found = "one that has norm in its place, as those have that look at the class token alone"
        raise LabError(sizes.file, "must be a ViT with fc_norm after the mean of its patches", found, _ARRAYS)
    if not any(name.startswith("head.") for name in sizes.shapes):
        raise LabError(sizes.file, "must be a ViT with a head of class logits", "one that has no head", _ARRAYS)


def _small_conv(sizes: _Sizes) -> Plan:
    width, (features, inputs) = sizes.of("encoder.0.weight", 4)[0], sizes.of("encoder.10.weight", 2)
    side = 2 * math.isqrt(inputs // (2 * width))
    linear = "head.weight" in sizes.shapes
    outputs = sizes.of("head.weight" if linear else "head.2.weight", 2)[0]
    spec = SmallConvSpec("classes" if linear else "projection", outputs, features, width, side)
    return Plan("small_conv", spec, "logits" if linear else "projection", "head", linear, features, outputs)


_PLANS: dict[str, Callable[[_Sizes], Plan]] = {
    "supcon": _supcon,
    "supce": _supce,
    "simclr": _simclr,
    "vit": _vit,
    "small_conv": _small_conv,
}
