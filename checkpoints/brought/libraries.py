"""Networks that transformers and timm build: their own classes alone, by name, without weights and without the network.

Both are an optional extra (requirements-models.txt). `from_pretrained` gets tensors that were read here, and no path.
"""

import hashlib
import importlib
import os
from collections.abc import Mapping
from contextlib import suppress
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from checkpoints.brought.hub_config import CONFIG, HubConfig
from checkpoints.brought.network import Brought, OfLibrary, Shapes, Wanted
from checkpoints.foreign.constants import Constants
from checkpoints.foreign.spec import Interpolation
from checkpoints.reading.quoting import shown
from losses.errors import LabError

INSTALL = "Install it with: pip install -r requirements-models.txt."
# Image encoders of transformers whose features are known here: the class token, or what their pooling gives.
TOKEN = ("vit", "deit", "dinov2", "dinov2_with_registers", "ijepa", "vit_msn")
POOLED = ("convnext", "convnextv2", "resnet", "regnet", "swin", "swinv2", "dinov3_vit", "dinov3_convnext")
TOWERS = ("siglip", "siglip_vision_model", "clip", "clip_vision_model")
_NO_POOLING = ("vit", "deit")
_SLACK = 2  # a network may have so many times the numbers that the file has, before it is made


def from_config(config: HubConfig) -> Brought:
    """The network of a config.json beside a file. LabError for a kind that is not known here."""
    if config.library == "timm":
        return from_timm(config.kind, config.wanted)
    kinds = (*TOKEN, *POOLED, *TOWERS)
    if config.kind not in kinds:
        rule = f"must have a model_type whose image features are known here ({', '.join(kinds)})"
        raise LabError(CONFIG, rule, shown(config.kind), "Its embeddings, computed with its own code, open as an .npz.")
    library = _library("transformers")
    digest = hashlib.sha256(f"{library.__version__} {config.text}".encode()).hexdigest()
    title = f"{config.kind} of transformers"
    return Brought(title, digest, lambda shapes: Transformers(config, shapes), config.wanted)


def from_timm(name: str, wanted: Wanted | None = None) -> Brought:
    """timm's network of that name, its images as timm prepares them."""
    library = _library("timm")
    if name not in library.list_models():  # no hf-hub: and no local-dir:, which create_model would follow
        raise LabError("timm", "must have a network of that name", repr(name[:80]), "timm.list_models() has all.")
    digest = hashlib.sha256(f"timm {library.__version__} {name}".encode()).hexdigest()
    return Brought(
        f"{name} of timm", digest, lambda shapes: Timm(library, name, shapes), wanted or _wanted_by_timm(library, name)
    )


def timm_names() -> tuple[str, ...]:
    """Of the networks that timm has. LabError where it is not installed, or does not fit the torch that is."""
    return tuple(_library("timm").list_models())


def _wanted_by_timm(library: ModuleType, name: str) -> Wanted:
    said = library.get_pretrained_cfg(name)
    said = {} if said is None else said.to_dict()
    size, mean, std = (said.get(key) for key in ("input_size", "mean", "std"))
    constants: Constants | None = (tuple(mean), tuple(std)) if mean and std else None
    way: Interpolation = "bicubic" if said.get("interpolation") == "bicubic" else "bilinear"
    fixed = bool(said.get("fixed_input_size"))
    return Wanted("as timm prepares them", size[-1] if size else None, 3, constants, True, way, fixed)


def _library(name: str) -> ModuleType:
    """Imported without a network. LabError where it is not installed, or does not fit the torch that is."""
    for variable in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        os.environ[variable] = "1"
    try:
        found = importlib.import_module(name)
    except ImportError as error:
        raise LabError(name, "must be installed for this network", None, INSTALL) from error
    except Exception as error:  # torchvision made for another torch
        first = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise LabError(name, f"cannot be imported beside this torch: {first.rstrip('.')}", None, INSTALL) from error
    if name == "transformers":
        found.logging.set_verbosity_error()
        found.logging.disable_progress_bar()
    return found


class Timm(OfLibrary):
    """timm's, with as many classes as the file's classifier has; features are what its classifier would get."""

    def __init__(self, library: ModuleType, name: str, shapes: Shapes) -> None:
        super().__init__()
        with torch.device("meta"):
            whole = library.create_model(name, pretrained=False)
        classifier = whole.default_cfg.get("classifier")
        found = _rows(shapes, f"{classifier}.weight") if isinstance(classifier, str) else None
        self.classes = found or 0
        with torch.device("meta"):
            like = library.create_model(name, pretrained=False, num_classes=self.classes)
        _check_size(like, shapes, name)
        self.net = library.create_model(name, pretrained=False, num_classes=self.classes)

    def file_state(self) -> dict[str, Tensor]:
        return self.net.state_dict()

    def take(self, state: Mapping[str, Tensor]) -> None:
        self.net.load_state_dict(state, strict=False)

    def forward(self, images: Tensor) -> Any:
        features = self.net.forward_head(self.net.forward_features(images), pre_logits=True)
        return (features, self.net.get_classifier()(features)) if self.classes else features


