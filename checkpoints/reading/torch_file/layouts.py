"""Which of a file's tensors are a network's, and in which of the known layouts, by their names alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from checkpoints.reading.torch_file.naming import COUNTERS, by_place, follows, is_buffer, plain, said, wrappers_in
from checkpoints.reading.torch_file.trunks import Head, Trunk, head_of, starts, trunks
from losses.errors import LabError

__all__ = ["LAYOUTS", "UNKNOWN", "Layout", "Network", "chosen", "network_of", "networks_of", "plain", "recognised"]


@dataclass(frozen=True, slots=True)
class Layout:
    """A layout: whose it is, what its forward pass is for, and the names that only it has.

    alone: whether those are all that it has. opens: whether its network is built here. only: all names that its head
    may have, where other people's heads have the same marks; "" for any.
    """

    name: str
    title: str
    marks: tuple[str, ...] = ()
    alone: bool = False
    opens: bool = True
    head: str = ""
    only: tuple[str, ...] = ()


UNKNOWN = Layout("unknown", "no layout that is known here")
_LINEAR = ("weight", "bias")
_MLP = ("0.weight", "0.bias", "2.weight", "2.bias")
# The first whose marks are all there; the more particular stand first.
LAYOUTS = (
    Layout(
        "simclr", "SimCLR (WEINCE): encoder and projector", ("encoder.conv1.weight", "projector.0.weight"),
        head="projector", only=("0.weight", "2.weight"),
    ),
    Layout(
        "supcon", "SupConResNet (SupContrast, SINCERE): encoder and head", ("encoder.conv1.weight", "head.2.weight"),
        head="head", only=_MLP,
    ),
    Layout(
        "supcon", "SupConResNet with a linear head", ("encoder.conv1.weight", "head.weight"), head="head", only=_LINEAR,
    ),
    # Its own shortcut, which every depth has: an `encoder.` of torchvision's naming with an `fc` is anybody's.
    Layout(
        "supce", "SupCEResNet: encoder and classifier",
        ("encoder.conv1.weight", "encoder.layer2.0.shortcut.0.weight", "fc.weight"), head="fc", only=_LINEAR,
    ),
    Layout("small_conv", "The small convolutional encoder of NCE Lab", ("encoder.0.weight", "encoder.10.weight")),
)  # fmt: skip
_TITLES = {"resnet": "ResNet", "vit": "Vision transformer"}
_NOT_BUILT = (
    Layout(
        "hf_vit",
        "Vision transformer in Hugging Face's naming",
        ("embeddings.patch_embeddings.projection.weight", "embeddings.position_embeddings"),
        opens=False,
    ),
    Layout("linear", "Linear classifier alone", ("fc.weight", "fc.bias"), alone=True, opens=False),
)


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """The tensors of a network whose layout is known.

    place: where they lie in the file, "model" for the names "model/..."; prefix: what its names begin with there, such
    as "net.", left out of `names`, which are name here -> full name in the file. head: what its head is called, "" for
    none; last: what stands behind the head and is left out. beside: full names in the same place that do not belong to
    it; strangers: those among them that stand between its own. also: what the file's other networks are called.
    """

    layout: Layout
    place: str
    prefix: str
    names: Mapping[str, str]
    beside: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    head: str = ""
    last: tuple[str, ...] = ()
    strangers: tuple[str, ...] = field(default=())

    @property
    def name(self) -> str:
        """What this set of weights is called."""
        return said(self.place, self.prefix)

    @property
    def wrappers(self) -> tuple[str, ...]:
        """What wraps modules in its names in the file."""
        return wrappers_in(self.names.values())

    @property
    def parameters(self) -> tuple[str, ...]:
        """Full names of what training changes by gradients."""
        return tuple(full for name, full in self.names.items() if not is_buffer(name))

    @property
    def buffers(self) -> tuple[str, ...]:
        """Full names of batch norms' running statistics and counters."""
        return tuple(full for name, full in self.names.items() if is_buffer(name))


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
    return next(iter(networks_of(names)), None)


