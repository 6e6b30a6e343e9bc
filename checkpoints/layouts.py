"""Which of the known layouts a file's tensors are in, by their names alone."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Layout:
    """A layout: whose it is, what its forward pass is for, and the names that only it has."""

    name: str
    title: str
    marks: tuple[str, ...] = ()


UNKNOWN = Layout("unknown", "no layout that is known here")
# The first whose marks all end some tensor's name; the more particular stand first.
LAYOUTS = (
    Layout("simclr", "SimCLR (WEINCE): encoder and projector", ("projector.0.weight", "encoder.conv1.weight")),
    Layout(
        "supcon", "SupConResNet (SupContrast, SINCERE): encoder and head", ("head.2.weight", "encoder.conv1.weight")
    ),
    Layout("supcon", "SupConResNet with a linear head", ("head.weight", "encoder.conv1.weight")),
    Layout("supce", "SupCEResNet: encoder and classifier", ("fc.weight", "encoder.conv1.weight")),
    Layout("small_conv", "The small convolutional encoder of NCE Lab", ("encoder.0.weight", "encoder.10.weight")),
    Layout("vit", "Vision transformer in timm naming", ("patch_embed.proj.weight", "pos_embed")),
    Layout("linear", "Linear classifier on frozen features", ("fc.weight", "fc.bias")),
)


def recognised(names: Iterable[str]) -> Layout:
    """The layout of tensors with these names, "module." prefixes of several GPUs left out.

    >>> recognised(["model/encoder.module.conv1.weight", "model/head.0.weight", "model/head.2.weight"]).name
    'supcon'
    """
    plain = [name.rsplit("/", 1)[-1].replace("module.", "") for name in names]
    for layout in LAYOUTS:
        if all(any(name.endswith(mark) for name in plain) for mark in layout.marks):
            return layout
    return UNKNOWN
