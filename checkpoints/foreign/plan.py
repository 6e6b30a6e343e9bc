"""Which network a file's tensors belong to: read off their names and shapes, which any file may have chosen."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from checkpoints.foreign import heads
from checkpoints.foreign.heads import Layers
from checkpoints.foreign.resnet import ResNetSpec
from checkpoints.foreign.shapes import Shapes, Sizes
from checkpoints.foreign.spec import ForeignSpec
from checkpoints.foreign.transformer_plan import transformer
from checkpoints.foreign.vit import TransformerSpec
from checkpoints.native.encoders import SmallConvSpec
from checkpoints.reading.quoting import printable
from checkpoints.reading.torch_file.layouts import Network, plain
from checkpoints.reading.torch_file.trunks import CLASSIFIERS
from losses.errors import LabError

if TYPE_CHECKING:
    from torch import nn

_WIDEST = 1024
# Names of networks that a loss trains against each other: MoCo's, BYOL's and their like.
_PAIRED = re.compile(r"(^|[^a-z])(encoder_[qk]|base_encoder|momentum_encoder|online\w*|target\w*)([^a-z]|$)")


@dataclass(frozen=True, slots=True)
class Plan:
    """A network: its layout, its encoder, and its head.

    role: the head's output is the "projection" that a loss compares, or the "logits" of classes; "none" without a head.
    head_name: the head's place in the file; layers: what it is made of. notes: what had to be assumed or left out.
    """

    layout: str
    encoder: "ResNetSpec | TransformerSpec | SmallConvSpec"
    role: Literal["projection", "logits", "none"]
    head_name: str = ""
    layers: Layers = ()
    notes: tuple[str, ...] = ()

    @property
    def outputs(self) -> int:
        """Numbers that the head gives, 0 without one."""
        return heads.outputs_of(self.layers)

    @property
    def title(self) -> str:
        """One line on what it is."""
        name = "the small convolutional encoder" if isinstance(self.encoder, SmallConvSpec) else self.encoder.title
        if not self.layers:
            return f"{name}, without a head"
        what = "dimensions" if self.role == "projection" else "class logits"
        return f"{name}, {heads.words_of(self.layers)} {self.head_name} to {self.outputs:,} {what}"

    def build(self) -> "nn.Module":
        """The module, on the meta device: shapes without memory. Called with images it gives (features, outputs)."""
        from checkpoints.foreign.models import build

        return build(self)


@dataclass(frozen=True, slots=True)
class Traits:
    """What the names of a set of weights say beyond its layout. head: what its head is called; prototypes: whether some
    stand behind it; paired: whether it is one of two that a loss trains against each other, by its name; solo: whether
    it is solo-learn's, whose files have a backbone, its projector, and a classifier beside both."""

    head: str = ""
    prototypes: bool = False
    paired: bool = False
    solo: bool = False


def plan_of(
    layout: str, shapes: Shapes, *, name: str, traits: Traits | None = None, spec: ForeignSpec | None = None
) -> Plan:
    """The plan of tensors with these names and shapes. LabError where no network here has them, or where `spec` has to
    say what the tensors do not."""
    if layout not in (*_PLANS, *_ANYBODYS):
        about = "a layout whose forward pass is known here (ResNet or ViT, with or without a head)"
        raise LabError(name, f"must be in {about}", _unknown(layout, shapes), _WAYS.get(layout, _ARRAYS))
    sizes = Sizes(shapes, name)
    if layout in _PLANS:
        return _PLANS[layout](sizes)
    traits = traits or traits_of(None, shapes)
    if layout == "resnet":
        return _of_resnet(sizes, traits)
    encoder, notes = transformer(sizes, spec or ForeignSpec(), paired=traits.paired)
    return _with_head(layout, encoder, sizes, traits, notes)


_ARRAYS = "Its embeddings and labels, computed with its own code, open as an .npz."
_WAYS = {"hf_vit": "Put the config.json that it came with beside it: then transformers builds it."}
_NOT_OPENED = {
    "linear": "a linear classifier alone (fc.weight and fc.bias), which has no encoder to see images with",
    "hf_vit": "a vision transformer in Hugging Face's naming",
}