class Transformers(OfLibrary):
    """A class of transformers, and the file's linear classifier on its features where it has one that fits."""

    def __init__(self, config: HubConfig, shapes: Shapes) -> None:
        super().__init__()
        library = _library("transformers")
        self.kind = config.kind
        self.made, self.config, self.how = _class_and_config(library, config, shapes)
        width = _rows(shapes, "classifier.weight", other=_width(self.config)) if config.kind not in TOWERS else None
        with torch.device("meta"):
            self.net = self.made._from_config(self.config, **self.how)
            self.head = nn.Linear(_width(self.config), width) if width else None
        self.elsewhere = ("classifier.weight", "classifier.bias") if width else ()
        _check_size(self.net, shapes, config.kind)

    def file_state(self) -> dict[str, Tensor]:
        state = dict(self.net.state_dict())
        with suppress(ImportError):  # of transformers 4, whose modules have the names that files have
            loading = importlib.import_module("transformers.core_model_loading")
            state = dict(loading.revert_weight_conversion(self.net, state))
        head = {} if self.head is None else self.head.state_dict()
        return state | {f"classifier.{name}": tensor for name, tensor in head.items()}

    def take(self, state: Mapping[str, Tensor]) -> None:
        own = {name: tensor for name, tensor in state.items() if name not in self.elsewhere}
        given = {"config": self.config, "state_dict": own, "output_loading_info": True}
        self.net, said = self.made.from_pretrained(None, **given, **self.how)
        missing = [*said.get("missing_keys", ()), *said.get("mismatched_keys", ())]
        if missing:
            few = ", ".join(str(each)[:60] for each in sorted(missing, key=str)[:4])
            raise LabError(f"{self.kind} of transformers", "must get all of its weights", but=f"misses {few}")
        if self.head is not None:
            head = {name.removeprefix("classifier."): state[name] for name in self.elsewhere}
            self.head.load_state_dict(head, assign=True)
        self.eval()

    def forward(self, images: Tensor) -> Any:
        if next(self.net.parameters()).is_meta:  # a try on its shapes, before it is filled
            images = images.to("meta")
        found = self.net(pixel_values=images)
        features = _features(self.kind, found)
        return features if self.head is None else (features, self.head(features))


def _class_and_config(library: ModuleType, config: HubConfig, shapes: Shapes) -> tuple[Any, Any, dict[str, Any]]:
    """The class, its config, and what else its making takes."""
    auto = importlib.import_module("transformers.models.auto.configuration_auto")
    fields = {
        name: value for name, value in config.fields.items() if name not in ("model_type", "transformers_version")
    }
    try:
        made = auto.CONFIG_MAPPING[config.kind](**fields)
    except Exception as error:
        raise LabError(CONFIG, f"must be one that transformers takes: {str(error).splitlines()[0][:160]}") from error
    if config.kind in TOWERS:
        return _tower(library, config.kind, made, projects=_rows(shapes, "visual_projection.weight") is not None)
    how = {"add_pooling_layer": False} if config.kind in _NO_POOLING else {}
    return library.AutoModel._model_mapping[type(made)], made, how


def _tower(library: ModuleType, kind: str, made: Any, *, projects: bool) -> tuple[Any, Any, dict[str, Any]]:
    """The image side of a pair of towers."""
    vision = made.vision_config if hasattr(made, "vision_config") else made
    if kind.startswith("siglip"):
        return library.SiglipVisionModel, vision, {}
    if hasattr(made, "vision_config"):
        vision.projection_dim = made.projection_dim
    return (library.CLIPVisionModelWithProjection if projects else library.CLIPVisionModel), vision, {}


def _features(kind: str, found: Any) -> Tensor:
    if getattr(found, "image_embeds", None) is not None:
        return found.image_embeds
    if kind in TOKEN:
        return found.last_hidden_state.mean(dim=1) if kind == "ijepa" else found.last_hidden_state[:, 0]
    return found.pooler_output.flatten(1)


def _width(config: Any) -> int:
    return int(config.hidden_size if getattr(config, "hidden_size", None) else config.hidden_sizes[-1])


def _rows(shapes: Shapes, name: str, other: int | None = None) -> int | None:
    """Rows of the matrix of that name, wherever it stands in the file."""
    ends = (f".{name}", f"/{name}")
    found = (shape for full, shape in shapes.items() if full == name or full.endswith(ends))
    return next((shape[0] for shape in found if len(shape) == 2 and shape[0] and other in (None, shape[1])), None)


def _check_size(like: nn.Module, shapes: Shapes, name: str) -> None:
    """Before it gets memory: that the file could fill it."""
    needed = sum(each.numel() for each in like.state_dict().values())
    there = sum(torch.Size(shape).numel() for shape in shapes.values())
    if needed > _SLACK * there + 1_000_000:
        raise LabError(
            f"{name} as configured", f"must have about as many numbers as the file ({there:,})", f"{needed:,}"
        )
