"""Encoders and their heads among names of tensors, whoever named them: which belong together, by the names alone.

An encoder is found by what only it has; its head beside it or inside of it, by the words that heads are called.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

# Heads that a loss compares, and heads that give classes; a word may stand for both, and then shapes and place tell.
PROJECTORS = ("projector", "projection_head", "projection", "projetion", "proj_head", "contrastive_head", "head", "mlp")
CLASSIFIERS = ("fc", "classifier", "linear", "online_classifier", "linear_head", "heads")
# What an encoder is called beside its head; "momentum_backbone" has "momentum_projector".
_CORES = ("base_encoder", "backbone", "encoder", "trunk", "network", "resnet", "net", "model", "vit", "features")
# One level that heads put between their name and their layers.
_LEVELS = ("mlp", "net", "layers", "layer", "model", "head", "proj", "projector", "block")
_LAST = ("last_layer", "last_layer2", "prototypes")  # of DINO, iBOT and SwAV: what the head's output is compared with
_LAYER = re.compile(r"(\d{1,2})\.(weight|bias|running_mean|running_var|num_batches_tracked)|weight|bias", re.ASCII)
# First parts of names that may stand beside an encoder's own without changing what it gives.
_BYSTANDERS = re.compile(
    r"(queue|predictor|momentum|target|teacher|online_predictor|prototypes|criterion|loss|logit_scale|temperature"
    r"|mask_token|decoder|n_averaged|center|ema|head_dist_unused)(_|\.|$|\d)|(projector|projection|projetion|proj_head"
    r"|contrastive_head|fc|classifier|linear|online_classifier|linear_head|heads?|mlp)(\.|$)"
)

_RESNET = r"conv1|bn1|layer[1-4]"
_VIT = "cls_token|pos_embed|patch_embed|blocks|norm|fc_norm|reg_token|register_tokens"
# torchvision's ViT, and what others call the parts of timm's.
_VIT_TORCHVISION = (
    (r"^class_token$", "cls_token"), (r"^conv_proj\.", "patch_embed.proj."), (r"^encoder\.pos_embedding$", "pos_embed"),
    (r"^encoder\.ln\.", "norm."), (r"^encoder\.layers\.encoder_layer_(\d+)\.", r"blocks.\1."),
    (r"\.ln_([12])\.", r".norm\1."), (r"\.self_attention\.in_proj_", ".attn.qkv."),
    (r"\.self_attention\.out_proj\.", ".attn.proj."), (r"\.mlp\.(0|linear_1)\.", ".mlp.fc1."),
    (r"\.mlp\.(3|linear_2)\.", ".mlp.fc2."),
)  # fmt: skip
_VIT_DINO = (
    (r"^register_tokens$", "reg_token"), (r"^blocks\.\d+\.(\d+)\.", r"blocks.\1."), (r"\.mlp\.w12\.", ".mlp.fc1."),
    (r"\.mlp\.w3\.", ".mlp.fc2."),
)  # fmt: skip
_TORCHVISION = {"0": "conv1", "1": "bn1", "4": "layer1", "5": "layer2", "6": "layer3", "7": "layer4"}
_LIGHTLY = {"0": "conv1", "1": "bn1", "2": "layer1", "3": "layer2", "4": "layer3", "5": "layer4"}


@dataclass(frozen=True, slots=True)
class Family:
    """marks: names that an encoder of it has; parts: the first parts of its names; renamed: what those are here;
    rewritten: patterns in whole names, and what stands for them here, in turn. whose: naming it is."""

    name: str
    marks: tuple[str, ...]
    parts: str
    renamed: Mapping[str, str] = field(default_factory=dict)
    rewritten: tuple[tuple[str, str], ...] = ()
    whose: str = "torchvision"

    def here(self, name: str) -> str:
        """What a name of the encoder is called here."""
        first, dot, more = name.partition(".")
        name = self.renamed.get(first, first) + dot + more
        for pattern, instead in self.rewritten:
            name = re.sub(pattern, instead, name)
        return name


FAMILIES = (
    Family("resnet", ("layer1.0.conv1.weight", "layer4.0.conv1.weight"), _RESNET),
    # As nn.Sequential(*resnet.children()) numbers them: torchvision's, and lightly's own.
    Family("resnet", ("7.0.conv1.weight", "4.0.conv1.weight"), "[014567]", _TORCHVISION),
    Family("resnet", ("5.0.conv1.weight", "2.0.conv1.weight"), "[0-5]", _LIGHTLY),
    # Of three stages, as CIFAR's ResNet-20 to 110.
    Family("resnet", ("layer1.0.conv1.weight", "layer3.0.conv1.weight"), _RESNET),
    Family("vit", ("patch_embed.proj.weight", "pos_embed"), _VIT, rewritten=_VIT_DINO, whose="timm"),
    Family(
        "vit",
        ("conv_proj.weight", "encoder.pos_embedding"),
        "class_token|conv_proj|encoder",
        rewritten=_VIT_TORCHVISION,
    ),
)


@dataclass(frozen=True, slots=True)
class Trunk:
    """An encoder: what its names begin with, plain name of each tensor by its name here, and strangers among them."""

    family: Family
    prefix: str
    names: Mapping[str, str]
    strangers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """word: what it is called; names: of each tensor by its name here, such as "0.weight"; last: what stands behind it
    and is left out, such as prototypes. `inside`: of the encoder's own names."""

    word: str
    names: Mapping[str, str]
    last: tuple[str, ...] = ()
    inside: bool = False


