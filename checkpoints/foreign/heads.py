"""Heads behind an encoder, as their tensors tell them: one layer, or linear layers with norms and activations between.

A gap in the numbers of nn.Sequential is an activation: SimCLR (arXiv 2002.05709), MoCo v2 and v3, SimSiam, BYOL, DINO,
solo-learn and lightly write their heads so.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from torch import nn

Shape = tuple[int, ...]
_MOST_LAYERS, _WIDEST = 24, 65_536


@dataclass(frozen=True, slots=True)
class HeadLayer:
    """One layer: its place among the head's names ("" for the head itself), sizes, whether it has a bias; a norm with
    `bias` has gain and shift."""

    place: str
    kind: Literal["linear", "batch_norm", "layer_norm", "relu", "gelu"]
    inputs: int = 0
    outputs: int = 0
    bias: bool = True


Layers = tuple[HeadLayer, ...]


def linear(inputs: int, outputs: int, *, bias: bool = True) -> Layers:
    """One layer, named as the head itself."""
    return (HeadLayer("", "linear", inputs, outputs, bias),)


def mlp(inputs: int, hidden: int, outputs: int, *, bias: bool = True) -> Layers:
    """Two layers with a ReLU between, as SimCLR and SupContrast have them."""
    first = HeadLayer("0", "linear", inputs, hidden, bias)
    return first, HeadLayer("a0", "relu"), HeadLayer("2", "linear", hidden, outputs, bias)


def layers_of(shapes: Mapping[str, Shape], inputs: int, *, gelu: bool = False) -> Layers | str:
    """The layers that tensors of these names and shapes are, for features of `inputs`; or why there are none."""
    if not any(name[:1].isdecimal() for name in shapes):
        found = _layer("", dict(shapes))
        return found if isinstance(found, str) else _joined((found,), inputs)
    places = sorted({int(name.split(".")[0]) for name in shapes})
    if len(places) > _MOST_LAYERS:
        return f"has more than {_MOST_LAYERS} layers"
    layers: list[HeadLayer] = []
    for place in places:
        if layers and place > int(layers[-1].place) + 1:
            layers.append(HeadLayer(f"a{layers[-1].place}", "gelu" if gelu else "relu"))
        start = f"{place}."
        own = {name.removeprefix(start): shape for name, shape in shapes.items() if name.startswith(start)}
        found = _layer(str(place), own)
        if isinstance(found, str):
            return found
        layers.append(found)
    return _joined(tuple(layers), inputs)


def _layer(place: str, shapes: dict[str, Shape]) -> HeadLayer | str:
    weight, running = shapes.get("weight"), shapes.get("running_mean")
    if any(not 1 <= size <= _WIDEST for shape in shapes.values() for size in shape):
        return f"has sizes that are not 1 to {_WIDEST:,}"
    if weight is not None and len(weight) == 2 and running is None:
        return HeadLayer(place, "linear", weight[1], weight[0], "bias" in shapes)
    if running is not None and len(running) == 1:
        return HeadLayer(place, "batch_norm", running[0], running[0], weight is not None)
    if weight is not None and len(weight) == 1 and "bias" in shapes:
        return HeadLayer(place, "layer_norm", weight[0], weight[0])
    return f"has a layer {place or 'of its own'} that is neither linear nor a norm"


def _joined(layers: Layers, inputs: int) -> Layers | str:
    """The layers, where each takes what the one before gives."""
    width = inputs
    for layer in layers:
        if layer.inputs not in (0, width):
            return f"takes {layer.inputs:,} numbers where {width:,} come in"
        width = layer.outputs or width
    return layers


def outputs_of(layers: Layers) -> int:
    """Numbers that come out."""
    return next((layer.outputs for layer in reversed(layers) if layer.outputs), 0)


def words_of(layers: Layers) -> str:
    """What they are, in a few words.

    >>> words_of(mlp(8, 20, 6))
    'MLP (20 hidden units)'
    """
    hidden = [layer.outputs for layer in layers if layer.kind == "linear"][:-1]
    if not hidden:
        return "linear"
    units = ", ".join(f"{each:,}" for each in hidden)
    norms = {"batch_norm": "batch norms", "layer_norm": "layer norms"}
    others = {norms[layer.kind]: None for layer in layers if layer.kind in norms}
    gelu = ["GELU"] if any(layer.kind == "gelu" for layer in layers) else []
    return f"MLP ({', '.join([f'{units} hidden units', *others, *gelu])})"


def build(layers: Layers) -> "nn.Module":
    """The module, its tensors named as in the file."""
    from torch import nn

    modules = OrderedDict((layer.place, _module(layer)) for layer in layers)
    return modules[""] if "" in modules else nn.Sequential(modules)


def _module(layer: HeadLayer) -> "nn.Module":
    from torch import nn

    if layer.kind == "linear":
        return nn.Linear(layer.inputs, layer.outputs, bias=layer.bias)
    if layer.kind == "batch_norm":
        return nn.BatchNorm1d(layer.inputs, affine=layer.bias)
    return (
        nn.LayerNorm(layer.inputs) if layer.kind == "layer_norm" else {"relu": nn.ReLU, "gelu": nn.GELU}[layer.kind]()
    )
