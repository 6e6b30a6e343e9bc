"""Which network that is not built here a file goes into: what was asked for, or what its folder says."""

from dataclasses import replace
from pathlib import Path

from checkpoints.brought.hub_config import config_beside
from checkpoints.brought.libraries import from_config, from_timm
from checkpoints.brought.matching import brought_weights, shapes_in
from checkpoints.brought.network import Brought
from checkpoints.brought.own_code import OPTION, own_encoder
from checkpoints.foreign.spec import ForeignSpec
from checkpoints.foreign.weights import Weights
from checkpoints.reading.torch_file.contents import TorchContents
from losses.errors import LabError


def brought_network(contents: TorchContents, spec: ForeignSpec, path: Path | None) -> tuple[Weights, Brought] | None:
    """The file's weights by the names of a network from elsewhere, tried on a batch; None where the lab's own is meant.

    LabError for what fails or does not fit.
    """
    brought = _asked(contents, spec, path)
    if brought is None:
        return None
    module = brought.module(shapes_in(contents))
    weights, notes = brought_weights(contents, brought, module, spec.weights)
    outputs = module.tried(brought.wanted.preparation(spec))
    return weights, replace(brought, outputs=outputs, notes=(*brought.notes, *notes))


def _asked(contents: TorchContents, spec: ForeignSpec, path: Path | None) -> Brought | None:
    if spec.network == "own":
        own = own_encoder()
        if own is None:
            rule = "cannot be own in a lab that was started without an encoder"
            raise LabError("network", rule, None, f"Start it with {OPTION} path/to/file.py:function.")
        return own
    if spec.network.startswith("timm:"):
        return from_timm(spec.network.removeprefix("timm:"))
    if path is None or (contents.network is not None and contents.layout.opens):
        return None
    config = config_beside(path)
    return None if config is None else from_config(config)
