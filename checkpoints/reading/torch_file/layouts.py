"""Which of a file's tensors are a network's, and in which of the known layouts, by their names alone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Layout:
    """A layout: whose it is, what its forward pass is for, and the names that only it has.

    alone: whether those are all that it has. opens: whether its network is built here.
    """

    name: str
    title: str
    marks: tuple[str, ...] = ()
    alone: bool = False
    opens: bool = True


UNKNOWN = Layout("unknown", "no layout that is known here")
# The first whose marks are all there; the more particular stand first.
LAYOUTS = (
    Layout("simclr", "SimCLR (WEINCE): encoder and projector", ("encoder.conv1.weight", "projector.0.weight")),
    Layout(
        "supcon", "SupConResNet (SupContrast, SINCERE): encoder and head", ("encoder.conv1.weight", "head.2.weight")
    ),
    Layout("supcon", "SupConResNet with a linear head", ("encoder.conv1.weight", "head.weight")),
    Layout("supce", "SupCEResNet: encoder and classifier", ("encoder.conv1.weight", "fc.weight")),
    Layout("small_conv", "The small convolutional encoder of NCE Lab", ("encoder.0.weight", "encoder.10.weight")),
    Layout("vit", "Vision transformer in timm naming", ("patch_embed.proj.weight", "pos_embed")),
    Layout(
        "resnet",
        "ResNet in torchvision naming",
        ("layer1.0.conv1.weight", "layer2.0.downsample.0.weight"),
        opens=False,
    ),
    Layout(
        "supcon_encoder",
        "ResNet in SupContrast's naming, without a head",
        ("layer1.0.conv1.weight", "layer2.0.shortcut.0.weight"),
        opens=False,
    ),
    Layout(
        "hf_vit",
        "Vision transformer in Hugging Face's naming",
        ("embeddings.patch_embeddings.projection.weight", "embeddings.position_embeddings"),
        opens=False,
    ),
    Layout("linear", "Linear classifier alone", ("fc.weight", "fc.bias"), alone=True, opens=False),
)
# Where state_dicts are put, the usual first.
_PLACES = ("model", "state_dict", "model_state_dict", "")
# What several GPUs, torch.compile, FSDP, activation checkpoints and DeepSpeed put into names.
_WRAPPERS = ("module", "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module", "_forward_module")
_COUNTERS = ("n_averaged",)  # beside a network under torch's AveragedModel
_BUFFERS = ("running_mean", "running_var", "num_batches_tracked")


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """The tensors of a network whose layout is known.

    place: where they lie in the file, "model" for the names "model/..."; prefix: what its names begin with there, such
    as "net.", left out of `names`, which are plain name -> full name in the file. beside: full names in the same place
    that do not belong to it. also: where else the file has a network of that layout.
    """

    layout: Layout
    place: str
    prefix: str
    names: Mapping[str, str]
    beside: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    @property
    def parameters(self) -> tuple[str, ...]:
        """Full names of what training changes by gradients."""
        return tuple(full for name, full in self.names.items() if not is_buffer(name))

    @property
    def buffers(self) -> tuple[str, ...]:
        """Full names of batch norms' running statistics and counters."""
        return tuple(full for name, full in self.names.items() if is_buffer(name))


def is_buffer(name: str) -> bool:
    """Whether a tensor of this name is a batch norm's running statistic or counter."""
    return name.rpartition(".")[2] in _BUFFERS


def plain(name: str) -> str:
    """A tensor's name without its place, and without what wraps its module.

    >>> plain("model/module.encoder._orig_mod.conv1.weight")
    'encoder.conv1.weight'
    """
    return ".".join(part for part in name.rpartition("/")[2].split(".") if part not in _WRAPPERS)


def recognised(names: Iterable[str]) -> Layout:
    """The layout of tensors with these names.

    >>> recognised(["model/encoder.module.conv1.weight", "model/head.0.weight", "model/head.2.weight"]).name
    'supcon'
    >>> recognised(["fc.weight", "fc.bias", "conv1.weight"]).name
    'unknown'
    """
    found = network_of(names)
    return UNKNOWN if found is None else found.layout


def network_of(names: Iterable[str]) -> Network | None:
    """The first network of a known layout among tensors with these names; None where there is none."""
    places: dict[str, dict[str, str]] = defaultdict(dict)
    for full in names:
        places[full.rpartition("/")[0]][plain(full)] = full
    found = [network for place in sorted(places, key=_rank) if (network := _in_place(place, places[place]))]
    if not found:
        return None
    first, *others = found
    also = tuple(_said(other.place, other.prefix) for other in others if other.layout == first.layout)
    return Network(first.layout, first.place, first.prefix, first.names, first.beside, (*first.also, *also))


def _rank(place: str) -> tuple[int, str]:
    return (_PLACES.index(place) if place in _PLACES else len(_PLACES)), place


def _in_place(place: str, names: Mapping[str, str]) -> Network | None:
    for layout in LAYOUTS:
        prefixes = _prefixes(layout, names)
        if prefixes:
            prefix, *others = prefixes
            inside = {name[len(prefix) :]: full for name, full in names.items() if name.startswith(prefix)}
            beside = [full for name, full in names.items() if not name.startswith(prefix) and name not in _COUNTERS]
            inside = {name: full for name, full in inside.items() if name not in _COUNTERS}
            return Network(layout, place, prefix, inside, tuple(beside), tuple(_said(place, each) for each in others))
    return None


def _prefixes(layout: Layout, names: Mapping[str, str]) -> list[str]:
    """What stands before the marks of a layout, the shortest first; "" where nothing does."""
    first, *others = layout.marks
    starts = {name.removesuffix(first) for name in names if name == first or name.endswith(f".{first}")}
    found = [start for start in starts if all(start + mark in names for mark in others)]
    if layout.alone and len(names) != len(layout.marks):
        return []
    return sorted(found, key=lambda start: (len(start), start))


def _said(place: str, prefix: str) -> str:
    return f"{place}/{prefix}" if place and prefix else place or prefix