def _unknown(layout: str, shapes: Shapes) -> str:
    if layout in _NOT_OPENED:
        return _NOT_OPENED[layout]
    if not shapes:
        return "a file in which no tensors were found"
    few = ", ".join(printable(name)[:60] or "nothing" for name in list(shapes)[:3])
    return f"in none of them: its tensors are named {few}" + (" and so on" if len(shapes) > 3 else "")


def traits_of(network: Network | None, shapes: Shapes) -> Traits:
    """Of a set of weights in a file; of names alone where there is no file: a head called so."""
    if network is not None:
        solo = (network.prefix, network.head) == ("backbone.", "projector")
        solo &= any(plain(name) == "classifier.weight" for name in network.beside)
        return Traits(network.head, bool(network.last), _PAIRED.search(network.name) is not None, solo)
    words = {name.split(".")[0] for name in shapes}
    return Traits(head=next((word for word in ("head", "projector", "fc") if word in words), ""))


def _of_resnet(sizes: Sizes, traits: Traits) -> Plan:
    """Anybody's, with what no tensor tells."""
    cifar = _stem(sizes)[0] == "cifar"
    encoder = _resnet(sizes, padding=2 if cifar and traits.solo else 1)
    notes = [_SOLO] if encoder.padding == 2 else []
    notes += [_PADDED] if encoder.shortcut == "padded" else []
    return _with_head("resnet", encoder, sizes, traits, notes)


_SOLO = "assumed: the first convolution pads by 2, as solo-learn's on CIFAR does, whose names these are"
_PADDED = (
    "assumed: shortcuts without weights take every second pixel and put channels of zeros on both sides, as CIFAR's"
    " ResNets of three stages do"
)


def _resnet(sizes: Sizes, *, padding: int = 1) -> ResNetSpec:
    stem, widths = _stem(sizes)
    stages = 4 if sizes.has("encoder.layer4.") else 3
    blocks = tuple(sizes.count(f"encoder.layer{stage + 1}.", ".conv1.weight") for stage in range(stages))
    bottleneck = sizes.has(".conv3.weight")
    first = "encoder.layer1.0."
    named = (name for name in ("downsample", "shortcut") if sizes.has(f".{name}."))
    naming: Literal["shortcut", "downsample", "padded"] = next(named, "padded")  # type: ignore[arg-type]
    width = sizes.of(f"{first}conv3.weight", 4)[0] // 4 if bottleneck else sizes.of(f"{first}conv1.weight", 4)[0]
    if not 1 <= width <= _WIDEST:
        raise LabError(f"{sizes.file}: the first stage", f"must be 1 to {_WIDEST} wide", width)
    inner, groups = _inner(sizes, f"{first}conv2.weight") if bottleneck else (0, 1)
    return ResNetSpec(
        blocks, bottleneck, naming, stem, width,
        () if widths == (width,) else widths, 0 if inner == width else inner, groups, sizes.has(".downsample.2.weight"),
        padding,
    )  # fmt: skip


def _stem(sizes: Sizes) -> tuple[Literal["cifar", "imagenet", "deep"], tuple[int, ...]]:
    """Its kind, and the channels of its convolutions."""
    if "encoder.conv1.0.weight" in sizes.shapes:
        widths = tuple(sizes.of(f"encoder.conv1.{place}.weight", 4)[0] for place in (0, 3, 6))
        return "deep", widths
    width, channels, kernel, _ = sizes.of("encoder.conv1.weight", 4)
    if channels != 3 or kernel not in (3, 7) or width > _WIDEST:
        rule = f"must be (width up to {_WIDEST}, 3, 3, 3) or (..., 3, 7, 7)"
        raise LabError(f"{sizes.file}: tensor encoder.conv1.weight", rule, sizes.shapes["encoder.conv1.weight"])
    return ("cifar" if kernel == 3 else "imagenet"), (width,)


