"""How a file's network is built and its images prepared: as the file says, or as the user says."""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from checkpoints.foreign.preparation import Preparation
from checkpoints.foreign.spec import SIDES, ForeignSpec, Triple
from checkpoints.images.cifar import form_of
from checkpoints.reading.torch_file.contents import TorchContents
from losses.errors import LabError
from ui import own_encoder
from ui.controls import Controls
from ui.foreign_text import plain
from ui.memo import Memo

if TYPE_CHECKING:
    from checkpoints.brought.network import Brought
    from checkpoints.foreign.plan import Plan
    from checkpoints.foreign.weights import Weights

_HOW = {"file": "As the file says, else assumed", "own": "As I say"}
_CROPS = {"centre": "The centre of the scaled image", "square": "All of it, scaled to a square"}
_INTERPOLATIONS = {"bilinear": "Bilinear", "bicubic": "Bicubic"}
_POOLS = {"token": "Class token", "mean": "Mean of the patches"}
_UNTOLD, _NO_NAME = "0", ""
_NETWORKS, _KEPT = "nce_lab_networks", 4
_PLAIN: tuple[Triple, Triple] = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Known:
    """A file and the images beside it: where they are, None for what was uploaded."""

    found: TorchContents
    path: Path | None
    images: Path | None


def network_of(known: Known, spec: ForeignSpec) -> tuple["Weights", "Plan | Brought"]:
    """As `network_in`: made once in a session for all looks at it, since others' code may take its time."""
    from checkpoints.foreign.opening import network_in

    kept: Memo = st.session_state.setdefault(_NETWORKS, Memo(_KEPT))
    key = (known.found.digest, known.path, spec)
    return kept.once(key, lambda: network_in(known.found, spec, known.path))


def said(known: Known, spec: ForeignSpec) -> Preparation:
    """How the file's network gets its images. LabError where none here has its weights, or `spec` does not fit."""
    from checkpoints.foreign.about import options_of
    from checkpoints.foreign.preparation import preparation_of

    form = form_of(known.images) if known.images is not None else None
    options, plan = options_of(known.found), network_of(known, spec)[1]
    return preparation_of(plan, options, form.data_set if form else "", spec, known.path)


def choose_network(controls: Controls, known: Known, spec: ForeignSpec) -> ForeignSpec:
    """`spec` with what the tensors do not say: who builds the network, which set of weights, and of a transformer its
    heads and its pooling."""
    spec = _choose_timm(controls, known, _choose_builder(controls, known, spec))
    if spec.network:
        return spec
    sets = [each for each in known.found.networks if each.layout.opens]
    if len(sets) > 1:
        names = {each.name: each.name for each in sets}
        asked = controls.choice(
            "Weights", "weights", names, default=sets[0].name, help="The file has several sets of weights."
        )
        spec = replace(spec, weights="" if asked == sets[0].name else asked)
    return _choose_transformer(controls, known, spec)


def _choose_builder(controls: Controls, known: Known, spec: ForeignSpec) -> ForeignSpec:
    """Only where the app was started with an encoder; then it is what files of no known layout go into."""
    own = own_encoder.title()
    if not own:
        return spec
    builders = {"lab": "The lab, by the file's names", "own": f"Your code, {own}"}
    default = "lab" if known.found.layout.opens and known.found.network is not None else "own"
    asked = controls.choice("Who builds the network", "network", builders, default=default)
    return replace(spec, network="own" if asked == "own" else "")


def _choose_timm(controls: Controls, known: Known, spec: ForeignSpec) -> ForeignSpec:
    """By name, only where no network that is known of has such weights; a sentence where timm cannot be asked."""
    if spec.network or not known.found.tensors or not _without_network(known, spec):
        return spec
    names, why_not = _timm()
    if not names:
        st.caption(plain(f"If the weights are of a model of timm: {why_not}"))
        return spec
    options = {_NO_NAME: "none of them"} | {name: name for name in names}
    name = controls.choice(
        "A model of timm", "arch", options, default=_NO_NAME, search=True,
        help="The file does not say which network it is of. timm builds it, without weights of its own.",
    )  # fmt: skip
    return spec if name == _NO_NAME else replace(spec, network=f"timm:{name}")