def networks_of(names: Iterable[str]) -> tuple[Network, ...]:
    """All sets of weights of known layouts: those that are built here first, and of them those that follow no other."""
    found = [network for place, inside in by_place(names) for network in _in_place(place, inside)]
    found.sort(key=lambda each: (not each.layout.opens, follows(each.name)))
    return tuple(
        replace(each, also=tuple(other.name for other in found if other is not each and other.layout.opens))
        for each in found
    )


def chosen(networks: tuple[Network, ...], asked: str, *, file: str) -> Network | None:
    """The set of weights of that name, or of which it is the only one with such a part; the first where none is asked
    for. LabError where none or several are so called."""
    if not asked or not networks:
        return next(iter(networks), None)
    exact = [each for each in networks if each.name == asked]
    parts = [each for each in networks if asked in each.name.replace("/", ".").split(".")]
    found = exact or parts
    if len(found) != 1:
        names = ", ".join(each.name[:80] for each in networks[:12])
        raise LabError("weights", f"must name one of the sets in {file} ({names})", repr(asked[:80]))
    return found[0]


def _in_place(place: str, names: Mapping[str, str]) -> list[Network]:
    found = [each for layout in LAYOUTS for each in _of_layout(layout, place, names)]
    claimed = {full for each in found for full in each.names.values()}
    others = (trunk for trunk in trunks(names) if not claimed.issuperset(names[each] for each in trunk.names.values()))
    found += [_of_trunk(trunk, place, names) for trunk in others]
    return found or [each for layout in _NOT_BUILT for each in _of_layout(layout, place, names)]


def _of_layout(layout: Layout, place: str, names: Mapping[str, str]) -> list[Network]:
    """One for each prefix under which the marks stand and the head is no other."""
    if layout.alone and len(names) != len(layout.marks):
        return []
    found = []
    for prefix in starts(layout.marks, names):
        inside = {name[len(prefix) :]: full for name, full in names.items() if name.startswith(prefix)}
        inside = {name: full for name, full in inside.items() if name not in COUNTERS}
        beside = tuple(full for name, full in names.items() if not name.startswith(prefix) and name not in COUNTERS)
        if _own_head(layout, inside):
            found.append(Network(layout, place, prefix, inside, beside, head=layout.head))
    return found


def _own_head(layout: Layout, inside: Mapping[str, str]) -> bool:
    head = {name.removeprefix(f"{layout.head}.") for name in inside if name.startswith(f"{layout.head}.")}
    return not layout.only or head <= set(layout.only)


def _of_trunk(trunk: Trunk, place: str, names: Mapping[str, str]) -> Network:
    head = head_of(trunk, names)
    resnet = trunk.family.name == "resnet"
    inside = {("encoder." if resnet else "") + name: names[full] for name, full in trunk.names.items()}
    if head is not None:
        inside |= {f"{head.word}.{name}": names[full] for name, full in head.names.items()}
    last = () if head is None else tuple(names[each] for each in head.last)
    taken = {*inside.values(), *last}
    beside = tuple(full for name, full in names.items() if full not in taken and name not in COUNTERS)
    layout = Layout(trunk.family.name, _title(trunk, head))
    strangers = tuple(names[each] for each in trunk.strangers)
    return Network(
        layout, place, trunk.prefix, inside, beside, head="" if head is None else head.word, last=last,
        strangers=tuple(each for each in strangers if each not in taken),
    )  # fmt: skip


def _title(trunk: Trunk, head: Head | None) -> str:
    title = _TITLES[trunk.family.name]
    own = any(".shortcut." in name for name in trunk.names)
    title += " in SupContrast's naming" if own else f" in {trunk.family.whose} naming"
    return f"{title}, {'without a head' if head is None else f'with {head.word}'}"