def _inner(sizes: Sizes, name: str) -> tuple[int, int]:
    """Channels of the first bottleneck's 3x3 convolution, and its groups."""
    inner, each, _, _ = sizes.of(name, 4)
    if inner % each:
        raise LabError(f"{sizes.file}: tensor {name}", "must have groups of one size", sizes.shapes[name])
    return inner, inner // each


def _supcon(sizes: Sizes) -> Plan:
    encoder = _resnet(sizes)
    if "head.weight" in sizes.shapes:
        return Plan("supcon", encoder, "projection", "head", heads.linear(*_linear(sizes, "head.weight")))
    return Plan("supcon", encoder, "projection", "head", _two_layers(sizes, "head"))


def _supce(sizes: Sizes) -> Plan:
    return Plan("supce", _resnet(sizes), "logits", "fc", heads.linear(*_linear(sizes, "fc.weight")))


def _simclr(sizes: Sizes) -> Plan:
    return Plan("simclr", _resnet(sizes), "projection", "projector", _two_layers(sizes, "projector", bias=False))


def _linear(sizes: Sizes, name: str) -> tuple[int, int]:
    """Inputs and outputs."""
    outputs, inputs = sizes.of(name, 2)
    return inputs, outputs


def _two_layers(sizes: Sizes, word: str, *, bias: bool = True) -> Layers:
    (inputs, hidden), (_, outputs) = (_linear(sizes, f"{word}.{place}.weight") for place in (0, 2))
    return heads.mlp(inputs, hidden, outputs, bias=bias)


def _with_head(
    layout: str, encoder: ResNetSpec | TransformerSpec, sizes: Sizes, traits: Traits, notes: list[str]
) -> Plan:
    """Whatever head stands in the file; one that is no row of layers is left out, and said so."""
    word = traits.head
    if not word:
        return Plan(layout, encoder, "none", notes=tuple(notes))
    own = {name.removeprefix(f"{word}."): shape for name, shape in sizes.shapes.items() if name.startswith(f"{word}.")}
    layers = heads.layers_of(own, encoder.features, gelu=traits.prototypes)
    if isinstance(layers, str):
        return Plan(layout, encoder, "none", notes=(*notes, f"the head {word} is left out, as it {layers}"))
    return Plan(layout, encoder, _role(encoder, layers, traits), word, layers, tuple(notes))


def _role(encoder: ResNetSpec | TransformerSpec, layers: Layers, traits: Traits) -> Literal["projection", "logits"]:
    """One layer gives classes, by what it is called, but in networks of a pair; more give what a loss compares, but
    after the mean of patches, where soft target InfoNCE puts a classifier of three layers."""
    if traits.paired or traits.prototypes:
        return "projection"
    if len(layers) == 1:
        return "logits" if traits.head in (*CLASSIFIERS, "head") else "projection"
    after = isinstance(encoder, TransformerSpec) and encoder.after and not encoder.norm
    return "logits" if after and traits.head == "head" else "projection"


def _small_conv(sizes: Sizes) -> Plan:
    width, (features, inputs) = sizes.of("encoder.0.weight", 4)[0], sizes.of("encoder.10.weight", 2)
    side = 2 * math.isqrt(inputs // (2 * width))
    linear = "head.weight" in sizes.shapes
    outputs = sizes.of("head.weight" if linear else "head.2.weight", 2)[0]
    small = SmallConvSpec("classes" if linear else "projection", outputs, features, width, side)
    layers = heads.linear(features, outputs) if linear else heads.mlp(features, features, outputs)
    return Plan("small_conv", small, "logits" if linear else "projection", "head", layers)


# The authors' own layouts, whose heads are known; and families whose heads are read off the file.
_PLANS: Mapping[str, Callable[[Sizes], Plan]] = {
    "supcon": _supcon,
    "supce": _supce,
    "simclr": _simclr,
    "small_conv": _small_conv,
}
_ANYBODYS = ("resnet", "vit")