def _without_network(known: Known, spec: ForeignSpec) -> bool:
    from checkpoints.foreign.transformer_plan import HeadsUnknown

    try:
        network_of(known, spec)
    except LabError as refusal:
        return not isinstance(refusal, HeadsUnknown)
    return False


@cache
def _timm() -> tuple[tuple[str, ...], str]:
    """Its models' names; or none, and why. Asked once a process: what cannot be imported takes as long each time."""
    from checkpoints.brought.libraries import timm_names

    try:
        return timm_names(), ""
    except LabError as refusal:
        return (), str(refusal)


def _choose_transformer(controls: Controls, known: Known, spec: ForeignSpec) -> ForeignSpec:
    from checkpoints.foreign.transformer_plan import HeadsUnknown
    from checkpoints.foreign.vit import TransformerSpec

    try:
        encoder = _encoder(known, spec)
    except HeadsUnknown as unknown:
        known_parts = {str(each): f"{each}, {unknown.width // each} wide" for each in unknown.options}
        options = {_UNTOLD: "choose …"} | known_parts
        heads = controls.choice(
            "Attention heads", "heads", options, default=_UNTOLD, help="The weights do not say how many there are."
        )
        if heads == _UNTOLD:
            return spec
        spec = replace(spec, heads=int(heads))
        encoder = _encoder(known, spec)
        assert isinstance(encoder, TransformerSpec)
        return _choose_pool(controls, spec, encoder.pooling) if encoder.class_token else spec
    except LabError:
        return spec  # the page says why there is no network
    if not isinstance(encoder, TransformerSpec):
        return spec
    count = controls.integer("Attention heads", "heads", default=encoder.heads, low=1, high=128)
    spec = replace(spec, heads=None if count == encoder.heads else count)
    return _choose_pool(controls, spec, encoder.pooling) if encoder.class_token else spec


def _choose_pool(controls: Controls, spec: ForeignSpec, usual: str) -> ForeignSpec:
    pool = controls.choice("Features of the transformer", "pool", _POOLS, default=usual)
    return replace(spec, pool=None if pool == usual else pool)  # type: ignore[arg-type]


def choose_own(controls: Controls, known: Known, spec: ForeignSpec) -> ForeignSpec:
    """Controls that start with what the file says; none for a network whose images are grey."""
    how = controls.choice(
        "Size and normalisation", "preparation", _HOW, default="file",
        help="What the file does not say is assumed, and the page says so.",
    )  # fmt: skip
    if how == "file":
        return spec
    try:
        base = said(known, spec)
    except LabError:
        return spec  # the page says why there is no network
    if base.channels == 1:
        return spec
    side, crop, way = _choose_scaling(controls, base, fixed=_fixed(known, spec))
    mean, std = base.constants or _PLAIN
    means = controls.numbers(
        "Mean of red, green, blue", "mean", default=mean, low=0, high=1, help="Of values in [0, 1]."
    )
    stds = controls.numbers("Standard deviation", "std", default=std, low=1e-6, high=1, help="Of values in [0, 1].")
    return replace(spec, side=side, mean=means, std=stds, crop=crop, interpolation=way)  # type: ignore[arg-type]


def _choose_scaling(controls: Controls, base: Preparation, *, fixed: bool) -> tuple[int | None, str, str]:
    """Pixels, crop and interpolation."""
    low, high = SIDES
    side = None if fixed else controls.integer("Pixels a side", "side", default=base.side, low=low, high=high)
    crop = controls.choice("Of each image", "crop", _CROPS, default="centre" if base.cropped else "square")
    way = controls.choice("Scaled by", "interpolation", _INTERPOLATIONS, default=base.interpolation)
    return side, crop, way


def _fixed(known: Known, spec: ForeignSpec) -> bool:
    """Whether the weights fit one size alone."""
    from checkpoints.foreign.resnet import ResNetSpec

    return not isinstance(_encoder(known, spec), ResNetSpec)


def _encoder(known: Known, spec: ForeignSpec) -> object:
    """What is known of the encoder, None of one that was brought. LabError where no network here has the weights."""
    return network_of(known, spec)[1].encoder