def trunks(names: Iterable[str]) -> Iterator[Trunk]:
    """All encoders among plain names, each family's in the order of their prefixes."""
    known = set(names)
    taken: set[str] = set()
    for family in FAMILIES:
        for prefix in starts(family.marks, known):
            if prefix not in taken:
                taken.add(prefix)
                yield _trunk(family, prefix, known)


def starts(marks: tuple[str, ...], names: Iterable[str]) -> list[str]:
    """What stands before all marks, the shortest first; "" where nothing does."""
    known = set(names)
    first, *others = marks
    found = {name.removesuffix(first) for name in known if name == first or name.endswith(f".{first}")}
    whole = [start for start in found if all(start + mark in known for mark in others)]
    return sorted(whole, key=lambda start: (len(start), start))


def _trunk(family: Family, prefix: str, known: set[str]) -> Trunk:
    inside, strangers = {}, []
    own = re.compile(rf"({family.parts})(\.|$)")
    for name in sorted(known):
        if not name.startswith(prefix):
            continue
        rest = name[len(prefix) :]
        if own.match(rest):
            inside[family.here(rest)] = name
        elif not _BYSTANDERS.match(rest):
            strangers.append(name)
    return Trunk(family, prefix, inside, tuple(strangers))


def head_of(trunk: Trunk, names: Iterable[str]) -> Head | None:
    """The head of an encoder: a projector before a classifier, beside it before inside; None where none is readable."""
    known = sorted(set(names))
    for base, word, inside in _candidates(trunk.prefix):
        found = _read(word.rpartition(".")[2], base + word + ".", known, inside=inside)
        if found is not None:
            return found
    return None


def _candidates(prefix: str) -> Iterator[tuple[str, str, bool]]:
    """(what stands before it, its word, whether inside the encoder) in the order in which heads are looked for."""
    parent, affix = _beside(prefix)
    for words in (PROJECTORS, CLASSIFIERS):
        if affix is not None:
            yield from ((parent, affix.replace("*", word), False) for word in words)
        yield from ((prefix, word, True) for word in words)


def _beside(prefix: str) -> tuple[str, str | None]:
    """Before the encoder's name, and its name with a star where the head's word goes; None where nothing stands there.

    >>> _beside("model.momentum_backbone.")
    ('model.', 'momentum_*')
    """
    outer, _, last = prefix.rstrip(".").rpartition(".")
    if not last:
        return "", None
    core = next((core for core in _CORES if core in last), last)
    return (outer + "." if outer else ""), last.replace(core, "*", 1)


def _read(word: str, base: str, known: list[str], *, inside: bool) -> Head | None:
    rests = {name[len(base) :]: name for name in known if name.startswith(base)}
    last = tuple(name for rest, name in rests.items() if rest.split(".")[0] in _LAST)
    layers = {rest: name for rest, name in rests.items() if name not in last}
    firsts = {rest.split(".")[0] for rest in layers}
    if len(firsts) == 1 and (level := firsts.pop()) in _LEVELS:
        layers = {rest[len(level) + 1 :]: name for rest, name in layers.items()}
    if not layers or not all(_LAYER.fullmatch(rest) for rest in layers):
        return None
    return Head(word, layers, last, inside)
